"""
Directions and their least gap
==============================

Slopes are as steep as the inverse of the least gap between projections. A random direction leaves
about range / n²; widening the smallest gaps, or making all equal where n <= d + 1, keeps weights
small.
"""

import matplotlib.pyplot as plt
import numpy as np

from expressivity import interpolate

sizes, d = [2**k for k in range(4, 12)], 256
for direction, look in (("gaussian", "o:"), ("widened", "s--"), (None, "^-")):
    gaps = []
    for n in sizes:
        X = np.random.default_rng(n).standard_normal((n, d))
        t = np.sort(X @ interpolate(X, np.zeros(n), direction=direction).a)
        gaps.append(np.diff(t).min() / (t[-1] - t[0]))
    plt.loglog(sizes, gaps, look, label=direction or "the default")
plt.loglog(sizes, [float(n) ** -2 for n in sizes], color="0.7", label="1 / n²")
plt.axvline(d + 1, color="0.8", ls=":")
plt.text(d + 1, 1e-6, " n = d + 1")
plt.xlabel("n")
plt.ylabel("least gap / range")
plt.legend()
plt.show()
