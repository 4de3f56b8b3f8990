"""Margins: by how much the score of the right class exceeds the best other one."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from experiments.measures.given import class_numbers, finite, number

Array = NDArray[np.float64]


def margins(outputs: ArrayLike, labels: ArrayLike) -> Array:
    """Return f(x_i)_{y_i} - max_{j != y_i} f(x_i)_j: 0 for a tie, negative where it is wrong.

    Parameters
    ----------
    outputs : real array-like (n, K), K >= 2
    labels : array-like (n,) of class numbers

    Raises ValueError for another shape, NaN, and labels that are no class numbers.

    >>> margins(np.array([[3.0, 1.0], [2.0, 2.0], [0.0, 5.0]]), np.array([0, 1, 0])).tolist()
    [2.0, 0.0, -5.0]
    """
    scores = finite(outputs, "outputs")
    if scores.ndim != 2 or scores.shape[1] < 2:
        raise ValueError(f"outputs have shape {scores.shape}: give scores of 2 or more classes")
    own = np.arange(len(scores)), class_numbers(labels, scores.shape[1], len(scores))
    others = scores.copy()
    others[own] = -np.inf
    return scores[own] - others.max(axis=1)


def margin_at(outputs: ArrayLike, labels: ArrayLike, share: float = 0.1) -> float:
    """Return the margin that a share of the sample falls short of, its sign kept.

    Raises ValueError where it is not positive: what divides by it is then not defined.
    """
    found = margins(outputs, labels)
    gamma = float(np.quantile(found, number(share, "share", 0, 1)))
    if gamma <= 0:
        wrong = 100 * float((found <= 0).mean())
        raise ValueError(
            f"the margin at {share:.0%} is {gamma:.3g}: {wrong:.1f} % of the sample are wrong or "
            "tied; train until they are fitted"
        )
    return gamma
