// Labels of finitely many classes by bit extraction with one ReLU a group, with numbers so short
// that doubles are exact: `expressivity/memorizers/one_knot.py`, float64 = True.
"use strict";

const OneKnot = (() => {
  const { bitLength, classBits } = Extraction;
  const floorMod = (v, by) => v - Math.floor(v / by) * by;
  const last = (list) => list[list.length - 1];

  // The projections as integers t (from 0 on) times 2^exponent, and the direction as the shortest
  // integers. Coordinates are multiples of 2^-10, directions of 2^-28.
  function integerLine(points, rows, a) {
    const [whole, zeros] = shortest(a.map((v) => v * 2 ** 28));
    const [t, more] = shortest(Theorem.project(rows.map((i) => points[i].map((v) => v * 2 ** 10)), whole));
    const exponent = more - 10;
    return { a: whole, t: t.map((v) => v - t[0]), first: t[0], exponent, scale: 2 ** (28 - zeros - exponent) };
  }

  // Integers without their common factors of 2, and how many those were.
  function shortest(whole) {
    let zeros = 0;
    for (; whole.some((v) => v) && whole.every((v) => v % 2 === 0); zeros++) whole = whole.map((v) => v / 2);
    return [whole, zeros];
  }

  // NumPy's default_rng(0).integers(1, 2^(h + 1)), one call after the other: the shifts of keys.
  const draws = [];
  function generator() {
    let place = 0;
    const next = () => {
      if (place >= draws.length) more();
      return draws[place++];
    };
    return (h) => {
      const range = 2 ** (h + 1) - 1;
      if (range === 1) return 1;
      let product;
      do product = BigInt(next()) * BigInt(range);
      while (Number(product & 0xffffffffn) < floorMod(2 ** 32 - range, range));
      return 1 + Number(product >> 32n);
    };
  }

  // PCG64, seeded as NumPy seeds it with 0: two draws of 32 bits a step.
  let pcg = 35399562948360463058890781895381311971n;
  function more() {
    const mask = (1n << 128n) - 1n;
    pcg = (pcg * 47026247687942121848144207491837523525n + 87136372517582989555478159403783844777n) & mask;
    const turn = pcg >> 122n, mixed = (pcg >> 64n) ^ (pcg & 0xffffffffffffffffn);
    const drawn = ((mixed >> turn) | (mixed << (64n - turn))) & 0xffffffffffffffffn;
    draws.push(Number(drawn & 0xffffffffn), Number(drawn >> 32n));
  }

  // --- keys: projections folded like a strip of paper ---------------------------------------

  function fold(t, shift, h) {
    const width = 2 ** (h + 1), rest = t + shift - Math.floor((t + shift) / width) * width;
    return Math.min(rest, width - rest);
  }

  // The numbers of the last stored point of each group but the last.
  const ends = (stored, m) =>
    Array.from({ length: Math.ceil(stored.length / m) - 1 }, (_, g) => stored[(g + 1) * m - 1]);

  // The least h, and a shift, with which no stored key is met by another point of its zone.
  function shortestKeys(t, stored, m, least) {
    const draw = generator(), rivals = neighbours(t, stored, m);
    for (let h = Math.min(least, bitLength(last(t)) + 1); ; h++)
      for (let attempt = 0; attempt < 64; attempt++) {
        const shift = attempt ? draw(h) : 0;
        let k = 0;
        while (k < rivals.length && fold(rivals[k], shift, h) !== fold(rivals[k + 1], shift, h)) k += 2;
        if (k === rivals.length) return { h, shift };
      }
  }

  // The projections of all pairs of a stored point and another of its zone, one after the other.
  function neighbours(t, stored, m) {
    const stops = [-1, ...ends(stored, m), t.length - 1], found = [];
    let zone = 0;
    for (const i of stored) {
      while (stops[zone + 1] < i) zone++;
      for (let j = stops[zone] + 1; j <= stops[zone + 1]; j++) if (j !== i) found.push(t[i], t[j]);
    }
    return Float64Array.from(found);
  }

  // How many pairs of a stored and another point share a zone, and the bits keys need for that.
  function pairs(stored, n, m) {
    const stops = [-1, ...ends(stored, m), n - 1], G = stops.length - 1;
    return stops.slice(1).reduce((sum, stop, g) =>
      sum + (g < G - 1 ? m : stored.length - m * (G - 1)) * (stop - stops[g] - 1), 0);
  }
  const likelyBits = (meeting) => Math.max(Math.ceil(Math.log2(Math.max(meeting / 4, 1))), 1);

  // --- the staircase ------------------------------------------------------------------------

  const folds = (largest, one) => bitLength(Math.ceil(largest / one) - 1);

  // Lead z modulo 2 through the numbers Z of the groups, one knot between two of them.
  function staircase(lasts, Z, one) {
    const stops = lasts.map((t) => t * one), knots = [], changes = [];
    let alpha = Z[0], slope = 0, low = alpha, high = alpha;
    for (let g = 0; g + 1 < Z.length; g++) {
      let change = -slope;
      if (slope === 0) {
        const step = 2 * (stops[g + 1] - stops[g]);
        const up = Math.max(high, alpha + step) - low, down = high - Math.min(low, alpha - step);
        change = up <= down ? 2 : -2;
      }
      const knot = stops[g] + floorMod(((alpha - Z[g + 1]) / 4) * change, one);
      alpha -= change * knot;
      slope += change;
      low = Math.min(low, alpha + slope * knot);
      high = Math.max(high, alpha + slope * knot);
      knots.push(knot);
      changes.push(change);
    }
    const finish = alpha + slope * last(stops);
    const lift = -Math.floor(Math.min(low, finish) / (2 * one)) * 2 * one;
    return { start: Z[0] + lift, knots, changes, folds: folds(Math.max(high, finish) + lift, one) };
  }

  // --- the plan -----------------------------------------------------------------------------

  const groupsOf = (plan) => Math.ceil(plan.stored / plan.m);
  const rhoOf = (plan, C) => plan.h + 2 + classBits(C);

  // How many knots a layer may have for all sums to be doubles; 0 for none.
  function knotsInDoubles(plan, lasts, C) {
    const room = 53 - (plan.m * rhoOf(plan, C) + 2);
    const most = room > 0 ? 2 ** room - Math.floor(2 ** (room - 16)) : 0;
    const reading = (2 + 2 * 2 ** classBits(C)) * 2 ** (plan.h + 1);
    if (Math.max(3 * 2 ** (plan.folds + plan.h), 3 * 2 ** plan.zFolds, reading) > most) return 0;
    let sum = 2 ** plan.zFolds, knots = 0;
    for (const stop of lasts.slice(0, -1)) {
      sum += 2 * (last(lasts) - stop);
      if (sum > most) return knots - (knots % 2);
      knots++;
    }
    return Math.max(knots, 1);
  }

  // The plan of the fewest nonzero weights, with its numbers; null where doubles have no room.
  function made(t, stored, labels, d, C, exponent) {
    const bits = bitLength(last(t)), drafts = [];
    const lastsOf = (m) => [...ends(stored, m).map((i) => t[i]), last(t)];
    for (let m = 1; m <= stored.length; m++) {
      const h = likelyBits(pairs(stored, t.length, m)), lasts = lastsOf(m);
      const width = Math.max(0, ...lasts.slice(1).map((v, g) => v - lasts[g]));
      const plan = { stored: stored.length, bits, m, h, folds: Math.max(bits + 1 - h, 0), zFolds: folds(4 * width, 1) };
      plan.knots = knotsInDoubles(plan, lasts, C);
      if (plan.knots < 1) break;
      drafts.push({ plan, nonzero: count(plan, d, C).nonzero });
      if (drafts.length > 4 && last(drafts).nonzero > 1.5 * Math.min(...drafts.map((v) => v.nonzero))) break;
    }
    const found = [];
    for (const draft of drafts.sort((one, other) => one.nonzero - other.nonzero)) {
      const candidate = withNumbers(t, stored, labels, draft.plan, lastsOf(draft.plan.m), C, exponent);
      candidate.plan.knots = knotsInDoubles(candidate.plan, lastsOf(draft.plan.m), C);
      if (candidate.plan.knots >= 1 && exponent <= candidate.bits + 1) found.push(candidate);
      if (found.length === 3) break;
    }
    return found.map((one) => ({ one, nonzero: count(one.plan, d, C).nonzero }))
      .reduce((best, next) => (best === null || next.nonzero < best.nonzero ? next : best), null)?.one ?? null;
  }

  function withNumbers(t, stored, labels, draft, lasts, C, exponent) {
    const { h, shift } = shortestKeys(t, stored, draft.m, draft.h);
    const plan = { ...draft, h, folds: Math.max(bitLength(last(t) + shift) - h, 0) };
    const rho = rhoOf(plan, C), bits = plan.m * rho + 1, one = 2 ** Math.max(bits + 1, exponent);
    const digits = stored.map((i, k) => fold(t[i], shift, h) * 2 ** (classBits(C) + 1) + 2 * labels[k]);
    const Z = Extraction.encode(Extraction.inGroups(digits, plan.m, rho), rho).map((z) => z * (one / 2 ** bits));
    const stairs = staircase(lasts, Z, one);
    return { plan: { ...plan, zFolds: stairs.folds }, shift, stairs, one, Z, bits };
  }

  // The counts of a plan.
  function count(plan, d, C) {
    const found = [Layers.shape([d, 1, 1])];
    let left = groupsOf(plan) - 1, before = 0, start = 1;
    while (left || found.length === 1) {
      const hinges = Math.min(left, plan.knots);
      found.push(Layers.shape([1, 1 + hinges, hinges], ...(before ? [[before, 1, start]] : [])));
      start = before ? 0 : 1;
      before = hinges + (before > 0);
      left -= hinges;
    }
    found.push(Layers.shape([before, 1, start], [1, 1, 1]));
    let z = 1, key = 1;
    for (let step = 0; step < Math.max(plan.folds, plan.zFolds); step++) {
      const [bends, folding] = [step < plan.zFolds, step < plan.folds];
      found.push(Layers.shape(bends ? [z, 2, 1] : [z, 1, 0], folding ? [key, 2, 1] : [key, 1, 0]));
      [z, key] = [1 + bends, 1 + folding];
    }
    return Layers.total([...found, ...Extraction.shapes(z, key, plan.m, rhoOf(plan, C), C)]);
  }

  // The counts that random points lead to; what Python's `size` says before anything is built.
  function size(n, d, C) {
    const stored = n - Math.ceil(n / C), bits = Math.ceil(2 * Math.log2(Math.max(n, 2)));
    if (stored === 0) return { weights: 1, nonzero: 1, hidden: 0, depth: 1 };
    let best = null, first = 0;
    for (let m = 1; m <= stored; m++) {
      const h = likelyBits(m * n), G = Math.ceil(stored / m);
      const zFolds = G > 1 ? Math.max(bits + 5 - bitLength(G), 2) : 0;
      const plan = { stored, bits, m, h, folds: Math.max(bits + 1 - h, 0), zFolds, knots: Math.max(G - 1, 1) };
      const found = count(plan, d, C);
      first ||= found.nonzero;
      if (best === null || found.nonzero < best.nonzero) best = found;
      if (m > 4 && found.nonzero > 2 * first) break;
    }
    return best;
  }

  // --- the network --------------------------------------------------------------------------

  function layers({ plan, shift, stairs, one }, line, values) {
    const found = [Layers.layer([Layers.dense(line.a.map((v) => (v * one) / 2 ** line.exponent))], [-line.first * one])];
    const { knots, changes } = stairs;
    let z = [], start = stairs.start;
    for (let from = 0; from < Math.max(knots.length, 1); from += plan.knots) {
      const hinges = knots.slice(from, from + plan.knots);
      const directions = [[[0, 1]]], bias = [null, ...hinges.map((k) => -k)], unit = bias.map(() => 0);
      const before = z.length > 0;
      if (before) {
        directions.push(z);
        bias.push(start);
        unit.push(1);
      }
      found.push(Layers.layer(directions, bias, { unit }));
      start = before ? null : start;
      z = [...(before ? [[unit.length - 1, 1]] : []),
        ...hinges.map((_, i) => [1 + i, changes[from + i]])];
    }
    found.push(Layers.layer([z, [[0, 1]]], [start, shift * one]));
    let key = [[1, 1]];
    z = [[0, 1]];
    for (let step = 0; step < Math.max(plan.zFolds, plan.folds); step++) {
      const bias = [], unit = [], rows = [];
      [[plan.zFolds - 1 - step, 0], [plan.folds - 1 - step, plan.h]].forEach(([k, more], number) => {
        const place = unit.length, folding = k >= 0;
        bias.push(null, ...(folding ? [-one * 2 ** (k + more)] : []));
        unit.push(number, ...(folding ? [number] : []));
        rows.push(folding ? [[place, 1], [place + 1, -2]] : [[place, 1]]);
      });
      found.push(Layers.layer([z, key], bias, { unit }));
      [z, key] = rows;
    }
    return [...found, ...Extraction.layers(z, key, one, plan.m, rhoOf(plan, values.length), plan.h + 1, values)];
  }

  // The network at the integer projection T - first: what `layers` compute, exactly.
  function evaluate({ plan, shift, stairs, one }, values, T) {
    const relu = (v) => Math.max(v, 0), t = relu(T) * one;
    let z = stairs.start;
    for (let i = 0; i < stairs.knots.length && stairs.knots[i] < t; i++)
      z += stairs.changes[i] * (t - stairs.knots[i]);
    z = relu(z);
    let key = t + shift * one;
    for (let step = 0; step < Math.max(plan.zFolds, plan.folds); step++) {
      const bends = plan.zFolds - 1 - step, folding = plan.folds - 1 - step;
      z = relu(z) - (bends >= 0 ? 2 * relu(z - one * 2 ** bends) : 0);
      key = relu(key) - (folding >= 0 ? 2 * relu(key - one * 2 ** (folding + plan.h)) : 0);
    }
    return Extraction.read(z, key, one, plan.m, rhoOf(plan, values.length), plan.h + 1, values);
  }

  // The network of the sample laid along a.
  function build(points, { rows, y }, a) {
    const line = integerLine(points, rows, a);
    const { values, labels } = Extraction.defaultFirst(y), C = values.length;
    const stored = labels.map((_, i) => i).filter((i) => labels[i] > 0);
    if (!stored.length) {
      const constant = Layers.layer([[]], [values[0]], { activation: "identity" });
      return { layers: [constant], value: () => values[0], line, groups: [], Z: [] };
    }
    const found = made(line.t, stored, stored.map((i) => labels[i]), a.length, C, line.exponent);
    if (found === null)
      return { why: "its numbers would be longer than doubles: take fewer points or classes" };
    const value = (t) => evaluate(found, values, Math.round(t * line.scale) - line.first);
    const { plan, Z, one, bits } = found;
    return { layers: layers(found, line, values), value, line, groups: ends(stored, plan.m), plan,
      Z, one, bits, rho: rhoOf(plan, C) };
  }

  return { build, size };
})();
