"""What the commands share: a file as an argument, and how to say whether a network interpolates."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import tyro

from expressivity.residual import Residual

File = Annotated[Path, tyro.conf.Positional, tyro.conf.arg(metavar="FILE")]


def say(found: Residual) -> int:
    """Print whether a network interpolates, and return the exit status that says so."""
    print(f"{'ok  ' if found.interpolates else 'FAIL'}  {found}")
    return 0 if found.interpolates else 1
