"""
The minimum-norm interpolant beside the constructed network
===========================================================

Both pass through the same random labels. The kernel's function of least norm is smooth between the
points; the constructed one goes straight from each to the next along its direction.
"""

import matplotlib.pyplot as plt
import numpy as np

from experiments.kernels import Gaussian, MinimumNormInterpolator
from expressivity import interpolate

rng = np.random.default_rng(3)
X, y = np.linspace(-1, 1, 16)[:, None], rng.choice([-1.0, 1.0], 16)
net = interpolate(X, y)
kernel = MinimumNormInterpolator(Gaussian(gamma=60.0)).fit(X, y)

line = np.linspace(-1.05, 1.05, 1000)[:, None]
plt.plot(line, net.compiled(line), label="2n + d network")
plt.plot(line, kernel.predict(line), "--", label="minimum-norm interpolant, Gaussian kernel")
plt.scatter(X, y, color="k", zorder=3)
plt.ylim(-3, 3)
plt.legend(loc="upper right")
plt.show()
