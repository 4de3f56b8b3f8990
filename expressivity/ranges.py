"""Which numbers an option of a command may have: said in its annotation, checked before it runs."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, is_dataclass
from typing import Annotated, Any, get_args, get_origin, get_type_hints

import numpy as np


@dataclass(frozen=True)
class Range:
    """At least `least` and at most `most`, each item of a tuple too, and always finite.

    Attributes
    ----------
    least, most : both included
    above : whether `least` itself is too little
    empty : whether a tuple may have no item
    """

    least: float
    most: float = math.inf
    above: bool = False
    empty: bool = False

    def check(self, name: str, value: Any) -> None:
        """Raise ValueError, naming the option and what may stand there, for any other number."""
        if isinstance(value, tuple):
            if not value and not self.empty:
                raise ValueError(f"{name} is empty: give at least one")
            for item in value:
                self.check(name, item)
        elif not (self.least <= value <= self.most and value < math.inf) or (
            self.above and value == self.least
        ):
            raise ValueError(f"{name} is {value}: give {self._words(isinstance(value, float))}")

    def _words(self, real: bool) -> str:
        least = f"{self.least:,}"
        if self.most < math.inf:
            return f"{'more than ' if self.above else ''}{least} to {self.most:,}"
        words = f"above {least}" if self.above else f"at least {least}"
        return f"a finite number {'' if self.above else 'of '}{words}" if real else words


# Points that no memory holds, and digits that neither NumPy nor JSON takes, are mistypings.
Count = Annotated[int, Range(1, 2**31 - 1)]
Counts = Annotated[tuple[int, ...], Range(1, 2**31 - 1)]
OptionalCount = Annotated[int | None, Range(1, 2**31 - 1)]
Seed = Annotated[int, Range(0, 2**63 - 1)]
Share = Annotated[float, Range(0, 1)]
Positive = Annotated[float, Range(0, above=True)]


def check_ranges(hints: Mapping[str, Any], given: Mapping[str, Any]) -> None:
    """Raise ValueError, by name, for the first number that lies outside its annotated range.

    Parameters
    ----------
    hints : annotations by name, extras included
    given : values by name; fields of dataclasses are checked by theirs; None is in every range
    """
    for name, value in given.items():
        if is_dataclass(value) and not isinstance(value, type):
            check_ranges(get_type_hints(type(value), include_extras=True), vars(value))
        for one in ranges(hints.get(name)):
            if value is not None:
                one.check(name, value)


def ranges(hint: Any) -> list[Range]:
    """Return the ranges in an annotation."""
    if get_origin(hint) is not Annotated:
        return []
    inner, *extras = get_args(hint)
    return [*ranges(inner), *(extra for extra in extras if isinstance(extra, Range))]


def is_number(value: object) -> bool:
    """Tell whether this is one real number."""
    return isinstance(value, int | float | np.integer | np.floating) and not isinstance(value, bool)
