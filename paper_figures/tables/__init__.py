"""One file a table, found by its name: CHAPTER, TITLE, CAPTION, COMMAND, RECORDS, COLUMNS, rows."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from pkgutil import iter_modules
from typing import Protocol

from paper_figures.records import Record


class TableModule(Protocol):
    """What a table's file holds; `rows` is given the records for which RECORDS holds.

    Every row has a cell for each of the COLUMNS, "" where there is nothing to say. CAPTION says
    what stands there and no result; a file may hold `drawn` and `findings`, as a figure's may.
    """

    CHAPTER: str
    TITLE: str
    CAPTION: str
    COMMAND: str
    RECORDS: Callable[[Record], bool]
    COLUMNS: dict[str, str]

    @staticmethod
    def rows(records: list[Record]) -> list[dict[str, str]]: ...


def discover() -> dict[str, TableModule]:
    """Return every table's module by its name, in alphabetical order."""
    found = sorted(module.name for module in iter_modules(__path__))
    return {name: import_module(f"{__name__}.{name}") for name in found}  # pyright: ignore[reportReturnType]
