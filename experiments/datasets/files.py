"""Find, download and verify the files of a data set."""

from __future__ import annotations

import gzip
import hashlib
import os
import zlib
from pathlib import Path

import pooch


def find(folder: Path | None, *candidates: str, url: str | None = None, known: str = "") -> Path:
    """Return the first candidate path that exists below the data folder.

    With EXPRESSIVITY_DOWNLOAD=1 a missing file is downloaded from `url` to the last candidate and
    checked against `known` ("md5:..."). Raises FileNotFoundError naming what was looked for.
    """
    if folder is None:
        raise FileNotFoundError(
            f"{candidates[-1]} needs a data folder: set EXPRESSIVITY_DATA to it or pass folder="
        )
    for candidate in candidates:
        if (folder / candidate).exists():
            return folder / candidate
    target = folder / candidates[-1]
    if url and os.environ.get("EXPRESSIVITY_DOWNLOAD") == "1":
        pooch.retrieve(url, known, target.name, target.parent, progressbar=True)
        return target
    mend = "set EXPRESSIVITY_DOWNLOAD=1 to download it" if url else "put it there"
    raise FileNotFoundError(f"none of {', '.join(candidates)} is in {folder}: {mend}")


def verified(path: Path, *known: str, algorithm: str = "md5") -> bytes:
    """Return a file's bytes, gunzipped if it ends in .gz, whose checksum is one of those known.

    Raises ValueError naming the file if it is truncated or altered.
    """
    content = path.read_bytes()
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
