"""The folder of an interrupted factorization, and to which matrix it belongs."""

from __future__ import annotations

import hashlib
from pathlib import Path

from experiments.kernels.matrix import KernelMatrix
from experiments.kernels.points import Points
from expressivity.files import make_folder, write_atomically


def folder_for(folder: Path, K: KernelMatrix, x: Points | None) -> Path:
    """Return the folder, having made sure that it is new or holds panels of the same matrix.

    A matrix is known by its first block, and by its points unless it is precomputed.
    Raises ValueError if the folder holds another's. Cost O(n d).
    """
    head = slice(0, min(K.n, 512))
    parts = [K.block(head, head)] if x is None else [K.block(head, head), x.values, x.centre]
    digest = hashlib.sha256(repr((K.n, K.cuts()[0])).encode())
    for part in parts:
        digest.update(part.cpu().numpy().tobytes())
    name = folder / "matrix.txt"
    if name.exists() and name.read_text() != digest.hexdigest():
        raise ValueError(f"checkpoint {folder} belongs to another matrix: delete it or name a new")
    make_folder(folder)
    write_atomically(name, digest.hexdigest().encode())
    return folder
