"""
A network of two variables that varies along one
================================================

All hidden units share the direction *a*: over the plane the network is a ridge, constant at right
angles to *a*, and still gives each of 30 points its own random label.
"""

import matplotlib.pyplot as plt
import numpy as np

from expressivity import interpolate

rng = np.random.default_rng(1)
X, y = rng.uniform(-1, 1, (30, 2)), rng.integers(0, 4, 30)
net = interpolate(X, y)

side = np.linspace(-1.1, 1.1, 400)
grid = np.stack(np.meshgrid(side, side), axis=-1).reshape(-1, 2)
image = np.clip(net.compiled(grid).reshape(400, 400), -1, 4)
plt.imshow(image, origin="lower", extent=(-1.1, 1.1, -1.1, 1.1), cmap="viridis", alpha=0.6)
plt.scatter(*X.T, c=y, cmap="viridis", edgecolor="k", vmin=-1, vmax=4)
a = net.a / np.linalg.norm(net.a)
plt.annotate("a", xytext=(0, 0), xy=(a[0], a[1]), arrowprops={"arrowstyle": "->"}, fontsize=14)
plt.title("output of the network, clipped to [-1, 4]")
plt.show()
