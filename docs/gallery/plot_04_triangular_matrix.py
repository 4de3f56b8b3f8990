"""
The triangular matrix
=====================

``A_ij = max(t_i - b_j, 0)`` with knots at the previous projection: zero above the diagonal,
positive on it. Right: the same with a knot moved past its projection, where the theorem's premise,
and the diagonal, break.
"""

import matplotlib.pyplot as plt
import numpy as np

from expressivity.knots import interleaved_knots
from expressivity.triangular import is_triangular, triangular_matrix

t = np.sort(np.random.default_rng(0).uniform(0, 1, 12))
b = interleaved_knots(t)
moved = b.copy()
moved[6] = (t[6] + t[7]) / 2

_, panels = plt.subplots(1, 2, figsize=(8, 3.8))
for panel, knots in zip(panels, (b, moved), strict=True):
    panel.imshow(triangular_matrix(t, knots), cmap="Blues")
    panel.set_title("triangular" if is_triangular(t, knots) else "a zero on the diagonal")
    panel.set_xlabel("knot j")
    panel.set_ylabel("point i")
plt.show()
