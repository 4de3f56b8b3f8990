"""Kernels and the minimum-norm interpolant (section 5 of the paper)."""

from experiments.kernels.arc_cosine import NTK, ArcCosine
from experiments.kernels.estimators import MinimumNormClassifier, MinimumNormRegressor
from experiments.kernels.functions import Gaussian, Kernel, Laplace, Linear, Polynomial
from experiments.kernels.interpolator import MinimumNormInterpolator

__all__ = [
    "NTK",
    "ArcCosine",
    "Gaussian",
    "Kernel",
    "Laplace",
    "Linear",
    "MinimumNormClassifier",
    "MinimumNormInterpolator",
    "MinimumNormRegressor",
    "Polynomial",
]
