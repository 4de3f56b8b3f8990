"""
How many random labels fit into so many units
=============================================

Points that stay collinear along the projection share a unit of the construction: with few classes
some units are spared, with real targets none. Knots elsewhere could spare more.
"""

import matplotlib.pyplot as plt

from expressivity import capacity

widths = [4, 8, 16, 32, 64, 128]
for classes, look in ((2, "o-"), (10, "s--"), (None, "^:")):
    found = [capacity(width, d=8, n_classes=classes) for width in widths]
    plt.loglog(widths, found, look, label=f"{classes} classes" if classes else "real targets")
plt.xlabel("hidden units")
plt.ylabel("least n that no longer fits")
plt.legend()
plt.show()
