"""A sample laid along a direction: its distinct points in the order of their projections."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from expressivity.frozen import frozen
from expressivity.projection import project, projection_error
from expressivity.sample import Sample, distinct


@dataclass(frozen=True)
class Line:
    """The distinct points of a sample in the order of their projections, in read-only arrays.

    Attributes
    ----------
    a : float64 array (d,), the direction
    t : float64 array (n,), the projections; increasing, and strictly so where `gap` is positive
    rows : int64 array (n,), the row of the sample that each projection belongs to
    error : float, a bound on |computed - exact| of each projection
    """

    a: NDArray[np.float64]
    t: NDArray[np.float64]
    rows: NDArray[np.int64]
    error: float

    def __post_init__(self) -> None:
        for name in ("a", "t", "rows"):
            object.__setattr__(self, name, frozen(getattr(self, name)))

    @property
    def gap(self) -> float:
        """The least gap between neighbours: 0 where distinct points meet."""
        return float((self.t[1:] - self.t[:-1]).min(initial=np.inf))

    @property
    def quality(self) -> float:
        """The least gap in units of what rounding can blur: larger is better."""
        if len(self.t) < 2:
            return np.inf
        span = float(self.t[-1] / 2 - self.t[0] / 2)
        blur = len(self.t) * np.finfo(float).eps * span + self.error
        return self.gap / blur if blur else np.inf


class SameProjectionError(ValueError):
    """Two distinct points have the same projection in double precision."""


def lay(given: Sample, a: NDArray[np.float64]) -> Line:
    """Project a sample on a direction and sort; identical points are merged.

    Parameters
    ----------
    given : Sample (n, d)
    a : float64 array (d,)

    Returns
    -------
    Line; of identical points it has the first. Distinct points may meet on it: see `separated`.

    Raises
    ------
    ValueError
        for identical points with different targets, and if a projection overflows.

    Cost: O(n d + n log n).
    """
    t = project(given.z, a)
    rows = np.argsort(t)
    t = t[rows]
    if not np.isfinite(t[[0, -1]]).all():
        i = int(rows[0 if not np.isfinite(t[0]) else -1])
        raise ValueError(
            f"X[{i}] has a projection that overflows double precision: scale the direction down"
        )
    # Identical points have the same projection to the last bit, and meet here.
    same = np.flatnonzero(t[1:] == t[:-1])
    if len(same):
        first = np.zeros(len(rows), dtype=bool)
        first[distinct(given, np.concatenate((rows[same], rows[same + 1])))] = True
        t, rows = t[first[rows]], rows[first[rows]]
    return Line(a, t, rows, projection_error(given.z, a, given.largest))


def separated(line: Line, otherwise: str) -> Line:
    """Return a line on which distinct points are apart.

    Raises SameProjectionError for one on which they are not, naming two; `otherwise` says why and
    what to do.
    """
    same = np.flatnonzero(line.t[1:] == line.t[:-1])
    if len(same):
        i, j = sorted(line.rows[same[0] : same[0] + 2].tolist())
        raise SameProjectionError(
            f"X has distinct points {i} and {j} that are too close for double precision: "
            f"{otherwise}"
        )
    return line
