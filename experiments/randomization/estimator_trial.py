"""A trial of an estimator before any test: a small fit, and one line about what does not fit."""

from __future__ import annotations

import time
from typing import Any

import numpy as np
from numpy.typing import NDArray

from experiments.datasets import Dataset
from experiments.randomization.estimator import (
    estimator_name,
    fit,
    is_estimator,
    kind_of,
    new_estimator,
    parameters,
)
from experiments.randomization.identity import estimator_hash
from experiments.randomization.inputs import as_rows
from experiments.randomization.tried import Tried
from experiments.sweeps.reason import reason

ROWS = 20  # of each class
GROWTH = 1.5  # of the seconds of a fit with n, between forests and kernel machines


def try_estimator(model: Any, data: Dataset) -> Tried:
    """Fit a copy to a few rows of each class and let it predict; the copy is then thrown away.

    Raises ValueError, in one line, for what cannot be copied, is no classifier, fails on all rows
    too, or predicts what is none of the labels. Cost: one small fit.
    """
    name, made = estimator_name(model), new_estimator(model, 0)
    if (kind := kind_of(made)) not in ("", "classifier"):
        raise ValueError(f"model {name} is a {kind}: give a classifier")
    for option, value in parameters(made).items():
        weighed = option.rpartition("__")[2] == "class_weight" and isinstance(value, dict)
        if weighed and not _of_numbers(value, data.classes):
            raise ValueError(
                f"model {name} has {option} = {value}, but labels reach it as the numbers 0, 1, "
                "...: give it labels that are these, or 'balanced', or None"
            )
    if made is new_estimator(model, 0):
        raise ValueError(
            f"model {name} is the same object twice, and a second fit would change the first: the "
            "factory must make a new one at every call"
        )
    known_by = estimator_hash(made, None if is_estimator(model) else model)  # before any fit
    rows, started = _few_of_each(data.train_labels), time.perf_counter()
    try:
        _fit_and_predict(made, data, rows)
    except Exception:  # it may need more rows than these: neighbours, folds
        every = np.arange(len(data.train_labels))
        rows, started = every, time.perf_counter()
        try:
            _fit_and_predict(new_estimator(model, 0), data, every)
        except Exception as error:
            shape = as_rows(data.train_images[:1], data.white).shape[1]
            raise ValueError(
                f"model {name} fails on {len(every)} rows of {shape} numbers: {reason(error)}"
            ) from error
    took, tried = time.perf_counter() - started, len(rows)
    return Tried(
        name,
        known_by,
        str(data.train_images.dtype),
        lambda n: took * max(n / tried, 1) ** GROWTH,
    )


def _of_numbers(weights: dict[Any, Any], classes: tuple[str, ...]) -> bool:
    """Tell whether keys are the numbers 0, 1, ... of classes, and of no other class the label."""
    known = {k: name for k, name in enumerate(classes)}
    return all(
        key in known and (str(key) == known[key] or str(key) not in classes) for key in weights
    )


def _few_of_each(labels: NDArray[np.int64]) -> NDArray[np.int64]:
    members = (np.flatnonzero(labels == k)[:ROWS] for k in range(int(labels.max()) + 1))
    return np.sort(np.concatenate([*members]))


def _fit_and_predict(estimator: Any, data: Dataset, rows: NDArray[np.int64]) -> None:
    X = as_rows(data.train_images[rows], data.white)
    fitted = fit(estimator, X, data.train_labels[rows], seed=0)
    fitted.predict(X)
    fitted.probabilities(X, len(data.classes))
