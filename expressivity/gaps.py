"""Directions whose projections lie far apart: the smaller the gaps, the steeper the network."""

from __future__ import annotations

import numpy as np
import scipy.linalg
from numpy.typing import NDArray

from expressivity.line import Line
from expressivity.projection import project
from expressivity.sample import Sample

ROUNDS = 8
# How many pairs may be pushed apart, as shares of the d degrees of freedom of a direction:
# measured at n = 10,000 to 50,000 and d = 784 to 3,072, more than d / 4 reshuffle all the others.
FIRST_SHARE, LARGEST_SHARE = 16, 4


def widened(given: Sample, line: Line) -> NDArray[np.float64] | None:
    """Change a direction a little so that the smallest gaps of its projections grow.

    Constraint generation: pairs of neighbours closer than the goal (the gap of rank d / 16) are
    asked to lie exactly the goal apart, by the smallest change of the first direction that does
    so (least squares); pairs that came too close are added, and no pair is ever let go.

    Parameters
    ----------
    given : Sample (n, d)
    line : the sample along some direction

    Returns
    -------
    float64 array (d,), the direction with the largest least gap relative to the range that was
    met; None where that is the line's own, or where d < 16, which leaves no freedom.

    Cost: at most 7 projections, O(n d + n log n) each, and as many least squares of at most d / 4
    equations: O(d^3) time, d^2 / 4 numbers.
    """
    n, d = len(line.t), given.z.shape[1]
    rank = min(d // FIRST_SHARE, n - 1)
    if rank == 0 or line.t[0] == line.t[-1]:
        return None
    distinct = np.sort(line.rows)
    t, order, best = line.t, line.rows, None
    goal = float(np.partition(np.diff(t), rank - 1)[rank - 1])
    best_gap, closest = float(line.gap) / float(t[-1] - t[0]), goal
    left = right = np.empty(0, dtype=np.int64)
    for _ in range(ROUNDS):
        close = np.flatnonzero(np.diff(t) < closest)
        if len(close) == 0 or len(left) + len(close) > max(1, d // LARGEST_SHARE):
            break
        left = np.concatenate((left, order[close]))
        right = np.concatenate((right, order[close + 1]))
        D = np.subtract(given.z[right], given.z[left], dtype=np.float64, order="C")
        candidate = line.a + least_norm(D, goal - project(D, line.a))
        t = project(given.z, candidate)[distinct]
        order = distinct[np.argsort(t)]
        t = np.sort(t)
        gap = float(np.diff(t).min()) / float(t[-1] - t[0])
        if gap > best_gap:
            best, best_gap = candidate, gap
        closest = goal / 2
    return best


def equally_spaced(given: Sample, line: Line) -> NDArray[np.float64] | None:
    """Return the least-norm direction with equally spaced projections, for n <= d + 1 points.

    Parameters
    ----------
    given : Sample (n, d)
    line : the sample along a direction, which says in which order the points are to lie; n >= 2

    Returns
    -------
    float64 array (d,), or None where the points are affinely dependent.

    Cost: O(n^2 d) time, O(n d) memory.
    """
    n, d = len(line.t), given.z.shape[1]
    if n > d + 1:
        return None
    Z = given.z[line.rows].astype(np.float64, order="C")
    centred = Z - Z.mean(axis=0)
    wanted = np.arange(n, dtype=np.float64) - (n - 1) / 2
    spaced = least_norm(centred, wanted)
    apart = np.abs(project(centred, spaced) - wanted).max() < 0.1
    return spaced if apart else None


def least_norm(D: NDArray[np.float64], r: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the least-squares solution of D x = r of least norm."""
    solved = scipy.linalg.lstsq(D, r, lapack_driver="gelsy")
    assert solved is not None
    return solved[0]
