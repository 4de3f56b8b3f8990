// Labels as digits of one long number, drawn by tents and compared with a key: the operations of
// `expressivity/memorizers/digits.py`, where the encoding is explained.
"use strict";

const Extraction = (() => {
  const bitLength = (whole) => (whole < 1 ? 0 : Math.floor(Math.log2(whole)) + 1);
  const classBits = (C) => Math.max(bitLength(C - 1), 1);

  // Class numbers anew, the most frequent one 0: the old number of each, and the new labels.
  function defaultFirst(y) {
    const C = Math.max(...y) + 1, often = Array(C).fill(0);
    for (const label of y) often[label]++;
    const first = often.indexOf(Math.max(...often));
    const values = [first, ...often.map((_, k) => k).filter((k) => k !== first)];
    return { values, labels: y.map((label) => values.indexOf(label)) };
  }

  // Each row of digits of rho bits as z 2^(m rho + 1).
  function encode(rows, rho) {
    return rows.map((digits) => digits.reduceRight((z, K, j) => {
      const one = 2 ** ((digits.length - 1 - j) * rho + 1);
      return K * one + (K % 2 === 0 ? z : one - z);
    }, 1));
  }

  // Rows of m digits; missing ones are 2^rho - 1, which no key may meet.
  function inGroups(digits, m, rho) {
    const rows = Array.from({ length: Math.ceil(digits.length / m) }, () => Array(m).fill(2 ** rho - 1));
    digits.forEach((digit, k) => (rows[Math.floor(k / m)][k % m] = digit));
    return rows;
  }

  // The layers from rows z and key to the class; `one` is the integer that stands for 1.
  function layers(z, key, one, m, rho, bits, values) {
    const c = classBits(values.length), found = [];
    let V = [];
    for (let digit = 0; digit < m; digit++) {
      const more = digit < m - 1;
      let directions = [[...Layers.times(z, 2 ** bits), ...Layers.times(key, -1)]];
      let bias = [null, -one, -(one + one / 2 ** c)], unit = [0, 0, 0];
      for (let tent = 0; tent < (more ? rho : 1); tent++) {
        if (V.length) {
          unit.push(directions.length);
          directions.push(V);
          bias.push(null);
        }
        if (more) {
          unit.push(directions.length, directions.length, directions.length + 1);
          directions.push(z, key);
          bias.push(null, -one / 2, null);
        }
        found.push(Layers.layer(directions, bias, { unit }));
        const n = unit.length;
        [z, key] = [[[n - 3, 2], [n - 2, -4]], [[n - 1, 1]]];
        V = tent > 0 ? [[0, 1]] : [[0, 1], [1, -(1 + 2 ** c)], [2, 2 ** c], ...(V.length ? [[3, 1]] : [])];
        [directions, bias, unit] = [[], [], []];
      }
    }
    const ramps = [], output = [];
    for (let k = 1; k < values.length; k++) {
      ramps.push((-one * (2 * k - 1)) / 2 ** (c + 1), (-one * 2 * k) / 2 ** (c + 1));
      const rise = (values[k] - values[k - 1]) * 2 ** (c + 1);
      output.push(rise, -rise);
    }
    found.push(Layers.layer([V], ramps, { unit: ramps.map(() => 0) }));
    found.push(Layers.layer([Layers.dense(output)], [values[0] * one], { activation: "identity" }));
    return found;
  }

  // The class at numbers z and key: what `layers` compute.
  function read(z, key, one, m, rho, bits, values) {
    const c = classBits(values.length), relu = (v) => Math.max(v, 0);
    let V = 0;
    for (let digit = 0; digit < m; digit++) {
      const S = z * 2 ** bits - key;
      V = relu(V) + relu(S) - (1 + 2 ** c) * relu(S - one) + 2 ** c * relu(S - one - one / 2 ** c);
      for (let tent = 0; digit < m - 1 && tent < rho; tent++) {
        z = 2 * relu(z) - 4 * relu(z - one / 2);
        key = relu(key);
      }
    }
    let sum = values[0] * one;
    for (let k = 1; k < values.length; k++) {
      const ramp = relu(V - (one * (2 * k - 1)) / 2 ** (c + 1)) - relu(V - (one * 2 * k) / 2 ** (c + 1));
      sum += (values[k] - values[k - 1]) * 2 ** (c + 1) * ramp;
    }
    return sum / one;
  }

  // The shapes of `layers`, for rows z and key of so many entries.
  function shapes(z, key, m, rho, C) {
    const found = [];
    let V = 0;
    for (let digit = 0; digit < m; digit++) {
      const more = digit < m - 1;
      for (let tent = 0; tent < (more ? rho : 1); tent++) {
        found.push(Layers.shape(
          ...(tent === 0 ? [[z + key, 3, 2]] : []),
          ...(V ? [[V, 1, 0]] : []),
          ...(more ? [[z, 2, 1], [key, 1, 0]] : [])));
        [z, key, V] = [2, 1, tent === 0 ? 3 + (V > 0) : 1];
      }
    }
    const ramps = 2 * (C - 1);
    return [...found, Layers.shape([V, ramps, ramps]), Layers.shape([ramps, 1, 1])];
  }

  return { bitLength, classBits, defaultFirst, encode, inGroups, layers, read, shapes };
})();
