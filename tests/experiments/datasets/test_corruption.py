"""Corrupted labels and pixels, and the mistakes that reproductions of the paper made with them."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments.contestants import Explicit
from experiments.datasets import load
from experiments.datasets.corruption import Pixels, array_hash, corrupt_labels, corrupt_pixels
from experiments.datasets.sample import draw
from experiments.sweeps.run import execute
from experiments.sweeps.store import Store

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


IMAGES = np.random.default_rng(0).integers(0, 256, (40, 6, 5, 3), np.uint8)
TEST = np.random.default_rng(1).integers(0, 256, (9, 6, 5, 3), np.uint8)


def _sorted_pixels(images: np.ndarray) -> np.ndarray:
    """Return each image's pixels, whose channels stay together, in an order of their own."""
    packed = images.astype(np.int64) @ [1, 256, 65536]
    return np.sort(packed.reshape(len(images), -1), axis=1)


@pytest.mark.parametrize("pixels", ["shuffled", "random"])
def test_moved_pixels_are_the_same_pixels(pixels: Pixels) -> None:
    for before, after in zip((IMAGES, TEST), corrupt_pixels(IMAGES, TEST, pixels, 0), strict=True):
        assert after.dtype == np.uint8 and (after != before).any()
        assert (_sorted_pixels(after) == _sorted_pixels(before)).all()


def test_shuffled_pixels_move_alike_in_all_images_of_both_splits_and_random_ones_do_not() -> None:
    places = np.broadcast_to(np.arange(30, dtype=np.uint8).reshape(6, 5), (50, 6, 5))
    train, test = corrupt_pixels(places, places, "shuffled", 0)
    assert (train == train[0]).all() and (test == train[0]).all()
    train, test = corrupt_pixels(places, places, "random", 0)
    assert len(np.unique(np.concatenate((train, test)).reshape(100, -1), axis=0)) == 100


def test_gaussian_pixels_have_the_moments_of_their_channel() -> None:
    images = np.random.default_rng(2).normal([50, 100, 200], [5, 10, 20], (500, 9, 9, 3))
    images = images.round().clip(0, 255).astype(np.uint8)
    train, test = corrupt_pixels(images, images, "gaussian", 0)
    for drawn in (train, test):
        np.testing.assert_allclose(drawn.mean((0, 1, 2)), images.mean((0, 1, 2)), rtol=0.01)
        np.testing.assert_allclose(drawn.std((0, 1, 2)), images.std((0, 1, 2)), rtol=0.02)
    assert (train != test).any()


@pytest.mark.parametrize("pixels", ["true", "shuffled", "random", "gaussian"])
def test_pixels_are_drawn_once_from_the_seed(pixels: Pixels) -> None:
    (first, _), (again, _), (other, _) = (
        corrupt_pixels(IMAGES, TEST, pixels, seed) for seed in (0, 0, 1)
    )
    assert (first == again).all()
    assert (first == other).all() == (pixels == "true")


def test_test_labels_stay_clean_and_both_training_accuracies_are_recorded() -> None:
    (record,) = execute([Explicit(level=1.0)])
    data = load("digits")
    corrupted = corrupt_labels(data.train_labels, 10, 1.0, 0)
    assert record["labels_hash"] == corrupted.hash
    assert record["train_accuracy"] == 1
    assert record["clean_train_accuracy"] == pytest.approx(1 - record["labels_changed"])
    assert record["n_weights"] == 2 * len(data.train_labels) + 64


def test_the_changed_indices_of_a_record_can_be_had(tmp_path: Path) -> None:
    (record,) = execute([Explicit(level=0.5, seed=3)])
    Store(tmp_path / "r.sqlite").add(record)
    command = [sys.executable, "-m", "experiments", "labels", record["hash"]]
    command += ["--target", str(tmp_path / "l.npz"), "--records", str(tmp_path / "r.sqlite")]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    with np.load(tmp_path / "l.npz") as file:
        assert (np.flatnonzero(file["labels"] != file["true_labels"]) == file["changed"]).all()
        assert len(file["changed"]) / len(file["labels"]) == record["labels_changed"]
        assert array_hash(file["labels"]) == record["labels_hash"]


def test_a_subset_is_drawn_across_the_classes_and_images_are_shared() -> None:
    runs = [Explicit(n=300, level=level, seed=seed) for level, seed in ((0.0, 0), (0.5, 1))]
    true, corrupted = draw(runs)
    assert true.train_images is corrupted.train_images
    assert np.bincount(true.labels, minlength=10).min() > 10
    assert (true.labels == true.data.train_labels).all()
    assert corrupted.corruption.share == (corrupted.labels != true.labels).mean()
    with pytest.raises(ValueError, match=r"n is 1438: .* 1 to 1437"):
        draw([Explicit(n=1438)])


def test_test_images_are_cut_down_only_where_that_is_asked_for() -> None:
    (few,), (every,) = draw([Explicit(n=300, n_test=100)]), draw([Explicit(n=300, n_test=10_000)])
    assert len(few.test_images) == len(few.data.test_labels) == 100
    assert np.bincount(few.data.test_labels, minlength=10).min() > 2
    assert len(every.test_images) == 360 and (few.train_images == every.train_images).all()
    # Records are known by the hash of a specification: one more field may not change it.
    assert "n_test" not in Explicit().specification
    assert Explicit(n_test=100).hash != Explicit().hash
    with pytest.raises(ValueError, match="n_test is 0: give a positive number"):
        draw([Explicit(n_test=0)])


def test_top_five_accuracy_counts_the_five_likeliest() -> None:
    (sample,) = draw([Explicit(n=50)])
    many = replace(sample, data=replace(sample.data, classes=tuple("abcdefghijkl")))
    labels, test = sample.labels, sample.data.test_labels
    top = np.stack([(labels + k) % 12 for k in (1, 2, 0, 3, 4)], 1)
    top_test = np.stack([(test + k) % 12 for k in (0, 1, 2, 3, 4)], 1)
    found = many.accuracies(top, top_test)
    assert found["train_accuracy"] == 0 and found["train_top5_accuracy"] == 1
    assert found["test_accuracy"] == found["test_top5_accuracy"] == 1


def test_gaussian_pixels_have_the_moments_of_floats_too() -> None:
    rng = np.random.default_rng(0)
    train: Any = 3 + 2 * rng.standard_normal((400, 8, 8, 2)) * np.array([1.0, 5.0])
    drawn, _ = corrupt_pixels(train, train[:5], "gaussian", 0)
    for channel in range(2):
        ours, theirs = drawn[..., channel], train[..., channel]
        assert ours.mean() == pytest.approx(theirs.mean(), abs=0.3)
        assert ours.std() == pytest.approx(theirs.std(), rel=0.05)
    for pixels in ("gaussian", "random", "shuffled"):
        with pytest.raises(ValueError, match=r"inputs of shape \(400, 3\) are no images"):
            corrupt_pixels(train[:, 0, 0, :1].repeat(3, 1), train[:2, 0, 0], pixels, 0)
