"""The ways to fit a sample, and the small sample that pictures the theorem."""

from experiments.contestants.explicit import Explicit
from experiments.contestants.kernel import Kernel
from experiments.contestants.random_convolution import RandomConvolution
from experiments.contestants.theorem import Theorem
from experiments.contestants.trained import Trained

__all__ = ["Explicit", "Kernel", "RandomConvolution", "Theorem", "Trained"]
