"""The literal form of the network: the sum of its ReLUs, in blocks."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

QUERY_BLOCK, UNIT_BLOCK = 1024, 64


def relu_sum(
    t: NDArray[np.float64], b: NDArray[np.float64], w: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return sum_j w_j max(t_i - b_j, 0) for every projection t_i.

    Parameters
    ----------
    t : float64 array (m,)
    b : float64 array (n,), increasing
    w : float64 array (n,) or (n, K)

    Returns
    -------
    float64 array (m,) or (m, K). Cost O(m n) time, 0.5 MiB: never an m x n matrix.
    """
    value = np.zeros((len(t), *w.shape[1:]))
    for start in range(0, len(t), QUERY_BLOCK):
        block = slice(start, start + QUERY_BLOCK)
        # Neighbouring units cancel: summed in few units at a time, in the order of the knots,
        # the partial sums stay small. One long dot product loses a digit or more.
        for first in range(0, len(b), UNIT_BLOCK):
            units = slice(first, first + UNIT_BLOCK)
            active = t[block, None] - b[units]
            np.maximum(active, 0.0, out=active)
            value[block] += active @ w[units]
    return value
