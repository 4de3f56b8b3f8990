// What is seen and touched. State changes call `changed`, which draws once at the next frame.
"use strict";

(() => {
  const at = (id) => document.getElementById(id);
  const data = JSON.parse(at("digits").textContent);
  const COLOURS = ["#0072B2", "#E69F00", "#009E73", "#D55E00", "#CC79A7", "#56B4E9", "#F0E442",
    "#8a8a8a", "#7a4fbf", "#8c510a"].map((hex) => [1, 3, 5].map((k) => parseInt(hex.slice(k, k + 2), 16)));
  const LEFT = 34, RIGHT = 8, TOP = 10, BOTTOM = 22; // margins of panels with axes
  const digits = {
    pixels: data.pixels.map((row) => [...row].map((letter) => parseInt(letter, 36))),
    labels: [...data.labels].map(Number),
  };

  const state = { kind: "plane", classes: 5, angle: 35, direction: null, share: 0, depth: 2,
    seed: 1, chosen: -1, sample: null };
  let built = null, window_ = null, waiting = false, spinning = 0, settled = 0, ink = {};

  // --- state ------------------------------------------------------------------------------

  function sampled(n) {
    state.sample = state.kind === "digits"
      ? Sample.digits(n, digits, state.seed)
      : Sample.plane(n, state.classes, state.seed);
    state.chosen = -1;
    state.direction = null;
    // The window on the plane stays while points are dragged.
    const [us, vs] = [state.sample.u, state.sample.v].map((axis) => Theorem.project(state.sample.points, axis));
    const reach = (values) => [Math.min(...values), Math.max(...values)];
    const [[u0, u1], [v0, v1]] = state.kind === "digits" ? [reach(us), reach(vs)] : [[-1, 1], [-1, 1]];
    const half = 0.55 * Math.max(u1 - u0, v1 - v0, 1e-3);
    window_ = { u: (u0 + u1) / 2, v: (v0 + v1) / 2, half };
    changed();
  }

  function direction() {
    return state.direction ?? Sample.direction(state.sample, (state.angle * Math.PI) / 180);
  }

  function turn(degrees) {
    state.angle = ((degrees % 360) + 360) % 360;
    state.direction = null;
    at("angle").value = state.angle;
    changed();
  }

  function changed() {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(frame);
  }

  function frame() {
    waiting = false;
    const { points, y } = state.sample;
    built = Theorem.build(points, y, direction(), state.share);
    const deepest = Math.max(2, Math.min(12, built.rows.length + 1));
    at("depth").max = deepest;
    at("next-label").disabled = at("remove").disabled = state.chosen < 0;
    at("add").disabled = state.kind === "digits" || points.length >= 200;
    state.depth = Math.min(state.depth, deepest);
    paint_plane();
    paint_line();
    paint_matrix();
    paint_weights();
    clearTimeout(settled);
    settled = setTimeout(tell, 120); // text follows when the picture has come to rest
  }

  // --- drawing ----------------------------------------------------------------------------

  function fresh(id) {
    const canvas = at(id), ratio = Math.min(window.devicePixelRatio || 1, 2);
    const { clientWidth: w, clientHeight: h } = canvas;
    if (canvas.width !== Math.round(w * ratio) || canvas.height !== Math.round(h * ratio)) {
      canvas.width = Math.round(w * ratio);
      canvas.height = Math.round(h * ratio);
    }
    const context = canvas.getContext("2d");
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, w, h);
    context.font = "12px system-ui, sans-serif";
    return { context, w, h };
  }

  function read_ink() {
    const style = getComputedStyle(document.documentElement);
    for (const name of ["ink", "line", "soft", "card", "accent", "alarm"])
      ink[name] = style.getPropertyValue(`--${name}`).trim();
  }

  // Between the colours of two neighbouring labels; towards grey beyond all labels.
  function colour(value) {
    const top = COLOURS.length - 1;
    const inside = Math.min(Math.max(value, 0), top), low = Math.floor(inside), part = inside - low;
    const from = COLOURS[low], to = COLOURS[Math.min(low + 1, top)];
    const beyond = Math.min(1, Math.abs(value - inside) / 4);
    return from.map((c, k) => (c + part * (to[k] - c)) * (1 - beyond) + 128 * beyond);
  }

  const rgb = (c, alpha = 1) => `rgba(${c.map(Math.round).join(",")},${alpha})`;

  const surface = document.createElement("canvas");
  surface.width = surface.height = 160;

  function place(point) {
    const [u, v] = [state.sample.u, state.sample.v].map((axis) => Theorem.project([point], axis)[0]);
    const { w } = shape.plane;
    return [(0.5 + (u - window_.u) / (2 * window_.half)) * w,
      (0.5 - (v - window_.v) / (2 * window_.half)) * w];
  }

  const shape = { plane: { w: 1 } };

  function paint_plane() {
    const { context, w } = fresh("plane");
    shape.plane.w = w;
    if (built.network) {
      paint_surface();
      context.globalAlpha = 0.45;
      context.drawImage(surface, 0, 0, w, w);
      context.globalAlpha = 1;
    }
    paint_direction(context, w);
    const hit = new Set(built.collisions.concat(built.contradictions).flat());
    state.sample.points.forEach((point, i) => {
      const [x, y] = place(point), fill = COLOURS[state.sample.y[i] % COLOURS.length];
      if (state.sample.images) thumbnail(context, state.sample.images[i], x, y, fill);
      else {
        context.beginPath();
        context.arc(x, y, 6, 0, 7);
        context.fillStyle = rgb(fill);
        context.fill();
        context.lineWidth = 1;
        context.strokeStyle = ink.ink;
        context.stroke();
      }
      if (i === state.chosen || hit.has(i)) {
        context.beginPath();
        context.arc(x, y, 11, 0, 7);
        context.lineWidth = 3;
        context.strokeStyle = hit.has(i) ? ink.alarm : ink.accent;
        context.stroke();
      }
      if (i === state.chosen) {
        context.fillStyle = ink.ink;
        context.fillText(`${i}: label ${state.sample.y[i]}`, Math.min(x + 14, w - 70), Math.max(y - 8, 12));
      }
    });
  }

  // The network over the window: affine in the pixel along the direction, so one table does.
  function paint_surface() {
    const size = surface.width, context = surface.getContext("2d");
    const image = context.createImageData(size, size), pixels = new Uint32Array(image.data.buffer);
    const c = plane_direction();
    const step = (2 * window_.half) / size;
    const corner = c[0] * (window_.u - window_.half) + c[1] * (window_.v + window_.half);
    const reach = size * step * (Math.abs(c[0]) + Math.abs(c[1]));
    const first = corner + Math.min(0, c[0]) * size * step - Math.max(0, c[1]) * size * step;
    const N = 1024, table = new Uint32Array(N + 1);
    for (let k = 0; k <= N; k++) {
      const [r, g, b] = colour(built.value(first + (k / N) * reach));
      table[k] = (255 << 24) | (b << 16) | (g << 8) | r;
    }
    const scale = N / reach;
    for (let row = 0, p = 0; row < size; row++) {
      let t = corner - c[1] * step * (row + 0.5) + c[0] * step * 0.5 - first;
      for (let column = 0; column < size; column++, p++, t += c[0] * step)
        pixels[p] = table[Math.max(0, Math.min(N, Math.round(t * scale)))];
    }
    context.putImageData(image, 0, 0);
  }

  // In the coordinates <u, x> and <v, x> of the window the projection is t = c_u U + c_v V: exact
  // in the plane, where u and v are the axes; for the digits u and v are what a is made of.
  function plane_direction() {
    const a = direction(), { u, v } = state.sample;
    const k = u.findIndex((value, i) => u[0] * v[i] !== v[0] * value);
    const det = u[0] * v[k] - v[0] * u[k];
    return [(a[0] * v[k] - v[0] * a[k]) / det, (u[0] * a[k] - a[0] * u[k]) / det];
  }

  // The direction in pixels, and the tip of its arrow, by which it can be turned.
  function arrow(w) {
    const [c, s] = plane_direction(), size = Math.hypot(c, s), x = (c / size) * w, y = (-s / size) * w;
    return { x, y, tip: [w / 2 + 0.45 * x, w / 2 + 0.45 * y] };
  }

  function paint_direction(context, w) {
    const { x, y, tip } = arrow(w);
    context.strokeStyle = ink.ink;
    context.lineWidth = 1.5;
    context.setLineDash([6, 4]);
    context.beginPath();
    context.moveTo(w / 2 - x, w / 2 - y);
    context.lineTo(w / 2 + x, w / 2 + y);
    context.stroke();
    context.setLineDash([]);
    context.beginPath();
    for (const side of [2.6, -2.6]) {
      const bend = Math.atan2(y, x) + side;
      context.moveTo(...tip);
      context.lineTo(tip[0] + 14 * Math.cos(bend), tip[1] + 14 * Math.sin(bend));
    }
    context.stroke();
    context.fillStyle = ink.ink;
    context.font = "italic 15px serif";
    context.fillText("a", tip[0] + 8, tip[1] + 16);
    context.font = "12px system-ui, sans-serif";
  }

  function thumbnail(context, image, x, y, fill) {
    const size = 2.5;
    image.forEach((value, k) => {
      if (value < 3) return;
      context.fillStyle = rgb(fill, 0.25 + (0.75 * value) / 16);
      context.fillRect(x + size * ((k % 8) - 4), y + size * (Math.floor(k / 8) - 4), size, size);
    });
  }

  function axes(context, w, h, x_words, y_words) {
    context.strokeStyle = ink.line;
    context.lineWidth = 1;
    context.strokeRect(LEFT, TOP, w - LEFT - RIGHT, h - TOP - BOTTOM);
    context.fillStyle = ink.soft;
    context.textAlign = "right";
    context.fillText(x_words, w - RIGHT, h - 6);
    context.textAlign = "left";
    context.fillText(y_words, LEFT + 4, TOP + 12);
  }

  function paint_line() {
    const { context, w, h } = fresh("line");
    axes(context, w, h, "projection t", "output and labels");
    if (!built.t.length) return;
    const { t, y } = built, n = t.length, span = t[n - 1] - t[0] || 1;
    const from = t[0] - 0.12 * span, to = t[n - 1] + 0.08 * span;
    const low = Math.min(0, ...y) - 0.6, high = Math.max(1, ...y) + 0.6;
    const X = (v) => LEFT + ((v - from) / (to - from)) * (w - LEFT - RIGHT);
    const Y = (v) => h - BOTTOM - ((v - low) / (high - low)) * (h - TOP - BOTTOM);
    context.fillStyle = ink.soft;
    context.textAlign = "right";
    for (let label = 0; label <= Math.max(1, ...y); label++) context.fillText(label, LEFT - 6, Y(label) + 4);
    context.textAlign = "left";
    context.save();
    context.beginPath();
    context.rect(LEFT, TOP, w - LEFT - RIGHT, h - TOP - BOTTOM);
    context.clip();
    if (built.network) {
      const { b } = built.network, ends = [from, ...b.filter((v) => v > from), to];
      const shares = Theorem.layers(n, state.depth);
      let layer = 0, last = shares[0], k = b.length - ends.length + 2;
      for (let piece = 1; piece < ends.length; piece++) {
        while (piece - 1 + k > last && layer < shares.length - 1) last += shares[++layer];
        context.beginPath();
        context.moveTo(X(ends[piece - 1]), Y(built.value(ends[piece - 1])));
        context.lineTo(X(ends[piece]), Y(built.value(ends[piece])));
        context.strokeStyle = state.depth > 2 ? rgb(COLOURS[(2 * layer) % 6]) : ink.ink;
        context.lineWidth = 2;
        context.stroke();
      }
      context.strokeStyle = ink.accent;
      context.lineWidth = 1;
      context.beginPath();
      for (const knot of b) {
        context.moveTo(X(knot), h - BOTTOM);
        context.lineTo(X(knot), h - BOTTOM - 9);
      }
      context.stroke();
    }
    t.forEach((value, i) => {
      context.beginPath();
      context.arc(X(value), Y(y[i]), n > 80 ? 3 : 5, 0, 7);
      context.fillStyle = rgb(COLOURS[y[i] % COLOURS.length]);
      context.fill();
      context.strokeStyle = built.rows[i] === state.chosen ? ink.accent : ink.ink;
      context.lineWidth = built.rows[i] === state.chosen ? 3 : 1;
      context.stroke();
    });
    context.strokeStyle = ink.alarm;
    context.lineWidth = 3;
    for (const [i] of built.collisions) {
      const x = X(built.t[built.rows.indexOf(i)]);
      context.strokeRect(x - 8, TOP + 2, 16, h - TOP - BOTTOM - 4);
    }
    context.restore();
  }

  function paint_matrix() {
    const { context, w, h } = fresh("matrix"), n = built.t.length;
    if (!built.network) return nothing(context, w, h);
    const A = Theorem.matrix(built.t, built.network.b), most = A[n - 1][0] || 1;
    const dark = ink.ink.startsWith("#e");
    const image = new ImageData(n, n), pixels = image.data;
    for (let i = 0, p = 0; i < n; i++)
      for (let j = 0; j < n; j++, p += 4) {
        const depth = A[i][j] > 0 ? 0.25 + 0.75 * Math.sqrt(A[i][j] / most) : 0;
        pixels[p] = dark ? 40 + 80 * depth : 255 - 244 * depth;
        pixels[p + 1] = dark ? 44 + 150 * depth : 255 - 157 * depth;
        pixels[p + 2] = dark ? 50 + 195 * depth : 255 - 92 * depth;
        pixels[p + 3] = 255;
      }
    surface_of(image, context, w);
    context.fillStyle = ink.soft;
    context.textAlign = "right";
    context.fillText(`${n} × ${n}; row i: point, column j: knot`, w - RIGHT, 18);
  }

  function surface_of(image, context, w) {
    const copy = document.createElement("canvas");
    copy.width = image.width;
    copy.height = image.height;
    copy.getContext("2d").putImageData(image, 0, 0);
    context.imageSmoothingEnabled = false;
    context.drawImage(copy, 0, 0, w, w);
  }

  function nothing(context, w, h) {
    context.fillStyle = ink.soft;
    context.fillText("no network: see above", w / 2 - 60, h / 2);
  }

  function paint_weights() {
    const { context, w, h } = fresh("weights");
    axes(context, w, h, "hidden unit j", "weight w");
    if (!built.network) return nothing(context, w, h);
    const weights = built.network.w, n = weights.length;
    const size = (v) => Math.sign(v) * Math.log10(1 + Math.abs(v));
    const most = Math.max(1, ...weights.map((v) => Math.abs(size(v)))) * 1.05;
    const middle = (TOP + h - BOTTOM) / 2, unit = (h - TOP - BOTTOM) / 2 / most;
    context.fillStyle = ink.soft;
    context.textAlign = "right";
    const every = Math.max(1, Math.ceil(most / 4));
    for (let power = 0; power <= most; power += every)
      for (const sign of power ? [1, -1] : [1])
        context.fillText(power ? `${sign < 0 ? "−" : ""}1e${power}` : "0", LEFT - 3,
          middle - sign * unit * size(10 ** power * (power ? 1 : 0)) + 4);
    context.textAlign = "left";
    const across = (w - LEFT - RIGHT) / n;
    const shares = Theorem.layers(n, state.depth);
    let layer = 0, last = shares[0];
    weights.forEach((value, j) => {
      while (j >= last) last += shares[++layer];
      const tall = unit * size(value);
      context.fillStyle = state.depth > 2 ? rgb(COLOURS[(2 * layer) % 6]) : ink.accent;
      context.fillRect(LEFT + j * across, middle - Math.max(tall, 0), Math.max(1, across * 0.8), Math.abs(tall));
    });
  }

  // --- words ------------------------------------------------------------------------------

  const few = (v) => (v === 0 ? "0" : Math.abs(v) >= 1e4 || Math.abs(v) < 1e-3 ? v.toExponential(2) : String(Number(v.toPrecision(4))));
  const whole = (v) => v.toLocaleString("en");

  function tell() {
    const n = built.rows.length, d = state.sample.u.length, { classes } = state;
    at("n-shown").textContent = state.sample.points.length;
    at("n").value = state.sample.points.length;
    at("angle-shown").textContent = state.direction ? "through a collision" : `${state.angle.toFixed(1)} degrees`;
    at("share-shown").textContent = state.share === 0 ? "at the previous projection" : `${state.share.toFixed(2)} of the gap further`;
    at("depth-shown").textContent = state.depth;
    const verdict = at("verdict");
    verdict.className = built.network ? "" : "none";
    if (built.network) {
      const gaps = built.t.slice(1).map((v, i) => v - built.t[i]);
      const gap = gaps.length ? Math.min(...gaps) / (built.t[n - 1] - built.t[0]) : 1;
      verdict.textContent = `The network passes through all ${n} points with ${whole(Theorem.count(n, d, state.depth))} weights. `
        + `Least gap: ${few(gap)} of the range; largest weight: ${few(Math.max(...built.network.w.map(Math.abs)))}; `
        + `largest residual of the sum of ReLUs, seen here: ${few(built.residual)}.`;
    } else {
      const [i, j] = built.contradictions[0] ?? built.collisions[0] ?? [];
      verdict.textContent = `No network on this direction: ${built.why}${i === undefined ? "" : ` (points ${i} and ${j})`}.`;
    }
    at("plane").setAttribute("aria-label", `${n} points, ${state.kind === "digits" ? "digits in 64 dimensions" : "in the plane"}. `
      + (state.chosen >= 0 ? `Point ${state.chosen} chosen, label ${state.sample.y[state.chosen]}.` : "No point chosen."));
    at("line").setAttribute("aria-label", built.network ? `Piecewise-linear function through ${n} points with ${n} knots` : "No network");
    at("matrix").setAttribute("aria-label", `Lower triangular matrix with ${n} rows`);
    at("weights").setAttribute("aria-label", built.network ? `Bar chart of ${n} weights` : "No network");
    at("plane-words").textContent = state.kind === "digits"
      ? "64 pixels are 64 dimensions; the picture is the plane of two random directions, and a turns in it. Colour is the network's output there."
      : "Colour is the network's output; it changes along the direction only.";
    at("line-words").textContent = state.depth > 2 ? "Colours are the hidden layers that hold the pieces." : "";
    const sizes = Theorem.layers(n || 1, Math.min(state.depth, n + 1)).join(" + ");
    at("depth-words").textContent = n === 0 ? "" : state.depth === 2
      ? "More depth shares the same kinks out over layers: the same function, narrower and with a few more weights."
      : `Depth ${state.depth}: ${sizes} kinks in ${state.depth - 1} hidden layers, the widest of ${Theorem.width(n, state.depth)} units with those that hand on t and the value.`;
    rows("counts", counts(n, d, classes));
    if (at("numbers").closest("details").open) rows("numbers", numbers());
  }

  function counts(n, d) {
    const p = Math.max(1, Math.ceil(Math.sqrt(2 * n))), q = Math.max(1, Math.ceil(n / p)), groups = Math.ceil(n / d);
    return [
      ["this one, depth 2", Theorem.count(n, d, 2), "any real ones", "2n + d"],
      ...(state.depth > 2 ? [[`this one, depth ${state.depth}`, Theorem.count(n, d, state.depth), "any real ones", "O(n + d)"]] : []),
      ["Inoue 2019, two hidden layers", d + p + p * q + 2 * q + 1, "any real ones", `d + p + pq + 2q + 1, p = ${p}, q = ${q}`],
      ["Baum 1988, threshold units, points in general position", (d + 2) * groups + 1, "two classes", "(d + 2) ⌈n/d⌉ + 1"],
      ["a trained network with 512 hidden units and one output", 512 * (d + 2) + 1, "if training finds them", "512 (d + 2) + 1"],
    ].map((row) => row.map((cell) => (typeof cell === "number" ? whole(cell) : cell)));
  }

  function numbers() {
    if (!built.network) return [];
    const { b, w } = built.network;
    return built.rows.map((i, j) => [j + 1, i, built.y[j], built.t[j], b[j], w[j]].map(String));
  }

  function rows(id, cells) {
    at(id).tBodies[0].replaceChildren(...cells.map((row) => {
      const line = document.createElement("tr");
      line.append(...row.map((text) => Object.assign(document.createElement("td"), { textContent: text })));
      return line;
    }));
  }

  // --- hands ------------------------------------------------------------------------------

  function where(event) {
    const box = at("plane").getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  }

  function nearest(x, y, reach) {
    let best = -1, least = reach * reach;
    state.sample.points.forEach((point, i) => {
      const [px, py] = place(point), far = (px - x) ** 2 + (py - y) ** 2;
      if (far <= least) [best, least] = [i, far];
    });
    return best;
  }

  const inside = (value) => Sample.snap(Math.min(1, Math.max(-1, value)), Sample.GRID);

  function point_at(x, y) {
    const { w } = shape.plane;
    return [inside(window_.u + (x / w - 0.5) * 2 * window_.half), inside(window_.v - (y / w - 0.5) * 2 * window_.half)];
  }

  function add(point) {
    const { sample } = state;
    if (state.kind === "digits" || sample.points.length >= 200) return;
    sample.points.push(point);
    sample.y.push(Math.floor(state.classes * Math.random()));
    state.chosen = sample.points.length - 1;
    changed();
  }

  function remove(i) {
    const { sample } = state;
    if (i < 0 || sample.points.length < 2) return;
    for (const list of [sample.points, sample.y, sample.images]) list?.splice(i, 1);
    state.chosen = Math.min(i, sample.points.length - 1);
    changed();
  }

  function label(i, value) {
    if (i < 0) return;
    state.sample.y[i] = value;
    changed();
  }

  const FINGER = 24, POINTER = 12;
  let dragged = -1, turning = false, tapped = null;
  const plane = at("plane");
  const at_tip = (x, y, reach) => Math.hypot(...arrow(shape.plane.w).tip.map((v, k) => v - [x, y][k])) <= reach + 4;

  plane.addEventListener("pointerdown", (event) => {
    const [x, y] = where(event), touch = event.pointerType === "touch", reach = touch ? FINGER : POINTER;
    state.chosen = nearest(x, y, reach);
    turning = state.chosen < 0 && at_tip(x, y, reach);
    // A finger may be about to scroll: what it adds is added when it is lifted in its place.
    tapped = state.chosen < 0 && !turning && touch ? [x, y] : null;
    if (state.chosen < 0 && !turning && !touch) add(point_at(x, y));
    if (state.kind === "plane") dragged = state.chosen;
    plane.setPointerCapture(event.pointerId);
    changed();
  });
  plane.addEventListener("pointermove", (event) => {
    const [x, y] = where(event), { w } = shape.plane;
    plane.style.cursor = turning || at_tip(x, y, POINTER) ? "grab" : "";
    if (turning) turn((Math.atan2(w / 2 - y, x - w / 2) * 180) / Math.PI);
    if (dragged < 0) return;
    state.sample.points[dragged] = point_at(x, y);
    changed();
  });
  plane.addEventListener("pointerup", (event) => {
    const [x, y] = where(event);
    if (tapped && Math.hypot(x - tapped[0], y - tapped[1]) < POINTER) add(point_at(x, y));
  });
  for (const end of ["pointerup", "pointercancel"])
    plane.addEventListener(end, () => ([dragged, turning, tapped] = [-1, false, null]));
  // A finger on a point or on the arrow moves that, and scrolls everywhere else.
  plane.addEventListener("touchstart", (event) => {
    const [x, y] = where(event.touches[0]);
    if (nearest(x, y, FINGER) >= 0 || at_tip(x, y, FINGER)) event.preventDefault();
  }, { passive: false });
  plane.addEventListener("dblclick", (event) => {
    const i = nearest(...where(event), 14);
    if (i >= 0) label(i, (state.sample.y[i] + 1) % state.classes);
  });
  at("add").addEventListener("click", () => add([Math.random() - 0.5, Math.random() - 0.5].map(inside)));
  at("next-label").addEventListener("click", () => label(state.chosen, (state.sample.y[state.chosen] + 1) % state.classes));
  at("remove").addEventListener("click", () => remove(state.chosen));
  plane.addEventListener("keydown", (event) => {
    const n = state.sample.points.length, step = (event.shiftKey ? 64 : 8) / Sample.GRID;
    const move = { ArrowLeft: [-step, 0], ArrowRight: [step, 0], ArrowUp: [0, step], ArrowDown: [0, -step] }[event.key];
    if (move && state.chosen >= 0 && state.kind === "plane") {
      state.sample.points[state.chosen] = state.sample.points[state.chosen].map((v, k) => inside(v + move[k]));
      changed();
    } else if (/^[0-9]$/.test(event.key)) label(state.chosen, Number(event.key));
    else if (event.key === "n" || event.key === "p") {
      state.chosen = (state.chosen + (event.key === "n" ? 1 : n - 1) + n) % n;
      changed();
    } else if (event.key === "Insert") add([0, 0]);
    else if (event.key === "Delete" || event.key === "Backspace") remove(state.chosen);
    else if (event.key === "[" || event.key === "]") turn(state.angle + (event.key === "[" ? -1 : 1));
    else return;
    event.preventDefault();
  });

  at("kind").addEventListener("change", (event) => {
    state.kind = event.target.value;
    at("classes").disabled = state.kind === "digits";
    if (state.kind === "digits") state.classes = 10;
    else state.classes = Number(at("classes").value);
    sampled(Number(at("n").value));
  });
  at("n").addEventListener("input", (event) => sampled(Number(event.target.value)));
  at("classes").addEventListener("change", (event) => {
    state.classes = Number(event.target.value);
    relabel();
  });
  at("new").addEventListener("click", () => {
    state.seed += 1;
    sampled(state.sample.points.length);
  });
  at("relabel").addEventListener("click", relabel);
  at("angle").addEventListener("input", (event) => turn(Number(event.target.value)));
  at("share").addEventListener("input", (event) => {
    state.share = Number(event.target.value);
    changed();
  });
  at("depth").addEventListener("input", (event) => {
    state.depth = Number(event.target.value);
    changed();
  });
  at("spread").addEventListener("click", () => {
    let best = [-1, state.angle];
    for (let angle = 0; angle < 180; angle += 0.25) {
      const line = Theorem.lay(state.sample.points, state.sample.y, Sample.direction(state.sample, (angle * Math.PI) / 180));
      const t = line.t, gaps = t.slice(1).map((v, i) => v - t[i]);
      const least = line.collisions.length ? 0 : Math.min(...gaps) / (t[t.length - 1] - t[0] || 1);
      if (least > best[0]) best = [least, angle];
    }
    turn(best[1]);
  });
  // At right angles to the difference of two points, which is exact on this grid.
  at("collide").addEventListener("click", () => {
    const { points, u, v } = state.sample;
    if (points.length < 2) return;
    const [i, j] = [0, 1].map((k) => (Math.max(state.chosen, 0) + k) % points.length);
    const [du, dv] = [u, v].map((axis) => Theorem.project([points[i]], axis)[0] - Theorem.project([points[j]], axis)[0]);
    state.direction = u.map((value, k) => -dv * value + du * v[k]);
    changed();
  });
  at("spin").addEventListener("click", (event) => {
    const on = !spinning;
    event.target.setAttribute("aria-pressed", on);
    cancelAnimationFrame(spinning);
    spinning = 0;
    const go = () => {
      turn(state.angle + 0.2);
      spinning = requestAnimationFrame(go);
    };
    if (on) go();
  });
  at("numbers").closest("details").addEventListener("toggle", changed);

  function relabel() {
    state.seed += 1;
    state.sample.y = Sample.labels(state.sample.points.length, state.classes, state.seed);
    changed();
  }

  window.addEventListener("resize", changed);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
    read_ink();
    changed();
  });
  // For tests: what is on the page now, as numbers.
  window.explorable = { state, built: () => built, direction, frame, turn, sampled };
  read_ink();
  sampled(24);
})();
