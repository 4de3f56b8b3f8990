"""One file a figure, found by its name: TITLE, CAPTION, COMMAND and draw(records)."""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules
from typing import Any, Protocol

from matplotlib.figure import Figure


class FigureModule(Protocol):
    """What a figure's file holds; `draw` returns None when the records it needs are not there."""

    TITLE: str
    CAPTION: str
    COMMAND: str

    @staticmethod
    def draw(records: list[dict[str, Any]]) -> Figure | None: ...


def discover() -> dict[str, FigureModule]:
    """Return every figure's module by its name, in alphabetical order."""
    found = sorted(module.name for module in iter_modules(__path__))
    return {name: import_module(f"{__name__}.{name}") for name in found}  # pyright: ignore[reportReturnType]
