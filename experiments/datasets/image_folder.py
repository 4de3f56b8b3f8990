"""A folder of images in ImageNet's layout: train/CLASS/*.JPEG and val/CLASS/*.JPEG."""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from hashlib import sha256
from pathlib import Path

import numpy as np
import pooch
from numpy.lib.format import open_memmap
from numpy.typing import NDArray
from PIL import Image
from tqdm import tqdm

from experiments.datasets.dataset import Dataset
from expressivity.files import write_atomically

ENDINGS = {".jpeg", ".jpg", ".png", ".bmp", ".webp"}
MARGIN = 0.875  # the share of the stored side that networks see, as in Inception's evaluation
CHUNK = 256


def read_image_folder(folder: Path, side: int, name: str) -> Dataset:
    """Decode and resize every image once, and map the cached arrays into memory.

    Parameters
    ----------
    folder : holds train/ and val/ (or test/), each with one folder a class
    side : height and width that networks see; images are stored with the margin a crop needs
    name : as it should stand in a figure

    Each image's shorter side is resized to side / 0.875 and the centre square is kept, in RGB.
    The cache (EXPRESSIVITY_CACHE, else the user's) takes 3 (side / 0.875)^2 bytes an image; it is
    filled by threads, at most 256 decoded images are in memory at a time, and an interrupted
    filling goes on where it was. Raises FileNotFoundError for a missing split, ValueError for
    classes that differ between the splits and for an image that cannot be read, by its name.
    """
    held_out = next((s for s in ("val", "test") if (folder / s).is_dir()), "val")
    splits = {split: _files(folder / split) for split in ("train", held_out)}
    classes = tuple(sorted({path.parent.name for path in splits["train"]}))
    unknown = {path.parent.name for path in splits[held_out]} - set(classes)
    if unknown:
        raise ValueError(
            f"{folder / held_out} has the class {min(unknown)}, which {folder / 'train'} has not"
        )
    stored = round(side / MARGIN)
    parts = []
    for files in splits.values():
        parts.append(_decoded(files, stored, f"{name}-{stored}"))
        parts.append(np.array([classes.index(path.parent.name) for path in files]))
    return Dataset(name, *parts, classes=classes, crop=side)


def decode(path: Path, side: int) -> NDArray[np.uint8]:
    """Return the central square of an image, resized to side x side x 3.

    Raises ValueError for a file that is no image or is cut off.
    """
    try:
        with Image.open(path) as image:
            # A JPEG is decoded at the smallest of its own scales that is large enough.
            image.draft("RGB", (side, side))
            square = min(image.size)
            left, top = ((length - square) // 2 for length in image.size)
            centre = image.convert("RGB").crop((left, top, left + square, top + square))
            return np.asarray(centre.resize((side, side), Image.Resampling.BILINEAR))
    except OSError as error:
        raise ValueError(f"image {path} cannot be read ({error}): fetch it anew") from error


def _files(split: Path) -> list[Path]:
    files = sorted(path for path in split.glob("*/*") if path.suffix.lower() in ENDINGS)
    if not files:
        raise FileNotFoundError(
            f"no image in {split}: the layout is train/CLASS/*.JPEG and val/CLASS/*.JPEG"
        )
    return files


def _decoded(files: Sequence[Path], side: int, name: str) -> NDArray[np.uint8]:
    """Return all images (n, side, side, 3), mapped from the cache, which is filled first."""
    digest = sha256()
    for path in files:
        digest.update(f"{path} {path.stat().st_size} {path.stat().st_mtime_ns}\n".encode())
    cache = Path(os.environ.get("EXPRESSIVITY_CACHE", pooch.os_cache("expressivity")))
    cache.mkdir(parents=True, exist_ok=True)
    target = cache / f"{name}-{digest.hexdigest()[:16]}.npy"
    if not target.exists():
        _fill(target, files, side)
    return np.load(target, mmap_mode="r", allow_pickle=False)


def _fill(target: Path, files: Sequence[Path], side: int) -> None:
    part, count = target.with_suffix(".part"), target.with_suffix(".count")
    done = int(count.read_text()) if part.exists() and count.exists() else 0
    shape = (len(files), side, side, 3)
    size = np.prod(shape, dtype=np.int64) / 2**30
    print(f"decoding {len(files):,} images to {side} x {side}: {size:.2f} GiB in {target.parent}")
    images = open_memmap(part, "r+" if done else "w+", np.uint8, None if done else shape)
    with (
        ThreadPoolExecutor() as pool,
        tqdm(total=len(files), initial=done, unit="image") as progress,
    ):
        for start in range(done, len(files), CHUNK):
            chunk = files[start : start + CHUNK]
            for row, image in enumerate(pool.map(partial(decode, side=side), chunk), start):
                images[row] = image
            images.flush()
            write_atomically(count, str(start + len(chunk)).encode())
            progress.update(len(chunk))
    del images
    os.replace(part, target)
    count.unlink()
