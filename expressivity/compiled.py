"""The compiled form of the network: the same function as linear pieces, one search per query."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

from expressivity.cells import Cells
from expressivity.frozen import Remade, frozen
from expressivity.projection import project_queries
from expressivity.threads import share_out

BLOCK_NUMBERS = 1 << 18


@dataclass(frozen=True, eq=False)
class Compiled(Remade):
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

    def __post_init__(self) -> None:
        for name in ("a", "knots", "values", "slopes"):
            object.__setattr__(self, name, frozen(getattr(self, name)))

    @classmethod
    def of(cls, a: NDArray[np.float64], b: NDArray[np.float64], w: NDArray[np.float64]) -> Compiled:
        """Compile the network (a, b, w): slopes are running sums of w. Cost O(n)."""
        with np.errstate(over="ignore", invalid="ignore"):
            s = np.cumsum(w, axis=0)
            gaps = np.diff(b) if w.ndim == 1 else np.diff(b)[:, None]
            steps = np.cumsum(s[:-1] * gaps, axis=0)
        return cls(a, b, np.concatenate((np.zeros_like(s[:1]), steps)), s)

    def __call__(self, X: ArrayLike) -> NDArray[np.float64]:
        """Evaluate at the points X, real array-like (m, d), to float64 (m,) or (m, K).

        Raises TypeError or ValueError as `Network.__call__` does. Cost O(m d) and one search,
        of constant cost for knots without dense clusters, for each point.
        """
        return self.along(project_queries(X, self.a))

    def along(self, t: NDArray[np.float64]) -> NDArray[np.float64]:
        """Evaluate at projections t, float64 (m,). Cost O(m log n) at most.

        Raises ValueError where a value overflows.
        """
        out = np.empty((len(t), *self.values.shape[1:]))
        rows = out.reshape(len(t), self.values[0].size)
        size = max(1, BLOCK_NUMBERS // self._pieces.shape[1])

        def work(share: slice) -> None:
            for block in range(share.start, min(share.stop, len(t)), size):
                part = slice(block, min(block + size, share.stop))
                self._evaluate(t[part], rows[part])

        share_out(work, len(t), self._pieces.shape[1] * len(t))
        if not np.isfinite(rows).all():
            i = int(np.argmin(np.isfinite(rows).all(axis=1)))
            raise ValueError(
                f"X[{i}] is so far from the sample that the value there overflows double "
                "precision: scale X or y down"
            )
        return out

    def _evaluate(self, t: NDArray[np.float64], out: NDArray[np.float64]) -> None:
        """Write the values at t to out, float64 (m, K)."""
        piece = self._cells.at_most(t)
        pieces = self._pieces.take(piece, axis=0)
        with np.errstate(over="ignore", invalid="ignore"):
            _lines(pieces, t, out)
        far = np.flatnonzero(pieces[:, 0] > t)
        if len(far):
            t = t[far]
            piece = self._cells.count(t, np.maximum(piece[far] - 1, 0))
            values = np.empty((len(t), out.shape[1]))
            with np.errstate(over="ignore", invalid="ignore"):
                _lines(self._pieces.take(piece, axis=0), t, values)
            # 0 times a distance beyond doubles is 0 here.
            values[piece == 0] = 0.0
            out[far] = values

    @cached_property
    def _cells(self) -> Cells:
        return Cells.of(self.knots)

    @cached_property
    def _pieces(self) -> NDArray[np.float64]:
        """The knot, the values and the slopes of each linear piece in a row, found by one look.

        The first is the zero to the left of the first knot. Rows of 32 bytes are the fastest.
        """
        n = len(self.knots)
        values, slopes = self.values.reshape(n, -1), self.slopes.reshape(n, -1)
        K = values.shape[1]
        pieces = np.zeros((n + 1, 1 + 2 * K if K > 1 else 4))
        pieces[0, 0], pieces[1:, 0] = self.knots[0], self.knots
        pieces[1:, 1 : 1 + K], pieces[1:, 1 + K : 1 + 2 * K] = values, slopes
        return pieces


def _lines(pieces: NDArray[np.float64], t: NDArray[np.float64], out: NDArray[np.float64]) -> None:
    """Write the value at each t (m,) on a piece of its own, as in `_pieces`, to out (m, K)."""
    K = out.shape[1]
    np.multiply(pieces[:, 1 + K : 1 + 2 * K], (t - pieces[:, 0])[:, None], out=out)
    out += pieces[:, 1 : 1 + K]
