"""Kernels of infinitely wide ReLU networks: functions of the angle between two points."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from experiments.kernels.functions import Parameters, is_whole
from experiments.kernels.points import LARGEST, Points
from expressivity.ranges import is_number

CLOSE = 1e-4  # 1 - |cosine| from which on the arc cosine keeps 12 digits
PAIRS = 2**14  # close pairs whose differences are held at a time
PARALLEL = 1e-14


@dataclass(frozen=True)
class OfWideNetworks(Parameters):
    """What both kernels share.

    Attributes
    ----------
    bias : a constant coordinate that is appended to every point, as a bias is; without one (0)
        points that are parallel cannot be told apart
    """

    bias: float = 0.0

    def __post_init__(self) -> None:
        if not (is_number(self.bias) and 0 <= self.bias < math.inf):
            raise ValueError(f"bias is {self.bias!r}: give a number of at least 0")

    def __call__(self, x: Points, z: Points) -> Tensor:
        X, Z = self._lifted(x), self._lifted(z)
        sizes, others = X.norm(dim=1), Z.norm(dim=1)
        # A point at the origin has no direction, and its kernel values are 0.
        tiny = torch.finfo(X.dtype).tiny
        theta = angles(X / sizes.clamp(min=tiny)[:, None], Z / others.clamp(min=tiny)[:, None])
        return self.of_angles(theta).mul_(sizes[:, None]).mul_(others)

    def of_angles(self, theta: Tensor) -> Tensor:
        """Return the kernel of unit vectors at these angles, as a new tensor."""
        raise NotImplementedError

    def refuse_parallel(self, x: Points) -> None:
        """Raise ValueError, naming them, for parallel or opposite points, or one at 0 or near it.

        The matrix is then not positive definite in general. Cost O(n d + n log n).
        """
        X = self._lifted(x)
        sizes = X.norm(dim=1)
        low = int(sizes.argmin())
        if float(sizes[low]) < 1 / LARGEST and bool(X[low].any()):
            raise ValueError(
                f"X[{low}] has a norm below {1 / LARGEST:g}, whose square is no double: rescale X"
            )
        if not bool(sizes.all()):
            raise ValueError(
                f"X[{low}] is the origin, where {self} is 0: give a bias, for "
                "example 1, or drop the point"
            )
        unit = X / sizes[:, None]
        direction = torch.randn(
            X.shape[1], generator=torch.Generator().manual_seed(0), dtype=torch.float64
        )
        along = (unit @ direction.to(unit.device)).abs()
        order = along.argsort()
        near = (along[order].diff() <= PARALLEL * direction.norm()).nonzero()[:, 0]
        for i, j in zip(order[near].tolist(), order[near + 1].tolist(), strict=True):
            apart = min(float((unit[i] - s * unit[j]).norm()) for s in (1, -1))
            if apart <= PARALLEL:
                raise ValueError(
                    f"X[{min(i, j)}] and X[{max(i, j)}] are parallel, and {self} cannot tell them "
                    "apart: give a bias, for example 1, or drop one of them"
                )

    def _lifted(self, x: Points) -> Tensor:
        X = x.original
        if not self.bias:
            return X
        return torch.cat((X, torch.full_like(X[:, :1], self.bias)), 1)


@dataclass(frozen=True)
class ArcCosine(OfWideNetworks):
    """<x, z> (pi - angle) / (2 pi): H infinity, of two layers of which the first is trained.

    Source: Arora, Du, Hu, Li, Wang 2019; Cho and Saul 2009, degree 0, times <x, z> / 2.

    Examples
    --------
    >>> from experiments.kernels.points import points
    >>> x = points(torch.tensor([[3.0, 4.0]]), torch.device("cpu"))
    >>> ArcCosine()(x, x)
    tensor([[12.5000]], dtype=torch.float64)
    """

    def of_angles(self, theta: Tensor) -> Tensor:
        return torch.cos(theta).mul_(1 - theta / math.pi).div_(2)


@dataclass(frozen=True)
class NTK(OfWideNetworks):
    """The neural tangent kernel of a ReLU network, all layers of weights trained.

    Each layer is scaled so that it keeps the mean square, and k(x, x) = layers |x|^2. Its
    minimum-norm interpolant is what the infinitely wide network, trained on squared loss from zero
    outputs, converges to. Source: Jacot, Gabriel, Hongler 2018; in closed form Arora et al. 2019b.

    Attributes
    ----------
    bias : see `OfWideNetworks`
    layers : of weights, at least 2

    Examples
    --------
    >>> from experiments.kernels import NTK, MinimumNormInterpolator
    >>> model = MinimumNormInterpolator(NTK(bias=1)).fit([[0.0], [1.0]], [1.0, 2.0])
    >>> model.predict([[0.0], [1.0]]).round(9).tolist()
    [1.0, 2.0]
    """

    layers: int = 2

    def __post_init__(self) -> None:
        super().__post_init__()
        if not is_whole(self.layers, 2):
            raise ValueError(f"layers is {self.layers!r}: give a whole number of at least 2")

    def of_angles(self, theta: Tensor) -> Tensor:
        total = torch.cos(theta)
        for _ in range(self.layers - 1):
            total.mul_(1 - theta / math.pi)
            theta = next_angle(theta)
            total.add_(torch.cos(theta))
        return total


def angles(X: Tensor, Z: Tensor) -> Tensor:
    """Return the angles between unit vectors (m, d) and (n, d), float64 (m, n), from 0 to pi.

    Where two nearly coincide, or are nearly opposite, from their difference or sum: an arc cosine
    has half of the digits there. Exactly 0 for equal vectors.
    """
    cosine = X @ Z.T
    theta = cosine.clamp(-1, 1).acos_()
    rows, columns = (cosine.abs_() > 1 - CLOSE).nonzero(as_tuple=True)
    for i, j in zip(rows.split(PAIRS), columns.split(PAIRS), strict=True):
        x, z = X[i], Z[j]
        theta[i, j] = 2 * torch.atan2((x - z).norm(dim=1), (x + z).norm(dim=1))
    return theta


def next_angle(theta: Tensor) -> Tensor:
    """Return the angle between what a wide ReLU layer makes of two vectors at an angle.

    Its cosine is (sin + (pi - theta) cos) / pi; the square of the sine of its half is that of
    theta less (sin theta - theta cos theta) / (2 pi), which does not cancel where theta is small.
    """
    small = theta < 0.1
    square = theta.square()
    series = theta * square * (1 / 3 - square * (1 / 30 - square * (1 / 840 - square / 45360)))
    less = torch.where(small, series, torch.sin(theta) - theta * torch.cos(theta))
    half = torch.sin(theta / 2).square() - less / (2 * math.pi)
    return 2 * half.clamp_(0, 1).sqrt_().asin_()
