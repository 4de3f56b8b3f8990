"""The matrix of a layer, written out or a convolution's, and what norms need of it."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from experiments.measures.convolution import Convolution, WithBias

Array = NDArray[np.float64]
Matrix = Array | Convolution | WithBias


def times(M: Array | Convolution, h: Array) -> Array:
    """Return M h for every row h of (n, in), as (n, out)."""
    return h @ M.T if isinstance(M, np.ndarray) else M.times(h)


def to_the(M: Array | Convolution, power: int) -> Array | Convolution:
    """Return the matrix of the entries' absolute values to a power."""
    return np.abs(M) ** power if isinstance(M, np.ndarray) else M.to_the(power)


def difference(W: Matrix, M: Matrix) -> Matrix:
    """Return W - M, of two matrices of one kind."""
    return W - M  # pyright: ignore[reportOperatorIssue]


def spectral(W: Matrix) -> float:
    """Return |W|_2, the largest singular value."""
    return float(np.linalg.norm(W, 2)) if isinstance(W, np.ndarray) else W.spectral_norm


def frobenius(W: Matrix) -> float:
    """Return |W|_F, every weight of a convolution as often as it is used."""
    if isinstance(W, np.ndarray):
        return float(np.linalg.norm(W))
    return math.sqrt(float(W.squared_rows().sum()))


def row_norms(W: Matrix) -> Array:
    """Return the Euclidean norm of the weights that enter each output, (out,)."""
    if isinstance(W, np.ndarray):
        return np.linalg.norm(W, axis=1)
    return np.sqrt(W.squared_rows())
