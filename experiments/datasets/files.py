"""Find, download and verify the files of a data set."""

from __future__ import annotations

import gzip
import hashlib
import os
import tempfile
import zlib
from pathlib import Path

import pooch

from expressivity.files import ordinary


def find(folder: Path | None, *candidates: str, url: str | None = None, known: str = "") -> Path:
    """Return the first candidate path that exists below the data folder.

    With EXPRESSIVITY_DOWNLOAD=1 a missing file is downloaded from `url` to the last candidate and
    checked against `known` ("md5:..."). Raises FileNotFoundError naming what was looked for.
    """
    asked = "EXPRESSIVITY_DOWNLOAD=1 downloads it from " + url if url else "it is not downloaded"
    if folder is None:
        raise FileNotFoundError(
            f"{' or '.join(candidates)} is needed: put it into a data folder and set "
            f"EXPRESSIVITY_DATA to that; {asked}"
        )
    for candidate in candidates:
        if (folder / candidate).exists():
            return folder / candidate
    target = folder / candidates[-1]
    if url and os.environ.get("EXPRESSIVITY_DOWNLOAD") == "1":
        pooch.retrieve(url, known, target.name, target.parent, progressbar=True)
        return target
    raise FileNotFoundError(f"{' or '.join(candidates)} is not in {folder}: put it there; {asked}")


def environment_folder(name: str) -> Path | None:
    """Return the folder that a variable of the environment names, None where it is empty.

    Where no shell has replaced a ~, it is the user's own folder too.
    """
    return Path(os.environ[name]).expanduser() if os.environ.get(name) else None


def cache_folder() -> Path:
    """Return the folder of decoded images: EXPRESSIVITY_CACHE, else the user's.

    Raises OSError, naming the variable, where nothing can be written.
    """
    folder = environment_folder("EXPRESSIVITY_CACHE") or Path(pooch.os_cache("expressivity"))
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return folder
    except OSError as error:
        raise OSError(
            f"the cache {folder} cannot be written ({error}): set EXPRESSIVITY_CACHE to a folder "
            "that can be"
        ) from error


def verified(path: Path, *known: str, algorithm: str = "md5") -> bytes:
    """Return a file's bytes, gunzipped if it ends in .gz, whose checksum is one of those known.

    Raises ValueError naming the file if it is truncated or altered.
    """
    content = ordinary(path).read_bytes()
    if path.suffix == ".gz":
        try:
            content = gzip.decompress(content)
        except (EOFError, OSError, zlib.error) as error:
            raise ValueError(f"{path} is truncated or altered ({error}): fetch it anew") from error
    check(path, hashlib.new(algorithm, content).hexdigest(), known)
    return content


def check(path: Path, found: str, known: tuple[str, ...]) -> None:
    """Raise ValueError naming the file unless the checksum found is one of those known."""
    if found not in known:
        raise ValueError(
            f"{path} is truncated or altered: its checksum is {found}, published is "
            f"{' or '.join(known)}; fetch it anew"
        )
