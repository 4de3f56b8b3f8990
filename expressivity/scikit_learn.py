"""What estimators are given: through the doors, then checked by scikit-learn. Imports it."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, softmax
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.exceptions import DataConversionWarning
from sklearn.metrics import accuracy_score
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_array, check_X_y, column_or_1d, validate_data

from expressivity.arrays import as_array, check_values, column_names, real
from expressivity.labels import labels, one_kind


def points_and_targets(estimator: BaseEstimator, X: Any, y: Any) -> tuple[NDArray[Any], Any]:
    """Return points X (n, d) and real targets y (n,) or (n, k) for a fit; columns keep their names.

    Raises TypeError or ValueError as `real` and scikit-learn do.
    """
    given = y
    if y is not None:
        given = _numbers(y, "y")
    points, targets = check_X_y(
        _numbers(X, "X"), given, multi_output=True, y_numeric=True, estimator=estimator
    )
    check_columns(estimator, X, points, reset=True)
    return points, targets.astype(np.float64, copy=False)


def points_and_classes(
    estimator: BaseEstimator, X: Any, y: Any
) -> tuple[NDArray[Any], NDArray[Any], NDArray[np.int64]]:
    """Return points X (n, d), the classes of the labels y (n,), sorted, and their numbers.

    Raises TypeError or ValueError as `real`, `labels` and scikit-learn do.
    """
    points, given = check_X_y(_numbers(X, "X"), _labels(y), estimator=estimator)
    check_columns(estimator, X, points, reset=True)
    return points, *labels(given, "y")


def points_like_fitted(estimator: BaseEstimator, X: Any) -> NDArray[Any]:
    """Return points X (m, d) for an estimator that was fitted on points of such columns.

    Raises TypeError or ValueError as `real` and scikit-learn do.
    """
    points = check_array(_numbers(X, "X"), estimator=estimator, input_name="X")
    check_columns(estimator, X, points, reset=False)
    return points


def probabilities(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return rows of numbers that add up to 1 and rank the classes as scores do, (m, C).

    Scores are (m,) for two classes, positive for the second, else (m, C). The logistic function of
    the one, the softmax of the other: they are calibrated for nothing.
    """
    if scores.ndim == 1:
        return np.column_stack((expit(-scores), expit(scores)))
    return softmax(scores, axis=1)


class Classifying(ClassifierMixin):
    """A classifier of labels of every kind that `expressivity.labels` knows."""

    def score(self, X: Any, y: Any, sample_weight: Any = None) -> float:
        """Return the share of labels y (m,) that are predicted at X (m, d)."""
        predicted = self.predict(X)  # pyright: ignore[reportAttributeAccessIssue]
        return accuracy(y, predicted, sample_weight)


def accuracy(y: Any, predicted: Any, sample_weight: Any = None) -> float:
    """Return `accuracy_score`, also for bytes and NumPy's strings of any length, which it refuses.

    Raises as `labels` for objects that are no labels, else as scikit-learn.
    """
    return float(accuracy_score(_words(y), _words(predicted), sample_weight=sample_weight))


def _words(values: Any) -> NDArray[Any]:
    array = as_array(values, "y")
    if array.dtype.kind in "OT" and array.ndim == 1 and len(array):
        array = one_kind(array, "y")
    return np.char.decode(array, "latin1") if array.dtype.kind == "S" else array


def check_columns(estimator: BaseEstimator, X: Any, points: NDArray[Any], reset: bool) -> None:
    """Keep the number and the names of the columns, or raise ValueError for others than were."""
    names = column_names(X)
    named = names is not None and len(set(names)) == len(names)
    seen: Any = X if named else points
    validate_data(estimator, seen, reset=reset, skip_check_array=True)


def _numbers(values: Any, name: str) -> NDArray[Any]:
    array = as_array(values, name)
    try:
        numbers = real(array, name)
    except TypeError:
        if array.dtype.kind in "cO":
            _refuse_as_scikit_learn(array)
        raise
    check_values(numbers, name)
    return numbers


def _refuse_as_scikit_learn(array: NDArray[Any]) -> None:
    """Raise what scikit-learn's own checks look for: of complex numbers, and objects like dicts."""
    if array.dtype.kind == "c":
        check_array(array, ensure_2d=False)
    for value in array.flat:
        if not isinstance(value, str | bytes) and value is not None:
            float(value)


def _labels(y: Any) -> Any:
    if y is None:  # of which scikit-learn speaks
        return y
    if len(names := column_names(y) or []) == 1:
        warnings.warn(
            f"y is a table with the column {names[0]!r}: it is taken for the labels",
            DataConversionWarning,
            stacklevel=4,
        )
        y = y[names[0]]
    elif names:
        return one_kind(y, "y")  # which names the columns
    flat = isinstance(y, list | tuple) and not any(np.ndim(value) for value in y)
    given: Any = y if flat else as_array(y, "y")
    if np.ndim(given) == 2:
        given = column_or_1d(given, warn=True)
    try:
        return one_kind(given, "y")
    except ValueError:
        if not flat and given.dtype.kind == "f" and np.isfinite(given).all():
            check_classification_targets(given)
        raise
