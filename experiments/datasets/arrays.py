"""A data set of one's own: arrays, or an .npz file of them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from experiments.datasets.dataset import Dataset

TEST_SHARE = 0.2
SPLIT_SEED = 0
KEYS = ("images", "labels", "test_images", "test_labels")


def read_arrays(path: Path) -> Dataset:
    """Read an .npz file with images and labels, and test_images and test_labels if it has them.

    Nothing in it is unpickled. Raises ValueError as `from_arrays`, and for missing keys.
    """
    with np.load(path, allow_pickle=False) as file:
        if isinstance(file, np.ndarray) or not {"images", "labels"} <= set(file.files):
            raise ValueError(f"data {path} must be an .npz file with the keys images and labels")
        return from_arrays(path.stem, {key: file[key] for key in KEYS if key in file.files})


def from_arrays(name: str, arrays: Mapping[str, ArrayLike]) -> Dataset:
    """Make a data set of arrays.

    Parameters
    ----------
    name : as it should stand in a figure
    arrays : images (n, ...), uint8 or floats; labels (n,) of any kind; test_images and
        test_labels, or a fifth of the sample is held out, drawn once and for all

    Raises ValueError for lengths and shapes that do not fit together, for NaN and infinity, for a
    single class, and for test labels that training lacks.
    """
    given: dict[str, NDArray[Any]] = {key: np.asarray(value) for key, value in arrays.items()}
    images, labels = given["images"], given["labels"]
    _check("images", images, "labels", labels)
    if "test_images" in given or "test_labels" in given:
        if not {"test_images", "test_labels"} <= set(given):
            raise ValueError("test_images and test_labels go together: one of them is missing")
        test_images, test_labels = given["test_images"], given["test_labels"]
        _check("test_images", test_images, "test_labels", test_labels)
        if test_images.shape[1:] != images.shape[1:]:
            raise ValueError(
                f"test_images have the shape {test_images.shape[1:]}, images {images.shape[1:]}"
            )
    else:
        rows = np.random.default_rng(SPLIT_SEED).permutation(len(labels))
        test, train = np.split(rows, [max(1, round(TEST_SHARE * len(labels)))])
        test_images, test_labels = images[test], labels[test]
        images, labels = images[train], labels[train]
    classes = np.unique(labels)
    if len(classes) < 2:
        raise ValueError(f"labels have {len(classes)} class: two or more are needed")
    if unknown := sorted(set(test_labels.tolist()) - set(classes.tolist())):
        raise ValueError(f"test_labels have the class {unknown[0]!r}, which labels have not")
    return Dataset(
        name,
        *(images, np.searchsorted(classes, labels).astype(np.int64)),
        *(test_images, np.searchsorted(classes, test_labels).astype(np.int64)),
        classes=tuple(map(str, classes)),
        white=255 if images.dtype == np.uint8 else 1,
    )


def _check(images_name: str, images: NDArray[Any], labels_name: str, labels: NDArray[Any]) -> None:
    if labels.ndim != 1 or len(images) != len(labels) or images.ndim < 2:
        raise ValueError(
            f"{images_name} of shape {images.shape} and {labels_name} of shape {labels.shape}: "
            "give images (n, ...) and labels (n,)"
        )
    if images.dtype != np.uint8 and not np.issubdtype(images.dtype, np.floating):
        raise ValueError(f"{images_name} are {images.dtype}: give uint8 or floats")
    if not np.isfinite(images).all():
        raise ValueError(f"{images_name} hold NaN or infinity: remove those examples")
