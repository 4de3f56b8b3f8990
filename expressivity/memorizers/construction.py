"""What a construction is: one file of this package, found by its name and listed nowhere."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache
from pathlib import Path
from typing import Any, Literal, Protocol, cast

from expressivity.memorizers.layer import Size
from expressivity.memorizers.layered import Layered
from expressivity.sample import Sample


class Construction(Protocol):
    """A module `memorizers/<name>.py`; the name `bit-extraction` is the file `bit_extraction.py`.

    A module is a construction if and only if it has all of the four names below. It may also have
    a function operations(n, d): about how many operations `build` takes, where that is more than a
    projection and a sort, so that it is not tried on large samples unasked.
    """

    @property
    def REFERENCE(self) -> str:  # noqa: N802
        """The source: authors, year, where; one line."""
        ...

    @property
    def LABELS(self) -> Literal["real", "binary", "finite"]:  # noqa: N802
        """Targets it can fit: any real ones, the classes 0 and 1, or classes 0, 1, ..., C - 1."""
        ...

    def size(self, n: int, d: int, classes: int | None = None, **options: Any) -> Size:
        """Count from a formula alone what `build` makes of n distinct points in d dimensions.

        `classes` is C, None for real targets. The options are those of `build` that change the
        size, and `outputs` K where K > 1 is possible. What depends on the sample (the bits of its
        projections, say) is an option too, with the value of a typical sample as its default;
        `net.options` holds all that were used: size(n, d, C, **net.options) == net.size.
        """
        ...

    def build(self, given: Sample, **options: Any) -> Layered:
        """Build the network of a sample.

        The sample is validated; its targets are class numbers where LABELS is not "real"
        (`memorize` has checked that), and it may hold identical points, always with one target
        or to be refused: `separating_direction` and `sample.distinct` do that. Sets `construction`
        to the module's name, `options`, `premises`, `sample` (the given one) and `classes`.

        Raises ValueError, before work starts, for a sample that it cannot do: the message names
        the rows and another construction that can.
        """
        ...


@cache
def constructions() -> dict[str, Construction]:
    """Return every construction of this package by its name."""
    found = {}
    for module in pkgutil.iter_modules([str(Path(__file__).parent)]):
        loaded = importlib.import_module(f"expressivity.memorizers.{module.name}")
        if all(hasattr(loaded, name) for name in ("REFERENCE", "LABELS", "size", "build")):
            found[module.name.replace("_", "-")] = cast(Construction, loaded)
    return found


def construction(name: str) -> Construction:
    """Return one construction.

    Raises ValueError, with the names that there are, if there is none of this name.
    """
    if not isinstance(name, str) or name not in constructions():
        raise ValueError(
            f"construction = {name!r} is not one of {', '.join(constructions())}: give one of them"
        )
    return constructions()[name]
