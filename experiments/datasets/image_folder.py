"""A folder of images in ImageNet's layout: train/CLASS/*.JPEG and val/CLASS/*.JPEG."""

from __future__ import annotations

import os
from collections.abc import Iterator
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
    one class, classes that differ between the splits and an image that cannot be read, by its name,
    and OSError for a cache that cannot be written.
    """
    splits = splits_of(folder)
    train, held_out = splits
    classes = tuple(sorted({path.parent.name for path in splits[train]}))
    if len(classes) == 1:
        raise ValueError(f"{folder / 'train'} has one class, {classes[0]}: give at least two")
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


def splits_of(folder: Path) -> dict[str, list[Path]]:
    """Return the images of train/ and of val/, or of test/ where there is no val/."""
    held_out = next((s for s in ("val", "test") if (folder / s).is_dir()), "val")
    return {split: image_files(folder / split) for split in ("train", held_out)}


def image_files(split: Path) -> list[Path]:
    """Return the images of a split in the order of their names; what is hidden is passed over.

    Raises FileNotFoundError where there is none, and ValueError for images of another kind and for
    folders within those of the classes: their class would lack them without a word.
    """
    seen = [path for path in sorted(split.glob("*/*")) if not (hidden(path) or hidden(path.parent))]
    folders = [path for path in seen if path.is_dir()]
    # A link to nothing stays among the files, and reading it says so.
    found = sorted(set(seen) - set(folders))
    known = f"images end in {', '.join(sorted(ENDINGS))}"
    images = [path for path in found if path.suffix.lower() in ENDINGS]
    others = [path for path in found if path.suffix.lower() in OTHER_ENDINGS]
    if others:
        raise ValueError(
            f"{others[0]} is one of {len(others)} images in {split} that are not read: {known}; "
            "convert or remove the others"
        )
    if deeper := next((path for folder in folders for path in _below(folder)), None):
        raise ValueError(
            f"{deeper} lies in a folder within that of its class, where images are not read: the "
            "layout is train/CLASS/*.JPEG and val/CLASS/*.JPEG"
        )
    if not images:
        raise FileNotFoundError(
            f"no image in {split}: the layout is train/CLASS/*.JPEG and val/CLASS/*.JPEG; {known}"
        )
    return images


def hidden(path: Path) -> bool:
    """Tell whether programs leave this file or folder out of what they show."""
    return path.name.startswith(".")


def _below(folder: Path) -> Iterator[Path]:
    """Yield the images in a folder and its folders; links to folders are not followed."""
    for place, _, names in os.walk(folder):
        inside = [Path(place) / name for name in sorted(names)]
        images = [path for path in inside if path.suffix.lower() in {*ENDINGS, *OTHER_ENDINGS}]
        yield from (path for path in images if not hidden(path))
