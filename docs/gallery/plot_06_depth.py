"""
Depth against width
===================

Corollary 1 shares the same knots out over more layers: the width falls like n / k, the number of
weights stays O(n + d).
"""

import matplotlib.pyplot as plt
import numpy as np

from expressivity import interpolate

rng = np.random.default_rng(0)
X, y = rng.standard_normal((1000, 10)), rng.standard_normal(1000)
depths = [2, 3, 4, 6, 11, 21, 51, 101]
nets = [interpolate(X, y, depth=k) for k in depths]
plt.loglog(depths, [net.n_weights for net in nets], "o-", label="weights")
plt.loglog(depths, [net.width for net in nets], "s--", label="width")
plt.xlabel("depth k")
plt.title("the same function of 1,000 random targets")
plt.legend()
plt.show()
