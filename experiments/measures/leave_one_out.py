"""Leave-one-out predictions of a kernel's minimum-norm interpolant, in closed form.

The gap between training and leave-one-out error is average stability: unlike uniform stability
it does depend on the labels, because it is the generalization gap (at n - 1 points) itself.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.linalg
import torch
from numpy.typing import ArrayLike, NDArray

from experiments.kernels.choice import Choice, points_for
from experiments.kernels.cholesky import Cholesky, cholesky
from experiments.kernels.functions import Kernel
from experiments.kernels.interpolator import MinimumNormInterpolator
from experiments.kernels.matrix import of_points
from experiments.measures.given import class_numbers, factor_of, kernel_matrix, number
from experiments.measures.given import of_points as of_all_points
from expressivity.sample import distinct, sample
from expressivity.whole import whole

IDENTICAL = "X has identical points: without one of them the other is still there"


def residuals(K: ArrayLike, Y: ArrayLike, ridge: float = 0.0) -> NDArray[np.float64]:
    """Return y_i - f^{-i}(x_i) for every point, f^{-i} fitted to the others.

    alpha_i / (K^-1)_ii with alpha = K^-1 Y, where K has the ridge on its diagonal.

    Parameters
    ----------
    K : real array-like (n, n), positive definite with the ridge
    Y : real array-like (n,) or (n, k)
    ridge : added to the diagonal

    Returns
    -------
    float64 array of the shape of Y. Cost O(n^3).

    Raises
    ------
    ValueError
        for a matrix that is not positive definite, square and finite, and other shapes of Y.

    Examples
    --------
    >>> residuals(np.eye(3), np.array([1.0, 2.0, 3.0]))  # points that know nothing of each other
    array([1., 2., 3.])
    """
    K = kernel_matrix(K)
    n, Y = len(K), of_all_points(Y, "Y", len(K))
    factor = factor_of(K + number(ridge, "ridge", 0) * np.eye(n))
    inverse = scipy.linalg.cho_solve(factor, np.eye(n))
    alpha = scipy.linalg.cho_solve(factor, Y)
    return alpha / (np.diag(inverse) if Y.ndim == 1 else np.diag(inverse)[:, None])


def from_factor(factor: Cholesky, Y: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the same from a factor of K, ridge included, whose matrix need not be held.

    Cost: n^3 / 3 operations. Half of the digits are lost to a factor in single precision.
    """
    columns = torch.from_numpy(Y.reshape(len(Y), -1)).to(factor.panels[0].device)
    found = factor.solve(columns) / factor.inverse_diagonal()[:, None]
    return found.cpu().numpy().reshape(Y.shape)


def on_all(kernel: Kernel, X: NDArray[Any], Y: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the same by a factor in double precision, which is all of the matrix that is held.

    Raises ValueError for identical points, and for a kernel matrix that is not positive definite.
    Cost: 2 n^3 / 3 operations, 4 n^2 bytes.
    """
    if len(distinct(sample(X, np.zeros(len(X))))) < len(X):
        raise ValueError(IDENTICAL)
    x = points_for(kernel, torch.from_numpy(X), torch.device("cpu"))
    return from_factor(cholesky(of_points(kernel, x), torch.float64), Y)


def on_sample(
    kernel: Choice,
    X: NDArray[Any],
    Y: NDArray[np.float64],
    rows: NDArray[np.int64],
) -> NDArray[np.float64]:
    """Return the same at some of the points, (len(rows), k), without the rest of the inverse.

    The unit vectors of these points are as many columns more of one solve, to its tolerance.

    Raises ValueError for identical points. Cost: that of `MinimumNormInterpolator` with k +
    len(rows) columns.
    """
    units = np.zeros((len(X), len(rows)))
    units[rows, np.arange(len(rows))] = 1
    columns = np.column_stack((Y, units))
    model = MinimumNormInterpolator(kernel).fit(X, columns)
    if len(model.support_) < len(X):
        raise ValueError(IDENTICAL)
    alpha = np.asarray(model.dual_coef_)[rows]
    k = columns.shape[1] - len(rows)
    return alpha[:, :k] / np.diag(alpha[:, k:])[:, None]


def error(K: ArrayLike, labels: ArrayLike, classes: int, ridge: float = 0.0) -> float:
    """Return the share of points that the interpolant of the others misclassifies.

    One-hot targets, the largest output is the prediction.
    """
    K, classes = kernel_matrix(K), whole(classes, "classes", 2)
    own = class_numbers(labels, classes, len(K))
    Y = np.eye(classes)[own]
    predictions = (Y - residuals(K, Y, ridge)).argmax(1)
    return float((predictions != own).mean())
