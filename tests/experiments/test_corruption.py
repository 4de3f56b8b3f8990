"""Corrupted labels, and the mistakes that reproductions of the paper made with them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments.contestants import Explicit
from experiments.corruption import array_hash, corrupt_labels
from experiments.datasets import load
from experiments.run import execute

LABELS = np.arange(20_000) % 10


def test_level_zero_changes_nothing_and_random_labels_are_uniform() -> None:
    assert (corrupt_labels(LABELS, 10, 0.0, 0).labels == LABELS).all()
    drawn = corrupt_labels(LABELS, 10, 1.0, 0).labels
    # Six standard deviations of a binomial count.
    assert np.abs(np.bincount(drawn) - 2000).max() < 6 * np.sqrt(20_000 * 0.09)


@given(st.floats(0, 1), st.integers(0, 10))
def test_realized_share_is_reported_and_near_nine_tenths_of_the_level(
    level: float, seed: int
) -> None:
    corruption = corrupt_labels(LABELS, 10, level, seed)
    assert corruption.share == (corruption.labels != LABELS).mean()
    assert (corruption.labels[corruption.changed] != LABELS[corruption.changed]).all()
    assert abs(corruption.share - 0.9 * level) < 6 * np.sqrt(0.25 / len(LABELS))


def test_random_labels_are_no_permutation_of_the_class_names() -> None:
    drawn = corrupt_labels(LABELS, 10, 1.0, 0).labels
    for name in range(10):
        assert len(np.unique(drawn[name == LABELS])) == 10


def test_labels_are_fixed_by_the_seed_and_named_by_the_hash() -> None:
    first, again, other = (corrupt_labels(LABELS, 10, 1.0, seed) for seed in (0, 0, 1))
    assert (first.labels == again.labels).all() and first.hash == again.hash
    assert first.hash != other.hash != array_hash(LABELS)


def test_a_higher_level_corrupts_a_superset() -> None:
    low, high = (set(corrupt_labels(LABELS, 10, p, 0).changed) for p in (0.3, 0.6))
    assert low < high


def test_a_level_in_percent_is_refused() -> None:
    with pytest.raises(ValueError, match=r"level is 50.*from 0 to 1"):
        corrupt_labels(LABELS, 10, 50, 0)


def test_test_labels_stay_clean_and_both_training_accuracies_are_recorded() -> None:
    record = execute(Explicit(labels="random"))
    data = load("digits")
    corrupted = corrupt_labels(data.train_labels, 10, 1.0, 0)
    assert record["labels_hash"] == corrupted.hash
    assert record["train_accuracy"] == 1
    assert record["clean_train_accuracy"] == pytest.approx(1 - record["labels_changed"])
    assert record["n_weights"] == 2 * len(data.train_labels) + 64
