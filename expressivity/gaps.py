"""Directions whose projections lie far apart: the smaller the gaps, the steeper the network."""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.linalg
from numpy.typing import NDArray

from expressivity.projection import project

ROUNDS = 8
# How many pairs may be pushed apart, as shares of the d degrees of freedom of a direction:
# measured at n = 10,000 to 50,000 and d = 784 to 3,072, more than d / 4 reshuffle all the others.
FIRST_SHARE, LARGEST_SHARE = 16, 4


def widen(Z: NDArray[Any], a: NDArray[np.float64]) -> NDArray[np.float64]:
    """Change a direction a little so that the smallest gaps of its projections grow.

    Constraint generation: pairs of neighbours closer than the goal (the gap of rank d / 16) are
    asked to lie exactly the goal apart, by the smallest change of the first direction that does
    so (least squares); pairs that came too close are added, and no pair is ever let go.

    Parameters
    ----------
    Z : real array (n, d) of distinct points
    a : float64 array (d,)

    Returns
    -------
    float64 array (d,), the direction with the largest least gap relative to the range that was
    met; `a` itself where d < 16, which leaves no freedom.

    Cost: at most 8 projections, O(n d + n log n) each, and O(d^3) / 64.
    """
    n, d = Z.shape
    rank = min(d // FIRST_SHARE, n - 1)
    if rank == 0:
        return a
    best, best_gap = a, -1.0
    left = right = np.empty(0, dtype=np.int64)
    goal, candidate = 0.0, a
    for round_ in range(ROUNDS):
        t = project(Z, candidate)
        order = np.argsort(t)
        sorted_t = t[order]
        gaps, span = np.diff(sorted_t), float(sorted_t[-1] - sorted_t[0])
        if gaps.min() > best_gap * span:
            best, best_gap = candidate, float(gaps.min()) / span
        if round_ == 0:
            goal = float(np.partition(gaps, rank - 1)[rank - 1])
        close = np.flatnonzero(gaps < goal * (1.0 if round_ == 0 else 0.5))
        if len(close) == 0 or len(left) + len(close) > max(1, d // LARGEST_SHARE):
            break
        left = np.concatenate((left, order[close]))
        right = np.concatenate((right, order[close + 1]))
        D = Z[right].astype(np.float64) - Z[left]
        candidate = a + least_norm(D, goal - D @ a)
    return best


def equally_spaced(Z: NDArray[Any], a: NDArray[np.float64]) -> NDArray[np.float64] | None:
    """Return the least-norm direction with equally spaced projections, for n <= d + 1 points.

    Parameters
    ----------
    Z : real array (n, d) of distinct points, n >= 2
    a : float64 array (d,), a direction that says in which order the points are to lie

    Returns
    -------
    float64 array (d,), or None where the points are affinely dependent.

    Cost: O(n^2 d).
    """
    n = len(Z)
    centred = Z - Z.mean(axis=0, dtype=np.float64)
    wanted = np.empty(n)
    wanted[np.argsort(centred @ a)] = np.arange(n) - (n - 1) / 2
    spaced = least_norm(centred, wanted)
    apart = np.abs(centred @ spaced - wanted).max() < 0.1
    return spaced if apart else None


def least_norm(D: NDArray[np.float64], r: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the least-squares solution of D x = r of least norm."""
    solved = scipy.linalg.lstsq(D, r, lapack_driver="gelsy")
    assert solved is not None
    return solved[0]
