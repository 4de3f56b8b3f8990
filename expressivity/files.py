"""Files: what they are called, and written whole or not at all."""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import stat
from pathlib import Path

ENDINGS = (".npy", ".npz", ".csv", ".tsv", ".parquet")
SUFFIXES = ".npy, .npz, .csv, .tsv or .parquet, each also as .gz"


def file_and_column(name: str | Path) -> tuple[Path, str | None]:
    """Split what stands after the last @, the column of the target, off a file's name."""
    before, at, column = str(name).rpartition("@")
    if at and column and is_table(before) and not Path(name).exists():
        return Path(before), column
    return Path(name), None


def is_table(name: str | Path) -> bool:
    """Tell whether a file's name, without @COLUMN, has one of the endings that are read."""
    return str(name).lower().removesuffix(".gz").endswith(ENDINGS)


def ordinary(path: str | Path) -> Path:
    """Return the path of a file: folders hold nothing, pipes and devices may have no end.

    Raises OSError, naming it, for these and where there is nothing.
    """
    path = Path(path)
    if not stat.S_ISREG(path.stat().st_mode):
        raise OSError(f"{path} is a folder, a pipe or a device: give an ordinary file")
    return path


def write_atomically(path: str | Path, *content: bytes | memoryview) -> None:
    """Write the parts of a file, whole or not at all: a reader never meets half of it.

    What a link leads to is written, and the link stays. Raises OSError, as `check_writable` does
    and for a full disk; nothing is left behind.
    """
    path = _target(Path(path))
    check_writable(path)
    # A name of its own, for other processes, threads and machines may be writing the same file; cut
    # off where that of the file is as long as names can be.
    begins = os.fsdecode(os.fsencode(path.name)[:200])
    partial = path.with_name(f"{begins}.{secrets.token_hex(8)}.part")
    try:
        with open(partial, "wb") as file:
            for part in content:
                file.write(part)
            file.flush()
            os.fsync(file.fileno())
        os.replace(partial, path)
    except OSError as error:
        # A full disk does not say which file found no room.
        raise OSError(error.errno, error.strerror, str(path)) from error
    finally:
        partial.unlink(missing_ok=True)


def check_writable(path: Path, *read: str | Path | None) -> None:
    """Refuse a name that no file can have, before the work whose result it is for.

    Parameters
    ----------
    path : the file to write
    read : files that it is made from, as they were named (points.csv@price), or None

    Raises OSError with the mend: its folder is not there or cannot be written, it is a folder, a
    pipe or a device itself, or one of the files that are read, which would be lost.
    """
    folder = _target(path).parent
    if not folder.is_dir():
        raise FileNotFoundError(f"{folder} is no folder: make it, or write {path.name} elsewhere")
    if path.is_dir():
        raise IsADirectoryError(f"{path} is a folder: give the name of a file in it")
    if path.exists():
        ordinary(path)
        for source in (file_and_column(name)[0] for name in read if name):
            if source.exists() and path.samefile(source):
                raise FileExistsError(f"{path} is read here, and would be lost: write elsewhere")
    if not os.access(folder, os.W_OK):
        raise PermissionError(f"{folder} cannot be written: write {path.name} elsewhere")


def _target(path: Path) -> Path:
    """Return where a link leads to; every other path as it is."""
    return Path(os.path.realpath(path)) if path.is_symlink() else path


def file_name(text: str) -> str:
    """Return a name for a file or folder; where it is cut off, with a hash of the whole."""
    name = re.sub(r"[^A-Za-z0-9_.=-]+", "-", text).strip("-")
    known_by = hashlib.sha256(text.encode()).hexdigest()[:8]
    return name if len(name) <= 100 else f"{name[:91]}-{known_by}"


def make_folder(folder: Path) -> None:
    """Make a folder and those above it, where they are not there yet.

    Raises OSError, with what is in the way and the mend.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        file = next((place for place in (folder, *folder.parents) if place.is_file()), None)
        why = f"{file} is a file" if file else error.strerror
        raise type(error)(f"{folder} cannot be made, {why}: give another folder") from error
