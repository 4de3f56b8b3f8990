"""The scikit-learn face passes scikit-learn's own checks and works where estimators work."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
from sklearn.model_selection import cross_val_score
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
