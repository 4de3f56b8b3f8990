"""Training loss on the digits against steps."""

from __future__ import annotations

from matplotlib.figure import Figure

from paper_figures.records import Record, where
from paper_figures.style import COLUMN, CONDITIONS, INK
from paper_figures.three_ways import ON_DIGITS

CHAPTER = "Three ways to fit the same sample"
TITLE = "Training loss on the digits against steps"
CAPTION = (
    "Mean training loss of each epoch of a two-layer ReLU network of 512 units under SGD, one "
    "curve a seed. It ends, at the dot, when every training label is fitted."
)
COMMAND = "python -m experiments run comparison"


def RECORDS(record: Record) -> bool:  # noqa: N802
    """Take the network that stands beside the explicit one and the kernel."""
    return ON_DIGITS(record) and where(network="mlp-1x512")(record)


def findings(records: list[Record]) -> str:
    """Say how much longer random labels take."""
    ends = {
        condition: [r["course"]["step"][-1] for r in records if r["condition"] == condition]
        for condition in ("true labels", "random labels")
    }
    if not all(ends.values()) or not all(record["stopped"] == "fitted" for record in records):
        return ""
    true, random = (sum(steps) / len(steps) for steps in ends.values())
    return (
        f"All {len(records)} runs fit every label, random ones after {random / true:.1f} times as "
        f"many steps as true ones ({random:,.0f} and {true:,.0f} in the mean)."
    )


def draw(records: list[Record]) -> Figure | None:
    """Draw one curve for each trained network."""
    figure = Figure(figsize=(COLUMN + 0.6, 2.7))
    panel = figure.subplots()
    for condition in ("true labels", "random labels"):
        colour, line, _ = CONDITIONS[condition]
        same = [record for record in records if record["condition"] == condition]
        for k, record in enumerate(sorted(same, key=lambda r: r["specification"]["seed"])):
            step, value = record["course"]["step"], record["course"]["loss"]
            label = condition if k == 0 else f"_{condition}"
            panel.plot(step, value, ls=line, color=colour, lw=1.2, label=label)
            if record["stopped"] == "fitted":
                panel.plot(step[-1:], value[-1:], "o", color=colour, ms=4)
    panel.axhline(2.302585, color=INK, lw=0.8, ls=":")
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
    sizes = {record["n"] for record in records}
    panel.set_title(f"MLP 1x512, digits, n = {', '.join(f'{n:,}' for n in sorted(sizes))}")
    panel.legend(loc="center right", bbox_to_anchor=(1, 0.62))
    return figure
