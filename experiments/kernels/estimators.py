"""The minimum-norm interpolant as scikit-learn's classifier and regressor."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import RegressorMixin
from sklearn.utils.validation import check_is_fitted

from experiments.kernels.functions import scaled_laplace
from experiments.kernels.interpolator import MinimumNormInterpolator
from experiments.kernels.minimum_norm import MinimumNorm
from expressivity.scikit_learn import (
    Classifying,
    points_and_classes,
    points_and_targets,
    points_like_fitted,
    probabilities,
)


class _Estimator(MinimumNorm):
    def _solve(self, X: NDArray[Any], columns: NDArray[Any]) -> None:
        kernel = scaled_laplace(X) if self.kernel is None else self.kernel
        options = {**self.get_params(deep=False), "kernel": kernel}
        self.interpolator_ = MinimumNormInterpolator(**options).fit(X, columns)
        self.kernel_ = self.interpolator_.kernel_
        self.dual_coef_ = self.interpolator_.dual_coef_
        self.report_ = self.interpolator_.report_

    def _outputs(self, X: Any) -> NDArray[np.float64]:
        check_is_fitted(self)
        return self.interpolator_.predict(points_like_fitted(self, X))


class MinimumNormRegressor(RegressorMixin, _Estimator):
    """Regression by the function of least norm through every training point.

    Parameters
    ----------
    kernel : as for `MinimumNormInterpolator`, but Laplace where there is none (`scaled_laplace`);
        its parameters are searched as kernel__gamma, ...
    ridge, device, tolerance, checkpoint : as for `MinimumNormInterpolator`

    Attributes
    ----------
    interpolator_ : MinimumNormInterpolator, and of it
    kernel_, dual_coef_, report_

    Examples
    --------
    >>> X, y = np.arange(6.0)[:, None], np.array([0.0, 1.0, 0.0, 2.0, 0.0, 3.0])
    >>> MinimumNormRegressor("rbf").fit(X, y).predict(X).round(6).tolist() == y.tolist()
    True
    """

    def fit(self, X: Any, y: Any) -> MinimumNormRegressor:
        """Solve K alpha = y, X (n, d), y (n,) or (n, k). Raises as `MinimumNormInterpolator`."""
        X, y = points_and_targets(self, X, y)
        self._solve(X, y)
        return self

    def predict(self, X: Any) -> NDArray[np.float64]:
        """Return the interpolant at X (m, d), shaped as the targets were."""
        return self._outputs(X)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = True
        # It passes through noise as through signal: that is what an interpolant is.
        tags.regressor_tags.poor_score = True
        return tags


class MinimumNormClassifier(Classifying, _Estimator):
    """Classification by the function of least norm that gives every training point its class.

    Parameters and attributes as for `MinimumNormRegressor`, and `classes_`. Two classes are the
    targets -1 and 1 of one column, more are one-hot columns that share one factorization.

    Examples
    --------
    >>> X, y = np.arange(4.0)[:, None], ["a", "b", "b", "a"]
    >>> MinimumNormClassifier("rbf").fit(X, y).predict(X).tolist()
    ['a', 'b', 'b', 'a']
    >>> MinimumNormClassifier("rbf").fit(X, y).decision_function(X).round(6).tolist()
    [-1.0, 1.0, 1.0, -1.0]
    >>> MinimumNormClassifier("rbf").fit(X, y).predict_proba(X).shape
    (4, 2)
    """

    def fit(self, X: Any, y: Any) -> MinimumNormClassifier:
        """Solve K alpha = Y, X (n, d), labels y (n,). Raises as `MinimumNormInterpolator`."""
        X, classes, numbers = points_and_classes(self, X, y)
        if len(classes) < 2:
            raise ValueError(f"y has 1 class, {classes[0]}: two or more are needed")
        columns = np.eye(len(classes))[numbers]
        self._solve(X, 2.0 * numbers - 1 if len(classes) == 2 else columns)
        self.classes_ = classes
        return self

    def decision_function(self, X: Any) -> NDArray[np.float64]:
        """Return outputs at X (m, d): (m, k), or for two classes (m,), positive for the second."""
        return self._outputs(X)

    def predict(self, X: Any) -> NDArray[Any]:
        """Return the class of the largest output at each point of X (m, d)."""
        outputs = self.decision_function(X)
        numbers = (outputs > 0).astype(np.intp) if outputs.ndim == 1 else outputs.argmax(1)
        return self.classes_[numbers]

    def predict_proba(self, X: Any) -> NDArray[np.float64]:
        """Return `decision_function` at X (m, d) as numbers in [0, 1] that add up to 1, (m, k).

        They rank as it does, for soft votes and areas under curves, and are no probabilities that
        anything was calibrated to: `sklearn.calibration.CalibratedClassifierCV` makes such.
        """
        return probabilities(self.decision_function(X))

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.classifier_tags.poor_score = True
        return tags
