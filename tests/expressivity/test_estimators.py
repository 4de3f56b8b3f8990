"""The scikit-learn face passes scikit-learn's own checks and works where estimators work."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
from sklearn.model_selection import cross_val_score
from sklearn.multiclass import OneVsRestClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import parametrize_with_checks

from expressivity.estimators import ReLUInterpolatorClassifier, ReLUInterpolatorRegressor


@parametrize_with_checks([ReLUInterpolatorRegressor(), ReLUInterpolatorClassifier()])
def test_scikit_learns_own_checks(estimator: Any, check: Any) -> None:
    check(estimator)


def test_pipeline_and_cross_validation() -> None:
    rng = np.random.default_rng(0)
    X, y = rng.standard_normal((60, 3)), rng.choice(["cat", "dog", "eel"], 60)
    pipeline = make_pipeline(StandardScaler(), ReLUInterpolatorClassifier())
    assert pipeline.fit(X, y).score(X, y) == 1
    scores = cross_val_score(pipeline, X, y, cv=3)
    assert scores.shape == (3,) and np.isfinite(scores).all()


@pytest.mark.parametrize("frame", [pd.DataFrame, pl.DataFrame])
def test_frames(frame: Any) -> None:
    rng = np.random.default_rng(0)
    X = frame({"u": rng.standard_normal(30), "v": rng.integers(0, 9, 30)})
    y = rng.standard_normal(30)
    model = ReLUInterpolatorRegressor().fit(X, y)
    assert list(vars(model)["feature_names_in_"]) == ["u", "v"]
    np.testing.assert_allclose(model.predict(X), y, atol=1e-9)


def test_scores_rank_the_classes_as_predictions_do() -> None:
    rng = np.random.default_rng(0)
    X = rng.standard_normal((90, 3))
    for C in (2, 3):
        y = rng.permutation(90) % C
        model = ReLUInterpolatorClassifier().fit(X, y)
        scores = model.decision_function(Q := rng.standard_normal((50, 3)))
        assert scores.shape == ((50,) if C == 2 else (50, 3))
        best = (scores > 0).astype(int) if C == 2 else scores.argmax(axis=1)
        assert (model.classes_[best] == model.predict(Q)).all()
    two = rng.permutation(90) % 2
    areas = cross_val_score(ReLUInterpolatorClassifier(), X, two, scoring="roc_auc")
    assert np.isfinite(areas).all()
    assert OneVsRestClassifier(ReLUInterpolatorClassifier()).fit(X, y).score(X, y) == 1


def test_masked_entries_are_refused() -> None:
    X, y = np.ma.masked_array(np.eye(4), np.eye(4) > 0), np.arange(4) % 2
    for model in (ReLUInterpolatorRegressor(), ReLUInterpolatorClassifier()):
        with pytest.raises(ValueError, match=r"X\[0, 0\] is masked"):
            model.fit(X, y)
        with pytest.raises(ValueError, match=r"y\[0\] is masked"):
            model.fit(np.eye(4), np.ma.masked_array(y, y == 0))


@pytest.mark.parametrize("last", [0, 4])
def test_the_largest_score_is_the_predicted_class_however_far_the_point(last: int) -> None:
    rng = np.random.default_rng(0)
    X, y = np.arange(40.0)[:, None], rng.integers(0, 5, 40)
    y[-2:] = 2, last  # where the line goes from there
    model = ReLUInterpolatorClassifier().fit(X, y)
    for scale in (1.0, 1e10, 1e15, 1e18, 1e300):
        points = rng.standard_normal((50, 1)) * scale
        predicted = model.predict(points)
        assert (model.decision_function(points).argmax(axis=1) == predicted).all()
        assert (model.predict_proba(points).argmax(axis=1) == predicted).all()
    assert set(predicted) == {0, last}
