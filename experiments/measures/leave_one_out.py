"""Leave-one-out predictions of a kernel's minimum-norm interpolant, in closed form.

The gap between training and leave-one-out error is average stability: unlike uniform stability
it does depend on the labels, because it is the generalization gap (at n - 1 points) itself.
"""

from __future__ import annotations

import numpy as np
import scipy.linalg
from numpy.typing import NDArray


def residuals(
    K: NDArray[np.float64], Y: NDArray[np.float64], ridge: float = 0.0
) -> NDArray[np.float64]:
    """Return y_i - f^{-i}(x_i) for every point, f^{-i} fitted to the others.

    alpha_i / (K^-1)_ii with alpha = K^-1 Y, where K has the ridge on its diagonal.

    Parameters
    ----------
    K : float64 array (n, n), positive definite with the ridge
    Y : float64 array (n,) or (n, k)
    ridge : added to the diagonal

    Returns
    -------
    float64 array of the shape of Y. Cost O(n^3).

    Examples
    --------
    >>> residuals(np.eye(3), np.array([1.0, 2.0, 3.0]))  # points that know nothing of each other
    array([1., 2., 3.])
    """
    n = len(K)
    factor = scipy.linalg.cho_factor(K + ridge * np.eye(n), lower=True)
    inverse = scipy.linalg.cho_solve(factor, np.eye(n))
    alpha = scipy.linalg.cho_solve(factor, Y)
    return alpha / (np.diag(inverse) if Y.ndim == 1 else np.diag(inverse)[:, None])


def error(
    K: NDArray[np.float64], labels: NDArray[np.int64], classes: int, ridge: float = 0.0
) -> float:
    """Return the share of points that the interpolant of the others misclassifies.

    One-hot targets, the largest output is the prediction.
    """
    Y = np.eye(classes)[labels]
    predictions = (Y - residuals(K, Y, ridge)).argmax(1)
    return float((predictions != labels).mean())
