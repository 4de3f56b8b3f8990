"""Kernels and the minimum-norm interpolant (section 5 of the paper)."""

from experiments.kernels.estimators import MinimumNormClassifier, MinimumNormRegressor
from experiments.kernels.functions import Gaussian, Kernel, Laplace, Linear, Polynomial
from experiments.kernels.interpolator import MinimumNormInterpolator

__all__ = [
    "Gaussian",
    "Kernel",
    "Laplace",
    "Linear",
    "MinimumNormClassifier",
    "MinimumNormInterpolator",
    "MinimumNormRegressor",
    "Polynomial",
]
