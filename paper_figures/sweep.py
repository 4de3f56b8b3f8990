"""A sweep of corruption levels: values by level, and one line a network and sample."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from matplotlib.axes import Axes

from paper_figures.cells import LOSSY
from paper_figures.records import NETWORKS, Record, by_sample, called, select
from paper_figures.style import NETWORKS as LOOKS

Levels = dict[float, list[float]]
STEP = 0.1  # of the paper's levels


@dataclass(frozen=True)
class Series:
    """The records of one network on one sample.

    Attributes
    ----------
    network : its name in a specification
    name : what a reader calls it: with n on a subset, with the data where series differ in them
    records : at the levels that were run
    copy : whether these are of the lossy copy of data of which there are others, too
    """

    network: str
    name: str
    records: list[Record]
    copy: bool = False

    @property
    def whole(self) -> bool:
        """Whether it was trained on all images: only then has it a counterpart in the paper."""
        return self.records[0]["specification"]["n"] is None

    @property
    def levels(self) -> set[float]:
        """The levels of corruption that were run."""
        return {record["specification"]["level"] for record in self.records}

    @property
    def look(self) -> dict[str, Any]:
        """Colour and marker of its network, open on a subset, pale of a copy."""
        colour, _, marker = LOOKS[self.network]
        face = colour if self.whole else "white"
        pale = {"alpha": 0.4} if self.copy else {}
        return {"color": colour, "marker": marker, "markerfacecolor": face, **pale}

    @property
    def joined(self) -> bool:
        """Whether all levels between its least and its greatest were run."""
        return all(after - before < 1.5 * STEP for before, after in pairwise(sorted(self.levels)))

    @property
    def line(self) -> Any:
        """The line of its network, none where levels between two others were not run."""
        return LOOKS[self.network][1] if self.joined else ""


def series_of(records: Sequence[Record]) -> list[Series]:
    """Return each network's series: its largest sample, and smaller ones with levels of their own.

    A smaller sample whose levels were all run on a larger one says nothing of the sweep that the
    larger one does not say better. One level alone is no sweep.
    """
    kept: list[tuple[str, list[Record]]] = []
    for network in NETWORKS:
        covered: set[float] = set()
        for group in by_sample(select(records, network=network)).values():
            levels = {record["specification"]["level"] for record in group}
            if len(levels) > 1 and not levels <= covered:
                kept.append((network, group))
                covered |= levels
    several = len({record["data_name"] for _, group in kept for record in group}) > 1
    return [
        Series(
            network,
            called(network, group) + (f", {group[0]['data_name']}" if several else ""),
            group,
            copy=several and group[0]["data_name"] == LOSSY,
        )
        for network, group in kept
    ]


def by_level(records: list[Record], value: Callable[[Record], float | None]) -> Levels:
    """Return the values at each level, without the records that have none."""
    found: Levels = {}
    for record in records:
        number = value(record)
        if number is not None:
            found.setdefault(record["specification"]["level"], []).append(number)
    return {level: found[level] for level in sorted(found)}


def draw_levels(panel: Axes, lines: Sequence[tuple[Series, Levels]]) -> None:
    """Draw means with whiskers from least to greatest; only neighbouring levels are joined."""
    for series, levels in lines:
        means = [sum(group) / len(group) for group in levels.values()]
        look = {**series.look, "ls": series.line}
        panel.plot(list(levels), means, lw=1.2, ms=4, label=series.name, clip_on=False, **look)
        for level, group in levels.items():
            if len(group) > 1:
                ends = [min(group), max(group)]
                panel.plot([level, level], ends, color=look["color"], lw=1, marker="_", ms=5)
    panel.set_xlim(0, 1)
    panel.set_xlabel("level of label corruption")
