"""A sample laid along a direction: its distinct points in the order of their projections."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from expressivity.frozen import freeze, frozen
from expressivity.projection import projection_error
from expressivity.sample import Sample, distinct

BLOCK = PACKED = 1 << 16


@dataclass(frozen=True, eq=False)
class Line:
    """The distinct points of a sample in the order of their projections.

    `t` and `rows` become read-only as they are, without a copy.

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
        object.__setattr__(self, "a", frozen(self.a))
        freeze(self.t, self.rows)

    @cached_property
    def gap(self) -> float:
        """The least gap between neighbours: 0 where distinct points meet."""
        return least_gap(self.t)

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
    return laid(given, a, given.project(a))


def laid(given: Sample, a: NDArray[np.float64], t: NDArray[np.float64]) -> Line:
    """Return the line of projections t along a, float64 (n,); what it raises, see `lay`."""
    rows, t = in_order(t)
    if not np.isfinite(t[[0, -1]]).all():
        i = int(rows[0 if not np.isfinite(t[0]) else -1])
        raise ValueError(
            f"X[{i}] has a projection that overflows double precision: scale the direction down"
        )
    # Identical points have the same projection to the last bit, and meet here.
    if least_gap(t) == 0:
        same = np.flatnonzero(t[1:] == t[:-1])
        first = np.zeros(len(rows), dtype=bool)
        first[distinct(given, np.concatenate((rows[same], rows[same + 1])))] = True
        t, rows = t[first[rows]], rows[first[rows]]
    return Line(a, t, rows, projection_error(given.z, a, given.largest))


def in_order(t: NDArray[np.float64]) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return what sorts t, and t sorted.

    Numbers of 64 bits that hold the place of t on its range, then the row, sort in a third of the
    time of an argsort; where that place does not tell neighbours apart, an argsort does.
    Cost O(n log n).
    """
    n, bits = len(t), len(t).bit_length()
    least = t.min(initial=np.inf)
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        scale = 2.0 ** (62 - bits) / (t.max(initial=-np.inf) - least)
    if n >= PACKED and 0 < scale < np.inf:
        packed = np.empty(n, dtype=np.int64)
        for start in range(0, n, BLOCK):
            block = slice(start, min(start + BLOCK, n))
            place = t[block] - least
            np.multiply(place, scale, out=packed[block], casting="unsafe")
            packed[block] <<= bits
            packed[block] |= np.arange(block.start, block.stop)
        packed.sort()
        packed &= (1 << bits) - 1
        ordered = t.take(packed)
        if least_gap(ordered) >= 0:
            return packed, ordered
    rows = np.argsort(t)
    return rows, t[rows]


def least_gap(t: NDArray[np.float64]) -> float:
    """Return the least difference of neighbours, infinity for fewer than two. Cost O(n)."""
    blocks = (t[start : start + BLOCK + 1] for start in range(0, len(t), BLOCK))
    with np.errstate(over="ignore"):
        return min(float((block[1:] - block[:-1]).min(initial=np.inf)) for block in blocks)


def separated(line: Line, otherwise: str) -> Line:
    """Return a line on which distinct points are apart.

    Raises SameProjectionError for one on which they are not, naming two; `otherwise` says why and
    what to do.
    """
    if line.gap == 0:
        same = np.flatnonzero(line.t[1:] == line.t[:-1])
        i, j = sorted(line.rows[same[0] : same[0] + 2].tolist())
        raise SameProjectionError(
            f"X has distinct points {i} and {j} that are too close for double precision: "
            f"{otherwise}"
        )
    return line
