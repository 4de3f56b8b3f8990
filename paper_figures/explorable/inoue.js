// Inoue 2019: two hidden layers of p and q units through any p q points. The operations are those
// of `expressivity/memorizers/inoue.py` in doubles, where the derivation stands.
"use strict";

const Inoue = (() => {
  const sign = (j) => (j % 2 ? -1 : 1);

  // q; the fewest weights, which is the default up to 1,000 points.
  function width(n) {
    const q = Math.min(n, Math.ceil(Math.sqrt(0.5) * Math.sqrt(n)));
    return Math.ceil(n / Math.ceil(n / q));
  }

  // The sorted points in p groups of q, every second one descending; the knots between them.
  function groups(t, y, q) {
    const n = t.length, p = Math.ceil(n / q), step = (t[n - 1] - t[0]) / n || 1;
    const more = Array.from({ length: p * q - n }, (_, k) => k + 1);
    const at = [...t, ...more.map((k) => t[n - 1] + step * k)];
    const target = [...y, ...more.map(() => y[n - 1])];
    const cut = (values) => Array.from({ length: p }, (_, i) => values.slice(i * q, (i + 1) * q));
    const x = cut(at), v = cut(target);
    const knots = x.map((row, i) => (i ? (x[i - 1][q - 1] + row[0]) / 2 : t[0]));
    for (let i = 1; i < p; i += 2) [x[i], v[i]] = [x[i].reverse(), v[i].reverse()];
    return { x, v, knots };
  }

  // What e_j s_i S_ij must reach at point j of a group: the slopes of the targets beside it.
  function least(x, v, j) {
    const q = x.length, e = sign(j);
    const before = j ? (e * (v[j] - v[j - 1])) / Math.abs(x[j] - x[j - 1]) : 0;
    const after = j < q - 1 ? (e * (v[j + 1] - v[j])) / Math.abs(x[j + 1] - x[j]) : q > 1 ? before : 0;
    return Math.max(before, after);
  }

  // The least first slope with which all slopes of unit j are steep enough.
  function firstSlope({ x, v, knots }, j) {
    let alpha = 0, beta = 1, first = least(x[0], v[0], j);
    for (let i = 1; i < x.length; i++) {
      const past = knots[i] - x[i - 1][j], ahead = x[i][j] - knots[i];
      alpha = (v[i][j] - v[i - 1][j] - alpha * past) / ahead;
      beta = (-beta * past) / ahead;
      first = Math.max(first, (least(x[i], v[i], j) - sign(j) * sign(i) * alpha) / Math.abs(beta));
    }
    return sign(j) * first;
  }

  // For each size the spacing of doubles that differences with its neighbours' have: sums of
  // multiples of it are exact.
  function places(sizes) {
    const q = sizes.length;
    return sizes.map((size, j) => Theorem.spacing(
      4 * Math.max(size, sizes[Math.max(j - 1, 0)], sizes[Math.min(j + 1, q - 1)])));
  }

  // The slopes S[i][j] of G_j, and its values at the first knot; rounded to multiples of `place`.
  function slopes({ x, v, knots }, first, place = null) {
    const round = (value, unit) => (place ? Theorem.rint(value / unit) * unit : value);
    const S = [first.map((slope, j) => round(slope, place?.[j]))];
    let value = S[0].map((slope, j) => v[0][j] + slope * (knots[0] - x[0][j]));
    const unit = places(value.map(Math.abs));
    value = value.map((start, j) => round(start, unit[j]));
    const start = value;
    for (let i = 1; i < x.length; i++) {
      value = value.map((now, j) => now + S[i - 1][j] * (knots[i] - knots[i - 1]));
      S.push(value.map((now, j) => round((v[i][j] - now) / (x[i][j] - knots[i]), place?.[j])));
    }
    return { S, start };
  }

  // The network of the sorted sample. `layers` are those of Python; `value` evaluates them.
  function build(t, y, a) {
    const q = width(t.length), cut = groups(t, y, q), { x, v, knots } = cut;
    const units = Array.from({ length: q }, (_, j) => j);
    const first = units.map((j) => firstSlope(cut, j));
    const unrounded = slopes(cut, first).S;
    const sizes = units.map((j) => Math.max(...unrounded.map((row) => Math.abs(row[j]))));
    const { S, start } = slopes(cut, first, places(sizes));
    const base = Math.min(...v.map((row) => row[0]));
    // Unit j is e_j (G_j - G_{j-1}): its slope m_ij between the knots, its value at the first.
    const m = units.map((j) => S.map((row) => sign(j) * (row[j] - (j ? row[j - 1] : 0))));
    const bias = units.map((j) => sign(j) * (start[j] - (j ? start[j - 1] : base)));
    const change = m.map((row) => row.map((slope, i) => (i ? slope - row[i - 1] : slope)));
    if (![...change.flat(), ...bias].every(Number.isFinite))
      return { why: "its slopes leave double precision: turn the direction, or take fewer points" };
    const layers = [
      Layers.layer([Layers.dense(a)], knots.map((k) => -k), { unit: knots.map(() => 0) }),
      Layers.layer(change.map(Layers.dense), bias),
      Layers.layer([Layers.dense(units.map(sign))], [base], { activation: "identity" }),
    ];
    // The units at every knot: between two of them they are straight.
    const at = m.map((row, j) => {
      const values = [bias[j]];
      for (let i = 1; i < knots.length; i++)
        values.push(values[i - 1] + row[i - 1] * (knots[i] - knots[i - 1]));
      return values;
    });
    function unitsAt(s) {
      let i = 0;
      while (i + 1 < knots.length && knots[i + 1] < s) i++;
      return units.map((j) => at[j][i] + m[j][i] * Math.max(s - knots[i], 0));
    }
    const value = (s) => unitsAt(s).reduce((sum, g, j) => sum + sign(j) * Math.max(g, 0), base);
    return { layers, value, unitsAt, knots, q };
  }

  return { build, width };
})();
