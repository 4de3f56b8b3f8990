"""Kernel functions of two sets of points, in double precision."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from typing import Any, Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from experiments.kernels.points import Points
from expressivity.arrays import real
from expressivity.ranges import is_number

SMALLEST = float(np.finfo(np.float64).tiny)


class Kernel(Protocol):
    """A positive semidefinite function of two points.

    Examples
    --------
    >>> import torch
    >>> from experiments.kernels import Gaussian, Kernel
    >>> from experiments.kernels.points import points
    >>> kernel: Kernel = Gaussian(gamma=0.5)
    >>> x = points(torch.tensor([[0.0], [1.0]]), torch.device("cpu"))
    >>> kernel(x, x).diagonal().tolist()
    [1.0, 1.0]
    """

    def __call__(self, x: Points, z: Points) -> Tensor:
        """Return k(x_i, z_j), float64 (m, n)."""
        ...


class Parameters:
    """What scikit-learn's searches need of a kernel: its parameters by name, read and set."""

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """Return the parameters by name."""
        return {field.name: getattr(self, field.name) for field in fields(self)}  # pyright: ignore

    def set_params(self, **parameters: Any) -> Parameters:
        """Set parameters of this kernel itself, all or none.

        Raises ValueError for other names and values.
        """
        known = self.get_params()
        for name in parameters:
            if name not in known:
                raise ValueError(
                    f"{type(self).__name__} has no parameter {name!r}: it has {', '.join(known)}"
                )
        # Made for its refusals alone.
        replace(self, **parameters)  # pyright: ignore[reportArgumentType]
        for name, value in parameters.items():
            object.__setattr__(self, name, value)
        return self


@dataclass(frozen=True)
class Gaussian(Parameters):
    """exp(-gamma ||x - z||^2). Source: section 5, with gamma 0.02 on MNIST's pixels / 255.

    Attributes
    ----------
    gamma : positive

    Examples
    --------
    >>> from experiments.kernels import Gaussian, MinimumNormInterpolator
    >>> model = MinimumNormInterpolator(Gaussian(gamma=0.5)).fit([[0.0], [1.0]], [1.0, 2.0])
    >>> model.predict([[0.0], [1.0]]).round(9).tolist()
    [1.0, 2.0]
    """

    gamma: float

    def __post_init__(self) -> None:
        _check_gamma(self.gamma)

    def __call__(self, x: Points, z: Points) -> Tensor:
        return x.squared_distances(z).mul_(-self.gamma).exp_()


@dataclass(frozen=True)
class Laplace(Parameters):
    """exp(-gamma ||x - z||) of the Euclidean distance (scikit-learn's takes the l1 distance).

    Attributes
    ----------
    gamma : positive

    Examples
    --------
    >>> from experiments.kernels import Laplace, MinimumNormInterpolator
    >>> model = MinimumNormInterpolator(Laplace(gamma=1.0)).fit([[0.0], [1.0]], [1.0, 1.0])
    >>> bool(model.predict([[0.5]])[0] < 1)  # between the points it falls towards 0
    True
    """

    gamma: float

    def __post_init__(self) -> None:
        _check_gamma(self.gamma)

    def __call__(self, x: Points, z: Points) -> Tensor:
        return x.squared_distances(z).sqrt_().mul_(-self.gamma).exp_()


@dataclass(frozen=True)
class Polynomial(Parameters):
    """(gamma <x, z> + offset)^degree.

    Attributes
    ----------
    degree : a whole number of at least 1, for the base may be negative
    gamma : positive
    offset : at least 0

    Examples
    --------
    >>> from experiments.kernels import MinimumNormInterpolator, Polynomial
    >>> model = MinimumNormInterpolator(Polynomial(2)).fit([[-1.0], [0.0], [1.0]], [1.0, 0.0, 1.0])
    >>> model.predict([[2.0], [3.0]]).round(9).tolist()  # the parabola x^2
    [4.0, 9.0]
    """

    degree: int
    gamma: float = 1.0
    offset: float = 1.0

    def __post_init__(self) -> None:
        _check_gamma(self.gamma)
        if not (is_whole(self.degree, 1) and is_number(self.offset) and 0 <= self.offset < np.inf):
            raise ValueError(
                f"degree is {self.degree} and offset {self.offset}: a polynomial kernel needs a "
                "whole degree of at least 1 and a finite offset of at least 0"
            )

    def __call__(self, x: Points, z: Points) -> Tensor:
        return x.inner(z).mul_(self.gamma).add_(self.offset).pow_(self.degree)


@dataclass(frozen=True)
class Linear(Parameters):
    """<x, z>, so that K = X X^T.

    Examples
    --------
    >>> from experiments.kernels import Linear, MinimumNormInterpolator
    >>> model = MinimumNormInterpolator(Linear()).fit([[1.0, 0.0], [0.0, 2.0]], [3.0, 4.0])
    >>> model.predict([[1.0, 1.0]]).round(9).tolist()  # w = (3, 2)
    [5.0]
    """

    def __call__(self, x: Points, z: Points) -> Tensor:
        return x.inner(z)


@dataclass(frozen=True)
class Function:
    """A user's function of arrays (m, d) and (n, d), NumPy's or torch's, that gives K (m, n)."""

    function: Callable[[Any, Any], Any]
    numpy: bool

    def __call__(self, x: Points, z: Points) -> Tensor:
        X, Z = x.original, z.original
        given = self.function(*((v.cpu().numpy() for v in (X, Z)) if self.numpy else (X, Z)))
        # A copy, for blocks are changed in place and the function may keep its own.
        if isinstance(given, Tensor):
            real(given.flatten()[:0], "kernel(X, Z)")  # refuses what is no real number
            values = given.detach().to(X.device, torch.float64, copy=True)
        else:
            values = torch.from_numpy(np.array(real(given, "kernel(X, Z)"), np.float64))
        if values.shape != (len(x), len(z)):
            raise ValueError(
                f"kernel {self.function} gives shape {tuple(values.shape)} for {len(x)} and "
                f"{len(z)} points: it must be ({len(x)}, {len(z)})"
            )
        if not bool(torch.isfinite(values).all()):
            raise ValueError(f"kernel {self.function} gives NaN or infinity: check its arguments")
        return values.to(X.device)

    def refuse_asymmetric(self, x: Points) -> None:
        """Raise ValueError if two points in the other order have another value, of 64 at most."""
        some = x[:: math.ceil(len(x) / 64)]
        values = self(some, some)
        apart = float((values - values.T).abs().max())
        if apart > 1e-6 * float(values.abs().max()):
            raise ValueError(
                f"kernel {self.function} is not symmetric: K differs from its transpose by "
                f"{apart:.2g}; give (k(X, Z) + k(Z, X).T) / 2"
            )


def scaled(x: Points) -> Gaussian:
    """Return the Gaussian kernel with gamma = 1 / (d times the variance of all coordinates).

    The mean squared distance of two points is then about 2 / gamma (scikit-learn's "scale").
    Raises ValueError if all coordinates are equal.
    """
    X = x.original
    return Gaussian(1 / _spread(float(X.var(correction=0)), bool((X[0, 0] == X).all()), X.shape[1]))


def scaled_laplace(X: NDArray[Any]) -> Laplace:
    """Return the Laplace kernel with gamma = 1 / the root mean squared distance of two points.

    Its matrix is positive definite in double precision where a Gaussian's, whose eigenvalues fall
    off faster, is not: of some hundred points in the plane. Raises ValueError as `scaled`.
    """
    # In one order of its entries, whatever the layout, so that the rounding is the same.
    with np.errstate(over="ignore"):
        variance = float(np.var(np.ascontiguousarray(X), dtype=np.float64))
    return Laplace(1 / math.sqrt(2 * _spread(variance, bool((X[0, 0] == X).all()), X.shape[1])))


def _spread(variance: float, equal: bool, d: int) -> float:
    if equal:
        raise ValueError(
            "X has variance 0, all its points are equal: there is no bandwidth to choose, give "
            "kernel=Gaussian(gamma) with a gamma of your own"
        )
    if not SMALLEST < variance * d < 1 / SMALLEST:
        raise ValueError(
            f"X has variance {variance:.2g}, too far from 1 for a bandwidth in double precision: "
            "rescale X"
        )
    return variance * d


def is_whole(value: float, least: int) -> bool:
    """Tell whether a number, 2.0 too, is whole and at least `least`."""
    return is_number(value) and least <= value < math.inf and value == int(value)


def _check_gamma(gamma: float) -> None:
    if not (is_number(gamma) and gamma > 0 and math.isfinite(gamma)):
        raise ValueError(f"gamma is {gamma!r}: give a positive number")
