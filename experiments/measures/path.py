"""Path norms: sums over all paths from an input to an output of products of weights."""

from __future__ import annotations

import math

import numpy as np

from experiments.measures.dense import Network


def l1(network: Network) -> float:
    """Return the largest, over outputs, of the sum over paths of |products of weights|.

    Biases are paths that begin at a constant 1. Unchanged if a unit's inputs are multiplied by
    c > 0 and its outputs divided by it. Cost: one forward pass.
    """
    h = np.ones(network[0].M.shape[1])
    for layer in network:
        h = np.abs(layer.M) @ h + np.abs(layer.c)
    return float(h.max())


def l2(network: Network) -> float:
    """Return sqrt(sum over paths and outputs of squared products of weights). Invariant as l1.

    Source: Neyshabur, Salakhutdinov, Srebro 2015.
    """
    h = np.ones(network[0].M.shape[1])
    for layer in network:
        h = layer.M**2 @ h + layer.c**2
    return math.sqrt(float(h.sum()))
