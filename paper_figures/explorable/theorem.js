// The four steps of Theorem 1 in double precision, as `expressivity` computes them: the same
// operations in the same order, so that the numbers on the page are those of the Python code.
"use strict";

const Theorem = (() => {
  const bits = new DataView(new ArrayBuffer(8));

  // The distance from |x| to the next larger double: NumPy's spacing.
  function spacing(x) {
    const size = Math.abs(x);
    bits.setFloat64(0, size);
    bits.setBigInt64(0, bits.getBigInt64(0) + 1n);
    return bits.getFloat64(0) - size;
  }

  // The nearest integer, ties to even: NumPy's rint.
  function rint(x) {
    const size = Math.abs(x);
    return size < 2 ** 52 ? Math.sign(x) * (size + 2 ** 52 - 2 ** 52) : x;
  }

  function below(x) {
    if (x === 0) return -Number.MIN_VALUE;
    bits.setFloat64(0, x);
    bits.setBigInt64(0, bits.getBigInt64(0) + (x > 0 ? -1n : 1n));
    return bits.getFloat64(0);
  }

  // Step 1: the projections t_i = <a, z_i>.
  function project(points, a) {
    return points.map((z) => z.reduce((sum, value, k) => sum + a[k] * value, 0));
  }

  // The sample along the line: rows in the order of their projections; identical points are
  // merged, pairs that meet on one projection and points with two targets are named.
  function lay(points, y, a) {
    const t = project(points, a);
    const order = t.map((_, i) => i).sort((i, j) => t[i] - t[j] || i - j);
    const rows = [], collisions = [], contradictions = [];
    let run = []; // the distinct points on the current projection
    for (const i of order) {
      if (run.length && t[run[0]] !== t[i]) run = [];
      const twin = run.find((j) => points[i].every((value, k) => value === points[j][k]));
      if (twin === undefined) {
        if (run.length) collisions.push([run[0], i]);
        run.push(i);
        rows.push(i);
      } else if (y[twin] !== y[i]) contradictions.push([twin, i]);
    }
    return { t: rows.map((i) => t[i]), y: rows.map((i) => y[i]), rows, collisions, contradictions };
  }

  // Step 2: the first knot one range to the left, each other a share of the gap after its
  // projection; 0 puts it at the projection itself, which is what the package does.
  function knots(t, share = 0) {
    const n = t.length;
    const span = n > 1 ? t[n - 1] - t[0] : Math.max(1, Math.abs(t[0]));
    const b = [Math.min(t[0] - span, below(t[0]))];
    for (let j = 1; j < n; j++) b.push(t[j - 1] + share * (t[j] - t[j - 1]));
    return b;
  }

  // Step 3: A_ij = max(t_i - b_j, 0).
  function matrix(t, b) {
    return t.map((ti) => b.map((bj) => Math.max(ti - bj, 0)));
  }

  // Step 4 for knots at the previous projections: weights are differences of slopes, which are
  // rounded so that these differences are exact.
  function solve(t, b, y) {
    const s = t.map((tj, j) => (y[j] - (j ? y[j - 1] : 0)) / (tj - b[j]));
    const n = s.length;
    const rounded = s.map((sj, j) => {
      let grid = spacing(sj);
      if (j > 0) grid = Math.max(grid, 2 * spacing(sj - s[j - 1]));
      if (j < n - 1 && t[j] - b[j] <= t[n - 1] - t[j])
        grid = Math.max(grid, 2 * spacing(s[j + 1] - sj));
      return rint(sj / grid) * grid;
    });
    return rounded.map((sj, j) => (j ? sj - rounded[j - 1] : sj));
  }

  // Step 4 for knots anywhere in the gaps: forward substitution, O(n), which multiplies errors by
  // (b_{j+1} - t_j) / (t_{j+1} - b_{j+1}) at every step.
  function solveAnywhere(t, b, y) {
    const w = [];
    let slope = 0;
    for (let j = 0; j < t.length; j++) {
      const before = j ? y[j - 1] + slope * (b[j] - t[j - 1]) : 0;
      const next = (y[j] - before) / (t[j] - b[j]);
      w.push(next - slope);
      slope = next;
    }
    return w;
  }

  // The literal network at one projection: sum_j w_j max(t - b_j, 0), from the left.
  function literal(t, b, w) {
    let sum = 0;
    for (let j = 0; j < b.length && b[j] < t; j++) sum += w[j] * (t - b[j]);
    return sum;
  }

  // The same function in pieces: its value at each knot and the slope to the right of it.
  function compile(b, w) {
    const value = [0], slope = [w[0]];
    for (let j = 1; j < b.length; j++) {
      value.push(value[j - 1] + slope[j - 1] * (b[j] - b[j - 1]));
      slope.push(slope[j - 1] + w[j]);
    }
    return (t) => {
      if (t <= b[0]) return 0;
      let low = 0, high = b.length;
      while (high - low > 1) {
        const middle = (low + high) >> 1;
        if (b[middle] <= t) low = middle;
        else high = middle;
      }
      return value[low] + slope[low] * (t - b[low]);
    };
  }

  // How the corollary shares out n hidden units over depth - 1 hidden layers.
  function layers(n, depth) {
    const share = Math.floor(n / (depth - 1)), more = n % (depth - 1);
    return Array.from({ length: depth - 1 }, (_, layer) => share + (layer < more ? 1 : 0));
  }

  // The number of weights: 2n + d, or the corollary's for one output and depth > 2.
  function count(n, d, depth) {
    if (depth === 2) return 2 * n + d;
    const units = layers(n, depth), last = units[units.length - 1], inner = depth - 3;
    const line = d + units[0] + 3 * (n - units[0]) + 2 * inner;
    return line + 2 * (n - last) + 4 * inner + last + 2;
  }

  // The largest hidden layer: its units and the channels that hand on projection and value.
  function width(n, depth) {
    if (depth === 2) return n;
    const units = layers(n, depth), last = units.length - 1;
    const inner = units.slice(1, last).map((h) => h + 4);
    return Math.max(units[0] + 2, units[last] + 2, ...inner);
  }

  // The counts of the network of a depth, and the formula of its weights.
  function size(n, d, depth) {
    const carried = depth === 2 ? 0 : 2 + 4 * (depth - 3) + 2;
    const formula = depth === 2 ? "2n + d" : "5n + d + 6 (L − 3) + 2 − 2h − l, h and l kinks in the first and last layer";
    return { weights: count(n, d, depth), hidden: n + carried, depth, formula };
  }

  // All of it. `network` is null where there is none, and `why` says why.
  function build(points, y, a, share = 0) {
    const line = lay(points, y, a);
    if (line.contradictions.length)
      return { ...line, network: null, why: "two labels at one point: no function has both" };
    if (line.collisions.length)
      return { ...line, network: null, why: "distinct points share a projection: turn the direction" };
    if (line.t.length === 0) return { ...line, network: null, why: "no point yet: add one" };
    const b = knots(line.t, share);
    const w = share === 0 ? solve(line.t, b, line.y) : solveAnywhere(line.t, b, line.y);
    const residual = line.t.reduce(
      (most, t, i) => Math.max(most, Math.abs(literal(t, b, w) - line.y[i])), 0);
    return { ...line, network: { a, b, w }, value: compile(b, w), residual, why: "" };
  }

  return { spacing, rint, project, lay, knots, matrix, solve, solveAnywhere, literal, compile,
    layers, count, width, size, build };
})();
