"""The compiled form of the network: the same function as linear pieces, one search per query."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

from expressivity.frozen import frozen
from expressivity.projection import project_queries

QUERY_BLOCK = 1 << 16
# More cells leave fewer knots to step over, but a table of more than 2^22 slows the first look.
MANY_CELLS, FEW_CELLS, LARGE_TABLE = 16, 4, 1 << 22
STEPS = 3


@dataclass(frozen=True, eq=False)
class Compiled:
    """A piecewise-linear function of <a, x>: zero, then `values + slopes (t - knots)`.

    Attributes
    ----------
    a : float64 array (d,), the direction
    knots : float64 array (n,), increasing
    values, slopes : float64 arrays (n,) or (n, K), at and to the right of each knot
    """

    a: NDArray[np.float64]
    knots: NDArray[np.float64]
    values: NDArray[np.float64]
    slopes: NDArray[np.float64]

    @classmethod
    def of(cls, a: NDArray[np.float64], b: NDArray[np.float64], w: NDArray[np.float64]) -> Compiled:
        """Compile the network (a, b, w): slopes are running sums of w. Cost O(n)."""
        with np.errstate(over="ignore", invalid="ignore"):
            s = np.cumsum(w, axis=0)
            gaps = np.diff(b) if w.ndim == 1 else np.diff(b)[:, None]
            steps = np.cumsum(s[:-1] * gaps, axis=0)
        return cls(a, b, frozen(np.concatenate((np.zeros_like(s[:1]), steps))), frozen(s))

    def __call__(self, X: ArrayLike) -> NDArray[np.float64]:
        """Evaluate at the points X, real array-like (m, d), to float64 (m,) or (m, K).

        Raises TypeError or ValueError as `Network.__call__` does. Cost O(m d) and one search,
        of constant cost for knots without dense clusters, for each point.
        """
        return self.along(project_queries(X, self.a))

    def along(self, t: NDArray[np.float64]) -> NDArray[np.float64]:
        """Evaluate at projections t, float64 (m,). Cost O(m log n) at most."""
        knots, values, slopes = self._pieces
        out = np.empty((len(t), *values.shape[1:]))
        for start in range(0, len(t), QUERY_BLOCK):
            block = slice(start, start + QUERY_BLOCK)
            piece = self._search(t[block])
            past = t[block] - knots.take(piece)
            steep = slopes.take(piece, axis=0)
            np.multiply(steep, past if steep.ndim == 1 else past[:, None], out=out[block])
            out[block] += values.take(piece, axis=0)
        return out

    def _search(self, t: NDArray[np.float64]) -> NDArray[np.intp]:
        """Return the number of knots <= t: from a table of cells, then a few steps ahead."""
        if self._cells is None:
            return np.searchsorted(self.knots, t, side="right")
        low, scale, start, following = self._cells
        with np.errstate(over="ignore"):
            cell = t - low
            cell *= scale
        np.clip(cell, 0, len(start) - 1, out=cell)
        piece = start.take(cell.astype(np.intp))
        late = np.flatnonzero(following.take(piece) <= t)
        for _ in range(STEPS):
            if len(late) == 0:
                return piece
            piece[late] += 1
            late = late[following.take(piece[late]) <= t[late]]
        piece[late] = np.searchsorted(self.knots, t[late], side="right")
        return piece

    @cached_property
    def _pieces(self) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
        """Knots, values and slopes with the zero piece to the left of the first knot."""
        zero = np.zeros_like(self.values[:1])
        return (
            np.concatenate((self.knots[:1], self.knots)),
            np.concatenate((zero, self.values)),
            np.concatenate((zero, self.slopes)),
        )

    @cached_property
    def _cells(
        self,
    ) -> tuple[float, float, NDArray[np.intp], NDArray[np.float64]] | None:
        """Equal cells of the line and the number of knots before each; None if they overflow."""
        low, n = float(self.knots[0]), len(self.knots)
        n_cells = min(MANY_CELLS * n, max(FEW_CELLS * n, LARGE_TABLE))
        with np.errstate(over="ignore", divide="ignore"):
            scale = float(np.float64(n_cells) / (self.knots[-1] - self.knots[0]))
        if not 0 < scale < np.inf:
            return None
        cell = np.minimum(((self.knots - low) * scale).astype(np.intp), n_cells)
        start = np.searchsorted(cell, np.arange(n_cells + 1)).astype(np.intp)
        return low, scale, start, np.append(self.knots, np.inf)
