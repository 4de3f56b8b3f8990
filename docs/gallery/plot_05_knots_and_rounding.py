"""
Why the knots stand at the projections
======================================

Forward substitution multiplies rounding errors by ``(b_{j+1} - t_j) / (t_{j+1} - b_{j+1})``. Exact
rational residuals of the solutions for knots that lie a share of each gap further.
"""

from fractions import Fraction

import matplotlib.pyplot as plt
import numpy as np

from expressivity.triangular import solve_dense


def exact_residual(t, b, w, y):
    """Return the largest |sum_j w_j max(t_i - b_j, 0) - y_i|, nothing rounded."""
    t, b, w, y = ([Fraction(float(v)) for v in values] for values in (t, b, w, y))
    sums = (sum(wj * (ti - bj) for bj, wj in zip(b, w, strict=True) if bj < ti) for ti in t)
    return max(abs(float(s - yi)) for s, yi in zip(sums, y, strict=True))


rng = np.random.default_rng(0)
t, y = np.sort(rng.uniform(0, 1, 60)), rng.standard_normal(60)
shares = np.linspace(0, 0.9, 19)
errors = []
for share in shares:
    b = np.concatenate(([t[0] - 1], t[:-1] + share * np.diff(t)))
    errors.append(exact_residual(t, b, solve_dense(t, b, y), y))
plt.semilogy(shares, errors, "o-")
plt.xlabel("place of each knot in its gap")
plt.ylabel("largest exact residual")
plt.title("60 points on a line, double precision")
plt.show()
