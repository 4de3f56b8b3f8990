"""A dense ReLU network as its layers: what the measures of a trained network are defined for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:  # torch is imported where it is used
    import torch
    from torch import nn

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Layer:
    """h -> M h + c, followed by max(., 0) in all layers but the last.

    Attributes
    ----------
    M : float64 array (out, in)
    c : float64 array (out,)
    """

    M: Array
    c: Array


Network = Sequence[Layer]


def evaluate(network: Network, X: Array) -> Array:
    """Return the outputs (n, K) at points (n, d)."""
    h = X
    for layer in network[:-1]:
        h = np.maximum(h @ layer.M.T + layer.c, 0.0)
    return h @ network[-1].M.T + network[-1].c


def with_biases_as_weights(network: Network) -> list[Array]:
    """Return matrices that act on (h, 1): biases as a column, a row that hands on the 1.

    The row is missing in the last layer. For the same function without biases.
    """
    matrices = [np.column_stack((layer.M, layer.c)) for layer in network]
    for position, matrix in enumerate(matrices[:-1]):
        hand_on = np.zeros((1, matrix.shape[1]))
        hand_on[0, -1] = 1.0
        matrices[position] = np.concatenate((matrix, hand_on))
    return matrices


def from_torch(module: object) -> list[Layer]:
    """Return the layers of a torch module that is a stack of Linear and ReLU.

    A BatchNorm between the two becomes part of the Linear, as in evaluation mode. Raises TypeError
    naming the first part that is something else, for which the norms here are not defined.
    """
    import torch
    from torch import nn

    if not isinstance(module, nn.Module):
        raise TypeError(f"module is a {type(module).__name__}: give a torch.nn.Module")
    found: list[Layer] = []
    activated = True
    for name, part in module.named_modules():
        if isinstance(part, nn.Linear):
            if not activated:
                raise TypeError(f"{name} follows a Linear without a ReLU: merge the two")
            M = part.weight.detach().double().cpu().numpy()
            bias = torch.zeros(len(part.weight)) if part.bias is None else part.bias.detach()
            found.append(Layer(M, bias.double().cpu().numpy()))
            activated = False
        elif isinstance(part, nn.BatchNorm1d) and not activated:
            found[-1] = _folded(found[-1], part)
        elif isinstance(part, nn.ReLU):
            activated = True
        elif not isinstance(part, nn.Sequential | nn.Flatten | nn.Identity):
            raise TypeError(
                f"{name or 'module'} is a {type(part).__name__}: these measures are defined for "
                "stacks of Linear, BatchNorm after it, and ReLU"
            )
    if not found or activated:
        raise TypeError("module must end in a Linear whose outputs are the class scores")
    return found


def _folded(layer: Layer, norm: nn.BatchNorm1d) -> Layer:
    """Return the layer followed by its normalization with the statistics that it has kept."""
    if norm.running_mean is None or norm.running_var is None:
        raise TypeError("a BatchNorm1d keeps no statistics: it is another function on each batch")

    def array(values: torch.Tensor) -> Array:
        return values.detach().double().cpu().numpy()

    scale = 1 / np.sqrt(array(norm.running_var) + norm.eps)
    if norm.weight is not None:
        scale = scale * array(norm.weight)
    shift = 0.0 if norm.bias is None else array(norm.bias)
    return Layer(layer.M * scale[:, None], (layer.c - array(norm.running_mean)) * scale + shift)
