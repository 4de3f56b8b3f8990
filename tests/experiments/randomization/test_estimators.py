"""scikit-learn classifiers under the randomization test: copied, seeded, fitted once, refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin, clone
from sklearn.cluster import KMeans
from sklearn.ensemble import (
    GradientBoostingClassifier,
    HistGradientBoostingClassifier,
    RandomForestClassifier,
    VotingClassifier,
)
from sklearn.linear_model import LogisticRegression
from sklearn.multiclass import OneVsRestClassifier
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

from experiments.datasets import from_arrays
from experiments.kernels.estimators import MinimumNormClassifier
from experiments.randomization.estimator import fit, new_estimator
from experiments.randomization.randomize import randomize
from experiments.randomization.verdict import Verdict
from experiments.sweeps.record import check_record
from experiments.training.recipe import Recipe
from expressivity.estimators import ReLUInterpolatorClassifier

RNG = np.random.default_rng(0)
X = RNG.standard_normal((150, 5))
Y = np.where(X[:, 0] + 0.3 * RNG.standard_normal(150) > 0, "cat", "dog")


class Plain:
    """Knows nothing of scikit-learn, and answers the commonest class."""

    def fit(self, X: Any, y: Any) -> Plain:
        self.most = np.bincount(y).argmax()
        return self

    def predict(self, X: Any) -> Any:
        return np.full(len(X), self.most)


class Wrong(ClassifierMixin, BaseEstimator):
    """Predicts what it was told to, or fails."""

    def __init__(self, answer: Any = 0.5) -> None:
        self.answer = answer

    def fit(self, X: Any, y: Any) -> Wrong:
        if self.answer == "fail":
            raise RuntimeError("it burns\nbrightly")
        return self

    def predict(self, X: Any) -> Any:
        return np.full(len(X), self.answer)


def go(model: Any, folder: Path, **options: Any) -> Verdict:
    given = {"levels": (), "seeds": 0, "records": folder / "r.sqlite", **options}
    return randomize(model, X, Y, **given)


@pytest.mark.parametrize(
    "model",
    [
        RandomForestClassifier(10, bootstrap=False),
        GradientBoostingClassifier(),
        HistGradientBoostingClassifier(min_samples_leaf=1, max_iter=150),
        make_pipeline(StandardScaler(), SVC(C=1e6)).set_params(svc__gamma=1.0),
        DecisionTreeClassifier,
        lambda: KNeighborsClassifier(1),
        MinimumNormClassifier(),
        ReLUInterpolatorClassifier(),
    ],
)
def test_those_that_can_fit_random_labels(model: Any, tmp_path: Path) -> None:
    verdict = go(model, tmp_path)
    assert verdict.fits_random_labels and verdict.slowdown is None
    assert "epochs and courses do not apply" in str(verdict) and "epochs (" not in str(verdict)
    verdict.draw().savefig(tmp_path / "picture.svg")
    for record in verdict.records:
        check_record(record)


def test_a_rule_that_is_too_simple_does_not_and_one_cut_off_leaves_it_open(tmp_path: Path) -> None:
    simple = go(GaussianNB(), tmp_path)
    assert simple.fits_random_labels is False and "does not fit random labels" in str(simple)
    assert "no longer rising" not in str(simple)
    cut = go(LogisticRegression(max_iter=1), tmp_path)
    assert cut.fits_random_labels is None and "raise its limit of iterations" in str(cut)


def test_it_is_copied_never_fitted_in_place_and_every_random_state_set(tmp_path: Path) -> None:
    forest = RandomForestClassifier(3, random_state=5)
    nested = VotingClassifier([("a", forest), ("b", DecisionTreeClassifier())])
    go(nested, tmp_path)
    assert not hasattr(forest, "estimators_") and not hasattr(nested, "estimators_")
    assert forest.random_state == 5
    states = {k: v for k, v in new_estimator(nested, 7).get_params().items() if "random_state" in k}
    assert states == {"a__random_state": 7, "b__random_state": 7}
    first, same, other = (
        go(RandomForestClassifier(3), tmp_path / str(k), seeds=seed).records[1]["test_hits"]
        for k, seed in enumerate((0, 0, 1))
    )
    assert first == same != other


def test_finished_fits_are_kept_and_another_parameter_is_another_model(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    records = go(DecisionTreeClassifier(max_depth=2), tmp_path).records
    monkeypatch.setattr(
        "experiments.randomization.randomized_estimator.fit", lambda *a: pytest.fail("again")
    )
    assert go(DecisionTreeClassifier(max_depth=2), tmp_path).records == records
    with pytest.raises(BaseException, match="again"):
        go(DecisionTreeClassifier(max_depth=3), tmp_path)


@pytest.mark.parametrize(
    ("model", "says"),
    [
        (DecisionTreeRegressor(), "is a regressor: give a classifier"),
        (KMeans(2), "is a clusterer: give a classifier"),
        (Plain(), "has no get_params.*give a function that returns a new one"),
        (Wrong(0.5), r"fails on 120 rows of 5 numbers: Wrong predicts \[0.5\].*one of the labels"),
        (Wrong(float("nan")), r"predicts \[nan\]"),
        (Wrong(7), r"predicts \[7\]"),
        (Wrong("fail"), "fails on 120 rows of 5 numbers: it burns$"),
        (3, "is of type int: give a function.*or a scikit-learn classifier"),
        (
            make_pipeline(StandardScaler(), LogisticRegression(class_weight={"dog": 20.0})),
            r"has logisticregression__class_weight = {'dog': 20.0}.*or 'balanced', or None",
        ),
        (lambda: 3, "returned int: it must return a torch.nn.Module with weights, or a scikit"),
    ],
)
def test_what_is_neither_is_refused_in_one_line(model: Any, says: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=says) as caught:
        go(model, tmp_path)
    assert "\n" not in str(caught.value) and not (tmp_path / "r.sqlite").exists()


def test_a_factory_of_plain_objects_is_taken_and_one_of_the_same_object_refused(
    tmp_path: Path,
) -> None:
    assert go(Plain, tmp_path).fits_random_labels is False
    shared = Plain()
    with pytest.raises(ValueError, match="the same object twice"):
        go(lambda: shared, tmp_path)


@pytest.mark.parametrize(
    "options", [{"recipe": Recipe()}, {"optimizer": "adam"}, {"device": "cpu"}]
)
def test_options_of_networks_do_not_apply(options: dict[str, Any], tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="does not apply to a scikit-learn classifier"):
        go(GaussianNB(), tmp_path, **options)


def test_one_label_alone_is_the_answer_and_missing_ones_have_no_probability() -> None:
    only = fit(SVC(), X, np.full(150, 2), 0)
    assert (only.predict(X) == 2).all() and (only.probabilities(X, 4)[:, 2] == 1).all()
    labels = np.where(Y == "cat", 1, 3)
    for model in (GaussianNB(), SVC(), RandomForestClassifier(5), Plain()):
        found = fit(model, X, labels, 0)
        assert set(found.predict(X)) <= {1, 3}
        p = found.probabilities(X, 4)
        assert p.sum(1) == pytest.approx(np.ones(150)) and (p[:, [0, 2]] == 0).all()


def test_weights_of_classes_stay_with_their_class_where_one_is_missing() -> None:
    """Numbered anew, the third class was the second, and the weight of neither its own."""
    X = RNG.standard_normal((90, 3))
    labels = np.arange(90) % 2 + 1
    given = {0: 1.0, 1: 1.0, 2: 1e5}
    for model in (
        LogisticRegression(class_weight=given),
        make_pipeline(StandardScaler(), LogisticRegression(class_weight=given)),
    ):
        assert (fit(clone(model), X, labels, 0).predict(X) == 2).all()


@pytest.mark.parametrize("jobs", [1, 2])
def test_what_a_parallel_fit_warns_of_is_heard(jobs: int) -> None:
    model = OneVsRestClassifier(LogisticRegression(max_iter=1, C=1e5), n_jobs=jobs)
    assert not fit(model, X, np.arange(150) % 3, 0).converged


class Spelt(LogisticRegression):
    """Has its classes in an order of its own, and columns of another shape or sum if told to."""

    def __init__(self, times: float = 1.0, columns: slice = slice(None)) -> None:
        super().__init__()
        self.times, self.columns = times, columns

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Spelt:
        super().fit(X, y, sample_weight)
        self.usual, self.classes_ = self.classes_, self.classes_[::-1]
        return self

    def predict_proba(self, X: Any) -> Any:
        self.classes_ = self.usual
        p = super().predict_proba(X)[:, ::-1]
        self.classes_ = self.usual[::-1]
        return self.times * p[:, self.columns]

    def predict(self, X: Any) -> Any:
        return self.classes_[self.predict_proba(X).argmax(1)]


def test_probabilities_are_of_the_classes_that_the_estimator_names() -> None:
    labels = np.digitize(X[:, 0], [-0.5, 0.5])
    usual, other = (fit(model, X, labels, 0) for model in (LogisticRegression(), Spelt()))
    assert (other.predict(X) == usual.predict(X)).all()
    assert (other.probabilities(X, 3) == usual.probabilities(X, 3)).all()
    for wrong in (Spelt(times=100), Spelt(columns=slice(1))):
        fitted = fit(wrong, X, labels, 0)
        with pytest.raises(ValueError, match=r"predict_proba of Spelt .* one distribution over"):
            fitted.probabilities(X, 3)


@pytest.mark.parametrize("classes", [2, 3, 4])
def test_scores_of_pairs_are_none_of_classes(classes: int) -> None:
    """Three pairs of three classes have the shape of three classes."""
    labels = np.digitize(X[:, 0], [-0.5, 0.5, 1][: classes - 1])
    model = make_pipeline(StandardScaler(), SVC(decision_function_shape="ovo"))
    fitted = fit(model, X, labels, 0)
    p = fitted.probabilities(X, classes)
    assert (p.argmax(1) == fitted.predict(X)).all() and p.sum(1) == pytest.approx(np.ones(150))


def test_images_of_bytes_arrive_as_standardized_rows(tmp_path: Path) -> None:
    seen = []

    class Spy(Wrong):
        def fit(self, X: Any, y: Any) -> Wrong:
            seen.append(X)
            return self

    images = RNG.integers(0, 256, (40, 6, 5), np.uint8)
    data = from_arrays("pictures", {"images": images, "labels": np.arange(40) % 2})
    randomize(Spy(0), data, levels=(), seeds=0, records=tmp_path / "r.sqlite")
    assert all(x.shape[1:] == (30,) for x in seen)
    assert abs(seen[-1].mean(1)).max() < 1e-5 and abs(seen[-1].std(1) - 1).max() < 1e-3


def test_copies_that_contradict_each_other_are_noted(tmp_path: Path) -> None:
    twice = np.vstack((X, X[:20]))
    other = np.where(Y[:20] == "cat", "dog", "cat")
    arrays = {"X": twice, "y": np.concatenate((Y, other)), "X_test": X + 1, "y_test": Y}
    verdict = randomize(
        DecisionTreeClassifier(),
        from_arrays("copies", arrays),
        levels=(),
        seeds=0,
        records=tmp_path / "r.sqlite",
    )
    assert "20 of 170 training examples are copies of others, and contradict" in str(verdict)
    assert "at most 150 of the labels can be fitted" in str(verdict)
    assert verdict.records[0]["train_accuracy"] == pytest.approx(150 / 170)
    # As many as can be is not all of them.
    assert verdict.fits_true_labels is verdict.fits_random_labels is False
    assert verdict.slowdown is None
    # A tree that is right on as many labels as any model can be memorizes.
    random = verdict.records[1]
    assert random["train_accuracy"] == random["most_fitted"] < 1
    assert f"at most {170 * random['most_fitted']:.0f} of those drawn can be fitted" in str(verdict)
    assert "fits as many random labels as any model can" in str(verdict)
    assert "do not keep it from memorizing this sample" in str(verdict)


def test_one_that_works_on_its_rows_in_place_is_judged_on_what_it_was_given(tmp_path: Path) -> None:
    scaled = make_pipeline(StandardScaler(copy=False), DecisionTreeClassifier(random_state=0))
    verdict = go(scaled, tmp_path)
    assert verdict.fits_true_labels and verdict.fits_random_labels
