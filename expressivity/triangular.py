"""Steps 3 and 4 of the proof: the lower triangular system A w = y, A_ij = max(t_i - b_j, 0)."""

from __future__ import annotations

import numpy as np
import scipy.linalg
from numpy.typing import NDArray


def solve(
    t: NDArray[np.float64], b: NDArray[np.float64], y: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Solve A w = y for knots at the previous projections: weights are differences of slopes.

    s_1 = y_1 / (t_1 - b_1), s_j = (y_j - y_{j-1}) / (t_j - b_j); w_1 = s_1, w_j = s_j - s_{j-1}.

    Parameters
    ----------
    t, b, y : float64 arrays (n,), sorted projections, knots b_1 < t_1 and b_{j+1} = t_j, targets

    Returns
    -------
    w : float64 array (n,)

    Raises
    ------
    ValueError
        if a slope overflows, naming the targets' step and the gap. Cost O(n).
    """
    with np.errstate(over="ignore", invalid="ignore"):
        w = np.diff(slopes(t, b, y), prepend=0.0)
    if not np.isfinite(w).all():
        j = int(np.argmin(np.isfinite(w)))
        raise ValueError(
            f"y changes too steeply for double precision: to {y[j]:g} across a projection gap of "
            f"{t[j] - b[j]:g}; scale y down or X up"
        )
    return w


def slopes(
    t: NDArray[np.float64], b: NDArray[np.float64], y: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the slope of the piecewise-linear interpolant to the left of each t_j, shape (n,)."""
    return np.diff(y, prepend=0.0) / (t - b)


def solve_dense(
    t: NDArray[np.float64], b: NDArray[np.float64], y: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Solve A w = y by forward substitution for any interleaved knots: the textbook's way.

    A reference for tests and teaching. Shapes as in `solve`. Cost O(n^2) time and memory.
    Source: Theorem 1, step 4, and Lemma 1.
    """
    return scipy.linalg.solve_triangular(triangular_matrix(t, b), y, lower=True)


def triangular_matrix(t: NDArray[np.float64], b: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return A_ij = max(t_i - b_j, 0), shape (n, n). Cost O(n^2). Source: Theorem 1, step 3."""
    return np.maximum(t[:, None] - b[None, :], 0.0)


def is_triangular(t: NDArray[np.float64], b: NDArray[np.float64]) -> bool:
    """Tell whether A is lower triangular with a positive diagonal, without forming it.

    Row i is positive exactly where b_j < t_i, so for sorted b it must be so in i places.
    Cost O(n log n).
    """
    positive = np.searchsorted(b, t, side="left")
    return bool((np.diff(b) >= 0).all() and (positive == np.arange(1, len(t) + 1)).all())
