"""The cache of decoded images: filled once, by one process at a time, and gone on with."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from hashlib import sha256
from pathlib import Path

import numpy as np
from filelock import FileLock
from numpy.lib.format import open_memmap
from numpy.typing import NDArray
from tqdm import tqdm

from experiments.datasets.files import cache_folder
from experiments.datasets.image import decode
from expressivity.files import write_atomically

CHUNK = 256


def decoded(files: Sequence[Path], side: int, place: Path, name: str) -> NDArray[np.uint8]:
    """Return all images (n, side, side, 3), mapped from the cache, which is filled first.

    Parameters
    ----------
    files : the images, in their order
    side : to which each is resized
    place : the folder they belong to; there is one cache for each place and side
    name : with which the cache's file begins

    A cache is known by the names, sizes and times of its files. It is filled by threads, at most
    256 decoded images are in memory at a time, and an interrupted filling goes on where it was,
    after a file was fetched anew too, if none before it has changed. A second process waits for
    the first and takes what it made. A cache of the same place that is no longer right is removed.
    """
    key = sha256(f"{place.resolve()} {side}".encode()).hexdigest()[:8]
    known = digests(files)
    folder = cache_folder()
    stem = f"{name}-{side}-{key}"
    target = folder / f"{stem}-{known[-1][:16]}.npy"
    if not target.exists():
        with FileLock(folder / f"{stem}.lock"):
            if not target.exists():
                _fill(target, folder / f"{stem}.part", files, side, known)
                for old in set(folder.glob(f"{stem}-*.npy")) - {target}:
                    old.unlink()
    return np.load(target, mmap_mode="r", allow_pickle=False)


def digests(files: Sequence[Path]) -> list[str]:
    """Return for each file a digest that changes with it and with every file before it."""
    digest, found = sha256(), []
    for path in files:
        there = path.stat()
        digest.update(f"{path} {there.st_size} {there.st_mtime_ns}\n".encode())
        found.append(digest.hexdigest())
    return found


def _fill(target: Path, part: Path, files: Sequence[Path], side: int, known: list[str]) -> None:
    shape = (len(files), side, side, 3)
    done = _done(part, shape, known)
    size = np.prod(shape, dtype=np.int64) / 2**30
    print(f"decoding {len(files):,} images to {side} x {side}: {size:.2f} GiB in {target.parent}")
    images = open_memmap(part, "r+" if done else "w+", np.uint8, None if done else shape)
    seen = sys.stderr.isatty()
    with (
        ThreadPoolExecutor() as pool,
        tqdm(total=len(files), initial=done, unit="image", mininterval=0.1 if seen else 60) as bar,
    ):
        for start in range(done, len(files), CHUNK):
            chunk = files[start : start + CHUNK]
            for row, image in enumerate(pool.map(partial(decode, side=side), chunk), start):
                images[row] = image
            images.flush()
            stop = start + len(chunk)
            state = {"shape": shape, "done": stop, "digest": known[stop - 1]}
            write_atomically(part.with_suffix(".count"), json.dumps(state).encode())
            bar.update(len(chunk))
    del images
    os.replace(part, target)
    part.with_suffix(".count").unlink()


def _done(part: Path, shape: tuple[int, ...], known: list[str]) -> int:
    """Return how many images of a partial cache are those of these files."""
    try:
        state = json.loads(part.with_suffix(".count").read_bytes())
        right = state["shape"] == list(shape) and known[state["done"] - 1] == state["digest"]
    except (OSError, ValueError, KeyError, IndexError, TypeError):
        return 0
    return state["done"] if right and part.exists() else 0
