"""The picture of a randomization test: epochs and accuracies against the corruption level."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from textwrap import shorten

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from experiments.randomization.intervals import CONFIDENCE, chance, interval
from experiments.randomization.outcome import has_epochs
from experiments.randomization.words import at_the_fit
from experiments.sweeps.store import Record
from expressivity.files import file_name

WIDEST = 80  # characters of a model's name in the title
BLUE, RED, ORANGE, GREEN, INK = "#0072B2", "#D55E00", "#E69F00", "#009E73", "#222222"


def draw(records: Sequence[Record]) -> Figure:
    """Draw one model on one data set: every training on the left, means and intervals on the right.

    Crosses are trainings that ended before they fitted. The band is the interval of the test
    accuracy, balanced over the classes, and chance is one over their number.
    """
    figure = Figure(figsize=(6.9, 2.8), layout="constrained", dpi=200)
    left, right = figure.subplots(1, 2)
    draw_epochs(left, records)
    draw_accuracies(right, records)
    for panel in (left, right):
        panel.spines[["top", "right"]].set_visible(False)
        panel.legend(frameon=False, fontsize=7)
    title = f"{shorten(records[0]['title'], WIDEST)}, {records[0]['data_name']}"
    figure.suptitle(title, fontsize=9, parse_math=False)  # a name may have dollar signs
    return figure


def draw_epochs(panel: Axes, records: Sequence[Record]) -> None:
    """Draw the epochs to the fit of trainings that fitted, and apart those that ended before.

    Of an estimator, which has no epochs, the seconds of every fit.
    """
    cost = "epochs" if has_epochs(records[0]) else "seconds"
    for fitted, style, colour, label in (
        (True, "o", BLUE, "fitted all labels"),
        (False, "x", RED, "ended before"),
    ):
        chosen = [record for record in records if record["fitted"] == fitted]
        if chosen:
            levels = [record["specification"]["level"] for record in chosen]
            spent = [at_the_fit(record)[cost] for record in chosen]
            panel.plot(levels, spent, style, color=colour, label=label, markersize=4)
    panel.set_ylim(bottom=0)
    panel.set_ylabel(cost)
    panel.set_xlabel("corruption level of the labels")


def draw_accuracies(panel: Axes, records: Sequence[Record]) -> None:
    """Draw the means over the seeds, the interval of the test accuracy, and chance."""
    levels = sorted({record["specification"]["level"] for record in records})
    groups = [[r for r in records if r["specification"]["level"] == level] for level in levels]
    for key, style, colour, label in (
        ("train_accuracy", "o-", BLUE, "labels it was given"),
        ("clean_train_accuracy", "s--", ORANGE, "their true labels"),
    ):
        means = [100 * np.mean([record[key] for record in group]) for group in groups]
        panel.plot(levels, means, style, color=colour, label=label, markersize=4)
    found = [interval(group) for group in groups]
    low, high = ([100 * getattr(one, end) for one in found] for end in ("low", "high"))
    means = [100 * one.mean for one in found]
    label = f"test, with {CONFIDENCE:.0%} interval"
    panel.plot(levels, means, "^-", color=GREEN, label=label, markersize=4)
    panel.fill_between(levels, low, high, color=GREEN, alpha=0.2, linewidth=0)
    level = 100 * chance(records[0])
    panel.axhline(level, color=INK, linewidth=0.8, linestyle=":")
    panel.text(0.0, level + 1.5, "chance", fontsize=7, color=INK)
    panel.set_ylim(0, 103)
    panel.set_ylabel("accuracy (%)")
    panel.set_xlabel("corruption level of the labels")


def picture_path(records: Sequence[Record], folder: Path = Path("results")) -> Path:
    """Return a file of the model's and the data set's own."""
    name = f"{records[0]['title']}-{records[0]['data_name']}"
    return folder / f"randomize-{file_name(name)}.svg"
