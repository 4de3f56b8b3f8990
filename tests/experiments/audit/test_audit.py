"""An audit says what it found, keeps what it has done, and stays within its budget."""

from __future__ import annotations

import csv
import json
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.dummy import DummyClassifier
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import GaussianNB
from sklearn.tree import DecisionTreeClassifier

from experiments.__main__ import main
from experiments.audit import Audit, audit, suspects
from experiments.audit.audit import COLUMNS, FILES
from experiments.datasets import from_arrays

RNG = np.random.default_rng(0)
X = RNG.standard_normal((150, 5))
TRUE = np.where(X[:, 0] > 0, "cat", "dog")
WRONG = np.array([3, 17, 29, 50, 101, 140])  # far from the boundary, or they were no errors
X[WRONG, 0] = 3 * np.sign(X[WRONG, 0])
Y = TRUE.copy()
Y[WRONG] = np.where(TRUE[WRONG] == "cat", "dog", "cat")


@pytest.fixture(autouse=True)
def _few_rounds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(suspects, "ROUNDS", 2)


def go(model: Any, folder: Path, budget: str = "120s", x: Any = X, y: Any = Y) -> Audit:
    return audit(model, x, y, budget, folder)


def test_planted_errors_are_found_at_the_rows_of_the_users_arrays(tmp_path: Path) -> None:
    found = go(LogisticRegression(), tmp_path)
    first = found.labels[: len(WRONG)]
    assert sorted(row["index"] for row in first) == WRONG.tolist()
    for row in first:
        assert (row["given"], row["proposed"]) == (Y[row["index"]], TRUE[row["index"]])
        assert row["score"] > 0.5
    assert {row["split"] for row in first} <= {"training", "held out"}


def test_the_files_hold_the_same_and_the_page_needs_nothing_else(tmp_path: Path) -> None:
    found = go(DecisionTreeClassifier(), tmp_path)
    numbers = json.loads((tmp_path / "audit.json").read_text(), parse_constant=pytest.fail)
    assert numbers["verdict"] == found.numbers["verdict"] and numbers["left_out"] == []
    assert numbers["suspects"]["models"] == 10 and len(numbers["suspects"]["scores"]) == 120
    with open(tmp_path / "labels.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    assert tuple(rows[0]) == COLUMNS
    assert [int(row["index"]) for row in rows] == [row["index"] for row in found.labels]
    html = found.page.read_text()
    assert "//" not in html.replace("http://www.w3.org/", "")
    assert html.count("<svg") == 4 and "<script" not in html
    for words in found.numbers["verdict"]:
        assert words.splitlines()[0][:40].replace("'", "&#x27;") in html
    assert "fits random labels: all 120" in str(found)
    assert "interpolates random labels too" in str(found)


def test_what_was_done_is_not_done_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = go(GaussianNB(), tmp_path)
    for place in ("randomized_estimator.fit",):
        monkeypatch.setattr(f"experiments.randomization.{place}", lambda *a: pytest.fail("again"))
    monkeypatch.setattr("experiments.audit.alignment.measured", lambda *a: pytest.fail("again"))
    again = go(GaussianNB(), tmp_path)
    for key in ("randomization", "alignment", "signs", "panel", "suspects", "verdict", "left_out"):
        assert again.numbers[key] == first.numbers[key], key


@pytest.mark.parametrize("name", FILES)
def test_files_of_the_users_own_are_not_written_over(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text("mine")
    with pytest.raises(FileExistsError, match=f"{name} is no audit's, and would be lost"):
        go(GaussianNB(), tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [name]
    assert (tmp_path / name).read_text() == "mine"


def test_ctrl_c_keeps_what_is_done_and_the_next_call_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from experiments.audit.kept import Kept

    do, done = Kept.do, []

    def struck(self: Kept, run: Any, look: Any) -> Any:
        if len(done) == 7:
            raise KeyboardInterrupt
        done.append(run.hash)
        return do(self, run, look)

    monkeypatch.setattr(Kept, "do", struck)
    with pytest.raises(KeyboardInterrupt):
        go(GaussianNB(), tmp_path)
    numbers = json.loads((tmp_path / "audit.json").read_text())
    assert numbers["randomization"]["words"] and not numbers["suspects"]
    assert any("interrupted" in line for line in numbers["left_out"])
    assert (tmp_path / "audit.html").exists()
    kept = set(done)
    monkeypatch.setattr(Kept, "do", do)
    fitted = []
    from experiments.randomization import randomized_estimator

    fit = randomized_estimator.fit

    def counted(*arguments: Any) -> Any:
        fitted.append(arguments)
        return fit(*arguments)

    monkeypatch.setattr(randomized_estimator, "fit", counted)
    whole = go(GaussianNB(), tmp_path)
    assert len(fitted) == 2 + 3 + 10 - len(kept) > 0 and whole.numbers["left_out"] == []


class Slow(ClassifierMixin, BaseEstimator):
    """Takes a while, but for the few rows of the trial."""

    def __init__(self, seconds: float = 30.0) -> None:
        self.seconds = seconds

    def fit(self, X: Any, y: Any) -> Slow:
        end = time.monotonic() + (self.seconds if len(X) > 40 else 0)
        while time.monotonic() < end:
            time.sleep(0.01)
        self.classes_ = np.unique(y)
        return self

    def predict(self, X: Any) -> Any:
        return np.zeros(len(X), dtype=int)


def test_a_stability_of_one_is_said_of_what_fits_signs_too() -> None:
    from experiments.audit.verdict import words

    random = {"fits_random_labels": True, "random labels": {"train_accuracy": 1.0}}
    signs = {"correlations": [0.9], "lower_limit": 0.8, "delta": 0.05, "mean": 0.9}
    numbers = {"n": 100, "classes": list("abcd"), "model": "M", "budget": "1m", "left_out": []}
    numbers |= {"randomization": random, "panel": {}, "alignment": {}, "suspects": {}}
    fitted, not_all = (
        " ".join(words({**numbers, "signs": {**signs, "all_fitted": each}}))
        for each in (True, False)
    )
    assert "has a uniform stability of 1 " in fitted
    assert "stability in the 0-1 loss is at least about 0.75" in not_all


def test_a_budget_too_small_for_anything_gives_a_page_that_says_so(tmp_path: Path) -> None:
    started = time.monotonic()
    found = go(Slow(), tmp_path, "1s")
    assert time.monotonic() - started < 25
    assert found.numbers["verdict"][0] == "Nothing could be said of Slow() within 1s."
    left_out = " ".join(found.numbers["left_out"])
    assert "the fit was not finished" in left_out and "memorization" in left_out
    assert "Nothing could be said" in found.page.read_text() and found.labels == []


def test_what_does_not_fit_the_budget_is_left_out_with_its_cost(tmp_path: Path) -> None:
    found = go(Slow(1.0), tmp_path, "8s")
    assert "true labels" in found.numbers["randomization"]
    assert any("models for memorization scores, about" in x for x in found.numbers["left_out"])
    assert found.numbers["seconds"] < 20


class Nan(GaussianNB):
    """Answers NaN where it has seen many rows."""

    def predict_proba(self, X: Any) -> Any:
        return np.full((len(X), 2), np.nan if len(X) > 40 else 0.5)


@pytest.mark.parametrize(
    ("x", "y", "says"),
    [
        (X, np.full(150, "cat"), "labels have 1 class"),
        (np.where(X > 2, np.nan, X), Y, "images.*NaN|nan"),
        (X[:3], Y[:4], r"images of shape \(3, 5\) and labels of shape \(4,\)"),
    ],
)
def test_data_that_no_audit_can_use_are_refused_in_one_line(
    x: Any, y: Any, says: str, tmp_path: Path
) -> None:
    with pytest.raises(ValueError, match=says) as caught:
        go(GaussianNB(), tmp_path, x=x, y=y)
    assert "\n" not in str(caught.value) and not list(tmp_path.iterdir())


def test_twelve_rows_are_enough_for_a_page(tmp_path: Path) -> None:
    found = go(DecisionTreeClassifier(), tmp_path, x=X[:12], y=TRUE[:12])
    assert "too few for a limit near 1" in str(found) or "reaches a correlation" in str(found)
    assert found.page.exists()


def test_a_model_that_fits_nothing_is_no_failure(tmp_path: Path) -> None:
    found = go(DummyClassifier(), tmp_path)
    assert "does not fit random labels" in str(found)
    assert "does not fit the true labels either" in str(found)
    assert "0 of 120 training examples are memorized" in str(found)


def test_probabilities_of_nan_are_refused_or_said_to_be(tmp_path: Path) -> None:
    found = go(Nan(), tmp_path)
    assert any("NaN" in line for line in found.numbers["left_out"]), found.numbers["left_out"]


def test_copies_with_other_labels_are_said_and_listed(tmp_path: Path) -> None:
    x = np.vstack((X, X[:10]))
    y = np.concatenate((TRUE, np.where(TRUE[:10] == "cat", "dog", "cat")))
    data = from_arrays("copies", {"X": x, "y": y, "X_test": X + 0.1, "y_test": TRUE})
    found = audit(RandomForestClassifier(10), data, budget="120s", folder=tmp_path)
    assert "10 of 160 training examples are copies of others, and contradict" in str(found)
    listed = {row["index"] for row in found.labels[:20] if row["split"] == "training"}
    assert len(listed & set(range(150, 160))) >= 8
    assert {row["split"] for row in found.labels} <= {"training", "test"}


def test_the_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("experiments.commands.audit.limit_to_physical", lambda: None)
    np.savez("mine.npz", X=X[:60], y=Y[:60])
    command = ["audit", "--data", "mine.npz", "--model", "sklearn.naive_bayes:GaussianNB"]

    def run(budget: str) -> tuple[int, str, str]:
        capsys.readouterr()
        argv = ["__main__.py", *command, "--folder", "out", "--budget", budget]
        monkeypatch.setattr(sys, "argv", argv)
        status, said = main(), capsys.readouterr()
        return status, said.out, said.err

    status, out, err = run("2m")
    assert status == 0 and out.startswith("GaussianNB()") and "page: out/audit.html" in out
    assert len([line for line in err.splitlines() if " of 5  " in line]) == 5
    for wrong in ("20", "0s"):
        status, out, err = run(wrong)
        assert (status, out) == (2, "") and err.startswith(f"error: budget is '{wrong}': give")
        assert len(err.strip().splitlines()) == 1
