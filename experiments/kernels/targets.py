"""Targets of a fit: real numbers as they are, classes as one-hot columns."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np
from numpy.typing import NDArray

from experiments.kernels.points import LARGEST
from expressivity.arrays import as_array, check_values, real
from expressivity.labels import labels, objects, one_kind

MANY = 1_000  # classes, as ImageNet's: more of them, for few points each, are hardly classes


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
        decided, start = [], 0
        for classes in self.classes:
            decided.append(classes[outputs[:, start : start + len(classes)].argmax(1)])
            start += len(classes)
        return decided[0] if self.one_dimensional else np.stack(decided, axis=1)


def targets(y: Any) -> Targets:
    """Read targets (n,) or (n, m) of any container: floats are real targets, all else classes.

    Each of m labelings becomes as many one-hot columns as it has classes. Raises ValueError for
    another shape, an empty array, and NaN or infinity.
    """
    y = read(y)
    if y.ndim not in (1, 2) or y.size == 0:
        raise ValueError(f"y has shape {y.shape}: give (n,) or (n, m) targets, at least one")
    table = y.reshape(len(y), -1)
    if y.dtype.kind == "f":
        check_values(y, "y")
        for k, largest in enumerate(np.abs(table).max(axis=0).tolist()):
            if largest and not 1 / LARGEST <= largest <= LARGEST:
                raise ValueError(
                    f"{'y' if table.shape[1] == 1 else f'y[:, {k}]'} has targets of up to "
                    f"{largest:.2g}: rescale them to between {1 / LARGEST:g} and {LARGEST:g}"
                )
        return Targets(table.astype(np.float64), None, y.ndim == 1)
    found = [labels(column, "y") for column in table.T]
    most = max(len(classes) for classes, _ in found)
    if y.dtype.kind in "iu" and most > max(MANY, len(y) // 4):
        raise ValueError(
            f"y has {most:,} different whole numbers for {len(y):,} points, which would be as many "
            "classes: if they are real targets, give floats (y.astype(float)); if classes, strings"
        )
    columns = [np.eye(len(classes))[numbers] for classes, numbers in found]
    return Targets(np.hstack(columns), [classes for classes, _ in found], y.ndim == 1)


def read(y: Any) -> NDArray[Any]:
    """Return targets as an array, whose objects are numbers or labels of one kind."""
    flat = isinstance(y, list | tuple) and not any(np.ndim(value) for value in y)
    values = objects(y) if flat else as_array(y, "y")
    if values.dtype.kind != "O" or values.ndim != 1 or values.size == 0:
        # Of what is neither numbers nor labels the door speaks.
        return values if values.dtype.kind in "biuUST" else real(values, "y")
    words = any(isinstance(value, str | bytes) for value in values)
    if not words and any(isinstance(value, float | np.floating | Decimal) for value in values):
        return real(values, "y")
    return one_kind(values, "y")
