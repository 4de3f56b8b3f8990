"""The smallest eigenvalue of a factored matrix, and kernels that are degenerate numerically."""

from __future__ import annotations

import warnings

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.sparse.linalg import ArpackError, LinearOperator, eigsh

from experiments.kernels.cholesky import Cholesky
from experiments.kernels.matrix import KernelMatrix

LOOK = 256  # points whose kernel values are looked at before the work starts
ROUNDING = 2.0**-53


def smallest_eigenvalue(factor: Cholesky, device: torch.device) -> float | None:
    """Estimate the smallest eigenvalue of L L^T, from above and to a few percent.

    Lanczos' iteration on the inverse, whose eigenvalues err as the square of the residual that is
    asked for; single precision in the factor limits it to about 1e-7 n of the largest. None where
    the iteration leaves the range of doubles. Cost: about six solves with one column.
    """
    n = sum(panel.shape[1] for panel in factor.panels)

    def inverse(v: NDArray[np.float64]) -> NDArray[np.float64]:
        return factor.solve(torch.from_numpy(v.reshape(-1, 1)).to(device)).cpu().numpy()

    if n == 1:
        return 1 / float(inverse(np.ones(1))[0, 0])
    operator = LinearOperator((n, n), matvec=inverse, dtype=np.float64)  # pyright: ignore
    start = np.random.default_rng(0).standard_normal(n)
    try:
        found = eigsh(operator, 1, which="LA", v0=start, ncv=min(n, 5), tol=0.1)  # pyright: ignore
    except ArpackError:
        return None
    return 1 / float(found[0][0])


def warn_if_degenerate(K: KernelMatrix, kernel: object) -> None:
    """Warn, with the numbers, of a kernel that is the identity or of rank one to rounding.

    Cost: one block of at most 256 points.
    """
    m = min(K.n, LOOK)
    if m < 2:
        return
    block = K.entries(slice(0, m), slice(0, m))
    scale = block.diagonal().rsqrt()
    correlation = block.mul_(scale).mul_(scale[:, None])
    least = float(correlation.fill_diagonal_(1).min())
    largest = float(correlation.fill_diagonal_(0).abs_().max())
    if largest < ROUNDING:
        warnings.warn(
            f"{kernel} underflows: the largest kernel value of two of {m} points is {largest:.2g}, "
            "the matrix is the identity and the interpolant 0 between the points; use a smaller "
            "gamma",
            stacklevel=4,
        )
    if least > 1 - 1e3 * ROUNDING:
        warnings.warn(
            f"{kernel} is constant: 1 - the least kernel value of two of {m} points is "
            f"{1 - least:.2g}, the matrix has rank one; use a larger gamma",
            stacklevel=4,
        )
