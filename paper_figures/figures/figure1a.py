"""Figure 1a: training loss against steps under five kinds of corruption."""

from __future__ import annotations

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from paper_figures import paper
from paper_figures.records import CIFAR, NETWORKS, RECIPE, Record, largest_sample, select, where
from paper_figures.style import COLUMN, CONDITIONS, INK, PAGE, PAPER

CHAPTER = "The paper"
TITLE = "Figure 1a: training loss against steps"
CAPTION = (
    "Mean training loss of each epoch with true and random labels, shuffled pixels, random pixels "
    "and Gaussian images, one curve a seed. A curve ends where every label is fitted, or after 100 "
    "epochs. Stars in a condition's colour: the steps to a loss of 0.1 in a public reproduction, "
    "not by the authors and of a network not stated; the paper itself publishes no numbers here."
)
COMMAND = "python -m experiments run figure1 --data cifar10-jpeg"
SHOWN = ("inception", "mlp-1x512")
RECORDS = where(**RECIPE, data=CIFAR, network=SHOWN, level=(0.0, 1.0))


def draw(records: list[Record]) -> Figure | None:
    """Draw a panel for each network that was run under at least two conditions."""
    panels = []
    for network in SHOWN:
        sample, chosen = largest_sample(select(records, network=network))
        if len({record["condition"] for record in chosen}) > 1:
            panels.append((f"{NETWORKS[network]}, {sample}", chosen))
    if not panels:
        return None
    figure = Figure(figsize=(COLUMN + 0.6 if len(panels) == 1 else PAGE, 2.9))
    for panel, (title, chosen) in zip(
        figure.subplots(1, len(panels), squeeze=False, sharey=True)[0], panels, strict=True
    ):
        _panel(panel, chosen)
        panel.set_title(title)
    figure.axes[0].set_ylabel("training loss (nats)")
    figure.axes[-1].legend(loc="upper right", fontsize=7)
    return figure


def _panel(panel: Axes, chosen: list[Record]) -> None:
    for condition, (colour, line, _) in CONDITIONS.items():
        same = [record for record in chosen if record["condition"] == condition]
        for k, record in enumerate(same):
            steps = [step / 1000 for step in record["course"]["step"]]
            label = condition if k == 0 else f"_{condition}"
            panel.plot(steps, record["course"]["loss"], ls=line, color=colour, lw=1.2, label=label)
    for row in paper.values("figure1a_steps_to_fit"):
        condition = "Gaussian" if row["condition"] == "gaussian" else row["condition"]
        look = {**PAPER, "color": CONDITIONS[condition][0]}
        steps = float(row["thousand_steps_to_loss_0.1"])
        name = f"_{condition}, {row['source']}"
        panel.plot([steps], [0.1], ls="", **look, label=name, zorder=4, clip_on=False)
    panel.plot([], [], ls="", **PAPER, label="a reproduction's\nsteps to loss 0.1")
    panel.axhline(0.1, color=INK, lw=0.6, ls=":")
    panel.set_xlim(left=0)
    panel.set_ylim(0, 2.6)
    panel.set_xlabel("thousand SGD steps (batch 128)")
