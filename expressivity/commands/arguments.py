"""What the commands share: their arguments, and how to say whether a network interpolates."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import tyro
from numpy.typing import NDArray

from expressivity.ranges import Range
from expressivity.residual import Residual
from expressivity.tables import read_sample

SAMPLE = (
    "a file with one point a row: .csv, .tsv, .npy, .npz or .parquet, each also as .gz. Its target "
    "is in the last column, or in the one that is named: points.csv@price."
)
CHECKED = (
    "the sample, in a file that `check` reads: .npy, or .csv with commas and no word but names in "
    "the first line. Its target is in the last column."
)
File = Annotated[Path, tyro.conf.Positional, tyro.conf.arg(metavar="FILE")]
SampleFile = Annotated[Path, tyro.conf.Positional, tyro.conf.arg(metavar="FILE", help=SAMPLE)]
# The alias comes first in the help: --sample is what some commands called it once.
_DATA = tyro.conf.arg(name="sample", aliases=["--data"], metavar="FILE", help=SAMPLE)
Data = Annotated[Path, _DATA]
OptionalData = Annotated[
    Path | None, _DATA, tyro.conf.arg(help=f"{SAMPLE} Without it, samples that are drawn.")
]
_CHECKED = tyro.conf.arg(
    name="sample",
    aliases=["--data"],
    metavar="FILE",
    help=CHECKED,
)
CheckedData = Annotated[Path, _CHECKED]
OptionalCheckedData = Annotated[
    Path | None, _CHECKED, tyro.conf.arg(help=f"{CHECKED} Without a certificate there is none.")
]
Targets = Annotated[
    Path | None,
    tyro.conf.arg(
        metavar="FILE",
        help="a file with the targets of the sample; without it they stand in the sample's own.",
    ),
]
Depth = Annotated[int, Range(2)]
Tolerance = Annotated[
    float | None,
    Range(0),
    tyro.conf.arg(
        help="the largest residual that interpolates; without it a ten-thousandth of the range of "
        "the targets. Classes must be nearest to their own label as well."
    ),
]


def sample_in(
    data: Path | None, targets: Path | None, **drawn: object
) -> tuple[NDArray[Any], NDArray[Any]] | None:
    """Read the sample that is named, if one is.

    Raises ValueError for targets without points, and for options of samples that are drawn beside
    one that is named.
    """
    given = [f"--{name}" for name, value in drawn.items() if value]
    if data is not None and given:
        raise ValueError(
            f"{' and '.join(given)} beside --data {data}: that is of samples that are drawn; leave "
            "one of them out"
        )
    if data is None and targets is not None:
        raise ValueError(f"targets = {targets}, but no sample: give its points with --data")
    return None if data is None else read_sample(data, targets)


def say(found: Residual) -> int:
    """Print whether a network interpolates, and return the exit status that says so."""
    print(f"{'ok  ' if found.interpolates else 'FAIL'}  {found}")
    return 0 if found.interpolates else 1
