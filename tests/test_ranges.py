"""Every number that a command takes has a range, and what lies outside is refused by name."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import is_dataclass
from inspect import signature
from typing import Annotated, Any, get_args, get_origin, get_type_hints

import pytest

import experiments.__main__
import expressivity.__main__
from expressivity.command_line import call
from expressivity.ranges import Range, check_ranges, ranges
from paper_figures.command import draw

GROUPS = [*expressivity.__main__.commands().values(), *experiments.__main__.commands().values()]
COMMANDS = {name: command for group in GROUPS for name, command in group.items()} | {"draw": draw}


def numbers(hints: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield the names and annotations that hold a number, those of dataclasses too."""
    for name, hint in hints.items():
        inside = hint
        while get_origin(inside) is Annotated:
            inside = get_args(inside)[0]
        if is_dataclass(inside) and isinstance(inside, type):
            yield from numbers(get_type_hints(inside, include_extras=True))
        elif name != "return" and {int, float} & {inside, *get_args(inside)}:
            yield name, hint


@pytest.mark.parametrize("name", COMMANDS)
def test_every_number_of_a_command_has_a_range_that_its_default_lies_in(name: str) -> None:
    command = COMMANDS[name]
    hints = get_type_hints(command, include_extras=True)
    for option, hint in numbers(hints):
        assert len(ranges(hint)) == 1, f"{option} of {name} has no range"
    check_ranges(hints, {p.name: p.default for p in signature(command).parameters.values()})


OUTSIDE = [
    ("verify", ["--n", "0"], "n is 0: give 1 to 2,147,483,647"),
    ("verify", ["--n", str(10**20)], "n is 1"),
    ("verify", ["--seed", "-1"], "seed is -1: give 0 to"),
    ("verify", ["--depth", "1"], "depth is 1: give at least 2"),
    ("prove", ["--n", "13"], "n is 13: give 1 to 12"),
    ("formal", ["--seconds", "nan"], "seconds is nan: give more than 0 to"),
    ("formal", ["--seconds", "inf"], "seconds is inf: give more than 0 to"),
    ("frontier", ["--n"], "n is empty: give at least one"),
    ("frontier", ["--n", "10", "-5"], "n is -5"),
    ("frontier", ["--classes", "1"], "classes is 1: give 2 to"),
    ("frontier", ["--seconds", "0"], "seconds is 0.0: give a finite number above 0"),
    ("frontier", ["--seconds", "inf"], "seconds is inf: give a finite number above 0"),
    ("run", ["comparison", "--seeds", "-1"], "seeds is -1: give 0 to"),
    ("status", ["comparison", "--seeds"], "seeds is empty"),
    ("randomize", ["--model", "m:f", "--data", "d", "--decay", "0"], "decay is 0.0"),
    (
        "randomize",
        ["--model", "m:f", "--data", "d", "--levels", "1.5"],
        "levels is 1.5: give 0 to 1",
    ),
    ("planted", ["--share", "nan"], "share is nan: give 0 to 1"),
    ("benchmark-kernels", ["--gamma", "-1"], "gamma is -1.0"),
    ("benchmark-cluster", ["--workers", "0"], "workers is 0"),
]


@pytest.mark.parametrize(("name", "arguments", "said"), OUTSIDE)
def test_what_lies_outside_is_refused_by_name(name: str, arguments: list[str], said: str) -> None:
    with pytest.raises(ValueError, match=re.escape(said)):
        call(COMMANDS[name], name, arguments)


@pytest.mark.parametrize("value", [0, 1, 0.5, (), (0, 1), (1,)])
def test_what_lies_inside_passes(value: Any) -> None:
    Range(0, 1, empty=True).check("x", value)


@pytest.mark.parametrize("value", [-1e-300, 1.1, math.nan, math.inf, (0, 2), (math.nan,)])
def test_nan_lies_nowhere(value: Any) -> None:
    with pytest.raises(ValueError, match=r"x is .*: give 0 to 1"):
        Range(0, 1, empty=True).check("x", value)
