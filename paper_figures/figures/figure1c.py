"""Figure 1c: test error against the level of label corruption."""

from __future__ import annotations

from matplotlib.figure import Figure

from paper_figures import paper
from paper_figures.records import CIFAR, NETWORKS, RECIPE, Record, largest_sample, select, where
from paper_figures.style import COLUMN, INK, PAPER
from paper_figures.style import NETWORKS as LOOKS
from paper_figures.sweep import by_level, draw_levels

CHAPTER = "The paper"
TITLE = "Figure 1c: test error against the level of label corruption"
CAPTION = (
    "Error on the clean test labels when training ended (all labels fitted, or 100 epochs): mean "
    "over the seeds, whiskers from the least to the greatest. Levels that were not run are not "
    "joined by a line. Stars: the paper's Table 1, for true and random labels."
)
COMMAND = "python -m experiments run figure1 --data cifar10-jpeg"
RECORDS = where(**RECIPE, data=CIFAR, network=tuple(NETWORKS), pixels="true")


def draw(records: list[Record]) -> Figure | None:
    """Draw a line for each network, the paper's two ends beside it."""
    series = {}
    for network in NETWORKS:
        sample, chosen = largest_sample(select(records, network=network))
        errors = by_level(chosen, lambda record: 100 * (1 - record["test_accuracy"]))
        if len(errors) > 1:
            series[network] = (sample, errors)
    if not series:
        return None
    figure = Figure(figsize=(COLUMN, 2.7))
    panel = figure.subplots()
    draw_levels(panel, series)
    for network in series:
        for row in paper.values("table1_cifar10"):
            plain = row["random_crop"] == row["weight_decay"] == "no"
            if row["model"] == NETWORKS[network] and plain:
                level = 1.0 if row["labels"] == "random" else 0.0
                error = 100 - float(row["test_accuracy"])
                look = {**PAPER, "color": LOOKS[network][0]}
                name = f"_{NETWORKS[network]}, paper"
                panel.plot([level], [error], ls="", **look, label=name, zorder=4, clip_on=False)
    panel.plot([], [], ls="", **PAPER, label="paper")
    panel.axhline(90, color=INK, lw=0.8, ls=":")
    panel.text(0, 91, "chance", color=INK, fontsize=7)
    panel.set_ylim(0, 100)
    panel.set_ylabel("test error (%)")
    panel.legend(loc="lower right", fontsize=7)
    return figure
