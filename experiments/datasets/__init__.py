"""Data sets: `load(name)` -> train images, train labels, test images, test labels."""

from __future__ import annotations

import os
from difflib import get_close_matches
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

from experiments.datasets.arrays import SPLIT_SEED, TEST_SHARE, from_arrays, read_arrays
from experiments.datasets.dataset import Dataset, centre_crop
from experiments.datasets.image_folder import read_image_folder

HELPERS = {"arrays", "corruption", "dataset", "files", "idx", "image_folder", "sample"}

__all__ = ["Dataset", "centre_crop", "from_arrays", "load", "names"]


def names() -> list[str]:
    """Return the names of all data sets: one file each in this folder."""
    modules = {module.name for module in iter_modules(__path__)} - HELPERS
    return sorted(name.replace("_", "-") for name in modules)


def load(
    name: str,
    folder: Path | None = None,
    test_share: float = TEST_SHARE,
    split_seed: int = SPLIT_SEED,
) -> Dataset:
    """Load a data set, verified against its checksums.

    Parameters
    ----------
    name : one of `names()`, for example "digits" or "cifar10"; or one's own: "FILE.npz" or
        "arrays:FILE.npz" (see `datasets.arrays`), or "folder:PATH@SIDE", images seen SIDE x SIDE
        pixels large (see `datasets.image_folder`)
    folder : where the files are; the environment variable EXPRESSIVITY_DATA where it is None.
        The digits need none. Files that are not there are downloaded into it where a published
        place is known and EXPRESSIVITY_DOWNLOAD is 1.
    test_share, split_seed : of a file of arrays without a test split, see `from_arrays`

    Raises
    ------
    ValueError
        for an unknown name, and for a truncated or altered file, by its name.
    FileNotFoundError
        where the files are not, saying what was looked for.
    """
    kind, _, place = name.partition(":")
    if name.endswith(".npz"):
        path = Path(place if kind == "arrays" else name)
        return read_arrays(path, test_share, split_seed)
    if kind == "folder" and place:
        path, _, side = place.rpartition("@")
        if not (path and side.isdecimal()):
            raise ValueError(f"data set {name!r}: say how large, for example {name}@64")
        return read_image_folder(Path(path), int(side), Path(path).name)
    if name not in names():
        near = get_close_matches(name, names(), n=1)
        hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(names())}"
        raise ValueError(f"data set {name!r} is unknown: {hint}")
    if folder is None and "EXPRESSIVITY_DATA" in os.environ:
        folder = Path(os.environ["EXPRESSIVITY_DATA"])
    return import_module(f"{__name__}.{name.replace('-', '_')}").read(folder)
