"""Data sets: `load(name)` -> train images, train labels, test images, test labels."""

from __future__ import annotations

import os
from difflib import get_close_matches
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from types import ModuleType

from experiments.datasets.arrays import SPLIT_SEED, TEST_SHARE, from_arrays, read_arrays
from experiments.datasets.dataset import Dataset, centre_crop
from experiments.datasets.files import environment_folder
from experiments.datasets.image_folder import read_image_folder, splits_of
from expressivity.files import file_and_column, is_table

HELPERS = {"arrays", "corruption", "dataset", "decoded", "digest", "files", "idx", "image"}
HELPERS |= {"image_folder", "sample", "sealed", "size"}

__all__ = ["Dataset", "centre_crop", "from_arrays", "load", "names", "require"]


def names() -> list[str]:
    """Return the names of all data sets: one file each in this folder.

    Returns
    -------
    list of str, sorted

    Examples
    --------
    >>> from experiments.datasets import names
    >>> [name for name in names() if name != "imagenet"]
    ['cifar10', 'cifar10-jpeg', 'digits', 'fashion-mnist', 'mnist']
    """
    modules = {module.name for module in iter_modules(__path__)} - HELPERS
    return sorted(name.replace("_", "-") for name in modules)


def load(
    name: str,
    folder: Path | None = None,
    test_share: float = TEST_SHARE,
    split_seed: int = SPLIT_SEED,
) -> Dataset:
    """Load a data set, verified against its checksums where it has any.

    Parameters
    ----------
    name : one of `names()`, for example "digits" or "cifar10"; or one's own: a file, "FILE.npz" of
        arrays or a table "FILE.csv", .tsv, .parquet or .npy with the label in the last column or in
        the one called so, "FILE.csv@COLUMN" (see `datasets.arrays`); or "folder:PATH@SIDE", images
        seen SIDE x SIDE pixels large (see `datasets.image_folder`)
    folder : where the files are; the environment variable EXPRESSIVITY_DATA where it is None.
        The digits need none. Files that are not there are downloaded into it where a published
        place is known and EXPRESSIVITY_DOWNLOAD is 1.
    test_share, split_seed : of a file of arrays without a test split, see `from_arrays`

    Returns
    -------
    Dataset

    Raises
    ------
    ValueError
        for an unknown name, and for a truncated or altered file, by its name.
    FileNotFoundError
        where the files are not, saying what was looked for.

    Examples
    --------
    >>> from experiments.datasets import load
    >>> data = load("digits")
    >>> data.name, data.train_images.shape, data.train_images.dtype, len(data.classes)
    ('digits (8 x 8)', (1437, 8, 8), dtype('uint8'), 10)
    """
    kind, place, side = parse_name(name)
    if kind == "arrays":
        return read_arrays(Path(place), test_share, split_seed)
    if kind == "folder":
        return read_image_folder(Path(place), side, Path(os.path.abspath(place)).name)
    return _module(name).read(_data_folder(folder))


def require(name: str, folder: Path | None = None) -> None:
    """Make sure that the files of a data set are there; a file of one's own is read as well.

    Parameters
    ----------
    name, folder : as for `load`

    Raises
    ------
    ValueError, FileNotFoundError
        as `load` does, for a name that is none, for files that are missing, and for a file of one's
        own that is no data set.

    Examples
    --------
    >>> from experiments.datasets import require
    >>> require("digits")
    >>> require("mnits")
    Traceback (most recent call last):
        ...
    ValueError: data set 'mnits' is unknown: did you mean mnist?; ...
    """
    kind, place, _ = parse_name(name)
    if kind == "arrays":
        read_arrays(Path(place))
    if kind == "folder":
        splits_of(Path(place))
    if not kind:
        _module(name).find_files(_data_folder(folder))


def parse_name(name: str) -> tuple[str, str, int]:
    """Tell a published data set from one's own: (kind, place, side).

    The kind is "arrays", "folder", or "" for a published one; a ~ is the user's folder. Raises
    ValueError for a folder without a size.
    """
    kind, _, place = name.partition(":")
    file = place if kind == "arrays" else name
    if kind != "folder" and is_table(file_and_column(file)[0]):
        return "arrays", os.path.expanduser(file), 0
    if kind != "folder" or not place:
        return "", name, 0
    path, _, side = place.rpartition("@")
    if not (path and side.isdecimal() and int(side) > 0):
        raise ValueError(f"data set {name!r}: say how large, for example folder:{path or place}@64")
    return "folder", os.path.expanduser(path), int(side)


def _module(name: str) -> ModuleType:
    if name not in names():
        near = get_close_matches(name, names(), n=1)
        hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(names())}"
        raise ValueError(
            f"data set {name!r} is unknown: {hint}; your own are files (FILE.npz, FILE.csv, "
            "FILE.csv@COLUMN, .tsv, .parquet, .npy) and folder:PATH@SIDE"
        )
    return import_module(f"{__name__}.{name.replace('-', '_')}")


def _data_folder(folder: Path | None) -> Path | None:
    return folder if folder is not None else environment_folder("EXPRESSIVITY_DATA")
