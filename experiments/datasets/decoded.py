"""The cache of decoded images: filled once, by one process at a time, and gone on with."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from hashlib import sha256
from itertools import takewhile
from pathlib import Path

import numpy as np
from filelock import FileLock
from numpy.lib.format import open_memmap
from numpy.typing import NDArray
from tqdm import tqdm

from experiments.datasets.files import cache_folder
from experiments.datasets.image import decode
from experiments.datasets.sealed import read_sealed, write_sealed

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
    Every 256 images have a checksum, which each call compares: what was altered on the disk is
    named and decoded anew. Raises OSError where the disk is too small, and leaves nothing there.
    """
    key = sha256(os.fsencode(f"{place.resolve()} {side}")).hexdigest()[:8]
    known = digests(files)
    folder = cache_folder()
    stem = f"{name}-{side}-{key}"
    target = folder / f"{stem}-{known[-1][:16]}.npy"
    shape = (len(files), side, side, 3)
    if (images := _whole(target, shape)) is None:
        with FileLock(folder / f"{stem}.lock"):
            if (images := _whole(target, shape)) is None:
                if target.exists():
                    print(f"{target} is damaged: decoded anew", file=sys.stderr)
                _fill(target, folder / f"{stem}.part", files, side, known)
                for old in set(folder.glob(f"{stem}-*")) - {target, _sums(target)}:
                    old.unlink()
                images = np.load(target, mmap_mode="r", allow_pickle=False)
    return images


def digests(files: Sequence[Path]) -> list[str]:
    """Return for each file a digest that changes with it and with every file before it."""
    digest, found = sha256(), []
    for path in files:
        there = path.stat()
        # A name need not be UTF-8.
        digest.update(os.fsencode(f"{path} {there.st_size} {there.st_mtime_ns}\n"))
        found.append(digest.hexdigest())
    return found


def _whole(target: Path, shape: tuple[int, ...]) -> NDArray[np.uint8] | None:
    """Return the images of a cache, mapped, if they are what was decoded."""
    try:
        known = json.loads(read_sealed(_sums(target)))
        images = np.load(target, mmap_mode="r", allow_pickle=False)
    except Exception:  # a damaged header makes NumPy raise errors of many kinds
        return None
    if images.shape != shape or images.dtype != np.uint8:
        return None
    with ThreadPoolExecutor() as pool:
        chunks = (images[start : start + CHUNK] for start in range(0, len(images), CHUNK))
        return images if [*pool.map(_checksum, chunks)] == known else None


def _fill(target: Path, part: Path, files: Sequence[Path], side: int, known: list[str]) -> None:
    shape = (len(files), side, side, 3)
    images, sums = _begun(part, shape, known)
    done = min(CHUNK * len(sums), len(files))
    size = np.prod(shape, dtype=np.int64) / 2**30
    print(f"decoding {len(files):,} images to {side} x {side}: {size:.2f} GiB in {target.parent}")
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
            sums.append(_checksum(images[start : start + CHUNK]))
            state = {"digest": known[start + len(chunk) - 1], "sums": sums}
            write_sealed(_sums(part), json.dumps(state).encode())
            bar.update(len(chunk))
    del images
    write_sealed(_sums(target), json.dumps(sums).encode())
    os.replace(part, target)
    _sums(part).unlink()


def _begun(part: Path, shape: tuple[int, ...], known: list[str]) -> tuple[np.memmap, list[str]]:
    """Return a partial cache and the checksums of its chunks that are those of these files."""
    try:
        state = json.loads(read_sealed(_sums(part)))
        images, sums = open_memmap(part, "r+"), state["sums"]
        right = images.shape == shape and images.dtype == np.uint8
        if right and known[min(CHUNK * len(sums), len(known)) - 1] == state["digest"]:
            chunks = (images[start : start + CHUNK] for start in range(0, len(images), CHUNK))
            pairs = zip(chunks, sums, strict=False)
            same = takewhile(lambda pair: _checksum(pair[0]) == pair[1], pairs)
            return images, [found for _, found in same]
    except Exception:  # as above
        pass
    try:
        images = open_memmap(part, "w+", np.uint8, shape)
        with part.open("r+b") as file:
            # A page of a mapped file that finds no room on the disk would kill the process.
            os.posix_fallocate(file.fileno(), 0, os.fstat(file.fileno()).st_size)
    except OSError:
        part.unlink(missing_ok=True)
        raise
    return images, []


def _checksum(images: NDArray[np.uint8]) -> str:
    return sha256(np.ascontiguousarray(images).data).hexdigest()


def _sums(path: Path) -> Path:
    """Return the file with the checksums of a cache, or of what there is of one."""
    return path.with_name(f"{path.name}.sums")
