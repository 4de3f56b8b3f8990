"""What a randomization test shows, in plain words and as a picture."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from experiments.sweeps.store import Record

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@dataclass(frozen=True)
class Verdict:
    """What a randomization test shows.

    Attributes
    ----------
    records : one a corruption level, from true labels to random ones
    chance : test accuracy of always naming the commonest class of the test labels
    n_test : number of test examples
    """

    records: list[Record]
    chance: float
    n_test: int

    @property
    def fits_random_labels(self) -> bool:
        return self.records[-1]["fitted"]

    @property
    def slowdown(self) -> float | None:
        """Epochs that random labels took, relative to true ones; None if either was not fitted."""
        true, random = self.records[0], self.records[-1]
        return random["epochs"] / true["epochs"] if true["fitted"] and random["fitted"] else None

    @property
    def stops_generalizing(self) -> float | None:
        """The lowest level from which on no test accuracy is above chance; None if all are.

        Above means by more than three standard errors of a share of `n_test` examples.
        """
        bar = self.chance + 3 * math.sqrt(self.chance * (1 - self.chance) / self.n_test)
        lowest = None
        for record in reversed(self.records):
            if record["test_accuracy"] > bar:
                break
            lowest = record["specification"]["level"]
        return lowest

    def __str__(self) -> str:
        true, random = self.records[0], self.records[-1]
        name, n = true["title"], f"{true['n']:,}"
        if self.fits_random_labels:
            first = f"{name} fits random labels: all {n} of them, in {random['epochs']} epochs"
            first += (
                "." if self.slowdown is None else f", {self.slowdown:.1f} x those of true ones."
            )
            first += (
                "\nIts size and what regularizes it do not keep it from memorizing this sample, so "
                "they alone do not explain why it generalizes."
            )
        else:
            first = (
                f"{name} does not fit random labels: {random['train_accuracy']:.1%} of {n} when it "
                f"stopped ({random['stopped']} after {random['epochs']} epochs)."
            )
            if not true["fitted"]:
                first += (
                    f"\nIt does not fit the true labels either ({true['train_accuracy']:.1%}, "
                    f"{true['stopped']}): raise the limit of epochs or change the rate before you "
                    "conclude anything."
                )
            else:
                first += (
                    f"\nThe true ones it fits in {true['epochs']} epochs: this model, trained this "
                    "way, does not memorize the sample, or needs more epochs to."
                )
        level = self.stops_generalizing
        second = (
            f"Trained on true labels it is right on {true['test_accuracy']:.1%} of {self.n_test:,} "
            f"test examples; naming the commonest class is right on {self.chance:.1%}."
        )
        if level is None:
            third = "It is better than that at every corruption level tried, random labels too: "
            third += "look for test examples among the training ones."
        elif level == 0:
            third = "It does not generalize at any level, true labels included."
        else:
            last = max(below for below in _levels(self.records) if below < level)
            third = (
                f"It still generalizes with labels corrupted at level {last:g}, and no longer at "
                f"{level:g}."
            )
        return "\n".join([first, second, third, "", self.table()])

    def table(self) -> str:
        """Return one line a corruption level."""
        lines = ["level  changed  epochs  fitted  train     true labels of the same  test"]
        for r in self.records:
            lines.append(
                f"{r['specification']['level']:<7g}{r['labels_changed']:<9.1%}{r['epochs']:<8}"
                f"{'yes' if r['fitted'] else 'no':<8}{r['train_accuracy']:<10.2%}"
                f"{r['clean_train_accuracy']:<25.2%}{r['test_accuracy']:.2%}"
            )
        return "\n".join(lines)

    def draw(self) -> Figure:
        """Draw epochs to fit and accuracies against the corruption level."""
        from matplotlib.figure import Figure

        figure = Figure(figsize=(6.9, 2.8), layout="constrained")
        left, right = figure.subplots(1, 2)
        for fitted, style, colour, label in (
            (True, "o-", "#0072B2", "fitted"),
            (False, "x", "#D55E00", "stopped before"),
        ):
            chosen = [r for r in self.records if r["fitted"] == fitted]
            if chosen:
                epochs = [r["epochs"] for r in chosen]
                left.plot(_levels(chosen), epochs, style, color=colour, label=label)
        left.set_ylim(bottom=0)
        left.set_ylabel("epochs to fit all labels")
        left.legend(frameon=False)
        for key, style, colour, label in (
            ("train_accuracy", "o-", "#0072B2", "labels it was given"),
            ("clean_train_accuracy", "s--", "#E69F00", "their true labels"),
            ("test_accuracy", "^-", "#009E73", "test"),
        ):
            share = [100 * r[key] for r in self.records]
            right.plot(_levels(self.records), share, style, color=colour, label=label)
        right.axhline(100 * self.chance, color="#222222", linewidth=0.8, linestyle=":")
        right.text(0.0, 100 * self.chance + 1.5, "chance", fontsize=7)
        right.set_ylim(0, 103)
        right.set_ylabel("accuracy (%)")
        right.legend(frameon=False, fontsize=7)
        for panel in (left, right):
            panel.set_xlabel("corruption level of the labels")
            panel.spines[["top", "right"]].set_visible(False)
        figure.suptitle(self.records[0]["title"], fontsize=9)
        return figure


def _levels(records: list[Record]) -> list[float]:
    return [record["specification"]["level"] for record in records]
