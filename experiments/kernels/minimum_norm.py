"""The minimum-norm interpolant: K alpha = Y with a residual that was really computed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.linalg
from numpy.typing import NDArray


@dataclass(frozen=True)
class Solution:
    """Coefficients alpha (n, k), ||K alpha - Y|| / ||Y||, and the RKHS norm over all columns."""

    alpha: NDArray[np.float64]
    relative_residual: float
    norm: float


def solve(K: NDArray[np.float64], Y: NDArray[np.float64]) -> Solution:
    """Solve K alpha = Y by Cholesky with one step of iterative refinement.

    Parameters
    ----------
    K : float64 array (n, n), symmetric positive definite
    Y : float64 array (n, k), targets that share the factorization

    Returns
    -------
    Solution

    Raises
    ------
    ValueError
        for shapes that do not fit, values that are not finite, and a K that is not positive
        definite: at which pivot, and what would help.

    Cost: n^3 / 3 + 6 n^2 k operations, two matrices of n^2 doubles.
    Source: section 5, X X^T alpha = y and its kernel form.
    """
    n = len(K)
    if K.shape != (n, n) or Y.ndim != 2 or len(Y) != n:
        raise ValueError(f"K has shape {K.shape} and Y {Y.shape}: they need (n, n) and (n, k)")
    if not (np.isfinite(K).all() and np.isfinite(Y).all()):
        raise ValueError("K or Y holds NaN or infinity: check the points and gamma")
    (potrf,) = scipy.linalg.get_lapack_funcs(("potrf",), (K,))
    factor, info = potrf(K, lower=True, clean=False)
    if info > 0:
        raise ValueError(
            f"K is not positive definite at pivot {info} of {n}: drop repeated points, use a "
            "larger gamma, or add a ridge to the diagonal"
        )
    alpha = scipy.linalg.cho_solve((factor, True), Y)
    alpha += scipy.linalg.cho_solve((factor, True), Y - K @ alpha)
    fitted = K @ alpha
    scale = np.linalg.norm(Y)
    residual = float(np.linalg.norm(fitted - Y) / scale) if scale else 0.0
    return Solution(alpha, residual, float(np.sqrt(max(np.vdot(alpha, fitted), 0.0))))
