"""Values against the size of the sample: median over the seeds, band from least to greatest."""

from __future__ import annotations

from collections.abc import Callable
from statistics import median
from typing import Any

from matplotlib.axes import Axes

from paper_figures.records import Record


def draw_against_n(
    panel: Axes,
    records: list[Record],
    value: Callable[[Record], float | None],
    name: str,
    **look: Any,
) -> None:
    """Draw a line on doubly logarithmic axes; records without a value are left out."""
    by_n: dict[int, list[float]] = {}
    for record in records:
        number = value(record)
        if number is not None:
            by_n.setdefault(record["n"], []).append(number)
    sizes = sorted(by_n)
    if not sizes:
        return
    panel.plot(sizes, [median(by_n[n]) for n in sizes], label=name, **{"lw": 1.2, "ms": 4, **look})
    low, high = ([f(by_n[n]) for n in sizes] for f in (min, max))
    panel.fill_between(sizes, low, high, color=look["color"], alpha=0.2, lw=0)
    panel.set_xscale("log", base=2)
    panel.set_yscale("log")
    panel.set_xlabel("n (points of the sample)")
