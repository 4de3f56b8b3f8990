"""Which kernel is meant: one of ours, a name or a kernel of scikit-learn's, or a function."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from sklearn.base import clone
from sklearn.metrics.pairwise import laplacian_kernel
from torch import Tensor

from experiments.kernels.arc_cosine import NTK, ArcCosine
from experiments.kernels.functions import (
    Function,
    Gaussian,
    Kernel,
    Laplace,
    Linear,
    Polynomial,
    scaled,
)
from experiments.kernels.points import Points, exact_centre, points

OWN = (Gaussian, Laplace, Polynomial, Linear, ArcCosine, NTK)
Choice = Kernel | Callable[[Any, Any], Any] | str | None


def chosen(kernel: Choice, x: Points, numpy: bool) -> Kernel:
    """Return the kernel that is meant for points (n, d).

    Names are those of `sklearn.metrics.pairwise`, with its parameters: gamma = 1 / d, degree 3 and
    offset 1, and for "laplacian" the l1 distance. A function, as a kernel of
    `sklearn.gaussian_process.kernels` is one, is given NumPy arrays, or tensors if not `numpy`.
    Kernels with parameters are copied, for a search sets those of the given one in its place.
    Raises ValueError for another name and for a kernel with noise, and TypeError for a class and
    for what is no kernel.
    """
    d = x.values.shape[1]
    if kernel is None:
        return scaled(x)
    if isinstance(kernel, OWN):
        return copy.copy(kernel)
    if isinstance(kernel, str):
        names: dict[str, Kernel] = {
            "rbf": Gaussian(1 / d),
            "laplacian": Function(laplacian_kernel, numpy=True),
            "polynomial": Polynomial(3, 1 / d),
            "poly": Polynomial(3, 1 / d),
            "linear": Linear(),
        }
        if kernel not in names:
            raise ValueError(
                f"kernel is {kernel!r}: give Gaussian(gamma), Laplace(gamma), Polynomial(degree), "
                "Linear(), a function of two arrays, or 'rbf', 'laplacian', 'polynomial', "
                "'linear', 'precomputed'"
            )
        return names[kernel]
    if isinstance(kernel, type):
        raise TypeError(
            f"kernel is the class {kernel.__name__}: give one of its instances, for example "
            "Gaussian(gamma=0.1)"
        )
    if not callable(kernel):
        raise TypeError(
            f"kernel is a {type(kernel).__name__}: give Gaussian(gamma), a function of two arrays, "
            "or a name"
        )
    of_scikit_learn = type(kernel).__module__.startswith("sklearn.")
    own: Any = clone(kernel) if of_scikit_learn and hasattr(kernel, "get_params") else kernel
    if of_scikit_learn and hasattr(own, "diag"):
        _check_noise(own, x)
    return Function(own, numpy=numpy or of_scikit_learn)


def points_for(kernel: Choice, X: Tensor, device: torch.device) -> Points:
    """Return points (n, d) around a centre that serves a kernel.

    Any serves one that looks at differences of points alone, every other sees all of their digits.
    """
    differences = kernel is None or isinstance(kernel, Gaussian | Laplace)
    if differences or (isinstance(kernel, str) and kernel == "rbf"):
        return points(X, device)
    return points(X, device, exact_centre(X))


def _check_noise(kernel: Any, x: Points) -> None:
    """Refuse a kernel with noise of its own, which is 0 between two arrays, even of one point."""
    one = x.original[:1].cpu().numpy()
    if not np.allclose(kernel.diag(one), kernel(one, one.copy())[0]):
        raise ValueError(
            f"kernel is {kernel}, with a WhiteKernel, which is 0 between two arrays: leave it out, "
            "and give its noise_level as ridge"
        )
