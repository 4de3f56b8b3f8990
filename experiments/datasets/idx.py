"""The idx format of MNIST: a header of big-endian sizes, then one byte a value."""

from __future__ import annotations

import math
import struct
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from experiments.datasets.dataset import Dataset
from experiments.datasets.files import find, verified

FILES = ("train-images-idx3", "train-labels-idx1", "t10k-images-idx3", "t10k-labels-idx1")


def read_idx_folder(
    folder: Path | None,
    sub: str,
    checksums: dict[str, str],
    url: str,
    archives: dict[str, str],
    name: str,
    classes: tuple[str, ...],
) -> Dataset:
    """Read the four idx files of a data set, gzipped or not, verified by what is inside.

    `checksums` are MD5 sums of the uncompressed files, `archives` of the published .gz files.
    """
    paths = find_idx_files(folder, sub, url, archives)
    images, labels, test_images, test_labels = (
        parse(verified(path, checksums[file]), path)
        for file, path in zip(FILES, paths, strict=True)
    )
    return Dataset(
        name, images, labels.astype(np.int64), test_images, test_labels.astype(np.int64), classes
    )


def find_idx_files(folder: Path | None, sub: str, url: str, archives: dict[str, str]) -> list[Path]:
    """Return where the four files are. Raises FileNotFoundError as `find`."""
    return [
        find(
            folder,
            f"{sub}/{file}-ubyte",
            f"{sub}/{file.replace('-idx', '.idx')}-ubyte",
            f"{sub}/{file}-ubyte.gz",
            url=f"{url}{file}-ubyte.gz",
            known=f"md5:{archives[file]}",
        )
        for file in FILES
    ]


def parse(content: bytes, path: Path) -> NDArray[np.uint8]:
    """Return the array of an idx file; raises ValueError naming a file that is not one."""
    if len(content) < 4 or content[:3] != b"\0\0\x08":
        raise ValueError(f"{path} is no idx file of bytes: it begins with {content[:4]!r}")
    n_sizes = content[3]
    start = 4 + 4 * n_sizes
    if len(content) < start:
        raise ValueError(f"{path} is truncated: its header is not complete; fetch it anew")
    shape = struct.unpack(f">{n_sizes}I", content[4:start])
    if len(content) - start != math.prod(shape):
        raise ValueError(
            f"{path} holds {len(content) - start} values where its header says {shape}: it is "
            "truncated or altered; fetch it anew"
        )
    return np.frombuffer(content, np.uint8, offset=start).reshape(shape)
