"""The linear kernel where X X^T is singular: minimum-norm least squares."""

from __future__ import annotations

import torch
from torch import Tensor

from experiments.kernels.report import Solved


def least_squares(X: Tensor, Y: Tensor, ridge: float = 0.0) -> Solved:
    """Return alpha with w = X^T alpha = pinv(X) Y, or (X X^T + ridge I) alpha = Y.

    Parameters
    ----------
    X : float64 (n, d)
    Y : float64 (n, k)
    ridge : at least 0

    Returns
    -------
    Solved, with the rank of X; its smallest eigenvalue is the least positive one of X X^T

    Cost: a thin singular value decomposition, of order n d min(n, d).
    Source: section 5, "the minimum l2-norm solution": w is in the span of the data.
    """
    U, s, _ = torch.linalg.svd(X, full_matrices=False)
    kept = s > s.max() * max(X.shape) * torch.finfo(torch.float64).eps
    U, s = U[:, kept], s[kept]
    inside = U.T @ Y
    alpha = U @ (inside / (s.square() + ridge)[:, None])
    if ridge:
        alpha += (Y - U @ inside) / ridge
    outputs = X @ (X.T @ alpha)
    rank = int(kept.sum())
    smallest = float(s.min()) ** 2 if rank else None
    planned = 8 * 3 * X.numel()
    return Solved(
        alpha, outputs + ridge * alpha, outputs, "svd", planned, rank, smallest_eigenvalue=smallest
    )
