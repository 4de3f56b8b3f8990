"""The same as `experiments.measures.layers`, under the name by which a dense network was read."""

from experiments.measures.layers import Layer, Network, evaluate, with_biases_as_weights
from experiments.measures.stack import from_torch

__all__ = ["Layer", "Network", "evaluate", "from_torch", "with_biases_as_weights"]
