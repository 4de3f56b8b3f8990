"""What several commands are asked in the same words."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import tyro

from expressivity.ranges import Range

Seeds = Annotated[
    tuple[int, ...], Range(0, 2**63 - 1), tyro.conf.arg(name="seed", aliases=["--seeds"])
]
Records = Annotated[Path, tyro.conf.arg(metavar="FILE", help="the database of your own records.")]
# Of what is not given the description says what is done.
WITHOUT = tyro.conf.arg(help_behavior_hint="")
DataName = Annotated[str, tyro.conf.arg(metavar="NAME|FILE")]
