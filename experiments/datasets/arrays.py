"""A data set of one's own: arrays, or a file of them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from experiments.datasets.dataset import Dataset
from expressivity.arrays import check_values, real
from expressivity.files import file_and_column
from expressivity.labels import labels as read_labels
from expressivity.labels import numbers_among
from expressivity.randomness import generator
from expressivity.ranges import is_number
from expressivity.tables import read_labelled

TEST_SHARE = 0.2
SPLIT_SEED = 0
KEYS = ("images", "labels", "test_images", "test_labels")
OTHER_NAMES = {
    **{"X": "images", "x": "images", "y": "labels"},
    **{"X_train": "images", "x_train": "images", "y_train": "labels"},
    **{"X_test": "test_images", "x_test": "test_images", "y_test": "test_labels"},
}
CHANNELS = (1, 3, 4)


def read_arrays(
    path: Path, test_share: float = TEST_SHARE, split_seed: int = SPLIT_SEED
) -> Dataset:
    """Read a data set of one's own from a file.

    Parameters
    ----------
    path : .npz file with images and labels, and test_images and test_labels if it has them; or a
        table, see `expressivity.tables.read_sample`, with one example a row and its label, a word
        or a number, in the last column, or in the one that stands after an @: FILE.csv@species
    test_share, split_seed : as for `from_arrays`

    Nothing in it is unpickled. Raises FileNotFoundError, and ValueError or TypeError as
    `expressivity.tables.read_labelled` and `from_arrays`.
    """
    arrays = read_labelled(path)
    name = Path(re.sub(r"\.gz$", "", file_and_column(path)[0].name, flags=re.I)).stem
    try:
        return from_arrays(name, arrays, test_share, split_seed)
    except (TypeError, ValueError) as error:
        raise ValueError(f"data {path}: {error}") from error


def from_arrays(
    name: str,
    arrays: Mapping[str, Any],
    test_share: float = TEST_SHARE,
    split_seed: int = SPLIT_SEED,
) -> Dataset:
    """Make a data set of arrays.

    Parameters
    ----------
    name : as it should stand in a figure
    arrays : images (n, ...), real numbers from any library; labels (n,) of any kind, one class
        each; test_images and test_labels, or a share of each class is held out. X and y stand for
        images and labels, X_test and y_test for the test's. Bytes (n, height, width[, channels])
        are pixels, white the brightest in training; all else is taken as it is
    test_share : that is held out where there is no test split
    split_seed : which examples these are

    Returns
    -------
    Dataset

    Raises
    ------
    TypeError, ValueError
        for arrays that are missing, lengths, shapes and dtypes that do not fit together, channels
        first, NaN and infinity, missing labels, real targets, a single class, and test labels that
        training lacks.

    Examples
    --------
    >>> data = from_arrays("mine", {"images": np.eye(10), "labels": ["cat", "dog"] * 5})
    >>> data.classes, len(data.train_labels), len(data.test_labels)
    (('cat', 'dog'), 8, 2)
    """
    given = _named(arrays)
    images = _images(given["images"], "images")
    classes, numbers = read_labels(_labels(given["labels"], "labels"), "labels", at_least=2)
    _check_lengths("images", images, "labels", numbers)
    if "test_images" in given:
        test_images = _images(given["test_images"], "test_images")
        test_labels = _labels(given["test_labels"], "test_labels")
        test_numbers = numbers_among(test_labels, classes, "test_labels")
        _check_lengths("test_images", test_images, "test_labels", test_numbers)
        _check_splits(images, test_images)
        rows: dict[str, Any] = {}
    else:
        train, test = _held_out(numbers, test_share, split_seed)
        rows = {"train_rows": train, "test_rows": test}
        test_images, test_numbers = images[test], numbers[test]
        images, numbers = images[train], numbers[train]
    # Masks are 0 and 1, digits 0 to 16: the least spread that is allowed counts in the brightest.
    white = max(int(images.max()), 1) if images.dtype == np.uint8 else 1
    names = tuple(map(str, classes.tolist()))
    arrays_now = images, numbers, test_images, test_numbers
    return Dataset(name, *arrays_now, classes=names, white=white, **rows)


def _named(arrays: Mapping[str, Any]) -> dict[str, Any]:
    """Return the arrays by the names of `KEYS`, all that go together."""
    if not isinstance(arrays, Mapping):
        raise TypeError(
            f"arrays is a {type(arrays).__name__}: give a dict, {{'images': X, 'labels': y}}"
        )
    given: dict[str, Any] = {}
    for key in arrays:
        known = OTHER_NAMES.get(key, key)
        if known not in KEYS:
            continue
        if known in given:
            raise ValueError(f"arrays have {known} twice, once as {key}: give one of them")
        given[known] = arrays[key]
    for key in ("images", "labels"):
        if key not in given:
            listed = ", ".join(map(str, arrays)) or "none"
            raise ValueError(
                f"arrays lack {key}: give the keys images and labels (or X and y), not {listed}"
            )
    if ("test_images" in given) != ("test_labels" in given):
        raise ValueError("test_images and test_labels go together: one of them is missing")
    return given


def _images(values: Any, name: str) -> NDArray[Any]:
    """Return a split's inputs as a native array in C order, of bytes, integers or floats."""
    if isinstance(values, list | tuple) and any(hasattr(v, "getpixel") for v in values):
        values = _of_pictures(values, name)
    array = real(values, name)
    if array.ndim < 2:
        raise ValueError(f"{name} have shape {array.shape}: give (n, ...), one example a row")
    if 0 in array.shape:
        raise ValueError(f"{name} have shape {array.shape}: give at least one example and number")
    if array.dtype.kind == "f":
        check_values(array, name)
    elif array.dtype == np.uint64 and int(array.max()) >= 2**63:
        raise ValueError(f"{name} hold integers beyond 2^63: rescale, or give floats")
    if array.dtype == np.uint8:
        _check_pixels(array, name)
    return np.ascontiguousarray(array, dtype=array.dtype.newbyteorder("="))


def _check_pixels(array: NDArray[np.uint8], name: str) -> None:
    if array.ndim > 4:
        raise ValueError(
            f"{name} of shape {array.shape} have {array.ndim} dimensions, and bytes are images "
            "(n, height, width[, channels]): give videos and volumes as floats, which reach the "
            "model as they are"
        )
    if array.ndim == 4 and array.shape[3] not in CHANNELS and array.shape[1] in CHANNELS:
        raise ValueError(
            f"{name} {array.shape} look like channels first: give (n, height, width, channels), "
            f"{name}.transpose(0, 2, 3, 1)"
        )


def _of_pictures(values: Any, name: str) -> NDArray[Any]:
    """Return pictures of the Python imaging library as one array, those of palettes in RGB."""
    values = [v.convert("RGB") if v.mode.startswith("P") else v for v in values]
    modes = sorted({v.mode for v in values})
    if len(modes) > 1 or modes == ["CMYK"]:
        raise ValueError(
            f"{name} are pictures of mode {' and '.join(modes)}: bring them to one scale, for "
            "example by .convert('RGB')"
        )
    found = [np.asarray(v) for v in values]
    shapes = sorted({array.shape for array in found})
    if len(shapes) > 1:
        raise ValueError(
            f"{name} are pictures of {len(shapes)} shapes, {shapes[0]} and {shapes[1]} among them: "
            "resize them to one, or give a folder (folder:PATH@SIDE)"
        )
    return np.stack(found)


def _labels(values: Any, name: str) -> Any:
    """Return labels (n,), or refuse what is one for each of several things."""
    if np.ndim(values) == 2 and np.shape(values)[1] > 1 and not hasattr(values, "toarray"):
        raise ValueError(
            f"{name} have shape {np.shape(values)}: give one class an example, (n,); for one-hot "
            f"rows {name}.argmax(1)"
        )
    return values


def _check_lengths(
    images_name: str, images: NDArray[Any], labels_name: str, labels: NDArray[Any]
) -> None:
    if len(images) != len(labels):
        raise ValueError(
            f"{images_name} of shape {images.shape} and {labels_name} of shape {labels.shape}: "
            "give images (n, ...) and labels (n,)"
        )


def _check_splits(images: NDArray[Any], test_images: NDArray[Any]) -> None:
    if test_images.shape[1:] != images.shape[1:]:
        raise ValueError(
            f"test_images have the shape {test_images.shape[1:]}, images {images.shape[1:]}: "
            "both splits need the same"
        )
    bytes_or_kind = [
        x.dtype.str if x.dtype == np.uint8 else x.dtype.kind for x in (images, test_images)
    ]
    if len({kind.replace("u", "i") for kind in bytes_or_kind}) > 1:
        raise ValueError(
            f"images are {images.dtype} and test_images {test_images.dtype}: give both in the same "
            "dtype and scale"
        )


def _held_out(
    numbers: NDArray[np.int64], share: float, seed: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the rows of training and test: this share of each class, but never all of one."""
    if not (is_number(share) and 0 < share < 1):
        raise ValueError(f"test_share is {share!r}: give a share between 0 and 1")
    rows = generator(seed).permutation(len(numbers))
    test = []
    for k in range(int(numbers.max()) + 1):
        members = rows[numbers[rows] == k]
        test.append(members[: min(round(share * len(members)), len(members) - 1)])
    if not sum(map(len, test)):
        # Classes too small for a share of their own: one example of the largest.
        largest = np.bincount(numbers).argmax()
        members = rows[numbers[rows] == largest]
        if len(members) < 2:
            raise ValueError(
                "labels have one example of each class, and a share of them is held out: give "
                "test_images and test_labels, or more examples"
            )
        test.append(members[:1])
    held = np.concatenate(test)
    kept = np.setdiff1d(rows, held)
    return kept, np.sort(held)
