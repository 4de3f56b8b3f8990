"""Norms of a network's weights, and how far they moved from where training began."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from experiments.measures.dense import Network

Array = NDArray[np.float64]


def parameter_norm(network: Network) -> float:
    """Return the Euclidean norm of all weights and biases. Not invariant under rescaling."""
    return math.sqrt(sum(float((p.M**2).sum() + (p.c**2).sum()) for p in network))


def distance(network: Network, initial: Network) -> float:
    """Return the Euclidean distance of all weights and biases from the initial ones."""
    return math.sqrt(
        sum(
            float(((p.M - q.M) ** 2).sum() + ((p.c - q.c) ** 2).sum())
            for p, q in zip(network, initial, strict=True)
        )
    )


def product_of_frobenius(matrices: list[Array]) -> float:
    """Return prod_i |W_i|_F."""
    return math.prod(float(np.linalg.norm(W)) for W in matrices)


def product_of_spectral(matrices: list[Array]) -> float:
    """Return prod_i |W_i|_2, a Lipschitz constant of the network without its biases."""
    return math.prod(float(np.linalg.norm(W, 2)) for W in matrices)


def golowich_bound(matrices: list[Array], X: Array, gamma: float) -> float:
    """Return 2 max|x_i| (sqrt(2 L ln 2) + 1) prod |W_i|_F / (gamma sqrt n).

    A score, for the factor of K classes is left out. X has n rows, with a 1 in the last place where
    biases are in the matrices. Source: Golowich, Rakhlin, Shamir 2018, theorem 1, twice the
    Rademacher complexity of functions that are 1/gamma-Lipschitz in the margin.
    """
    largest = float(np.linalg.norm(X, axis=1).max())
    depth = math.sqrt(2 * len(matrices) * math.log(2)) + 1
    return 2 * largest * depth * product_of_frobenius(matrices) / (gamma * math.sqrt(len(X)))
