// What all pictures are drawn with: canvases, colours, axes, bitmaps.
"use strict";

const Paint = (() => {
  const COLOURS = ["#0072B2", "#E69F00", "#009E73", "#D55E00", "#CC79A7", "#56B4E9", "#F0E442",
    "#8a8a8a", "#7a4fbf", "#8c510a"].map((hex) => [1, 3, 5].map((k) => parseInt(hex.slice(k, k + 2), 16)));
  const LEFT = 34, RIGHT = 8, TOP = 10, BOTTOM = 22; // margins of panels with axes
  const ink = {};

  function readInk() {
    const style = getComputedStyle(document.documentElement);
    for (const name of ["ink", "line", "soft", "card", "accent", "alarm"])
      ink[name] = style.getPropertyValue(`--${name}`).trim();
    ink.dark = matchMedia("(prefers-color-scheme: dark)").matches;
  }

  function fresh(id) {
    const canvas = document.getElementById(id), ratio = Math.min(window.devicePixelRatio || 1, 2);
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

  // Between the colours of two neighbouring labels; towards grey beyond all labels.
  function colour(value) {
    const top = COLOURS.length - 1;
    const inside = Math.min(Math.max(value, 0), top), low = Math.floor(inside), part = inside - low;
    const from = COLOURS[low], to = COLOURS[Math.min(low + 1, top)];
    const beyond = Math.min(1, Math.abs(value - inside) / 4);
    return from.map((c, k) => (c + part * (to[k] - c)) * (1 - beyond) + 128 * beyond);
  }

  const rgb = (c, alpha = 1) => `rgba(${c.map(Math.round).join(",")},${alpha})`;
  const ofLabel = (label) => COLOURS[label % COLOURS.length];
  const pixel = ([r, g, b]) => (255 << 24) | (b << 16) | (g << 8) | r;

  function axes({ context, w, h }, xWords, yWords) {
    context.strokeStyle = ink.line;
    context.lineWidth = 1;
    context.strokeRect(LEFT, TOP, w - LEFT - RIGHT, h - TOP - BOTTOM);
    words({ context }, xWords, w - RIGHT, h - 6, "right");
    words({ context }, yWords, LEFT + 4, TOP + 12);
  }

  function words({ context }, text, x, y, align = "left") {
    context.fillStyle = ink.soft;
    context.textAlign = align;
    context.fillText(text, x, y);
    context.textAlign = "left";
  }

  function clip({ context, w, h }) {
    context.save();
    context.beginPath();
    context.rect(LEFT, TOP, w - LEFT - RIGHT, h - TOP - BOTTOM);
    context.clip();
  }

  function dot({ context }, x, y, radius, fill, stroke = ink.ink, width = 1) {
    context.beginPath();
    context.arc(x, y, radius, 0, 7);
    context.fillStyle = rgb(fill);
    context.fill();
    context.strokeStyle = stroke;
    context.lineWidth = width;
    context.stroke();
  }

  function nothing({ context, w, h }) {
    words({ context }, "no network: see above", w / 2 - 60, h / 2);
  }

  const bitmap = document.createElement("canvas");

  // A matrix of shades from 0 (paper) to 1 (ink), stretched over the picture.
  function matrix({ context, w, h }, rows, columns, shade) {
    [bitmap.width, bitmap.height] = [columns, rows];
    const image = new ImageData(columns, rows), pixels = new Uint32Array(image.data.buffer);
    const [from, to] = ink.dark ? [[40, 44, 50], [120, 194, 245]] : [[255, 255, 255], [11, 98, 163]];
    const shades = Uint32Array.from({ length: 256 }, (_, s) => pixel(from.map((c, k) => c + (s / 255) * (to[k] - c))));
    for (let i = 0, p = 0; i < rows; i++)
      for (let j = 0; j < columns; j++, p++) pixels[p] = shades[Math.round(255 * shade(i, j))];
    bitmap.getContext("2d").putImageData(image, 0, 0);
    context.imageSmoothingEnabled = false;
    context.drawImage(bitmap, 0, 0, w, h);
  }

  // Many small squares: `draw` calls dot(x, y, colour) for each.
  function dots({ context, w, h }, size, draw) {
    [bitmap.width, bitmap.height] = [w, h].map(Math.round);
    const image = new ImageData(bitmap.width, bitmap.height), pixels = new Uint32Array(image.data.buffer);
    draw((x, y, fill) => {
      const left = Math.round(x - size / 2), top = Math.round(y - size / 2), value = pixel(fill);
      for (let row = top; row < top + size; row++)
        for (let column = left; column < left + size; column++) pixels[row * bitmap.width + column] = value;
    });
    bitmap.getContext("2d").putImageData(image, 0, 0);
    context.drawImage(bitmap, 0, 0, w, h);
  }

  // Bars on a scale of signed powers of ten; `fill` gives the colour of each.
  function bars(picture, values, fill) {
    const { context, w, h } = picture;
    const size = (v) => Math.sign(v) * Math.log10(1 + Math.abs(v));
    const most = values.reduce((top, v) => Math.max(top, Math.abs(size(v))), 1) * 1.05;
    const middle = (TOP + h - BOTTOM) / 2, unit = (h - TOP - BOTTOM) / 2 / most;
    const every = Math.max(1, Math.ceil(most / 4));
    for (let power = 0; power <= most; power += every)
      for (const sign of power ? [1, -1] : [1])
        words(picture, power ? `${sign < 0 ? "−" : ""}1e${power}` : "0", LEFT - 3,
          middle - sign * unit * size(power ? 10 ** power : 0) + 4, "right");
    const across = (w - LEFT - RIGHT) / values.length;
    values.forEach((value, j) => {
      const tall = unit * size(value);
      context.fillStyle = fill(j);
      context.fillRect(LEFT + j * across, middle - Math.max(tall, 0), Math.max(1, across * 0.8), Math.abs(tall));
    });
  }

  return { COLOURS, LEFT, RIGHT, TOP, BOTTOM, ink, readInk, fresh, colour, rgb, ofLabel, pixel, axes,
    words, clip, dot, nothing, matrix, dots, bars };
})();
