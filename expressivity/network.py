"""The two-layer ReLU network c(x) = sum_j w_j max(<a, x> - b_j, 0)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from expressivity.direction import project
from expressivity.sample import points

QUERY_BLOCK, UNIT_BLOCK = 1024, 64


@dataclass(frozen=True, eq=False)
class Network:
    """The literal network of Theorem 1: one direction, n knots, n weights.

    Attributes
    ----------
    a : float64 array (d,), the direction
    b : float64 array (n,), the knots, increasing
    w : float64 array (n,), the weights of the n hidden units
    """

    a: NDArray[np.float64]
    b: NDArray[np.float64]
    w: NDArray[np.float64]

    @property
    def n_weights(self) -> int:
        """The number of weights, 2n + d."""
        return self.a.size + self.b.size + self.w.size

    def __call__(self, X: ArrayLike) -> NDArray[np.float64]:
        """Evaluate the network, literally as the sum of its ReLUs in double precision.

        Parameters
        ----------
        X : real array-like (m, d)

        Returns
        -------
        float64 array (m,)

        Raises
        ------
        TypeError, ValueError
            as `interpolate` for X; also if X has another number of coordinates, or if a
            projection overflows.

        Cost: O(m (n + d)) time, a few MiB beyond the result: never an m x n matrix.
        """
        Z = points(X)
        if Z.shape[1] != len(self.a):
            raise ValueError(
                f"X has {Z.shape[1]} coordinates but the network was built for {len(self.a)}"
            )
        t = project(Z, self.a)
        if not np.isfinite(t).all():
            i = int(np.argmin(np.isfinite(t)))
            raise ValueError(
                f"X[{i}] is so large that its projection <a, x> overflows double precision: "
                "scale X down, for the sample as well"
            )
        return self.along(t)

    def along(self, t: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return sum_j w_j max(t - b_j, 0) for projections t, float64 (m,). Cost O(m n)."""
        value = np.zeros(len(t))
        for start in range(0, len(t), QUERY_BLOCK):
            block = slice(start, start + QUERY_BLOCK)
            # Neighbouring units cancel: summed in few units at a time, in the order of the knots,
            # the partial sums stay small. One long dot product loses a digit or more.
            for first in range(0, len(self.b), UNIT_BLOCK):
                units = slice(first, first + UNIT_BLOCK)
                active = t[block, None] - self.b[units]
                np.maximum(active, 0.0, out=active)
                value[block] += active @ self.w[units]
        return value

    def __repr__(self) -> str:
        n, d = len(self.w), len(self.a)
        return f"Network(n={n}, d={d}, n_weights={self.n_weights})"
