"""Figure 2b: Inception on CIFAR-10 with and without BatchNorm."""

from __future__ import annotations

from matplotlib.figure import Figure

from paper_figures import paper
from paper_figures.cells import cost
from paper_figures.courses import draw_courses
from paper_figures.records import CIFAR, NETWORKS, Record, largest_sample, of_recipe, select
from paper_figures.style import COLUMN, PAPER
from paper_figures.style import NETWORKS as LOOKS

CHAPTER = "The paper"
TITLE = "Figure 2b: Inception with and without BatchNorm"
CAPTION = (
    "Training accuracy (dashed) and test accuracy (solid) by step, with true labels and no "
    "explicit regularizer, to the limit of epochs; shaded from the test accuracy to its best so "
    "far, an oracle's, which looks at the test. Stars: the paper's test accuracies at the end "
    "(Table 1), drawn where all training images were used."
)
COMMAND = "python -m experiments run figure2 --data cifar10-jpeg --size full"
SHOWN = {"inception": "BatchNorm", "inception-without-batchnorm": "no BatchNorm"}
COST = cost(*SHOWN)
RECORDS = of_recipe(
    data=CIFAR,
    network=tuple(SHOWN),
    level=0.0,
    pixels="true",
    early_stopping=True,
    to_the_limit=True,
)


def draw(records: list[Record]) -> Figure | None:
    """Draw both courses on one sample."""
    sample, chosen = largest_sample(records)
    figure = Figure(figsize=(COLUMN, 2.9))
    panel = figure.subplots()
    for network, name in SHOWN.items():
        same, colour = select(chosen, network=network), LOOKS[network][0]
        draw_courses(panel, same, name, colour)
        for row in paper.values("table1_cifar10"):
            plain = row["random_crop"] == row["weight_decay"] == "no" and row["labels"] == "true"
            whole = bool(same) and same[0]["specification"]["n"] is None
            if row["model"] == NETWORKS[network] and plain and whole:
                end = same[0]["course"]["step"][-1] / 1000
                top = float(row["test_accuracy"])
                look = {**PAPER, "color": colour}
                panel.plot([end], [top], ls="", **look, label=f"_{name}, paper's end")
    panel.set_title(f"Inception, {sample}")
    panel.legend(loc="lower right", fontsize=7)
    return figure
