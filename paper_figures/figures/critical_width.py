"""The smallest trained network that fits n random labels, beside the theorem's 2n + d."""

from __future__ import annotations

from math import ceil

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from paper_figures.against_n import draw_against_n
from paper_figures.findings import between
from paper_figures.records import Record, only
from paper_figures.style import COLOURS, INK, PAGE, headroom

CHAPTER = "Beyond the paper"
TITLE = "The smallest trained network against the theorem's 2n + d"
CAPTION = (
    "Weights of the narrowest network with one hidden layer and ten outputs that Adam trained to "
    "fit n random labels of the digits (d = 64), found by bisecting the width: median over the "
    "seeds and a band from least to greatest; a seed's bar, beside the others', reaches down to "
    "the widest one that failed in all of its restarts within its steps. This is an upper bound on "
    "what training needs, since more steps or restarts may fit with fewer weights. Not like with "
    "like: the explicit network has one output, the class number, and all of its units share one "
    "direction; spared are its units at collinear points. Baum's ceil(n / d) threshold units fit "
    "two classes of points in general position; the digits have ten and are not in it."
)
COMMAND = "python -m experiments run critical-width"
APART = 1.06  # on a logarithmic axis, one seed's bar from the next
RECORDS = only(
    "n",
    contestant="critical-width",
    data="digits",
    level=1.0,
    pixels="true",
    restarts=4,
    step_limit=3000,
    learning_rate=0.01,
)


def findings(records: list[Record]) -> str:
    """Say how many hidden units and weights both have at the largest n."""
    n = max(record["n"] for record in records)
    same = [record for record in records if record["n"] == n]
    if not all("width" in record for record in same):
        return ""
    width = between([record["width"] for record in same], "{:.0f}")
    weights = between([record["n_weights"] for record in same], "{:,.0f}")
    return (
        f"At n = {n:,} trained networks fitted with {width} hidden units, {weights} weights; the "
        f"explicit one has {n:,} units and {same[0]['explicit_weights']:,} weights."
    )


def draw(records: list[Record]) -> Figure | None:
    """Draw the brackets of the trained networks beside the explicit counts: weights, then units."""
    figure = Figure(figsize=(PAGE, 2.9))
    weights, units = figure.subplots(1, 2)
    explicit = {"color": COLOURS["explicit"], "ls": "-"}
    spared = {"color": INK, "ls": ":", "zorder": 3}
    draw_against_n(weights, records, lambda r: r["explicit_weights"], "2n + d", **explicit)
    draw_against_n(
        weights, records, lambda r: r["explicit_fewest_weights"], "explicit, units spared", **spared
    )
    draw_against_n(units, records, lambda r: r["n"], "n, one a point", **explicit)
    draw_against_n(units, records, lambda r: ceil(r["n"] / r["d"]), "n / d (Baum)", **spared)
    _draw_trained(weights, records, "n_weights", "n_weights_failed")
    _draw_trained(units, records, "width", "largest_failed")
    weights.set_ylabel("weights")
    units.set_ylabel("hidden units")
    sizes = sorted({record["n"] for record in records})
    for panel in (weights, units):
        panel.set_xticks(sizes, [f"{n:,}" for n in sizes])
        panel.minorticks_off()
        headroom(panel, 0.3)
        panel.legend(loc="upper left", fontsize=7)
    return figure


def _draw_trained(panel: Axes, records: list[Record], fitted: str, failed: str) -> None:
    look = {"color": COLOURS["trained"], "ls": "--", "marker": "o"}
    draw_against_n(panel, records, lambda r: r[fitted], "smallest trained network", **look)
    seeds = sorted({record["specification"]["seed"] for record in records})
    for record in records:
        bar = [max(record[failed], 1), record[fitted]]
        beside = record["n"] * APART ** (
            seeds.index(record["specification"]["seed"]) - len(seeds) // 2
        )
        panel.plot([beside] * 2, bar, color=look["color"], lw=1, marker="_", ms=4)
