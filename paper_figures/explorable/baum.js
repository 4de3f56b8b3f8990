// Baum 1988: threshold units in the plane. Each pair of points of the smaller class lies between
// two parallel lines with no point of the other class; `expressivity/memorizers/baum.py` and
// `hyperplanes.py`, with pairs of neighbours along the direction instead of random ones.
"use strict";

const Baum = (() => {
  const inner = (normal, point) => normal[0] * point[0] + normal[1] * point[1];
  // As `frexp`: size is below 2^exponent.
  const exponent = (size) => (size > 0 ? Math.floor(Math.log2(size)) + 1 : 0);

  // A slab low <= <normal, x> < high of integers that holds the points inside and none outside;
  // `high` is null for a half-plane. The normal is near the given one and of few bits: it is rounded
  // where the coordinates, below 2^sizes, are brought to 1.
  function slab(points, sizes, normal, inside, outside, half = false) {
    const shift = sizes.map((size) => Math.max(...sizes, 0) - size);
    const scaled = normal.map((v, k) => v * 2 ** sizes[k]);
    const largest = Math.max(...scaled.map(Math.abs));
    for (const bits of [12, 16, 20, 26, 34]) {
      const whole = scaled.map((v, k) => Theorem.rint(v * (2 ** bits / largest)) * 2 ** shift[k]);
      const found = judged(points, whole, inside, outside, half);
      if (found) return found;
    }
    return null;
  }

  // Exact: sums of products of integers below 2^36 and multiples of 2^-10.
  function judged(points, normal, inside, outside, half) {
    const within = inside.map((i) => inner(normal, points[i]));
    const first = Math.min(...within), last = Math.max(...within);
    let below = -Infinity, above = Infinity;
    for (const i of outside) {
      const v = inner(normal, points[i]);
      if (v < first) below = Math.max(below, v);
      else if (v > last && !half) above = Math.min(above, v);
      else return null;
    }
    if (below === -Infinity) below = first - 4;
    if (above === Infinity) above = last + 4;
    // With four units between neighbours the middle, rounded up, is still one from each.
    const lift = 2 ** Math.max(0, 3 - exponent(Math.min(first - below, above - last)));
    const [low, high] = [first + below, last + above].map((v) => Math.ceil((v / 2) * lift));
    return { normal: normal.map((v) => v * lift), low, high: half ? null : high };
  }

  // The network of points with classes 0 and 1 in the order `rows` of their projections on a.
  function build(points, { rows, y }, a) {
    if (a.length !== 2) return { why: "drawn for points in the plane" };
    if (y.some((label) => label > 1)) return { why: "needs two classes: choose 2" };
    const of = [0, 1].map((label) => rows.filter((_, k) => y[k] === label));
    let fired = of[1].length <= of[0].length ? 1 : 0;
    const sizes = [0, 1].map((k) => exponent(Math.max(...points.map((point) => Math.abs(point[k])))));
    const groups = [];
    const n = rows.length, m = of[fired].length;
    // One pair too many for ceil(n / 2) units: the last point along a is cut off alone.
    if (n === 2 * m && m % 2) {
      fired = y[n - 1];
      const cut = of[fired].pop();
      groups.push({ rows: [cut], slab: slab(points, sizes, a, [cut], rows.filter((i) => i !== cut), true) });
    }
    const outside = of[1 - fired], left = [...of[fired]];
    while (left.length) {
      const pair = left.splice(0, 2);
      let found = pair.length === 2 ? slab(points, sizes, across(points, pair), pair, outside) : null;
      // No slab holds two points and not a third between them: then one at a time, along a.
      if (!found && pair.length === 2) left.unshift(pair.pop());
      found ??= slab(points, sizes, a, pair, outside);
      groups.push({ rows: pair, slab: found });
    }
    const slabs = groups.map((group) => group.slab);
    const holds = ({ normal, low, high }, point) => {
      const v = inner(normal, point);
      return v >= low && (high === null || v < high);
    };
    const value = (point) => (slabs.some((one) => holds(one, point)) ? fired : 1 - fired);
    return { layers: layers(slabs, fired), value, groups, holds, fired };
  }

  function across(points, [i, j]) {
    return [points[i][1] - points[j][1], points[j][0] - points[i][0]];
  }

  // x -> the fired class where any slab holds x.
  function layers(slabs, fired) {
    if (!slabs.length) return [Layers.layer([[]], [fired ? -1 : 0], { activation: "threshold" })];
    const bias = [], unit = [], signs = [];
    slabs.forEach(({ low, high }, k) => {
      bias.push(-low, ...(high === null ? [] : [-high]));
      unit.push(k, ...(high === null ? [] : [k]));
      signs.push(1, ...(high === null ? [] : [-1]));
    });
    const output = signs.map((sign) => (fired ? sign : -sign));
    return [
      Layers.layer(slabs.map((one) => Layers.dense(one.normal)), bias, { unit, activation: "threshold" }),
      Layers.layer([Layers.dense(output)], [fired ? -1 : 0], { activation: "threshold" }),
    ];
  }

  return { build, slab };
})();
