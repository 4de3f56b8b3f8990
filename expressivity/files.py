"""Samples in files (.npy, .csv, .parquet), and files written whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray


def read_sample(path: Path, targets: Path | None = None) -> tuple[NDArray[Any], NDArray[Any]]:
    """Read the points and targets of a sample.

    Parameters
    ----------
    path : .npy, .csv or .parquet file with one point a row; further axes of an array (images) are
        coordinates
    targets : file with the targets; without it they are the last column of `path`

    Returns
    -------
    X (n, d) and y, (n,) or (n, K)

    Raises
    ------
    ValueError
        for another kind of file, and a table without a column for the target.
    """
    table = _read(path)
    table = table.reshape(len(table), -1)
    if targets is not None:
        y = _read(targets)
        return table, y.ravel() if y.size == len(y) else y
    if table.shape[1] < 2:
        raise ValueError(
            f"sample {path} holds an array of shape {table.shape}: it needs one point a row, the "
            "coordinates and then the target, or a file of targets"
        )
    return table[:, :-1], table[:, -1]


def write_atomically(path: str | Path, content: bytes) -> None:
    """Write a file whole or not at all: a reader never meets half of it.

    Raises OSError, naming the folder if it is that which is missing; nothing is left behind.
    """
    path = Path(path)
    if not path.parent.is_dir():
        raise FileNotFoundError(
            f"{path.parent} is no folder: make it, or write {path.name} elsewhere"
        )
    if path.is_dir():
        raise IsADirectoryError(f"{path} is a folder: give the name of a file in it")
    partial = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        with open(partial, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(partial, path)
    finally:
        partial.unlink(missing_ok=True)


def _read(path: Path) -> NDArray[Any]:
    if path.suffix == ".npy":
        return np.load(path, allow_pickle=False)
    if path.suffix == ".parquet":
        import pyarrow.parquet

        columns = pyarrow.parquet.read_table(path).columns
        return np.column_stack([column.to_numpy() for column in columns])
    if path.suffix == ".csv":
        table = np.genfromtxt(path, delimiter=",", ndmin=2)
        # A line of column names reads as NaN throughout.
        return table[1:] if np.isnan(table[0]).all() else table
    raise ValueError(
        f"sample {path} has suffix {path.suffix!r}: give a .npy, .csv or .parquet file"
    )
