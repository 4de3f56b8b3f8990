"""
Through any labels
==================

The network of Theorem 1 on a line of 20 points with random labels: 2n + d weights, and the literal
sum of ReLUs passes through every point.
"""

import matplotlib.pyplot as plt
import numpy as np

from expressivity import interpolate

rng = np.random.default_rng(0)
X, y = np.sort(rng.uniform(-1, 1, (20, 1)), axis=0), rng.integers(0, 3, 20)
net = interpolate(X, y)

line = np.linspace(-1.1, 1.1, 2000)[:, None]
plt.plot(line, net(line), color="0.3", lw=1)
plt.scatter(X, y, c=y, cmap="viridis", zorder=3, edgecolor="k")
plt.title(f"{net.n_weights} weights, largest error {np.abs(net(X) - y).max():.0e}")
plt.xlabel("x")
plt.ylabel("network and labels")
plt.show()
