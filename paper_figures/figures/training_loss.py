"""Training loss against steps."""

from __future__ import annotations

from typing import Any

from matplotlib.figure import Figure

from paper_figures.style import COLUMN, INK
from paper_figures.table import CONDITIONS, select

TITLE = "Training loss against steps"
CAPTION = (
    "Mean training loss of each epoch of a two-layer ReLU network of 512 units under SGD, one "
    "curve a seed. It ends, at the dot, when every training label is fitted; random labels take "
    "more steps, and are fitted all the same."
)
COMMAND = "python -m experiments run comparison"

LOOKS = {"true labels": ("#009E73", "-"), "random labels": ("#D55E00", "--")}


def draw(records: list[dict[str, Any]]) -> Figure | None:
    """Draw one curve for each trained network."""
    if not any(select(records, "trained", condition) for condition in CONDITIONS):
        return None
    figure = Figure(figsize=(COLUMN + 1.2, 2.8))
    panel = figure.subplots()
    for condition in CONDITIONS:
        colour, line = LOOKS[condition]
        for k, record in enumerate(select(records, "trained", condition)):
            step, value = record["course"]["step"], record["course"]["loss"]
            label = condition if k == 0 else None
            panel.plot(step, value, line, color=colour, linewidth=1.2, label=label)
            if record["stopped"] == "fitted":
                panel.plot(step[-1:], value[-1:], "o", color=colour, markersize=4)
    panel.axhline(2.302585, color=INK, linewidth=0.8, linestyle=":")
    panel.annotate(
        "ln 10: guessing",
        (1, 2.302585),
        (-3, 3),
        xycoords=("axes fraction", "data"),
        textcoords="offset points",
        ha="right",
        va="bottom",
        fontsize=7,
        color=INK,
    )
    panel.set_ylim(0, 2.75)
    panel.set_xlim(left=0)
    panel.set_xlabel("SGD steps (batch 128)")
    panel.set_ylabel("training loss (nats)")
    panel.legend(loc="center right")
    return figure
