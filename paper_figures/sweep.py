"""A sweep of corruption levels: values by level, and one line a network."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

from matplotlib.axes import Axes

from paper_figures.records import Record
from paper_figures.style import NETWORKS as LOOKS

Levels = dict[float, list[float]]
STEP = 0.1  # of the paper's levels


def by_level(records: list[Record], value: Callable[[Record], float | None]) -> Levels:
    """Return the values at each level, without the records that have none."""
    found: Levels = {}
    for record in records:
        number = value(record)
        if number is not None:
            found.setdefault(record["specification"]["level"], []).append(number)
    return {level: found[level] for level in sorted(found)}


def draw_levels(panel: Axes, series: dict[str, tuple[str, Levels]]) -> None:
    """Draw means with whiskers from least to greatest; only neighbouring levels are joined.

    `series` has a label and the values of each network.
    """
    for network, (label, levels) in series.items():
        colour, line, marker = LOOKS[network]
        x = list(levels)
        means = [sum(group) / len(group) for group in levels.values()]
        joined = all(after - before < 1.5 * STEP for before, after in pairwise(x))
        look: dict[str, Any] = {"ls": line if joined else "", "marker": marker, "color": colour}
        panel.plot(x, means, lw=1.2, ms=4, label=label, clip_on=False, **look)
        for level, group in levels.items():
            if len(group) > 1:
                ends = [min(group), max(group)]
                panel.plot([level, level], ends, color=colour, lw=1, marker="_", ms=5)
    panel.set_xlim(0, 1)
    panel.set_xlabel("level of label corruption")
