"""The sample of a run: a data set's images and labels after corruption."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from experiments.datasets import Dataset, centre_crop
from experiments.datasets.corruption import (
    Corruption,
    Pixels,
    array_hash,
    corrupt_labels,
    corrupt_pixels,
)

SUBSET_SEED = 0


@dataclass(frozen=True)
class TrainingSample:
    """What a contestant is given: images, the labels to fit, and the clean ones to compare with.

    Attributes
    ----------
    data : the data set, cut down to the subset asked for
    train_images, test_images : after pixel corruption, (n, height, width[, channels])
    images_hash : of the two
    corruption : the labels, which of them were changed

    Examples
    --------
    >>> from experiments.contestants import Explicit
    >>> from experiments.datasets.sample import draw
    >>> (sample,) = draw([Explicit(n=100, level=1.0)])  # a list of one TrainingSample
    >>> sample.seen[0].shape, sample.labels.shape, sample.data.train_labels.shape
    ((100, 8, 8), (100,), (100,))
    >>> sample.accuracies(sample.labels, sample.data.test_labels)["test_accuracy"]
    1.0
    """

    data: Dataset
    train_images: NDArray[Any]
    test_images: NDArray[Any]
    images_hash: str
    corruption: Corruption

    @property
    def labels(self) -> NDArray[np.int64]:
        return self.corruption.labels

    @property
    def seen(self) -> tuple[NDArray[Any], NDArray[Any]]:
        """The training and test images that contestants see: their centre, if that is asked for."""
        if self.data.crop is None:
            return self.train_images, self.test_images
        side = self.data.crop
        return centre_crop(self.train_images, side), centre_crop(self.test_images, side)

    def accuracies(
        self, predicted_train: NDArray[np.int64], predicted_test: NDArray[np.int64]
    ) -> dict[str, float]:
        """Accuracy on the labels given, on the true labels of the same images, and on the test.

        `predicted_train` and `predicted_test` are (n,) classes, or (n, 5) with the likeliest class
        first: with more than ten classes the share of images whose label is among the five is then
        given too.
        """
        splits = {
            "train": (predicted_train, self.labels),
            "clean_train": (predicted_train, self.data.train_labels),
            "test": (predicted_test, self.data.test_labels),
        }
        found = {}
        for name, (predicted, labels) in splits.items():
            top = predicted.reshape(len(labels), -1)
            found[f"{name}_accuracy"] = float((top[:, 0] == labels).mean())
            if top.shape[1] > 1 and len(self.data.classes) > 10:
                found[f"{name}_top5_accuracy"] = float((top == labels[:, None]).any(1).mean())
        return found


class Wanted(Protocol):
    """What a sample depends on; `experiments.sweeps.run.Run` has it."""

    @property
    def data(self) -> str: ...
    @property
    def n(self) -> int | None: ...
    @property
    def n_test(self) -> int | None: ...
    @property
    def level(self) -> float: ...
    @property
    def pixels(self) -> Pixels: ...
    @property
    def seed(self) -> int: ...
    def dataset(self) -> Dataset: ...


def draw(runs: Sequence[Wanted]) -> list[TrainingSample]:
    """Return the sample of each run; equal images are shared.

    The images keep the margin that a random crop needs, unless pixels are moved or drawn anew:
    those are cropped first, so that each image keeps all of its pixels.
    """
    parts: dict[Any, tuple[Dataset, NDArray[Any], NDArray[Any], str]] = {}
    samples = []
    for run in runs:
        key = (run.data, run.n, run.n_test, run.pixels, run.seed if run.pixels != "true" else None)
        if key not in parts:
            parts[key] = _images(run)
        data, train, test, images_hash = parts[key]
        corruption = corrupt_labels(data.train_labels, len(data.classes), run.level, run.seed)
        samples.append(TrainingSample(data, train, test, images_hash, corruption))
    return samples


def subset(data: Dataset, n: int | None, n_test: int | None = None) -> Dataset:
    """Return the data set with n training and at most n_test test images, drawn once and for all.

    None stands for all. Raises ValueError if there are fewer than n, or n_test is not positive.
    """
    n_all = len(data.train_labels)
    if n is not None and not 1 <= n <= n_all:
        raise ValueError(f"n is {n}: {data.name} has 1 to {n_all} training images")
    if n_test is not None and n_test < 1:
        raise ValueError(f"n_test is {n_test}: give a positive number, or None for all test images")
    if n is not None:
        rows = _drawn(n_all, n)
        images, labels = data.train_images[rows], data.train_labels[rows]
        chosen = data.train_rows[rows] if data.train_rows is not None else None
        data = replace(data, train_images=images, train_labels=labels, train_rows=chosen)
    if n_test is not None:
        rows = _drawn(len(data.test_labels), n_test)
        images, labels = data.test_images[rows], data.test_labels[rows]
        chosen = data.test_rows[rows] if data.test_rows is not None else None
        data = replace(data, test_images=images, test_labels=labels, test_rows=chosen)
    return data


def _drawn(n: int, wanted: int) -> NDArray[np.int64]:
    # Data sets are often sorted by class: the first ones would not be a sample of it.
    return np.random.default_rng(SUBSET_SEED).permutation(n)[:wanted]


def _images(run: Wanted) -> tuple[Dataset, NDArray[Any], NDArray[Any], str]:
    data = subset(run.dataset(), run.n, run.n_test)
    train, test = data.train_images, data.test_images
    if run.pixels != "true":
        if data.crop is not None:
            train, test = centre_crop(train, data.crop), centre_crop(test, data.crop)
        train, test = corrupt_pixels(train, test, run.pixels, run.seed)
    return data, train, test, f"{array_hash(train)}-{array_hash(test)}"
