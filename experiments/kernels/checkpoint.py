"""The folder of an interrupted factorization, and to which matrix it belongs."""

from __future__ import annotations

import hashlib
import shutil
from contextlib import suppress
from pathlib import Path

from experiments.kernels.matrix import KernelMatrix
from experiments.kernels.points import Points
from expressivity.files import make_folder, write_atomically

MATRIX = "matrix.txt"  # the digest of the matrix that a folder belongs to
FACTORS = ("float32", "float64")  # with the panels of each


def folder_for(folder: Path, K: KernelMatrix, x: Points | None) -> Path:
    """Return the folder, having made sure that it is new or holds panels of the same matrix.

    A matrix is known by its first block, and by its points unless it is precomputed.
    Raises ValueError if the folder holds another's, or anything else. Cost O(n d).
    """
    name = folder / MATRIX
    ours = FACTORS if name.exists() else ()
    there = [*folder.iterdir()] if folder.is_dir() else []
    others = [p.name for p in there if p.name not in ours and not p.name.startswith(MATRIX)]
    if others:
        raise ValueError(
            f"checkpoint {folder} holds {min(others)}, which is no part of one: give a folder of "
            "its own, it is deleted at the end"
        )
    head = slice(0, min(K.n, 512))
    parts = [K.block(head, head)] if x is None else [K.block(head, head), x.values, x.centre]
    digest = hashlib.sha256(repr((K.n, K.cuts()[0])).encode())
    for part in parts:
        digest.update(part.cpu().numpy().tobytes())
    if name.exists() and name.read_bytes() != digest.hexdigest().encode():
        raise ValueError(f"checkpoint {folder} belongs to another matrix: delete it or name a new")
    make_folder(folder)
    write_atomically(name, digest.hexdigest().encode())
    return folder


def forget(folder: Path) -> None:
    """Delete what was kept, and the folder if nothing else has come into it."""
    for factor in FACTORS:
        shutil.rmtree(folder / factor, ignore_errors=True)
    for name in folder.glob(f"{MATRIX}*"):
        name.unlink()
    with suppress(OSError):
        folder.rmdir()
