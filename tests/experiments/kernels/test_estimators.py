"""The minimum-norm interpolant in scikit-learn's hands."""

from __future__ import annotations

from enum import Enum
from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch
from sklearn.base import BaseEstimator, clone, is_classifier, is_regressor
from sklearn.calibration import CalibratedClassifierCV
from sklearn.datasets import load_iris
from sklearn.ensemble import VotingClassifier
from sklearn.gaussian_process.kernels import RBF, Matern
from sklearn.metrics.pairwise import pairwise_kernels
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.multiclass import OneVsRestClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import parametrize_with_checks

from experiments.kernels import (
    Gaussian,
    Laplace,
    MinimumNormClassifier,
    MinimumNormInterpolator,
    MinimumNormRegressor,
    Polynomial,
)
from experiments.kernels.points import points
from expressivity.estimators import ReLUInterpolatorClassifier

RNG = np.random.default_rng(0)
X, Z = RNG.standard_normal((40, 3)), RNG.standard_normal((9, 3))
IRIS = load_iris(return_X_y=True)
TWO = IRIS[0][IRIS[1] > 0], IRIS[1][IRIS[1] > 0]


@parametrize_with_checks([MinimumNormClassifier(), MinimumNormRegressor()])
def test_scikit_learns_own_checks(estimator: BaseEstimator, check: Any) -> None:
    check(estimator)


def test_folds_are_stratified_and_scores_are_those_of_classes() -> None:
    model = MinimumNormClassifier(Laplace(0.5))
    assert is_classifier(model) and is_regressor(MinimumNormRegressor())
    # Iris is sorted by class: folds that are not stratified score 0.
    assert cross_val_score(model, *IRIS, cv=3).min() > 0.8
    assert cross_val_score(model, *TWO, scoring="roc_auc").min() > 0.9


def test_decisions_have_a_column_for_each_of_three_classes_and_none_for_two() -> None:
    two, three = (MinimumNormClassifier(Laplace(0.5)).fit(*data) for data in (TWO, IRIS))
    assert two.decision_function(TWO[0]).shape == (100,)
    assert three.decision_function(IRIS[0]).shape == (150, 3)
    assert (two.predict(TWO[0]) == TWO[1]).all() and (three.predict(IRIS[0]) == IRIS[1]).all()


@pytest.mark.parametrize(
    "model", [MinimumNormClassifier(Laplace(0.5)), ReLUInterpolatorClassifier()], ids=type
)
def test_it_votes_softly_is_calibrated_and_has_areas_under_curves(model: Any) -> None:
    voting = VotingClassifier([("a", model), ("b", clone(model))], voting="soft")
    assert (voting.fit(*IRIS).predict(IRIS[0]) == IRIS[1]).all()
    calibrated = CalibratedClassifierCV(model, cv=3).fit(*IRIS).predict_proba(IRIS[0])
    np.testing.assert_allclose(calibrated.sum(1), 1)
    for data, scoring in ((TWO, "roc_auc"), (IRIS, "roc_auc_ovr"), (IRIS, "neg_log_loss")):
        assert np.isfinite(cross_val_score(model, *data, scoring=scoring, cv=3)).all()
    for X, y in (TWO, IRIS):
        fitted: Any = clone(model)
        fitted.fit(X, y)
        shares = fitted.predict_proba(X)
        np.testing.assert_allclose(shares.sum(1), 1)
        assert (fitted.classes_[shares.argmax(1)] == fitted.predict(X)).all()


def test_it_votes_and_is_one_of_many() -> None:
    members: Any = [(str(g), MinimumNormClassifier(Laplace(g))) for g in (0.1, 1.0)]
    for model in (
        VotingClassifier(members),
        OneVsRestClassifier(MinimumNormClassifier(Laplace(1.0))),
    ):
        assert model.fit(*IRIS).score(*IRIS) > 0.99  # pyright: ignore


def test_parameters_of_a_kernel_are_searched() -> None:
    search = GridSearchCV(MinimumNormRegressor(Gaussian(1.0)), {"kernel__gamma": [0.1, 2.0]}, cv=3)
    search.fit(X, np.sin(X[:, 0]))
    assert search.best_params_["kernel__gamma"] in (0.1, 2.0)
    assert search.best_estimator_.kernel_ == Gaussian(search.best_params_["kernel__gamma"])
    copied: Any = clone
    model = MinimumNormClassifier(Polynomial(2))
    assert copied(model).set_params(kernel__degree=5).kernel == Polynomial(5)
    assert model.kernel == Polynomial(2)
    for wrong in ({"kernel__width": 1}, {"kernel__degree": 0}):
        with pytest.raises(ValueError, match=r"no parameter 'width'|degree is 0"):
            copied(model).set_params(**wrong)
    with pytest.raises(ValueError, match="degree is 0"):
        model.set_params(kernel__degree=0)
    with pytest.raises(ValueError, match="no parameter"):
        model.set_params(kernel__gamma=7.0, kernel__width=1)
    assert model.kernel == Polynomial(2)


@pytest.mark.parametrize("name", ["rbf", "laplacian", "polynomial", "poly", "linear"])
def test_names_are_those_of_scikit_learn(name: str) -> None:
    y = RNG.standard_normal(40)
    model = MinimumNormRegressor(name, ridge=1e-3).fit(X, y)  # pyright: ignore
    K, query = pairwise_kernels(X, metric=name), pairwise_kernels(Z, X, metric=name)  # pyright: ignore
    expected = query @ np.linalg.solve(K + 1e-3 * np.eye(40), y)
    np.testing.assert_allclose(model.predict(Z), expected, rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize("kernel", [RBF(0.7), Matern(1.3, nu=1.5)])
def test_kernels_of_scikit_learn_are_taken(kernel: Any) -> None:
    y = RNG.standard_normal(40)
    model = MinimumNormRegressor(kernel).fit(X, y)
    expected = kernel(Z, X) @ np.linalg.solve(kernel(X), y)
    np.testing.assert_allclose(model.predict(Z), expected, rtol=1e-6)
    grid = {"kernel__length_scale": [0.3, 1.0]}
    assert GridSearchCV(MinimumNormRegressor(kernel), grid, cv=3).fit(X, y).best_params_


def test_columns_in_another_order_are_refused() -> None:
    frame = pd.DataFrame(X, columns=list("abc"))
    y = np.sin(X[:, 0])
    for model in (MinimumNormRegressor(), MinimumNormInterpolator()):
        model.fit(frame, y)
        assert model.feature_names_in_.tolist() == ["a", "b", "c"]  # pyright: ignore
        with pytest.raises(ValueError, match="feature names"):
            model.predict(frame[["c", "b", "a"]])


def test_pipelines_hand_labels_through() -> None:
    names = np.array(["iris a", "iris b", "iris c"])[IRIS[1]]
    model = make_pipeline(StandardScaler(), MinimumNormClassifier()).fit(IRIS[0], names)
    assert model.score(IRIS[0], names) == 1


def test_a_matrix_of_any_dtype_and_container_is_solved_in_double_precision() -> None:
    K, y = np.exp(-((X[:, None] - X[None]) ** 2).sum(-1)), RNG.standard_normal(40)
    for same in (
        K.tolist(),
        pd.DataFrame(K),
        K.astype(np.longdouble),
        K.astype(">f8"),
        K[::-1, ::-1].copy()[::-1, ::-1],
        K.astype(object),
    ):
        model = MinimumNormInterpolator("precomputed").fit(same, y)
        assert abs(model.predict(K) - y).max() < 1e-12
    for dtype in (bool, np.uint16):
        model = MinimumNormInterpolator("precomputed").fit(np.eye(40, dtype=dtype), y)
        assert (model.predict(np.eye(40, dtype=dtype)) == y).all()


@pytest.mark.parametrize(
    ("model", "y", "says"),
    [
        (MinimumNormInterpolator(ridge=None), X[:, 0], "ridge is None: give a number"),  # pyright: ignore
        (MinimumNormInterpolator(ridge="0.1"), X[:, 0], "ridge is '0.1'"),  # pyright: ignore
        (MinimumNormInterpolator(ridge=np.ones(2)), X[:, 0], "ridge is array"),  # pyright: ignore
        (MinimumNormInterpolator(device="cuda:9"), X[:, 0], "device is 'cuda:9', which is not"),
        (MinimumNormInterpolator(Gaussian), X[:, 0], r"the class Gaussian: give one of its"),  # pyright: ignore
        (MinimumNormInterpolator(), [1, "a"] * 20, "y mix numbers"),
        (MinimumNormInterpolator(), [*"ab" * 19, "a", None], r"y\[39\] is missing"),
    ],
)
def test_options_and_targets_that_do_not_fit_are_named(model: Any, y: Any, says: str) -> None:
    with pytest.raises((ValueError, TypeError), match=says):
        model.fit(X, y)


def test_numbers_as_objects_are_real_targets_and_thousands_of_whole_ones_are_questioned() -> None:
    y = RNG.standard_normal(40)
    model = MinimumNormInterpolator().fit(X, y.astype(object))
    assert model.classes_ is None and abs(model.predict(X) - y).max() < 1e-8
    prices = RNG.permutation(10**6)[:2000]
    with pytest.raises(ValueError, match=r"2,000 different whole numbers.*y\.astype\(float\)"):
        MinimumNormInterpolator().fit(RNG.standard_normal((2000, 3)), prices)
    for wrong in ("scale", None, True):
        with pytest.raises(ValueError, match="gamma is"):
            Gaussian(wrong)  # pyright: ignore[reportArgumentType]
    with pytest.raises(ValueError, match="all its points are equal: there is no bandwidth"):
        MinimumNormRegressor().fit(np.ones((1, 3)), [0.0])


def test_what_was_fitted_keeps_its_kernel_when_parameters_are_set() -> None:
    y = np.sin(X[:, 0])
    for kernel, name in ((Gaussian(0.5), "kernel__gamma"), (RBF(1.0), "kernel__length_scale")):
        model = MinimumNormInterpolator(kernel).fit(X, y)
        before = model.predict(Z)
        MinimumNormInterpolator(kernel).set_params(**{name: 7.0})
        assert (model.predict(Z) == before).all()


def test_a_fit_that_fails_leaves_the_one_before_it() -> None:
    y, names = np.sin(X[:, 0]), np.array(["a", "b"])[(X[:, 0] > 0).astype(int)]
    near = np.concatenate((X[:20], X[:20] + 1e-14))
    for model, targets, others in (
        (MinimumNormInterpolator(Gaussian(0.5)), y, y[::-1]),
        (MinimumNormRegressor(Gaussian(0.5)), y, y[::-1]),
        (MinimumNormClassifier(Gaussian(0.5)), names, np.char.upper(names)),
    ):
        before = model.fit(X, targets).predict(Z)
        with pytest.raises(ValueError, match="not positive definite"):
            model.fit(near, others)
        assert (model.predict(Z) == before).all()


def test_labels_without_tensors_come_as_arrays_and_gradients_are_left_behind() -> None:
    x, names = torch.tensor(X, requires_grad=True), ["a", "b"] * 20
    model = MinimumNormInterpolator(Gaussian(0.5)).fit(x, names)
    assert model.predict(x).tolist() == names and model.score(x, names) == 1
    K = torch.exp(-torch.cdist(x, x).square())
    found = MinimumNormInterpolator("precomputed").fit(K, X[:, 0]).predict(K)
    assert not found.requires_grad and abs(found.numpy() - X[:, 0]).max() < 1e-8


class Animal(str, Enum):  # noqa: UP042
    CAT = "cat"
    DOG = "dog"


def test_scores_read_labels_as_fits_do() -> None:
    names = [Animal.CAT, Animal.DOG] * 20
    model = MinimumNormInterpolator(Gaussian(0.5)).fit(X, names)
    assert model.predict(X).tolist() == ["cat", "dog"] * 20
    assert model.score(X, names) == model.score(X, ["cat", "dog"] * 20) == 1


@pytest.mark.parametrize("kind", ["U", "S", np.dtypes.StringDType(), object])
@pytest.mark.parametrize(
    "model", [MinimumNormInterpolator, MinimumNormClassifier, ReLUInterpolatorClassifier]
)
def test_scores_are_given_for_labels_of_every_kind(kind: Any, model: Any) -> None:
    """scikit-learn's own score knows neither bytes nor strings of any length."""
    labels = np.array(["b", "aa", "c"] * 14)[:40]
    model = model().fit(X, labels.astype(kind))
    wrong = labels.copy()
    wrong[:10] = "other"
    for given in (kind, *([] if kind == "S" else ["U", np.dtypes.StringDType(), object])):
        assert model.score(X, labels.astype(given)) == 1
        assert model.score(X, wrong.astype(given)) == 0.75


def test_points_are_not_moved_where_they_are() -> None:
    x = torch.tensor([[0.0, 0.0], [3.0, 4.0]])
    points(x, torch.device("cpu"))
    assert x.tolist() == [[0, 0], [3, 4]]
