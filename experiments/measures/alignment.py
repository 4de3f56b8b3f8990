"""How well a kernel's leading directions align with labels: A_K = 2 sqrt(y' K^-1 y tr K) / n.

For the kernel of wide two-layer networks it is the bound sqrt(2 y' H^-1 y / n) of Arora, Du, Hu, Li
and Wang 2019 (tr H = n / 2); and twice the Rademacher bound of the ball in which the interpolant
lies. It is the same for c K and for -y.
"""

from __future__ import annotations

import math

import numpy as np
import scipy.linalg
from numpy.typing import ArrayLike

from experiments.measures.given import factor_of, kernel_matrix, of_points


def alignment(K: ArrayLike, Y: ArrayLike) -> float:
    """Return A_K of labels (n,), or of columns (n, k) that are centred and scaled together.

    Parameters
    ----------
    K : real array-like (n, n), positive definite
    Y : real array-like (n,), -1 and +1, taken as it is; or one-hot columns (n, k)

    Returns
    -------
    float: small where y lies along the leading eigenvectors. The mean of its square over random
    signs is 4 tr K tr K^-1 / n^2, at least 4 for every kernel. Cost O(n^3).

    Raises
    ------
    ValueError
        for columns of which one class has all points, and for a matrix that is not positive
        definite, square and finite.

    Examples
    --------
    >>> alignment(np.eye(4), np.ones(4))
    2.0
    """
    K = kernel_matrix(K)
    n, Y = len(K), of_points(Y, "Y", len(K))
    if Y.ndim == 2:
        Y = Y - Y.mean(axis=0)
        size = float(np.linalg.norm(Y))
        if size == 0:
            raise ValueError("Y has one class only: alignment compares at least two")
        Y = Y * np.sqrt(n) / size
    factor = factor_of(K)
    form = float(np.sum(Y * scipy.linalg.cho_solve(factor, Y)))
    return of_traces(form, float(np.trace(K)), n)


def of_traces(form: float, trace: float, n: int) -> float:
    """Return A_K from y' K^-1 y and tr K, or its root mean square over signs from tr K^-1."""
    return 2 * math.sqrt(form * trace) / n


def over_random_signs(K: ArrayLike) -> float:
    """Return the root mean square of A_K over all sign vectors: 2 sqrt(tr K tr K^-1) / n."""
    K = kernel_matrix(K)
    inverse = scipy.linalg.cho_solve(factor_of(K), np.eye(len(K)))
    return of_traces(float(np.trace(inverse)), float(np.trace(K)), len(K))
