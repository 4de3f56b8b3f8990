"""Samples in files, read by every command alike: tables and arrays of points and targets."""

from __future__ import annotations

import gzip
import io
import tokenize
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from expressivity.arrays import real
from expressivity.delimited import TextTable, parse
from expressivity.files import ENDINGS, SUFFIXES, file_and_column, ordinary

# The names of points and targets in an .npz file.
PAIRS = (
    ("X", "y"),
    ("x", "y"),
    ("images", "labels"),
    ("X_train", "y_train"),
    ("x_train", "y_train"),
)
# What columns of targets are called: of one that is not the last it must be said if it is meant.
TARGETS = ("target", "targets", "label", "labels", "class")
# What readers raise: zipfile a RuntimeError for encryption or a method that it lacks, NumPy the
# tokenizer's error for a header that is cut off.
DAMAGED = (EOFError, OSError, ValueError, KeyError, RuntimeError)
DAMAGED += (zipfile.BadZipFile, zlib.error, tokenize.TokenError)


def read_sample(path: Path, targets: Path | None = None) -> tuple[NDArray[Any], NDArray[Any]]:
    """Read the points and targets of a sample.

    Parameters
    ----------
    path : .npy, .npz, .csv, .tsv or .parquet file, in any case and also as .gz, with one point a
        row; further axes of an array (images) are coordinates. An .npz file holds one array, or X
        and y, or images and labels. Of a data frame's file the index is left out
    targets : file with the targets; without it they are the last column of `path`, or the one that
        stands after an @, by its name or its number from 1 on: points.csv@price

    Returns
    -------
    X (n, d) and y, (n,) or (n, K); NaN and infinity may be in them

    Raises
    ------
    ValueError, TypeError
        for another kind of file, a damaged one, whatever is no table of real numbers, and a table
        without a column for the target, or with a column before the last that is called target,
        label or class, where none is named; each names the file and the reason.
    FileNotFoundError
        if there is no such file.

    Cost: O(size).
    """
    path, column = file_and_column(path)
    found = _read(path)
    if isinstance(found, Mapping):
        _check_no_column(path, column)
        if targets is not None and len(found) == 1:
            return _numbers(next(iter(found.values())), path), _targets(targets)
        X, y = _pair(found, path)
        y = y if targets is None else _targets(targets)
        return _numbers(X, path), np.asarray(y)
    if targets is not None:
        if column is not None:
            raise ValueError(f"targets are in {targets}: give {path} without @{column}")
        return _numbers(found, path), _targets(targets)
    j = _position(found, column, path)
    others = [k for k in range(len(_names(found))) if k != j]
    if isinstance(found, TextTable):
        return found.numbers(others), found.numbers([j])[:, 0]
    table = _numbers(found, path)
    return (table[:, :-1] if j == len(others) else table[:, others]), table[:, j]


def read_labelled(path: Path) -> Mapping[str, Any]:
    """Read points and labels of classes, which may be words.

    Takes what `read_sample` does, and raises as it does. Returns the arrays of an .npz file by
    their names, each read when it is asked for; of every other file X (n, d) and y (n,).
    """
    path, column = file_and_column(path)
    found = _read(path)
    if isinstance(found, Mapping):
        _check_no_column(path, column)
        return found
    j = _position(found, column, path)
    others = [k for k in range(len(_names(found))) if k != j]
    if isinstance(found, TextTable):
        return {"X": found.numbers(others), "y": found.labels(j)}
    if isinstance(found, np.ndarray):
        return {"X": found[:, others], "y": found[:, j]}
    return {"X": _numbers(found.select(others), path), "y": found.column(j)}


def _read(path: Path) -> TextTable | NDArray[Any] | Mapping[str, Any] | Any:
    """Return what a file holds: text, an array, an Arrow table, or the arrays of an .npz by name.

    An .npz file of a single array, not called as points are, is that array.
    """
    zipped = path.suffix.lower() == ".gz"
    suffix = (Path(path.stem) if zipped else path).suffix.lower()
    if suffix not in ENDINGS:
        raise ValueError(f"{path} has suffix {path.suffix!r}: give {SUFFIXES}")
    if path.is_dir():
        raise ValueError(f"{path} is a folder: give a file, {SUFFIXES}")
    if not path.exists():
        raise FileNotFoundError(f"{path} does not exist: give a file, {SUFFIXES}")
    with open(ordinary(path), "rb") as file:
        # Of several arrays each is read when it is asked for: the file may be large.
        content = file.read(512 if suffix == ".npz" and not zipped else -1)
    try:
        content = gzip.decompress(content) if zipped else content
    except DAMAGED as error:
        raise _damaged(path, f"a whole gzip file ({error})") from error
    if not content:
        raise ValueError(f"{path} holds no point: it is empty")
    if content.lstrip()[:1] == b"<":
        raise ValueError(f"{path} is a page of HTML or XML, not a table: fetch the file anew")
    if suffix in (".csv", ".tsv"):
        return parse(content, str(path))
    try:
        if suffix == ".npz":
            return _npz(io.BytesIO(content) if zipped else path, path)
        return _npy(content, path) if suffix == ".npy" else _parquet(content, path)
    except RefusedFileError:
        raise
    except (*DAMAGED, TypeError) as error:
        raise _damaged(path, f"a whole {suffix} file ({error})") from error


class RefusedFileError(ValueError):
    """A file that is whole, but does not hold a sample."""


class _Arrays(Mapping[str, NDArray[Any]]):
    """The arrays of an .npz file by their names, each read when it is asked for."""

    def __init__(self, source: Path | io.BytesIO, path: Path) -> None:
        self.path, self.held = path, zipfile.ZipFile(source)

    def __getitem__(self, name: str) -> NDArray[Any]:
        if name not in list(self):
            raise KeyError(name)
        try:
            return _npy(self.held.read(f"{name}.npy"), self.path, name)
        except RefusedFileError:
            raise
        except DAMAGED as error:
            raise _damaged(
                self.path, f"a whole .npz file: {name} cannot be read ({error})"
            ) from error

    def __iter__(self) -> Iterator[str]:
        return (n.removesuffix(".npy") for n in self.held.namelist() if n.endswith(".npy"))

    def __len__(self) -> int:
        return len(list(iter(self)))


def _npz(source: Path | io.BytesIO, path: Path) -> NDArray[Any] | _Arrays:
    found = _Arrays(source, path)
    alone = next(iter(found)) if len(found) == 1 else None
    # Points alone are no table: their last coordinate would be taken for the target.
    points = {points for points, _ in PAIRS}
    return found if alone is None or alone in points else found[alone]


def _npy(content: bytes, path: Path, name: str = "") -> NDArray[Any]:
    if content[:6] != b"\x93NUMPY":
        raise ValueError("it does not begin as one does")
    stream = io.BytesIO(content)
    try:
        array = np.load(stream, allow_pickle=False)
    except ValueError as error:
        if "pickle" not in str(error):
            raise
        what = name or "array"
        raise RefusedFileError(
            f"{path} holds Python objects{f' in {name}' if name else ''}, which are not read: save "
            f"{what}.astype(float) of numbers, {what}.astype(str) of words"
        ) from None
    if stream.read(1):
        raise RefusedFileError(
            f"{path} holds more behind its {name or 'first'} array: save several arrays by "
            "numpy.savez(file, X=X, y=y)"
        )
    return array


def _parquet(content: bytes, path: Path) -> Any:
    try:
        import pyarrow.parquet
    except ModuleNotFoundError:
        raise ModuleNotFoundError(
            f"{path}: reading .parquet needs pyarrow, pip install '.[export]'", name="pyarrow"
        ) from None

    table = pyarrow.parquet.read_table(io.BytesIO(content))
    # pandas writes its index as a column, and says so.
    index = (table.schema.pandas_metadata or {}).get("index_columns", [])
    return table.drop_columns([one for one in index if one in table.column_names])


def _pair(found: Mapping[str, Any], path: Path) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return points and targets of an .npz file."""
    names = next((pair for pair in PAIRS if set(pair) <= set(found)), None)
    if names is None:
        raise ValueError(
            f"{path} holds the arrays {', '.join(found) or 'none'}: it needs X and y, or images "
            "and labels, or a single table of another name, whose last column is the target"
        )
    X, y = (found[name] for name in names)
    return X, y


def _numbers(found: Any, path: Path) -> NDArray[Any]:
    """Return all columns of a table, numbers, one point a row."""
    if isinstance(found, TextTable):
        return found.numbers(range(found.width))
    table = real(found, str(path))
    if table.ndim == 0:
        raise ValueError(f"{path} holds a single number: it needs one point a row")
    if len(table) == 0:
        raise ValueError(f"{path} holds no point: it has shape {table.shape}")
    return table.reshape(len(table), -1)


def _targets(path: Path) -> NDArray[Any]:
    found = _read(path)
    if isinstance(found, Mapping):
        raise ValueError(
            f"targets {path} holds the arrays {', '.join(found)}: it needs a single one"
        )
    y = _numbers(found, path)
    return y.ravel() if y.size == len(y) else y


def _check_no_column(path: Path, column: str | None) -> None:
    if column is not None:
        raise ValueError(f"{path} holds arrays, no table with columns: give it without @{column}")


def _position(found: Any, column: str | None, path: Path) -> int:
    """Return which column holds the target: the one that is named, else the last."""
    if isinstance(found, np.ndarray) and found.ndim > 2:
        raise ValueError(
            f"{path} holds an array of shape {found.shape}, of which no column is the target: give "
            "an .npz file of X and y, or a file of targets"
        )
    names = _names(found)
    width = len(names)
    if width < 2:
        raise ValueError(
            f"{path} holds an array of shape {(len(_numbers(found, path)), width)}: it needs one "
            "point a row, the coordinates and then the target, or a file of targets"
        )
    if column is not None:
        places = [j for j, name in enumerate(names) if name == column]
        if not places and column.isdecimal() and 1 <= int(column) <= width:
            places = [int(column) - 1]
        if len(places) != 1:
            what = f"{len(places)} columns" if places else "no column"
            known = ", ".join(filter(None, names)) or f"1 to {width}"
            raise ValueError(f"{path} has {what} {column!r} for the target: there are {known}")
        return places[0]
    meant = [name for name in names[:-1] if name.lower() in TARGETS]
    if meant and names[-1].lower() not in TARGETS:
        raise ValueError(
            f"{path} has a column {meant[0]!r} that is not the last: give {path}@{meant[0]} if it "
            f"is the target, {path}@{names[-1]} if the last is"
        )
    return width - 1


def _names(found: Any) -> list[str]:
    """Return the names of a table's columns, "" for each that has none."""
    if isinstance(found, TextTable):
        return found.names or [""] * found.width
    if isinstance(found, np.ndarray):
        return [""] * (found.shape[1] if found.ndim > 1 else 1)
    return list(found.column_names)


def _damaged(path: Path, what: str) -> ValueError:
    return ValueError(f"{path} is not {what}: fetch or write it anew")
