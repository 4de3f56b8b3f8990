"""Margins: by how much the score of the right class exceeds the best other one."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from experiments.measures.given import class_numbers, number, of_points

Array = NDArray[np.float64]


def margins(outputs: Array, labels: NDArray[np.int64]) -> Array:
    """Return f(x_i)_{y_i} - max_{j != y_i} f(x_i)_j: 0 for a tie, negative where it is wrong.

    Parameters
    ----------
    outputs : float64 array (n, K), K >= 2
    labels : int64 array (n,)

    Raises ValueError for another shape, NaN, and labels that are no class numbers.

    >>> margins(np.array([[3.0, 1.0], [2.0, 2.0], [0.0, 5.0]]), np.array([0, 1, 0])).tolist()
    [2.0, 0.0, -5.0]
    """
    if outputs.ndim != 2 or outputs.shape[1] < 2:
        raise ValueError(f"outputs have shape {outputs.shape}: give scores of 2 or more classes")
    class_numbers(labels, outputs.shape[1], len(outputs))
    of_points(outputs, "outputs", len(labels))
    rows = np.arange(len(labels))
    others = outputs.copy()
    others[rows, labels] = -np.inf
    return outputs[rows, labels] - others.max(axis=1)


def margin_at(outputs: Array, labels: NDArray[np.int64], share: float = 0.1) -> float:
    """Return the margin that a share of the sample falls short of, its sign kept.

    Raises ValueError where it is not positive: what divides by it is then not defined.
    """
    gamma = float(np.quantile(margins(outputs, labels), number(share, "share", 0, 1)))
    if gamma <= 0:
        wrong = 100 * float((margins(outputs, labels) <= 0).mean())
        raise ValueError(
            f"the margin at {share:.0%} is {gamma:.3g}: {wrong:.1f} % of the sample are wrong or "
            "tied; train until they are fitted"
        )
    return gamma
