"""One file a figure, found by its name: CHAPTER, TITLE, CAPTION, COMMAND, RECORDS and draw."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from pkgutil import iter_modules
from typing import Protocol

from matplotlib.figure import Figure

from paper_figures.records import Record


class FigureModule(Protocol):
    """What a figure's file holds.

    `draw` is given the records for which RECORDS holds, at least one, and returns None where they
    do not suffice. CHAPTER is the heading of the page that the figure stands under, COMMAND what
    makes the records, one command a line. CAPTION says what is drawn and no result. Lines and bars
    with a label show their values under the pointer; a label that starts with "_" does so without
    standing in the legend.

    A file may hold two more functions of the records: `drawn`, those of them that are really
    drawn, and `findings`, sentences with results, computed from what is drawn and "" without it.
    """

    CHAPTER: str
    TITLE: str
    CAPTION: str
    COMMAND: str
    RECORDS: Callable[[Record], bool]

    @staticmethod
    def draw(records: list[Record]) -> Figure | None: ...


def discover() -> dict[str, FigureModule]:
    """Return every figure's module by its name, in alphabetical order."""
    found = sorted(module.name for module in iter_modules(__path__))
    return {name: import_module(f"{__name__}.{name}") for name in found}  # pyright: ignore[reportReturnType]
