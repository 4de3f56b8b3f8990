"""Files with a checksum before what they hold, so that a flipped bit is noticed and named."""

from __future__ import annotations

import hashlib
from pathlib import Path

from expressivity.files import ordinary, write_atomically

SEAL = b"sha256 %s\n"


def write_sealed(path: Path, content: bytes | memoryview) -> None:
    """Write a file and its checksum, whole or not at all."""
    write_atomically(path, _seal(content), content)


def read_sealed(path: Path) -> bytes:
    """Return what was written. Raises ValueError naming the file if it is not that any more."""
    with ordinary(path).open("rb") as file:
        seal, content = file.read(len(_seal(b""))), file.read()
    if seal != _seal(content):
        raise ValueError(f"{path} is damaged, or of another version: its checksum does not fit")
    return content


def _seal(content: bytes | memoryview) -> bytes:
    return SEAL % hashlib.sha256(content).hexdigest().encode()
