"""Norms of a network's weights, and how far they moved from where training began."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from experiments.measures.given import number, points
from experiments.measures.layers import Network, poolings
from experiments.measures.matrix import Array, Matrix, frobenius, spectral


def parameter_norm(network: Network) -> float:
    """Return the Euclidean norm of all weights and biases. Not invariant under rescaling."""
    return float(np.linalg.norm(_weights(network)))


def distance(network: Network, initial: Network) -> float:
    """Return the Euclidean distance of all weights and biases from the initial ones.

    Raises ValueError for an initial network of other shapes.
    """
    check_initial(network, initial)
    return float(np.linalg.norm(_weights(network) - _weights(initial)))


def check_initial(network: Network, initial: Network) -> None:
    """Raise ValueError unless both networks have layers of the same shapes."""
    now, before = ([layer.M.shape for layer in each] for each in (network, initial))
    if now != before:
        raise ValueError(
            f"initial has layers of shapes {before} and network {now}: give the same network "
            "before training"
        )


def product_of_frobenius(matrices: Sequence[Matrix]) -> float:
    """Return prod_i |W_i|_F, every weight of a convolution as often as it is used."""
    return math.prod(map(frobenius, matrices))


def product_of_spectral(matrices: Sequence[Matrix]) -> float:
    """Return prod_i |W_i|_2: with `of_pooling` a Lipschitz constant, without biases."""
    return math.prod(map(spectral, matrices))


def of_pooling(network: Network, at_least: float = 0.0) -> float:
    """Return the product of the poolings' Lipschitz constants, 1 without any.

    Parameters
    ----------
    network : its layers
    at_least : 1 where a constant 1 is handed on beside what is pooled, as for biases
    """
    return math.prod(max(pool.lipschitz, at_least) for pool in poolings(network))


def golowich_bound(matrices: Sequence[Matrix], X: Array, gamma: float, pooling: float = 1) -> float:
    """Return 2 max|x_i| (sqrt(2 L ln 2) + 1) prod |W_i|_F / (gamma sqrt n).

    A score, for the factor of K classes is left out. X has n rows, with a 1 in the last place where
    biases are in the matrices. Averages after activations multiply it by their constants,
    `pooling`; of the largest value the theorem does not speak. Source: Golowich, Rakhlin, Shamir
    2018, theorem 1, twice the Rademacher complexity of functions that are 1/gamma-Lipschitz in the
    margin.
    """
    X, gamma = points(X, matrices), number(gamma, "gamma", 0, above=True)
    largest = float(np.linalg.norm(X, axis=1).max())
    depth = math.sqrt(2 * len(matrices) * math.log(2)) + 1
    size = product_of_frobenius(matrices) * pooling
    return 2 * largest * depth * size / (gamma * math.sqrt(len(X)))


def _weights(network: Network) -> Array:
    return np.concatenate([layer.weights for layer in network])
