"""Figure 1c: test error against the level of label corruption."""

from __future__ import annotations

from itertools import pairwise

from matplotlib.figure import Figure

from paper_figures import paper
from paper_figures.findings import accuracies, between
from paper_figures.records import CIFAR, NETWORKS, Record, of_recipe
from paper_figures.style import INK, PAGE, PAPER
from paper_figures.sweep import Levels, by_level, draw_levels, series_of

CHAPTER = "The paper"
TITLE = "Figure 1c: test error against the level of label corruption"
CAPTION = (
    "Left: error on the clean test labels when training ended (all labels fitted, or 100 epochs): "
    "mean over the seeds, whiskers from the least to the greatest where there are several. Levels "
    "that were not run are not joined by a line. A network with n, its marks open, was run on that "
    "many images only, another experiment. Stars: the paper's Table 1, for true and random labels. "
    "Right: what the same networks say of the true labels of the images they were trained on, "
    "beside the share of labels that are changed in expectation, which is about the error there of "
    "a network that fits every given label (a label is redrawn with the level's probability, and "
    "one in ten comes out as it was): networks that fit all of theirs lie on it, one over the "
    "other."
)
COMMAND = """python -m experiments run figure1 --data cifar10-jpeg
python -m experiments run subset --data cifar10-jpeg
python -m experiments run table1 --data cifar10-jpeg
python -m experiments run table1 --data cifar10-jpeg --size full --only inception"""
RECORDS = of_recipe(data=CIFAR, network=tuple(NETWORKS), pixels="true")


def drawn(records: list[Record]) -> list[Record]:
    """Return the records of the networks and samples that a line is drawn of."""
    return [record for series in series_of(records) for record in series.records]


def draw(records: list[Record]) -> Figure | None:
    """Draw a line for each network and sample, the paper's two ends beside it."""
    lines = series_of(records)
    if not lines:
        return None
    figure = Figure(figsize=(PAGE, 2.8))
    panel, clean = figure.subplots(1, 2, sharey=True)
    for axes, share in ((panel, "test_accuracy"), (clean, "clean_train_accuracy")):
        draw_levels(axes, [(series, _errors(series.records, share)) for series in lines])
    data = {record["data_name"] for series in lines for record in series.records}
    if len(data) == 1:
        panel.set_title(data.pop())
    clean.plot([0, 1], [0, 90], color=INK, lw=0.8, ls="--", label="every given label fitted")
    clean.set_title("true labels of the training images")
    clean.set_ylabel("error (%)")
    clean.legend(loc="upper left")
    # A subset has no counterpart in the paper.
    for series in (series for series in lines if series.whole):
        for row in paper.values("table1_cifar10"):
            plain = row["random_crop"] == row["weight_decay"] == "no"
            if row["model"] == NETWORKS[series.network] and plain:
                level = 1.0 if row["labels"] == "random" else 0.0
                error = 100 - float(row["test_accuracy"])
                look = {**PAPER, "markersize": 13, "markeredgecolor": series.look["color"]}
                name = f"_{NETWORKS[series.network]}, paper"
                panel.plot([level], [error], ls="", **look, label=name, zorder=1.9, clip_on=False)
    panel.plot([], [], ls="", **PAPER, label="paper")
    panel.axhline(90, color=INK, lw=0.8, ls=":")
    panel.text(0.5, 91, "chance", color=INK, fontsize=8)
    panel.set_ylim(0, 100)
    panel.set_ylabel("test error (%)")
    panel.legend(loc="lower right")
    return figure


def findings(records: list[Record]) -> str:
    """Say how the error of the networks whose levels were run rises, and whether it ever falls."""
    found = []
    for series in series_of(records):
        means = {
            level: sum(values) / len(values) for level, values in _errors(series.records).items()
        }
        if len(means) < 3:
            continue
        rising = all(a < b for a, b in pairwise(means.values()))
        how = "rises at every step" if rising else "goes, not upwards at every step,"
        (low, first), (high, last) = min(means.items()), max(means.items())
        ends = f"from {first:.1f} % at level {low:g} to {last:.1f} % at {high:g}"
        found.append(f"{series.name}: the test error {how} {ends}.")
        middle = [r for r in series.records if r["specification"]["level"] == 0.5]
        if middle:
            given = accuracies([100 * r["train_accuracy"] for r in middle])
            right = between([100 * r["test_accuracy"] for r in middle])
            found.append(
                f"At level 0.5 it fits {given} % of the labels that it was given, and is right on "
                f"{right} % of the test images."
            )
    return " ".join(found)


def _errors(records: list[Record], accuracy: str = "test_accuracy") -> Levels:
    """Return the errors in percent at each level."""
    return by_level(records, lambda record: 100 * (1 - record[accuracy]))
