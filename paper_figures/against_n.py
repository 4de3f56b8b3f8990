"""Values against the size of the sample: medians and bands, over seeds or over draws."""

from __future__ import annotations

from collections.abc import Callable
from statistics import median
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from paper_figures.records import Record


def draw_against_n(
    panel: Axes,
    records: list[Record],
    value: Callable[[Record], float | None],
    name: str,
    **look: Any,
) -> None:
    """Draw medians over the seeds, the band from least to greatest, on doubly logarithmic axes.

    Records without a value are left out.
    """
    by_n: dict[int, list[float]] = {}
    for record in records:
        number = value(record)
        if number is not None:
            by_n.setdefault(record["n"], []).append(number)
    bands = {n: (min(group), median(group), max(group)) for n, group in by_n.items()}
    _band(panel, bands, name, **look)


def draw_draws(
    panel: Axes,
    records: list[Record],
    values: Callable[[Record], list[float]],
    name: str,
    **look: Any,
) -> None:
    """Draw medians over all draws of a size, the band from the 5th to the 95th percentile."""
    by_n: dict[int, list[float]] = {}
    for record in records:
        by_n.setdefault(record["n"], []).extend(values(record))
    _band(panel, {n: quantiles(group) for n, group in by_n.items()}, name, **look)


def quantiles(values: list[float]) -> tuple[float, float, float]:
    """Return the 5th percentile, the median and the 95th percentile."""
    low, middle, high = np.quantile(values, (0.05, 0.5, 0.95)).tolist()
    return low, middle, high


def _band(
    panel: Axes, bands: dict[int, tuple[float, float, float]], name: str, **look: Any
) -> None:
    sizes = sorted(bands)
    if not sizes:
        return
    low, middle, high = zip(*(bands[n] for n in sizes), strict=True)
    panel.plot(sizes, middle, label=name, **{"lw": 1.2, "ms": 4, **look})
    panel.fill_between(sizes, low, high, color=look["color"], alpha=0.2, lw=0)
    panel.set_xscale("log", base=2)
    panel.set_yscale("log")
    panel.set_xlabel("n (points of the sample)")
