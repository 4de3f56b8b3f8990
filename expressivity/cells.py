"""Where numbers lie among sorted knots: one look at a table of equal cells, then a few steps."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

# More cells leave fewer knots to step over, but a table of more than 2^22 slows the first look.
MANY_CELLS, FEW_CELLS, LARGE_TABLE = 16, 4, 1 << 22
STEPS = 3


@dataclass(frozen=True, eq=False)
class Cells:
    """Equal cells from the second knot to the last, and the number of knots up to the end of each.

    Attributes
    ----------
    knots : float64 array (n,), increasing; the first may lie far to the left of the others
    scale : cells in a unit of length; 0 where that is no double, and there are no cells
    within : int array (cells + 1,)
    """

    knots: NDArray[np.float64]
    scale: float
    within: NDArray[np.integer]

    @classmethod
    def of(cls, knots: NDArray[np.float64]) -> Cells:
        """Cut the range of the knots into cells. Cost O(n)."""
        n = len(knots)
        cells = min(MANY_CELLS * n, max(FEW_CELLS * n, LARGE_TABLE))
        with np.errstate(over="ignore", divide="ignore"):
            scale = float(np.float64(cells) / (knots[-1] - knots[min(1, n - 1)]))
        if not 0 < scale < np.inf:
            return cls(knots, 0.0, np.zeros(0, dtype=np.int32))
        own = _cell(knots, knots, scale, cells)
        # Small numbers make a small table, more of which stays in the processor's cache.
        # Of signed types, whose largest number is one less than the least is below 0.
        counts = np.arange(n + 1, dtype=np.min_scalar_type(-n - 1))
        return cls(knots, scale, np.repeat(counts, np.diff(own, prepend=0, append=cells + 1)))

    def at_most(self, t: NDArray[np.float64]) -> NDArray[np.intp]:
        """Return how many knots end in the cell of each t (m,) or before: those <= t, or more."""
        if not self.scale:
            return np.searchsorted(self.knots, t, side="right")
        cell = _cell(t, self.knots, self.scale, len(self.within) - 1)
        return self.within.take(cell).astype(np.intp)

    def count(self, t: NDArray[np.float64], most: NDArray[np.intp]) -> NDArray[np.intp]:
        """Return the number of knots <= t for each t (m,), which is at most `most`."""
        found, far = most.copy(), np.arange(len(t))
        for _ in range(STEPS):
            last = found[far] - 1
            far = far[(last >= 0) & (self.knots.take(last, mode="clip") > t[far])]
            if len(far) == 0:
                return found
            found[far] -= 1
        found[far] = np.searchsorted(self.knots, t[far], side="right")
        return found


def _cell(
    t: NDArray[np.float64], knots: NDArray[np.float64], scale: float, last: int
) -> NDArray[np.intp]:
    with np.errstate(over="ignore"):
        cell = t - knots[min(1, len(knots) - 1)]
        cell *= scale
    np.clip(cell, 0, last, out=cell)
    return cell.astype(np.intp)
