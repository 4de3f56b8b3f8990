"""Path norms: sums over all paths from an input to an output of products of weights."""

from __future__ import annotations

import math

import numpy as np

from experiments.measures.layers import Network
from experiments.measures.matrix import Array, times, to_the


def l1(network: Network) -> float:
    """Return the largest, over outputs, of the sum over paths of |products of weights|.

    Biases are paths that begin at a constant 1. Unchanged if a unit's inputs are multiplied by
    c > 0 and its outputs divided by it. Cost: one forward pass.
    """
    return float(_sums(network, 1).max())


def l2(network: Network) -> float:
    """Return sqrt(sum over paths and outputs of squared products of weights). Invariant as l1.

    Source: Neyshabur, Salakhutdinov, Srebro 2015.
    """
    return math.sqrt(float(_sums(network, 2).sum()))


def _sums(network: Network, power: int) -> Array:
    """Return for each output the sum over its paths of |products of weights| to a power.

    Through a pooling every place of a window is a path: of weight 1 to the largest value, as it may
    be any, and of the mean's weights to the mean.
    """
    h = np.ones((1, network[0].M.shape[1]))
    for layer in network:
        h = times(to_the(layer.M, power), h) + np.abs(layer.c) ** power
        for pool in layer.pooling:
            h = pool.over_paths(h, power)
    return h[0]
