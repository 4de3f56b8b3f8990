"""The ways to fit a sample, one file each, and what pictures or measures them."""

from experiments.contestants.ablation import Ablation
from experiments.contestants.construction import Construction
from experiments.contestants.coupled_sgd import CoupledSGD
from experiments.contestants.critical_width import CriticalWidth
from experiments.contestants.explicit import Explicit
from experiments.contestants.interpolant import Interpolant
from experiments.contestants.kernel import Kernel
from experiments.contestants.leave_one_out import LeaveOneOut
from experiments.contestants.linear import Linear
from experiments.contestants.measured import Measured
from experiments.contestants.memorization import Memorization
from experiments.contestants.random_convolution import RandomConvolution
from experiments.contestants.random_features import RandomFeatures
from experiments.contestants.signs import Signs
from experiments.contestants.theorem import Theorem
from experiments.contestants.trained import Trained

__all__ = [
    "Ablation",
    "Construction",
    "CoupledSGD",
    "CriticalWidth",
    "Explicit",
    "Interpolant",
    "Kernel",
    "LeaveOneOut",
    "Linear",
    "Measured",
    "Memorization",
    "RandomConvolution",
    "RandomFeatures",
    "Signs",
    "Theorem",
    "Trained",
]
