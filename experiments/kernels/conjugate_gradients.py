"""Preconditioned conjugate gradients for several right-hand sides at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

Map = Callable[[Tensor], Tensor]


@dataclass(frozen=True)
class Iterated:
    """Where the iteration ended.

    Attributes
    ----------
    alpha : float64 (n, k)
    fitted : float64 (n, k), K alpha as really computed at the end
    iterations : int
    converged : whether every column reached the tolerance
    """

    alpha: Tensor
    fitted: Tensor
    iterations: int
    converged: bool


def conjugate_gradients(
    multiply: Map, precondition: Map, Y: Tensor, tolerance: float, limit: int
) -> Iterated:
    """Solve K alpha = Y, each column by conjugate gradients of its own, in lockstep.

    Parameters
    ----------
    multiply : V (n, k) to K V, symmetric positive definite, in double precision
    precondition : R (n, k) to about K^-1 R, symmetric positive definite
    Y : float64 (n, k)
    tolerance : of ||K alpha - Y|| / ||Y||, for each column
    limit : of iterations

    Returns
    -------
    Iterated; its residual is Y - fitted, not the recurrence's

    Cost: one product and one preconditioning for each iteration, and two of each besides.
    Source: Saad, Iterative Methods for Sparse Linear Systems, algorithm 9.1.
    """
    scale = Y.norm(dim=0)
    scale[scale == 0] = 1
    # A factor in double precision solves at once, and nothing is left to iterate.
    alpha, iterations = precondition(Y), 0
    fitted = multiply(alpha)
    while True:
        # Begun anew from the residual really computed, should rounding have parted the two.
        before = ((Y - fitted).norm(dim=0) / scale).max()
        if before <= tolerance or iterations >= limit:
            return Iterated(alpha, fitted, iterations, bool(before <= tolerance))
        residual = Y - fitted
        direction = z = precondition(residual)
        rho = (residual * z).sum(0)
        while iterations < limit:
            image = multiply(direction)
            curvature = (direction * image).sum(0)
            step = torch.where(curvature > 0, rho / curvature, 0)
            alpha = alpha + step * direction
            residual = residual - step * image
            iterations += 1
            if (residual.norm(dim=0) / scale).max() <= tolerance / 2:
                break
            z = precondition(residual)
            rho, previous = (residual * z).sum(0), rho
            direction = z + torch.where(previous > 0, rho / previous, 0) * direction
        fitted = multiply(alpha)
        after = ((Y - fitted).norm(dim=0) / scale).max()
        if after > before / 2:
            return Iterated(alpha, fitted, iterations, bool(after <= tolerance))
