"""ImageNet (ILSVRC 2012): 1,000 classes, as train/ and val/ with one folder a class."""

from __future__ import annotations

from pathlib import Path

from experiments.datasets.dataset import Dataset
from experiments.datasets.files import find
from experiments.datasets.image_folder import read_image_folder

SIDE = 299  # what Inception V3 sees
TRAINING_SIZE = 1_281_167


def read(folder: Path | None) -> Dataset:
    """Read folder/imagenet. Raises as `load`."""
    (path,) = find_files(folder)
    return read_image_folder(path, SIDE, "ImageNet")


def find_files(folder: Path | None) -> list[Path]:
    """Return where the files are. Raises FileNotFoundError as `find`."""
    return [find(folder, "imagenet")]
