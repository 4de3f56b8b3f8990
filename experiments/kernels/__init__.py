"""Kernels and the minimum-norm interpolant (section 5 of the paper)."""

from experiments.kernels.functions import Gaussian, Kernel, Laplace, Linear, Polynomial
from experiments.kernels.interpolator import MinimumNormInterpolator

__all__ = ["Gaussian", "Kernel", "Laplace", "Linear", "MinimumNormInterpolator", "Polynomial"]
