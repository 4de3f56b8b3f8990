"""ImageNet (ILSVRC 2012): 1,000 classes, as train/ and val/ with one folder a class."""

from __future__ import annotations

from pathlib import Path

from experiments.datasets.dataset import Dataset
from experiments.datasets.files import find
from experiments.datasets.image_folder import read_image_folder

SIDE = 299  # what Inception V3 sees


def read(folder: Path | None) -> Dataset:
    """Read folder/imagenet. Raises as `load`."""
    return read_image_folder(find(folder, "imagenet"), SIDE, "ImageNet")
