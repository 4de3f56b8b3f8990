"""Samples in files, read by every command alike, and files written whole or not at all."""

from __future__ import annotations

import gzip
import io
import os
import zipfile
import zlib
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from expressivity.arrays import real
from expressivity.delimited import parse

SUFFIXES = ".npy, .npz, .csv, .tsv or .parquet, each also as .gz"
# The names of points and targets in an .npz file.
PAIRS = (("X", "y"), ("images", "labels"))
DAMAGED = (EOFError, OSError, zipfile.BadZipFile, zlib.error, ValueError, KeyError)


def read_sample(path: Path, targets: Path | None = None) -> tuple[NDArray[Any], NDArray[Any]]:
    """Read the points and targets of a sample.

    Parameters
    ----------
    path : .npy, .npz, .csv, .tsv or .parquet file, in any case and also as .gz, with one point a
        row; further axes of an array (images) are coordinates. An .npz file holds one array, or X
        and y, or images and labels. Of a data frame's file the index is left out.
    targets : file with the targets; without it they are the last column of `path`

    Returns
    -------
    X (n, d) and y, (n,) or (n, K); NaN and infinity may be in them

    Raises
    ------
    ValueError, TypeError
        for another kind of file, a damaged one, whatever is no table of real numbers, and a table
        without a column for the target; each names the file and the reason.
    FileNotFoundError
        if there is no such file.

    Cost: O(size).
    """
    table, y = _read(path)
    if y is not None and targets is None:
        return table, y
    if targets is not None:
        y = _read(targets)[0]
        return table, y.ravel() if y.size == len(y) else y
    if table.shape[1] < 2:
        raise ValueError(
            f"sample {path} holds an array of shape {table.shape}: it needs one point a row, the "
            "coordinates and then the target, or a file of targets"
        )
    return table[:, :-1], table[:, -1]


def write_atomically(path: str | Path, *content: bytes | memoryview) -> None:
    """Write the parts of a file, whole or not at all: a reader never meets half of it.

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
            for part in content:
                file.write(part)
            file.flush()
            os.fsync(file.fileno())
        os.replace(partial, path)
    finally:
        partial.unlink(missing_ok=True)


def _read(path: Path) -> tuple[NDArray[Any], NDArray[Any] | None]:
    """Return the table of a file, and the targets where they stand apart in it."""
    suffix = path.suffix.lower()
    zipped = suffix == ".gz"
    if zipped:
        suffix = Path(path.stem).suffix.lower()
    if suffix not in (".npy", ".npz", ".csv", ".tsv", ".parquet"):
        raise ValueError(f"sample {path} has suffix {path.suffix!r}: give {SUFFIXES}")
    if path.is_dir():
        raise ValueError(f"sample {path} is a folder: give a file, {SUFFIXES}")
    content = path.read_bytes()
    try:
        content = gzip.decompress(content) if zipped else content
    except DAMAGED as error:
        raise _damaged(path, f"a whole gzip file ({error})") from error
    if not content:
        raise ValueError(f"sample {path} holds no point: it is empty")
    if content.lstrip()[:1] == b"<":
        raise ValueError(
            f"sample {path} is a page of HTML or XML, not a table: fetch the file anew"
        )
    if suffix in (".csv", ".tsv"):
        return parse(content, f"sample {path}"), None
    try:
        found = {".npy": _npy, ".npz": _npz, ".parquet": _parquet}[suffix](content, path)
    except RefusedFileError:
        raise
    except (*DAMAGED, TypeError) as error:
        raise _damaged(path, f"a whole {suffix} file ({error})") from error
    table, y = found if isinstance(found, tuple) else (found, None)
    table = real(table, f"sample {path}")
    if table.ndim == 0:
        raise ValueError(f"sample {path} holds a single number: it needs one point a row")
    return table.reshape(len(table), -1), None if y is None else np.asarray(y)


class RefusedFileError(ValueError):
    """A file that is whole, but does not hold a sample."""


def _npy(content: bytes, path: Path) -> Any:
    if content[:6] != b"\x93NUMPY":
        raise ValueError("it does not begin as one does")
    try:
        return np.load(io.BytesIO(content), allow_pickle=False)
    except ValueError as error:
        if "pickle" not in str(error):
            raise
        raise RefusedFileError(
            f"sample {path} holds Python objects, which are not read: save an array of numbers"
        ) from None


def _npz(content: bytes, path: Path) -> Any:
    with zipfile.ZipFile(io.BytesIO(content)) as held:
        names = [name.removesuffix(".npy") for name in held.namelist()]
        pair = next((pair for pair in PAIRS if set(pair) <= set(names)), None)
        if pair:
            X, y = (_npy(held.read(f"{name}.npy"), path) for name in pair)
            return X, y
        if len(names) == 1:
            return _npy(held.read(held.namelist()[0]), path)
    raise RefusedFileError(
        f"sample {path} holds the arrays {', '.join(names) or 'none'}: it needs a single one, or X "
        "and y, or images and labels"
    )


def _parquet(content: bytes, path: Path) -> Any:
    try:
        import pyarrow.parquet
    except ModuleNotFoundError:
        raise ModuleNotFoundError(
            f"sample {path}: reading .parquet needs pyarrow, pip install '.[export]'"
        ) from None

    table = pyarrow.parquet.read_table(io.BytesIO(content))
    # pandas writes its index as a column, and says so.
    index = (table.schema.pandas_metadata or {}).get("index_columns", [])
    return table.drop_columns([one for one in index if isinstance(one, str)])


def _damaged(path: Path, what: str) -> ValueError:
    return ValueError(f"sample {path} is not {what}: fetch or write it anew")
