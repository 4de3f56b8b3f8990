"""A folder of images in ImageNet's layout: train/CLASS/*.JPEG and val/CLASS/*.JPEG."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from experiments.datasets.dataset import Dataset
from experiments.datasets.decoded import decoded
from experiments.datasets.image import ENDINGS, OTHER_ENDINGS

MARGIN = 0.875  # the share of the stored side that networks see, as in Inception's evaluation


def read_image_folder(folder: Path, side: int, name: str) -> Dataset:
    """Decode and resize every image once, and map the cached arrays into memory.

    Parameters
    ----------
    folder : holds train/ and val/ (or test/), each with one folder a class
    side : height and width that networks see; images are stored with the margin a crop needs
    name : as it should stand in a figure

    Each image's shorter side is resized to side / 0.875 and the centre square is kept, in RGB (see
    `experiments.datasets.image`). The cache (EXPRESSIVITY_CACHE, else the user's) takes
    3 (side / 0.875)^2 bytes an image. Raises FileNotFoundError for a missing split, ValueError for
    classes that differ between the splits and for an image that cannot be read, by its name, and
    OSError for a cache that cannot be written.
    """
    held_out = next((s for s in ("val", "test") if (folder / s).is_dir()), "val")
    splits = {split: image_files(folder / split) for split in ("train", held_out)}
    classes = tuple(sorted({path.parent.name for path in splits["train"]}))
    unknown = {path.parent.name for path in splits[held_out]} - set(classes)
    if unknown:
        raise ValueError(
            f"{folder / held_out} has the class {min(unknown)}, which {folder / 'train'} has not"
        )
    stored = round(side / MARGIN)
    parts = []
    for split, files in splits.items():
        parts.append(decoded(files, stored, folder / split, name))
        parts.append(np.array([classes.index(path.parent.name) for path in files]))
    return Dataset(name, *parts, classes=classes, crop=side)


def image_files(split: Path) -> list[Path]:
    """Return the images of a split in the order of their names; what is hidden is passed over.

    Raises FileNotFoundError where there is none, and ValueError for images of another kind: their
    class would lack them without a word.
    """
    found = sorted(
        path
        for path in split.glob("*/*")
        if path.is_file() and not path.name.startswith(".") and not path.parent.name.startswith(".")
    )
    known = f"images end in {', '.join(sorted(ENDINGS))}"
    images = [path for path in found if path.suffix.lower() in ENDINGS]
    if not images and not any(path.suffix.lower() in OTHER_ENDINGS for path in found):
        raise FileNotFoundError(
            f"no image in {split}: the layout is train/CLASS/*.JPEG and val/CLASS/*.JPEG; {known}"
        )
    others = [path for path in found if path.suffix.lower() in OTHER_ENDINGS]
    if others:
        raise ValueError(
            f"{others[0]} is one of {len(others)} images in {split} that are not read: {known}; "
            "convert or remove the others"
        )
    return images
