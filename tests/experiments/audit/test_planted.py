"""Wrong labels that are planted are found at the top of the list."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from sklearn.ensemble import RandomForestClassifier
from sklearn.naive_bayes import GaussianNB

from experiments.audit import suspects
from experiments.audit.planted import find_planted, plant, small_cnn
from experiments.datasets import Dataset, from_arrays, load
from experiments.randomization.recipe import default_recipe
from experiments.training.recipe import Recipe


def blobs(n: int = 200, classes: int = 3) -> Dataset:
    """Classes that nobody confuses."""
    rng = np.random.default_rng(0)
    y = np.arange(n) % classes
    return from_arrays("blobs", {"X": 20 * y[:, None] + rng.standard_normal((n, 2)), "y": y})


@given(st.floats(0.01, 0.9), st.integers(0, 2**31), st.integers(2, 5))
def test_exactly_the_share_is_wrong_and_everything_else_as_it_was(
    share: float, seed: int, classes: int
) -> None:
    data = blobs(classes=classes)
    corrupted, wrong = plant(data, share, seed)
    assert wrong.sum() == round(share * len(wrong))
    assert ((corrupted.train_labels != data.train_labels) == wrong).all()
    assert corrupted.train_labels.max() < classes
    assert corrupted.train_images is data.train_images


@pytest.mark.parametrize("share", [0, 1, -0.1, 1e-9, float("inf")])
def test_a_share_that_plants_nothing_or_all_is_refused(share: float) -> None:
    with pytest.raises(ValueError, match="share is"):
        plant(blobs(), share, 0)


def test_where_nothing_is_ambiguous_all_are_found_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(suspects, "ROUNDS", 1)
    found = find_planted(GaussianNB(), blobs(), 0.05, budget="2m", folder=tmp_path)
    assert (found.area, found.first, found.planted, found.models) == (1.0, 8, 8, 5)


def test_images_are_those_that_networks_see(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a margin around them they were another size in the test than in training."""
    monkeypatch.setattr(suspects, "ROUNDS", 1)
    images = np.random.default_rng(0).integers(0, 256, (60, 12, 12), dtype=np.uint8)
    data = replace(from_arrays("margins", {"images": images, "labels": np.arange(60) % 2}), crop=8)
    recipe = default_recipe(48, "sgd", epoch_limit=1)
    found = find_planted(
        lambda: torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(64, 2)),
        *(data, 0.1),
        budget="2m",
        folder=tmp_path,
        recipe=recipe,
    )
    assert found.models == 5


def test_ctrl_c_is_ctrl_c(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What ends a step is no other exception for whoever started it."""

    def struck(*arguments: Any) -> None:
        raise KeyboardInterrupt(15)

    monkeypatch.setattr(suspects, "work", struck)
    with pytest.raises(KeyboardInterrupt) as ended:
        find_planted(GaussianNB(), blobs(), folder=tmp_path)
    assert ended.value.args == (15,)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("model", "recipe"),
    [(small_cnn, default_recipe(1437, "sgd", epoch_limit=20)), (RandomForestClassifier(), None)],
)
def test_on_the_digits_the_area_under_the_curve_is_at_least_95_percent(
    model: Any, recipe: Recipe | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(suspects, "ROUNDS", 2)
    found = find_planted(model, load("digits"), budget="20m", folder=tmp_path, recipe=recipe)
    assert found.models == 10 and found.area >= 0.95
