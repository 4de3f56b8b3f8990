"""Figure 1b: how much longer corrupted labels take to fit than true ones."""

from __future__ import annotations

from matplotlib.figure import Figure

from paper_figures import paper
from paper_figures.records import (
    CIFAR,
    NETWORKS,
    RECIPE,
    Record,
    largest_sample,
    reached,
    select,
    where,
)
from paper_figures.style import COLUMN, INK
from paper_figures.sweep import by_level, draw_levels

CHAPTER = "The paper"
TITLE = "Figure 1b: time to fit against the level of label corruption"
CAPTION = (
    "SGD steps until an epoch's training accuracy is 98 %, relative to the same network with true "
    "labels: mean over the seeds, whiskers from the least to the greatest. Levels that were not "
    "run are not joined by a line. Under the paper's rates some networks end a little short of "
    "100 %, so the threshold lies below it. Grey: the range of the paper's figure, about 1 to 4."
)
COMMAND = "python -m experiments run figure1 --data cifar10-jpeg"
FITTED = 0.98
RECORDS = where(**RECIPE, data=CIFAR, network=tuple(NETWORKS), pixels="true")


def draw(records: list[Record]) -> Figure | None:
    """Draw a line for each network that was run with true and with corrupted labels."""
    series = {}
    for network in NETWORKS:
        sample, chosen = largest_sample(select(records, network=network))
        times = by_level(chosen, lambda record: reached(record, FITTED))
        if 0.0 in times and len(times) > 1:
            base = sum(times[0.0]) / len(times[0.0])
            relative = {level: [t / base for t in group] for level, group in times.items()}
            series[network] = (sample, relative)
    if not series:
        return None
    figure = Figure(figsize=(COLUMN, 2.7))
    panel = figure.subplots()
    draw_levels(panel, series)
    (known,) = (row for row in paper.values("figure1bc_range") if row["figure"] == "1b")
    low, high = float(known["low"]), float(known["high"])
    panel.axhspan(low, high, color="0.93", zorder=0)
    panel.text(0.985, high, "paper's range", ha="right", va="bottom", color=INK, fontsize=7)
    panel.set_ylim(0.8, max(panel.get_ylim()[1], high + 0.5))
    panel.set_ylabel("time to fit / time with true labels")
    panel.legend(loc="upper left", fontsize=7)
    return figure
