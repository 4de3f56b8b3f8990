"""Kernel functions of two sets of points, in double precision."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import torch
from torch import Tensor

from experiments.kernels.points import Points


class Kernel(Protocol):
    """A positive semidefinite function of two points."""

    def __call__(self, x: Points, z: Points) -> Tensor:
        """Return k(x_i, z_j), float64 (m, n)."""
        ...


@dataclass(frozen=True)
class Gaussian:
    """exp(-gamma ||x - z||^2). Source: section 5, with gamma 0.02 on MNIST's pixels / 255."""

    gamma: float

    def __post_init__(self) -> None:
        _check_gamma(self.gamma)

    def __call__(self, x: Points, z: Points) -> Tensor:
        return x.squared_distances(z).mul_(-self.gamma).exp_()


@dataclass(frozen=True)
class Laplace:
    """exp(-gamma ||x - z||) of the Euclidean distance (scikit-learn's takes the l1 distance)."""

    gamma: float

    def __post_init__(self) -> None:
        _check_gamma(self.gamma)

    def __call__(self, x: Points, z: Points) -> Tensor:
        return x.squared_distances(z).sqrt_().mul_(-self.gamma).exp_()


@dataclass(frozen=True)
class Polynomial:
    """(gamma <x, z> + offset)^degree."""

    degree: int
    gamma: float = 1.0
    offset: float = 1.0

    def __post_init__(self) -> None:
        _check_gamma(self.gamma)
        if self.degree < 1 or self.offset < 0:
            raise ValueError(
                f"degree is {self.degree} and offset {self.offset}: a polynomial kernel needs a "
                "degree of at least 1 and an offset of at least 0"
            )

    def __call__(self, x: Points, z: Points) -> Tensor:
        return x.inner(z).mul_(self.gamma).add_(self.offset).pow_(self.degree)


@dataclass(frozen=True)
class Linear:
    """<x, z>, so that K = X X^T."""

    def __call__(self, x: Points, z: Points) -> Tensor:
        return x.inner(z)


@dataclass(frozen=True)
class Function:
    """A user's function of arrays (m, d) and (n, d), NumPy's or torch's, that gives K (m, n)."""

    function: Callable[[Any, Any], Any]
    numpy: bool

    def __call__(self, x: Points, z: Points) -> Tensor:
        X, Z = x.original, z.original
        if self.numpy:
            values = torch.from_numpy(np.array(self.function(X.cpu().numpy(), Z.cpu().numpy())))
        else:
            values = self.function(X, Z)
        if values.shape != (len(x), len(z)):
            raise ValueError(
                f"kernel {self.function} gives shape {tuple(values.shape)} for {len(x)} and "
                f"{len(z)} points: it must be ({len(x)}, {len(z)})"
            )
        if not bool(torch.isfinite(values).all()):
            raise ValueError(f"kernel {self.function} gives NaN or infinity: check its arguments")
        # A copy, for blocks are changed in place and the function may keep its own.
        return values.to(X.device, torch.float64, copy=not self.numpy)


def scaled(x: Points) -> Gaussian:
    """Return the Gaussian kernel with gamma = 1 / (d times the variance of all coordinates).

    The mean squared distance of two points is then about 2 / gamma (scikit-learn's "scale").
    Raises ValueError if all coordinates are equal.
    """
    spread = float(x.original.var(correction=0)) * x.values.shape[1]
    if spread == 0:
        raise ValueError("X has variance 0: give kernel=Gaussian(gamma) with a gamma of your own")
    return Gaussian(1 / spread)


def _check_gamma(gamma: float) -> None:
    if not (gamma > 0 and math.isfinite(gamma)):
        raise ValueError(f"gamma is {gamma}: give a positive number")
