"""Finite-sample expressivity: the two-layer ReLU network with 2n + d weights of Theorem 1."""

from expressivity.capacity import capacity
from expressivity.certificate import certify
from expressivity.classes import Classifier, classify
from expressivity.interpolate import interpolate
from expressivity.memorizers import Layered, compare, lower_bounds, memorize
from expressivity.network import Network
from expressivity.rational import RationalNetwork
from expressivity.verify import Premise, verify

__version__ = "0.1.0"

__all__ = [
    "Classifier",
    "Layered",
    "Network",
    "Premise",
    "RationalNetwork",
    "__version__",
    "capacity",
    "certify",
    "classify",
    "compare",
    "interpolate",
    "lower_bounds",
    "memorize",
    "verify",
]
