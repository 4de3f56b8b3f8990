"""How many training images a data set has, known without reading them."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

from experiments.datasets import names, parse_name
from experiments.datasets.image_folder import image_files
from expressivity.tables import read_labelled


def training_size(name: str) -> int | None:
    """Return the number of training images, at least; None where the files are not at hand.

    A fifth that is held out of arrays without a test set is counted.
    """
    kind, place, _ = parse_name(name)
    try:
        if kind == "arrays":
            arrays = read_labelled(Path(place))
            return next(len(arrays[key]) for key in ("labels", "y", "y_train") if key in arrays)
        if kind == "folder":
            return len(image_files(Path(place) / "train"))
    except (OSError, ValueError, TypeError, ImportError, StopIteration):
        return None
    if name not in names():
        return None
    return import_module(f"experiments.datasets.{name.replace('-', '_')}").TRAINING_SIZE
