// Samples and directions. Coordinates and directions are multiples of powers of two, so that every
// projection is exact and two browsers, or a browser and Python, get the same one.
"use strict";

const Sample = (() => {
  const GRID = 2 ** 10, FINE = 2 ** 14;
  const snap = (value, grid) => Math.round(value * grid) / grid;

  // mulberry32: small, and the same numbers from the same seed everywhere.
  function random(seed) {
    let state = seed >>> 0;
    return () => {
      state = (state + 0x6d2b79f5) >>> 0;
      let mixed = Math.imul(state ^ (state >>> 15), state | 1);
      mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
      return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
    };
  }

  function gaussian(draw) {
    return Math.sqrt(-2 * Math.log(1 - draw())) * Math.cos(2 * Math.PI * draw());
  }

  function labels(n, classes, seed) {
    const draw = random(seed ^ 0x5bd1e995);
    return Array.from({ length: n }, () => Math.floor(classes * draw()));
  }

  // n points in the square [-1, 1]^2.
  function plane(n, classes, seed) {
    const draw = random(seed);
    const points = Array.from({ length: n }, () => [0, 0].map(() => snap(1.9 * draw() - 0.95, GRID)));
    return { points, y: labels(n, classes, seed), u: [1, 0], v: [0, 1], images: null };
  }

  // The first n digits in 64 dimensions, seen on the plane of two random directions u and v.
  function digits(n, data, seed) {
    const draw = random(seed);
    const axis = () => data.pixels[0].map(() => snap(gaussian(draw) / 256, FINE));
    return { points: data.pixels.slice(0, n), y: data.labels.slice(0, n), u: axis(), v: axis(),
      images: data.pixels.slice(0, n) };
  }

  // The direction cos(angle) u + sin(angle) v.
  function direction(sample, angle) {
    const c = snap(Math.cos(angle), GRID), s = snap(Math.sin(angle), GRID);
    return sample.u.map((u, k) => c * u + s * sample.v[k]);
  }

  return { snap, GRID, plane, digits, labels, direction, random };
})();
