// The pictures beside the plane, for each construction: along the line, the heart of the
// construction as a matrix, and the weights.
"use strict";

const Panels = (() => {
  const { LEFT, RIGHT, TOP, BOTTOM, COLOURS, ink, rgb, ofLabel } = Paint;

  // --- 2. along the line ---------------------------------------------------------------------

  // The scales of a picture over the line, with its labels.
  function scales(picture, { t, y }) {
    const { w, h } = picture, n = t.length, span = t[n - 1] - t[0] || 1;
    const from = t[0] - 0.12 * span, to = t[n - 1] + 0.08 * span;
    const low = Math.min(0, ...y) - 0.6, high = Math.max(1, ...y) + 0.6;
    const Y = (v) => h - BOTTOM - ((v - low) / (high - low)) * (h - TOP - BOTTOM);
    for (let label = 0; label <= Math.max(1, ...y); label++)
      Paint.words(picture, label, LEFT - 6, Y(label) + 4, "right");
    const X = (v) => LEFT + ((v - from) / (to - from)) * (w - LEFT - RIGHT);
    return { X, Y, from, to };
  }

  function alongTheLine(built, state) {
    const picture = Paint.fresh("line");
    if (built.layers && state.construction === "baum") return slabs(picture, built);
    Paint.axes(picture, "projection t", "output and labels");
    if (!built.t.length) return;
    const scale = scales(picture, built);
    Paint.clip(picture);
    if (built.network)
      (({ inoue: zigzag, "one-knot": groups })[state.construction] ?? pieces)(picture, built, scale, state);
    const { t, y, rows, collisions } = built, { X, Y } = scale, { context, h } = picture;
    t.forEach((value, i) => {
      const chosen = rows[i] === state.chosen;
      Paint.dot(picture, X(value), Y(y[i]), t.length > 80 ? 3 : 5, ofLabel(y[i]),
        chosen ? ink.accent : ink.ink, chosen ? 3 : 1);
    });
    context.strokeStyle = ink.alarm;
    context.lineWidth = 3;
    for (const [i] of collisions)
      context.strokeRect(X(t[rows.indexOf(i)]) - 8, TOP + 2, 16, h - TOP - BOTTOM - 4);
    context.restore();
  }

  // Theorem 1: straight between its knots, coloured by the layer that holds the piece.
  function pieces({ context, h }, built, { X, Y, from, to }, state) {
    const { b } = built.network, ends = [from, ...b.filter((v) => v > from), to];
    const shares = Theorem.layers(built.t.length, state.depth);
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
    ticks({ context, h }, b.map(X));
  }

  function ticks({ context, h }, places) {
    context.strokeStyle = ink.accent;
    context.lineWidth = 1;
    context.beginPath();
    for (const x of places) {
      context.moveTo(x, h - BOTTOM);
      context.lineTo(x, h - BOTTOM - 9);
    }
    context.stroke();
  }

  const SAMPLES = 1000;
  const between = (from, to) =>
    Array.from({ length: SAMPLES + 1 }, (_, k) => from + ((to - from) * k) / SAMPLES);

  // Inoue: up and down between the points, on bands that are the groups.
  function zigzag({ context, w, h }, built, { X, Y, from, to }) {
    bands({ context, h }, built.knots.map(X).concat(w - RIGHT));
    context.strokeStyle = ink.ink;
    context.lineWidth = 1.5;
    context.beginPath();
    for (const t of [...between(from, to), ...built.t].sort((one, other) => one - other))
      context.lineTo(X(t), Y(built.value(t)));
    context.stroke();
    ticks({ context, h }, built.knots.map(X));
  }

  // One knot a group: a class at every integer, and hardly two alike beside each other.
  function groups({ context, h }, built, { X, Y, from, to }) {
    const ends = built.groups.map((i) => (built.t[i] + built.t[i + 1]) / 2);
    bands({ context, h }, [built.t[0], ...ends, to].map(X));
    context.fillStyle = ink.soft;
    for (const t of between(from, to)) context.fillRect(X(t) - 0.75, Y(built.value(t)) - 0.75, 1.5, 1.5);
    ticks({ context, h }, ends.map(X));
  }

  function bands({ context, h }, edges) {
    context.fillStyle = rgb(COLOURS[5], 0.16);
    for (let k = 0; k + 1 < edges.length; k += 2)
      context.fillRect(edges[k], TOP, edges[k + 1] - edges[k], h - TOP - BOTTOM);
  }

  // Baum: all points as each pair of units sees them; between the two is the band in the middle.
  function slabs(picture, { groups: all, t, y, rows, points }) {
    const { context, w, h } = picture;
    Paint.axes(picture, "distance from the middle of the slab, in powers of ten", "");
    const middle = (LEFT + w - RIGHT) / 2, tall = (h - TOP - BOTTOM) / all.length, unit = (w - LEFT - RIGHT) / 2;
    const seen = all.map(({ slab: { normal, low, high } }) => {
      const v = rows.map((i) => normal[0] * points[i][0] + normal[1] * points[i][1]);
      const top = high ?? Math.max(...v) + 1;
      return v.map((value) => {
        const far = (value - (low + top) / 2) / ((top - low) / 2);
        return Math.sign(far) * Math.log2(1 + Math.abs(far));
      });
    });
    const reach = 1.05 * Math.max(1, ...seen.map((row) => Math.max(...row.map(Math.abs))));
    context.fillStyle = rgb(COLOURS[5], 0.3);
    context.fillRect(middle - unit / reach, TOP, (2 * unit) / reach, h - TOP - BOTTOM);
    Paint.dots(picture, t.length > 80 ? 2 : 4, (dot) => seen.forEach((row, k) => row.forEach((far, i) =>
      dot(middle + (far / reach) * unit, TOP + (k + 0.5) * tall, ofLabel(y[i])))));
  }

  // --- 3. the heart of it --------------------------------------------------------------------

  function heart(built, state) {
    const picture = Paint.fresh("matrix");
    if (!built.network) return Paint.nothing(picture);
    const n = built.t.length;
    const label = {
      zhang: () => {
        const A = Theorem.matrix(built.t, built.network.b), most = A[n - 1][0] || 1;
        Paint.matrix(picture, n, n, (i, j) => (A[i][j] > 0 ? 0.25 + 0.75 * Math.sqrt(A[i][j] / most) : 0));
        return `${n} × ${n}; row i: point, column j: knot`;
      },
      inoue: () => {
        const g = built.t.map(built.unitsAt), most = Math.max(1, ...g.flat().map((v) => Math.log10(1 + Math.max(v, 0))));
        Paint.matrix(picture, built.q, n, (j, i) => (g[i][j] > 0 ? 0.3 + (0.7 * Math.log10(1 + g[i][j])) / most : 0));
        return `${built.q} × ${n}; row j: unit, column i: point`;
      },
      "one-knot": () => {
        if (!built.Z.length) return "one class: no digit is stored";
        const bit = (Z, k) => Math.floor((Z / built.one) * 2 ** (k + 1)) % 2;
        Paint.matrix(picture, built.Z.length, built.bits, (g, k) =>
          (bit(built.Z[g], k) ? 0.95 : 0.12) - (Math.floor(k / built.rho) % 2 ? 0.1 : 0));
        return `${built.Z.length} × ${built.bits}; row: group, column: bit`;
      },
      baum: () => {
        if (!built.groups.length) return "one class: no unit";
        Paint.matrix(picture, built.groups.length, n, (k, i) =>
          (built.holds(built.groups[k].slab, built.points[built.rows[i]]) ? 1 : 0));
        return `${built.groups.length} × ${n}; row: slab, column: point`;
      },
    }[state.construction]();
    const { context, w } = picture;
    context.fillStyle = ink.card;
    context.fillRect(w - RIGHT - context.measureText(label).width - 4, 5, w, 18);
    Paint.words(picture, label, w - RIGHT, 18, "right");
  }

  // --- 4. the weights ------------------------------------------------------------------------

  function weights(built, state) {
    const picture = Paint.fresh("weights"), zhang = state.construction === "zhang";
    Paint.axes(picture, zhang ? "hidden unit j" : "all weights and biases, layer by layer", "weight");
    if (!built.network) return Paint.nothing(picture);
    const shares = zhang && state.depth > 2 ? Theorem.layers(built.t.length, state.depth) : [];
    const values = zhang ? built.network.w : numbers(built.layers).map((one) => one.value);
    const layers = zhang
      ? shares.flatMap((count, layer) => Array(count).fill(layer))
      : numbers(built.layers).map((one) => one.layer);
    Paint.bars(picture, values, (j) => (layers.length ? rgb(COLOURS[(2 * layers[j]) % 6]) : ink.accent));
  }

  // The numbers of all layers: those of each direction, then the biases.
  function numbers(layers) {
    return layers.flatMap(({ directions, bias }, layer) => [
      ...directions.flatMap((row, k) => row.map(([column, value]) => ({ layer, what: `direction ${k + 1}, input ${column + 1}`, value }))),
      ...bias.flatMap((value, u) => (value === null ? [] : [{ layer, what: `bias of unit ${u + 1}`, value }])),
    ]);
  }

  return { alongTheLine, heart, weights, numbers };
})();
