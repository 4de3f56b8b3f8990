"""Figure 1b: how much longer corrupted labels take to fit than true ones."""

from __future__ import annotations

from math import isnan, nan
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from expressivity.rounding import downwards
from paper_figures.findings import listed
from paper_figures.records import (
    CIFAR,
    NETWORKS,
    Record,
    of_recipe,
    reached,
    select,
    steps_to_fit,
)
from paper_figures.style import INK, PAGE
from paper_figures.sweep import Series, series_of

CHAPTER = "The paper"
TITLE = "Figure 1b: time to fit against the level of label corruption"
CAPTION = (
    "Left, the paper's quantity: SGD steps until every training label is fitted, relative to the "
    "same network, seed and recipe with true labels. Right, how much it depends on the threshold: "
    "steps until the running accuracy of an epoch is 90, 95, 98 or 99 %, for networks whose "
    "levels were run, on all images if any was. Arrows are lower bounds: runs that had not got "
    "there when they ended, after 100 epochs at the most. Small marks are seeds where there are "
    "several, large ones their means; levels that were not run are not joined by a line. A network "
    "with n, its marks open, was run on that many images only, another experiment. The paper draws "
    "factors of about 1 to 4."
)
COMMAND = """python -m experiments run figure1 --data cifar10-jpeg
python -m experiments run subset --data cifar10-jpeg
python -m experiments run table1 --data cifar10-jpeg
python -m experiments run table1 --data cifar10-jpeg --size full --only inception"""
RECORDS = of_recipe(data=CIFAR, network=tuple(NETWORKS), pixels="true")
THRESHOLDS = {
    0.9: ("#009E73", "o"),
    0.95: ("#E69F00", "D"),
    0.98: ("#D55E00", "s"),
    0.99: ("#0072B2", "^"),
}
Factor = tuple[float, float, bool]
"""level, factor, and whether it is only a lower bound"""


def drawn(records: list[Record]) -> list[Record]:
    """Return the records of the networks and samples that factors are drawn of."""
    return [record for series in series_of(records) for record in series.records]


def draw(records: list[Record]) -> Figure | None:
    """Draw the factors to the end, and those to lower thresholds beside them."""
    lines = series_of(records)
    ends = [(series, _factors(series, None)) for series in lines]
    ends = [(series, found) for series, found in ends if not all(isnan(f) for _, f, _ in found)]
    swept = _swept(lines)
    if not ends and not swept:
        return None
    figure = Figure(figsize=(PAGE, 2.8))
    left, *others = figure.subplots(1, 1 + max(len(swept), 1), sharey=True)
    for series, factors in ends:
        _draw(left, factors, series.name, {**series.look, "ls": series.line})
    left.set_title("every label fitted")
    for panel, series in zip(others, swept, strict=False):
        for threshold, (colour, marker) in THRESHOLDS.items():
            look = {"color": colour, "marker": marker, "ls": "-" if series.line else ""}
            _draw(panel, _factors(series, threshold), f"{100 * threshold:.0f} %", look)
        panel.set_title(
            f"lower thresholds,\n{series.name}" if swept[1:] else f"lower thresholds, {series.name}"
        )
    for panel in (left, *others):
        panel.axhline(1, color=INK, lw=0.6, ls=":")
        panel.set_xlim(-0.03, 1.03)
        panel.set_xlabel("level of label corruption")
        if panel.get_legend_handles_labels()[0]:
            small = {} if panel is left else {"ncols": 2, "title": "running accuracy"}
            panel.legend(loc="upper left", fontsize=7, title_fontsize=7, **small)
    left.set_ylim(0.5, 1.25 * max(left.get_ylim()[1], 3.5))
    left.set_ylabel("steps / steps with true labels")
    return figure


def findings(records: list[Record]) -> str:
    """Say the factor at random labels for each network that was run."""
    known, unknown = [], []
    for series in series_of(records):
        last = [(factor, bound) for level, factor, bound in _factors(series, None) if level == 1]
        factors = [factor for factor, _ in last]
        if any(map(isnan, factors)):
            unknown.append(series.name)
        elif any(bound for _, bound in last):
            known.append(f"more than {downwards(min(factors))} for {series.name}")
        elif last:
            known.append(f"{sum(factors) / len(factors):.1f} for {series.name}")
    found = f"Random labels take longer by a factor of {listed(known)}." if known else ""
    if unknown:
        found += f" No factor to 100 % for {listed(unknown)}, which leaves some labels unfitted."
    return found.strip()


def _swept(lines: list[Series]) -> list[Series]:
    """Return the series of most levels, those on all images before those on fewer."""

    def rank(series: Series) -> tuple[int, bool]:
        return len(series.levels), series.whole

    most = max(map(rank, lines), default=None)
    return [series for series in lines if rank(series) == most]


def _factors(series: Series, threshold: float | None) -> list[Factor]:
    """Return the factor of each record over its own seed with true labels.

    It is nan where these were run and did not get there: the others make no mean without it.
    """

    def steps(record: Record) -> int | None:
        return steps_to_fit(record) if threshold is None else reached(record, threshold)

    base = {r["specification"]["seed"]: steps(r) for r in select(series.records, level=0.0)}
    found = []
    for record in series.records:
        what, own = record["specification"], steps(record)
        if what["seed"] in base:
            start = base[what["seed"]] or nan
            end = own or record["course"]["step"][-1]
            found.append((what["level"], end / start, own is None))
    return sorted(found)


def _draw(panel: Axes, factors: list[Factor], name: str, look: dict[str, Any]) -> None:
    """Draw each seed's mark, a line through the means of levels that all got there."""
    levels = sorted({level for level, _, _ in factors})
    means = []
    for level in levels:
        same = [(factor, bound) for at, factor, bound in factors if at == level]
        known = not any(bound for _, bound in same)
        means.append(sum(factor for factor, _ in same) / len(same) if known else nan)
    panel.plot(levels, means, lw=1.2, ms=4, label=name, clip_on=False, **look)
    alone = {level for level in levels if sum(at == level for at, _, _ in factors) == 1}
    for level, factor, bound in factors:
        if level in alone and not bound:
            continue
        mark = {"marker": r"$\uparrow$", "ms": 8} if bound else {"marker": ".", "ms": 3}
        hidden = f"_{name}, at least" if bound else f"_{name}, a seed"
        colour = look["color"]
        panel.plot([level], [factor], ls="", color=colour, label=hidden, clip_on=False, **mark)
