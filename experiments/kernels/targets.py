"""Targets of a fit: real numbers as they are, classes as one-hot columns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Targets:
    """Columns that share one factorization, and how outputs become predictions.

    Attributes
    ----------
    columns : float64 (n, k)
    classes : for each labeling the sorted class labels; None for real targets
    one_dimensional : whether the targets were given as (n,)
    """

    columns: NDArray[np.float64]
    classes: list[NDArray[Any]] | None
    one_dimensional: bool

    def decide(self, outputs: NDArray[np.float64]) -> NDArray[Any]:
        """Turn outputs (m, k) into predictions: real numbers, or the class of the largest."""
        if self.classes is None:
            return outputs[:, 0] if self.one_dimensional else outputs
        labels, start = [], 0
        for classes in self.classes:
            labels.append(classes[outputs[:, start : start + len(classes)].argmax(1)])
            start += len(classes)
        return labels[0] if self.one_dimensional else np.stack(labels, axis=1)


def targets(y: NDArray[Any]) -> Targets:
    """Read targets (n,) or (n, m): floats are real targets, all else labels of classes.

    Each of m labelings becomes as many one-hot columns as it has classes. Raises ValueError for
    another shape, an empty array, and NaN or infinity.
    """
    if y.ndim not in (1, 2) or y.size == 0:
        raise ValueError(f"y has shape {y.shape}: give (n,) or (n, m) targets, at least one")
    table = y.reshape(len(y), -1)
    if y.dtype.kind == "f":
        if not np.isfinite(y).all():
            i, j = np.argwhere(~np.isfinite(table))[0]
            raise ValueError(f"y[{i}, {j}] is {table[i, j]}: drop or replace the point")
        return Targets(table.astype(np.float64), None, y.ndim == 1)
    found = [np.unique(column, return_inverse=True) for column in table.T]
    columns = [np.eye(len(classes))[numbers] for classes, numbers in found]
    return Targets(np.hstack(columns), [classes for classes, _ in found], y.ndim == 1)
