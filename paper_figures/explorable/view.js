// What is seen and touched. State changes call `changed`, which draws once at the next frame.
"use strict";

(() => {
  const at = (id) => document.getElementById(id);
  const data = JSON.parse(at("digits").textContent);
  const { ink } = Paint;
  const digits = {
    pixels: data.pixels.map((row) => [...row].map((letter) => parseInt(letter, 36))),
    labels: [...data.labels].map(Number),
  };

  const state = { kind: "plane", classes: 5, angle: 35, direction: null, construction: "zhang", share: 0,
    depth: 2, seed: 1, chosen: -1, sample: null };
  let built = null, window_ = null, waiting = false, spinning = 0, settled = 0;

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
    built = constructed(points, y, direction());
    const deepest = Math.max(2, Math.min(12, built.rows.length + 1));
    at("depth").max = deepest;
    at("next-label").disabled = at("remove").disabled = state.chosen < 0;
    at("add").disabled = state.kind === "digits" || points.length >= 200;
    at("share").disabled = at("depth").disabled = state.construction !== "zhang";
    state.depth = Math.min(state.depth, deepest);
    paint_plane();
    Panels.alongTheLine(built, state);
    Panels.heart(built, state);
    Panels.weights(built, state);
    if (!settled) tell(); // with the first picture: later, the page would grow above a hand
    clearTimeout(settled);
    settled = setTimeout(tell, 120); // text follows when the picture has come to rest
  }

  // The network of the chosen construction; each needs the sample laid along the direction.
  function constructed(points, y, a) {
    const theorem = { ...Theorem.build(points, y, a, state.share), points };
    if (!theorem.network || state.construction === "zhang") return theorem;
    const other = {
      inoue: () => Inoue.build(theorem.t, theorem.y, a),
      "one-knot": () => OneKnot.build(points, theorem, a),
      baum: () => Baum.build(points, theorem, a),
    }[state.construction]();
    if (other.why) return { ...theorem, network: null, why: other.why };
    const seen = theorem.rows.map((i, j) => other.value(state.construction === "baum" ? points[i] : theorem.t[j]));
    const residual = Math.max(...seen.map((value, j) => Math.abs(value - theorem.y[j])));
    return { ...theorem, ...other, residual };
  }

  // --- drawing ----------------------------------------------------------------------------

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
    const picture = Paint.fresh("plane"), { context, w } = picture;
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
      const [x, y] = place(point), label = state.sample.y[i];
      if (state.sample.images) thumbnail(context, state.sample.images[i], x, y, label);
      else Paint.dot(picture, x, y, 6, Paint.ofLabel(label));
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

  function paint_surface() {
    const size = surface.width, context = surface.getContext("2d");
    const image = context.createImageData(size, size), pixels = new Uint32Array(image.data.buffer);
    const step = (2 * window_.half) / size;
    if (state.construction === "baum") fill_slabs(pixels, size, step);
    else fill_along(pixels, size, step);
    context.putImageData(image, 0, 0);
  }

  // Affine in the pixel along the direction, so one table does.
  function fill_along(pixels, size, step) {
    const c = plane_direction();
    const corner = c[0] * (window_.u - window_.half) + c[1] * (window_.v + window_.half);
    const reach = size * step * (Math.abs(c[0]) + Math.abs(c[1]));
    const first = corner + Math.min(0, c[0]) * size * step - Math.max(0, c[1]) * size * step;
    const N = 1024, table = new Uint32Array(N + 1);
    for (let k = 0; k <= N; k++) table[k] = Paint.pixel(Paint.colour(built.value(first + (k / N) * reach)));
    const scale = N / reach;
    for (let row = 0, p = 0; row < size; row++) {
      let t = corner - c[1] * step * (row + 0.5) + c[0] * step * 0.5 - first;
      for (let column = 0; column < size; column++, p++, t += c[0] * step)
        pixels[p] = table[Math.max(0, Math.min(N, Math.round(t * scale)))];
    }
  }

  // Strips of the fired class.
  function fill_slabs(pixels, size, step) {
    pixels.fill(Paint.pixel(Paint.colour(1 - built.fired)));
    const fired = Paint.pixel(Paint.colour(built.fired));
    for (const { slab: { normal: [across, up], low, high } } of built.groups)
      for (let row = 0; row < size; row++) {
        // The columns with low <= start + across step column < high.
        const start = across * (window_.u - window_.half + step / 2)
          + up * (window_.v + window_.half - step * (row + 0.5));
        const ends = [low, high ?? Infinity].map((v) => (v - start) / (across * step));
        if (across < 0) ends.reverse();
        if (across === 0) [ends[0], ends[1]] = low <= start && start < (high ?? Infinity) ? [0, size] : [0, 0];
        const [from, to] = ends.map((v) => Math.min(Math.max(Math.ceil(v), 0), size));
        pixels.fill(fired, row * size + from, row * size + to);
      }
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

  const thumbnails = new Map(); // drawn once for every image and label

  function thumbnail(context, image, x, y, label) {
    const key = `${label}:${image}`, size = 20;
    if (!thumbnails.has(key)) {
      const drawn = Object.assign(document.createElement("canvas"), { width: 2 * size, height: 2 * size });
      const pen = drawn.getContext("2d"), side = (2 * size) / 8;
      image.forEach((value, k) => {
        if (value < 3) return;
        pen.fillStyle = Paint.rgb(Paint.ofLabel(label), 0.25 + (0.75 * value) / 16);
        pen.fillRect(side * (k % 8), side * Math.floor(k / 8), side, side);
      });
      thumbnails.set(key, drawn);
    }
    context.drawImage(thumbnails.get(key), x - size / 2, y - size / 2, size, size);
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
    const verdict = at("verdict"), zhang = state.construction === "zhang";
    const size = built.network && (zhang ? Theorem.size(n, d, state.depth) : Layers.size(built.layers));
    verdict.className = built.network ? "" : "none";
    if (built.network) {
      const gaps = built.t.slice(1).map((v, i) => v - built.t[i]);
      const gap = gaps.length ? Math.min(...gaps) / (built.t[n - 1] - built.t[0]) : 1;
      const largest = zhang ? built.network.w : Panels.numbers(built.layers).map((one) => one.value);
      // As in Python: a residual is one of rounding up to a ten-thousandth of the range of the labels.
      const range = Math.max(...built.y) - Math.min(...built.y) || Math.max(1, Math.abs(built.y[0]));
      const through = built.residual <= 1e-4 * range;
      const reached = through ? "passes through all" : "misses, in doubles, some of the";
      verdict.textContent = `The network ${reached} ${n} points with ${whole(size.weights)} weights `
        + `and ${whole(size.hidden)} hidden units. `
        + `Least gap: ${few(gap)} of the range; largest weight: ${few(Math.max(...largest.map(Math.abs)))}; `
        + `largest residual, seen here: ${few(built.residual)}.`;
    } else {
      const [i, j] = built.contradictions[0] ?? built.collisions[0] ?? [];
      verdict.textContent = i === undefined ? `No network here: ${built.why}.`
        : `No network on this direction: ${built.why} (points ${i} and ${j}).`;
    }
    // A shorter verdict would pull the plane from under the hand that turns or drags in it.
    verdict.style.minHeight = `${verdict.offsetHeight}px`;
    for (const words of document.querySelectorAll("[data-for]"))
      words.hidden = !words.dataset.for.split(" ").includes(state.construction);
    at("plane").setAttribute("aria-label", `${n} points, ${state.kind === "digits" ? "digits in 64 dimensions" : "in the plane"}. `
      + (state.chosen >= 0 ? `Point ${state.chosen} chosen, label ${state.sample.y[state.chosen]}.` : "No point chosen."));
    const bars = `Bar chart of ${zhang ? n : size?.weights} weights`;
    for (const [id, words] of Object.entries({ ...described(n), weights: bars }))
      at(id).setAttribute("aria-label", built.network ? words : "No network");
    at("plane-words").textContent = state.kind === "digits"
      ? "64 pixels are 64 dimensions; the picture is the plane of two random directions, and a turns in it. Colour is the network's output there."
      : state.construction === "baum" ? "Colour is the network's output: each strip is the slab of two units, and holds two points of the smaller class, neighbours along the direction."
        : "Colour is the network's output; it changes along the direction only.";
    at("line-words").textContent = zhang && state.depth > 2 ? "Colours are the hidden layers that hold the pieces." : "";
    const sizes = Theorem.layers(n || 1, Math.min(state.depth, n + 1)).join(" + ");
    at("depth-words").textContent = n === 0 || !zhang ? "" : state.depth === 2
      ? "More depth shares the same kinks out over layers: the same function, narrower and with a few more weights."
      : `Depth ${state.depth}: ${sizes} kinks in ${state.depth - 1} hidden layers, the widest of ${Theorem.width(n, state.depth)} units with those that hand on t and the value.`;
    rows("counts", counts(n, d, classes, size));
    if (at("numbers").closest("details").open) rows("numbers", numbers(), heads[zhang ? "zhang" : "other"]);
  }

  const described = (n) => ({
    zhang: {
      line: `Piecewise-linear function through ${n} points with ${n} knots`,
      matrix: `Lower triangular matrix with ${n} rows`,
    },
    inoue: {
      line: `Piecewise-linear function through ${n} points in ${built.knots?.length} groups`,
      matrix: `Matrix of ${built.q} units of the second hidden layer at ${n} points`,
    },
    "one-knot": {
      line: `Function with whole values at ${n} points in ${built.Z?.length} groups`,
      matrix: `Bits of the numbers of ${built.Z?.length} groups`,
    },
    baum: {
      line: `Points of one class between the two walls of ${built.groups?.length} slabs`,
      matrix: `Which of ${built.groups?.length} slabs holds which point`,
    },
  })[state.construction];

  const trained = (d) => ({ of: "a trained network with 512 hidden units and one output", labels: "if training finds them",
    formula: "512 (d + 2) + 1", weights: 512 * (d + 2) + 1, hidden: 512, depth: 2 });

  // All constructions, from their formulas; the chosen one as it is drawn.
  function counts(n, d, classes, drawn) {
    const found = Sizes.map(({ size, ...row }) => ({ ...row, ...size(Math.max(n, 1), d, classes) }));
    const chosen = found.find((row) => row.name === state.construction);
    if (drawn) Object.assign(chosen, drawn, { of: `${chosen.of} (drawn here)` });
    return [...found, trained(d)].map((row) => [row.of, row.weights, row.hidden, row.depth, row.labels, row.formula])
      .map((row) => row.map((cell) => (typeof cell === "number" ? whole(cell) : cell)));
  }

  const heads = { zhang: ["j", "point", "label y", "projection t", "knot b", "weight w"], other: ["layer", "of", "weight"] };

  function numbers() {
    if (!built.network) return [];
    if (state.construction !== "zhang")
      return Panels.numbers(built.layers).map(({ layer, what, value }) => [layer + 1, what, value].map(String));
    const { b, w } = built.network;
    return built.rows.map((i, j) => [j + 1, i, built.y[j], built.t[j], b[j], w[j]].map(String));
  }

  function rows(id, cells, names = null) {
    if (names) at(id).tHead.rows[0].replaceChildren(...names.map((textContent) =>
      Object.assign(document.createElement("th"), { textContent, scope: "col" })));
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
  at("construction").addEventListener("change", (event) => {
    state.construction = event.target.value;
    changed();
  });
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

  window.addEventListener("resize", () => {
    at("verdict").style.minHeight = "";
    changed();
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
    Paint.readInk();
    changed();
  });
  // For tests: what is on the page now, as numbers.
  window.explorable = { state, built: () => built, direction, frame, tell, turn, sampled };
  Paint.readInk();
  sampled(24);
})();
