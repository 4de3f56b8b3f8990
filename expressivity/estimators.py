"""The network with scikit-learn's face: a regressor and a classifier. Imports scikit-learn."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, validate_data

from expressivity.classes import classify
from expressivity.direction import Direction
from expressivity.interpolate import interpolate


class _ReLUInterpolator(BaseEstimator):
    def __init__(
        self, direction: Direction | ArrayLike | None = None, random_state: int = 0
    ) -> None:
        self.direction = direction
        self.random_state = random_state


class ReLUInterpolatorRegressor(RegressorMixin, _ReLUInterpolator):
    """Regression by the two-layer ReLU network through every training point.

    Parameters
    ----------
    direction : as for `expressivity.interpolate`
    random_state : seed of the direction

    Attributes
    ----------
    network_ : expressivity.Network
    """

    def fit(self, X: Any, y: Any) -> ReLUInterpolatorRegressor:
        """Build the network through (X, y), X (n, d), y (n,) or (n, K). Raises as `interpolate`."""
        X, y = validate_data(
            self, X, y, multi_output=True, y_numeric=True, dtype="numeric", ensure_min_samples=1
        )
        self.network_ = interpolate(X, y, direction=self.direction, seed=self.random_state)
        return self

    def predict(self, X: Any) -> NDArray[np.float64]:
        """Evaluate the compiled network at X (m, d)."""
        check_is_fitted(self)
        return self.network_.compiled(validate_data(self, X, reset=False, dtype="numeric"))

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = True
        # It passes through noise as through signal: that is the theorem.
        tags.regressor_tags.poor_score = True
        return tags


class ReLUInterpolatorClassifier(ClassifierMixin, _ReLUInterpolator):
    """Classification by the two-layer ReLU network that gives every training point its class.

    Parameters and attributes as for `ReLUInterpolatorRegressor`, and `classes_`.
    """

    def fit(self, X: Any, y: Any) -> ReLUInterpolatorClassifier:
        """Build the network for the points X (n, d) and labels y (n,). Raises as `classify`."""
        X, y = validate_data(self, X, y, dtype="numeric")
        check_classification_targets(y)
        classifier = classify(X, y, direction=self.direction, seed=self.random_state)
        self.network_, self.classes_ = classifier.network, classifier.classes
        self._classifier = classifier
        return self

    def predict(self, X: Any) -> NDArray[Any]:
        """Return the label of each point of X (m, d)."""
        check_is_fitted(self)
        return self._classifier(validate_data(self, X, reset=False, dtype="numeric"))

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.classifier_tags.poor_score = True
        return tags
