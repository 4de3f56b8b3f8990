"""The same as `experiments.measures.layers`, under the name by which a dense network was read."""

from experiments.measures.layers import Layer as Layer
from experiments.measures.layers import Network as Network
from experiments.measures.layers import evaluate as evaluate
from experiments.measures.layers import with_biases_as_weights as with_biases_as_weights
from experiments.measures.stack import from_torch as from_torch
