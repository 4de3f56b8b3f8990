"""A dense ReLU network as its layers: what the measures of a trained network are defined for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

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

    Raises TypeError naming the first part that is something else, for which the norms here are
    not defined.
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
        elif isinstance(part, nn.ReLU):
            activated = True
        elif not isinstance(part, nn.Sequential | nn.Flatten | nn.Identity):
            raise TypeError(
                f"{name or 'module'} is a {type(part).__name__}: these measures are defined for "
                "stacks of Linear and ReLU"
            )
    if not found or activated:
        raise TypeError("module must end in a Linear whose outputs are the class scores")
    return found
