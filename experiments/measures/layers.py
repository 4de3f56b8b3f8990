"""A ReLU network as its layers: what the measures of a trained network are defined for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from experiments.measures.matrix import Array, Convolution, Matrix, WithBias, times
from experiments.measures.pooling import Pooling
from expressivity.arrays import real


@dataclass(frozen=True)
class Layer:
    """h -> M h + c, followed by max(., 0) in all layers but the last, and by its poolings.

    Attributes
    ----------
    M : float64 array (out, in), a copy of any real numbers, or a Convolution
    c : float64 array (out,), a convolution's at every place
    pooling : what comes after it, one by one

    Raises TypeError or ValueError for what are no real numbers, and for other shapes.
    """

    M: Array | Convolution
    c: Array
    pooling: tuple[Pooling, ...] = ()

    def __post_init__(self) -> None:
        # Copies: training may go on with what was given.
        object.__setattr__(self, "c", real(self.c, "c").astype(np.float64))
        if not isinstance(self.M, Convolution):
            object.__setattr__(self, "M", real(self.M, "M").astype(np.float64))
        if len(self.M.shape) != 2 or self.c.shape != self.M.shape[:1]:
            raise ValueError(
                f"M has shape {self.M.shape} and c {self.c.shape}: give (out, in) and (out,)"
            )

    @property
    def weights(self) -> Array:
        """Weights and biases, (W,), shared ones once."""
        if not isinstance(self.M, Convolution):
            return np.concatenate((self.M.ravel(), self.c))
        biases = self.c.reshape(self.M.image_out[0], -1)
        if (biases == biases[:, :1]).all():
            biases = biases[:, 0]
        return np.concatenate((self.M.kernel.numpy().ravel(), biases.ravel()))


Network = Sequence[Layer]


def evaluate(network: Network, X: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the outputs (n, K) at points (n, d)."""
    h = X
    for position, layer in enumerate(network, start=1):
        h = times(layer.M, h) + layer.c
        if position < len(network):
            h = np.maximum(h, 0.0)
        for pool in layer.pooling:
            h = pool(h)
    return h


def with_biases_as_weights(network: Network) -> list[Matrix]:
    """Return matrices that act on (h, 1): biases as a column, a row that hands on the 1.

    The row is missing in the last layer, or zero. For the same function without biases.
    """
    matrices: list[Matrix] = []
    for position, layer in enumerate(network, start=1):
        last = position == len(network)
        if isinstance(layer.M, Convolution):
            matrices.append(WithBias(layer.M, layer.c, 0.0 if last else 1.0))
            continue
        matrix = np.column_stack((layer.M, layer.c))
        hand_on = np.zeros((1, matrix.shape[1]))
        hand_on[0, -1] = 1.0
        matrices.append(matrix if last else np.concatenate((matrix, hand_on)))
    return matrices


def poolings(network: Network) -> list[Pooling]:
    """Return those of all layers."""
    return [pool for layer in network for pool in layer.pooling]
