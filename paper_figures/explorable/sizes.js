// What each construction takes for n points in d dimensions, from formulas: `size` of the modules
// of `expressivity/memorizers`.
"use strict";

const Sizes = (() => {
  const inoue = (n, d) => {
    const q = Inoue.width(n), p = Math.ceil(n / q);
    return { weights: d + p + q * (p + 2) + 1, hidden: p + q, depth: 3 };
  };

  const baum = (n, d) => {
    const smaller = Math.floor(n / 2), pairs = Math.ceil(smaller / d);
    let [half, double] = 2 * pairs > Math.ceil(n / d) ? [1, pairs - 1] : [0, pairs];
    if (smaller === 0) [half, double] = [0, 0];
    else if (n <= d + 1) [half, double] = [1, 0];
    return { weights: half * (d + 2) + double * (d + 4) + 1, hidden: half + 2 * double, depth: half + double ? 2 : 1 };
  };

  const yun = (n, d) => {
    const q = Math.max(1, Math.min(n, Theorem.rint(Math.sqrt((2 * n) / 3)))), p = Math.ceil(n / q);
    return { weights: d + 2 * p * q + 2 * p + 3 * q, hidden: 2 * p - 1 + 2 * q, depth: 3 };
  };

  const residual = (n, d) => ({ weights: n * (2 * d + 1) + 1, hidden: n, depth: 2 * Math.ceil(n / d) + 1 });

  const bubeck = (n, d) => ({ weights: Math.ceil(n / d) * (2 * d + 8), hidden: 4 * Math.ceil(n / d), depth: 2 });

  const bitExtraction = (n, d, C) => {
    const stored = n - Math.ceil(n / C), bits = Math.ceil(2 * Math.log2(Math.max(n, 2))) + 1;
    if (stored === 0) return { weights: 1, hidden: 0, depth: 1 };
    const rho = bits + Extraction.classBits(C) + 2, each = 7 * rho + 14;
    const most = Math.min(stored, 2 + 2 * Math.ceil(((6 * stored) / each) ** 0.5));
    const cost = (m) => 6 * Math.ceil(stored / m) + m * each;
    let m = 1;
    for (let tried = 2; tried <= most; tried++) if (cost(tried) < cost(m)) m = tried;
    const hinges = 2 * (Math.ceil(stored / m) - 1);
    return Layers.total([
      Layers.shape([d, 1, 1]),
      Layers.shape([1, 1 + hinges, hinges]),
      Layers.shape([hinges, 1, 1], [1, 1, 0]),
      ...Extraction.shapes(1, 1, m, rho, C),
    ]);
  };

  // name, the labels it is for, and its counts (n, d, C) => { weights, hidden, depth }.
  return [
    { name: "zhang", of: "Theorem 1, Zhang et al. 2017", labels: "any real ones", size: (n, d) => Theorem.size(n, d, 2) },
    { name: "inoue", formula: "d + p + pq + 2q + 1, q ≈ √(n/2), p = ⌈n/q⌉", of: "Inoue 2019, two hidden layers", labels: "any real ones", size: inoue },
    { name: "yun", formula: "d + 2pq + 2p + 3q, q ≈ √(2n/3), p = ⌈n/q⌉", of: "Yun, Sra, Jadbabaie 2019, about 4√n units", labels: "any real ones", size: yun },
    { name: "bubeck", formula: "(2d + 8) ⌈n/d⌉", of: "Bubeck et al. 2020, four ReLUs carry d points", labels: "any real ones", size: bubeck },
    { name: "residual", formula: "n (2d + 1) + 1", of: "residual blocks", labels: "any real ones", size: residual },
    { name: "random-features", formula: "n (d + 2)", of: "a random first layer and a dense solve", labels: "any real ones",
      size: (n, d) => ({ weights: n * (d + 2), hidden: n, depth: 2 }) },
    { name: "baum", formula: "(d + 4) n/2d + 1 in general position", of: "Baum 1988, threshold units", labels: "two classes", size: baum },
    { name: "bit-extraction", formula: "by search for the best group", of: "bit extraction, after Vardi et al. 2022", labels: "finitely many classes", size: bitExtraction },
    { name: "one-knot", formula: "by search for the best group", of: "bit extraction with one knot a group", labels: "finitely many classes", size: OneKnot.size },
  ];
})();
