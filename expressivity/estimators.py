"""The network with scikit-learn's face: a regressor and a classifier. Imports scikit-learn."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, validate_data

from expressivity.arrays import as_array
from expressivity.classes import classify
from expressivity.direction import Direction
from expressivity.interpolate import interpolate


class _ReLUInterpolator(BaseEstimator):
    def __init__(
        self, direction: Direction | ArrayLike | None = None, random_state: int = 0
    ) -> None:
        self.direction = direction
        self.random_state = random_state


def _checked(estimator: BaseEstimator, X: Any, y: Any = "no_validation", **checks: Any) -> Any:
    """Validate as scikit-learn does, which alone would read masked entries, and NumPy's dtypes."""
    for values, name in ((X, "X"), (y, "y")):
        if isinstance(values, np.ma.MaskedArray):
            as_array(values, name)
    return validate_data(estimator, _plain(X), _plain(y), dtype="numeric", **checks)


def _plain(values: Any) -> Any:
    """Make an array of a tensor, whatever its dtype; frames keep the names of their columns."""
    return as_array(values, "X") if type(values).__module__ == "torch" else values


class ReLUInterpolatorRegressor(RegressorMixin, _ReLUInterpolator):
    """Regression by the two-layer ReLU network through every training point.

    Parameters
    ----------
    direction : as for `expressivity.interpolate`
    random_state : seed of the direction

    Attributes
    ----------
    network_ : expressivity.Network

    Examples
    --------
    >>> from expressivity.estimators import ReLUInterpolatorRegressor
    >>> X, y = [[0.0, 1.0], [1.0, 1.0], [3.0, 0.0]], [0.5, 2.0, -1.0]
    >>> model = ReLUInterpolatorRegressor().fit(X, y)
    >>> model.predict(X).round(6).tolist(), model.network_
    ([0.5, 2.0, -1.0], Network(n=3, d=2, n_weights=8))
    """

    def fit(self, X: Any, y: Any) -> ReLUInterpolatorRegressor:
        """Build the network through (X, y), X (n, d), y (n,) or (n, K). Raises as `interpolate`."""
        X, y = _checked(self, X, y, multi_output=True, y_numeric=True, ensure_min_samples=1)
        self.network_ = interpolate(X, y, direction=self.direction, seed=self.random_state)
        return self

    def predict(self, X: Any) -> NDArray[np.float64]:
        """Evaluate the compiled network at X (m, d)."""
        check_is_fitted(self)
        return self.network_.compiled(_checked(self, X, reset=False))

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = True
        # It passes through noise as through signal: that is the theorem.
        tags.regressor_tags.poor_score = True
        return tags


class ReLUInterpolatorClassifier(ClassifierMixin, _ReLUInterpolator):
    """Classification by the two-layer ReLU network that gives every training point its class.

    Parameters and attributes as for `ReLUInterpolatorRegressor`, and `classes_`.

    Examples
    --------
    >>> from expressivity.estimators import ReLUInterpolatorClassifier
    >>> X, y = [[0.0, 1.0], [1.0, 1.0], [3.0, 0.0]], ["cat", "dog", "cat"]
    >>> model = ReLUInterpolatorClassifier().fit(X, y)
    >>> model.predict(X).tolist(), model.decision_function(X).round(6).tolist()
    (['cat', 'dog', 'cat'], [-0.5, 0.5, -0.5])
    """

    def fit(self, X: Any, y: Any) -> ReLUInterpolatorClassifier:
        """Build the network for the points X (n, d) and labels y (n,). Raises as `classify`."""
        X, y = _checked(self, X, y)
        check_classification_targets(y)
        classifier = classify(X, y, direction=self.direction, seed=self.random_state)
        self.network_, self.classes_ = classifier.network, classifier.classes
        self._classifier = classifier
        return self

    def predict(self, X: Any) -> NDArray[Any]:
        """Return the label of each point of X (m, d)."""
        check_is_fitted(self)
        return self._classifier(_checked(self, X, reset=False))

    def decision_function(self, X: Any) -> NDArray[np.float64]:
        """Return scores of the points of X (m, d): the larger, the nearer to a class.

        The network's one output numbers the classes. For two classes the score is that output,
        less the half between them, shape (m,); for C classes it is minus the distance from each
        class's number, shape (m, C). `predict` returns the class with the largest score.
        """
        check_is_fitted(self)
        output = self.network_.compiled(_checked(self, X, reset=False))
        if len(self.classes_) == 2:
            return output - 0.5
        return -np.abs(output[:, None] - np.arange(len(self.classes_)))

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.classifier_tags.poor_score = True
        return tags
