"""All CIFAR-10 images as somebody re-encoded them: an archive of JPEG files, real labels."""

from __future__ import annotations

import hashlib
import io
import sys
import tarfile
from pathlib import Path

import numpy as np
from PIL import Image
from tqdm import tqdm

from experiments.datasets.cifar10 import CLASSES, CROP
from experiments.datasets.dataset import Dataset
from experiments.datasets.files import cache_folder, check, find
from experiments.datasets.sealed import read_sealed, write_sealed
from expressivity.files import ordinary

ARCHIVE = "1779d58c1f7dd1f6f665671e081e60f79bc66f86981aa820d05e1177b77e9a2a"
NAME = "CIFAR-10 (JPEG)"
PARTS = ("train_images", "train_labels", "test_images", "test_labels")
TRAINING_SIZE = 50_000


def read(folder: Path | None) -> Dataset:
    """Read cifar10-jpeg/cifar10-jpeg.tar.xz, decoded once and cached as arrays.

    The pixels are lossy (quality 75, chroma subsampled) and the order is that of the file names,
    so results carry the name "CIFAR-10 (JPEG)". Raises as `experiments.datasets.load`. Cost:
    about a minute the first time, the cache (EXPRESSIVITY_CACHE, else the user's) takes 180 MB.
    """
    (path,) = find_files(folder)
    check(path, hashlib.sha256(ordinary(path).read_bytes()).hexdigest(), (ARCHIVE,))
    cached = cache_folder() / f"cifar10-jpeg-{ARCHIVE[:16]}.sealed"
    with np.load(io.BytesIO(_cached(cached, path)), allow_pickle=False) as arrays:
        train, train_labels, test, test_labels = (arrays[part] for part in PARTS)
        return Dataset(NAME, train, train_labels, test, test_labels, CLASSES, crop=CROP)


def find_files(folder: Path | None) -> list[Path]:
    """Return where the files are. Raises FileNotFoundError as `find`."""
    return [find(folder, "cifar10-jpeg/cifar10-jpeg.tar.xz")]


def decode(path: Path) -> list[np.ndarray]:
    """Return train images, train labels, test images, test labels, in the order of the paths."""
    images: dict[str, np.ndarray] = {}
    with tarfile.open(path, "r|xz") as archive:
        pause = 0.1 if sys.stderr.isatty() else 60  # a file gets a line a minute
        what = f"decoding {path.name}"
        for member in tqdm(archive, desc=what, unit="file", mininterval=pause):
            file = archive.extractfile(member) if member.name.endswith(".jpg") else None
            if file is not None:
                images[member.name] = np.asarray(Image.open(file, formats=["JPEG"]).convert("RGB"))
    parts = []
    for split in ("train", "test"):
        names = sorted(name for name in images if name.split("/")[1] == split)
        parts.append(np.stack([images[name] for name in names]))
        parts.append(np.array([CLASSES.index(name.split("/")[2]) for name in names]))
    return parts


def _cached(target: Path, path: Path) -> bytes:
    """Return the arrays of the cache as .npz; it is made anew if it is missing or damaged."""
    try:
        return read_sealed(target)
    except FileNotFoundError:
        pass
    except ValueError as error:
        print(f"{error}: decoded anew", file=sys.stderr)
    content = io.BytesIO()
    np.savez(content, allow_pickle=False, **dict(zip(PARTS, decode(path), strict=True)))
    write_sealed(target, content.getbuffer())
    return content.getvalue()
