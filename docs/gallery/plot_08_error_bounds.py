"""
Seen, and bounded
=================

The largest error seen at the sample, and the rigorous bound, for the literal sum of ReLUs and for
the compiled form.
"""

import matplotlib.pyplot as plt
import numpy as np

from expressivity import interpolate

sizes = [2**k for k in range(5, 13)]
seen, bounds = {"literal": [], "compiled": []}, {"literal": [], "compiled": []}
for n in sizes:
    rng = np.random.default_rng(n)
    X, y = rng.standard_normal((n, 32)), rng.integers(0, 10, n)
    net = interpolate(X, y)
    for name, outputs in (("literal", net(X)), ("compiled", net.compiled(X))):
        seen[name].append(np.abs(outputs - y).max())
        bounds[name].append(getattr(net.error, name))
for name, colour in (("literal", "C0"), ("compiled", "C1")):
    plt.loglog(sizes, bounds[name], "--", color=colour, label=f"{name}: bound")
    plt.loglog(sizes, seen[name], "o-", color=colour, label=f"{name}: seen")
plt.xlabel("n")
plt.ylabel("largest error")
plt.legend()
plt.show()
