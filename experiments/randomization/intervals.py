"""How sure a test accuracy is: of the labelings drawn, and of the test examples there are."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.stats import norm, t

from experiments.sweeps.store import Record
from expressivity.rounding import in_percent

CONFIDENCE = 0.95
NEAR = 0.05  # above chance: an interval that ends below that excludes more
Generalizes = Literal["yes", "no", "undecided"]


@dataclass(frozen=True)
class Interval:
    """A mean of accuracies and the interval in which it lies with a given confidence."""

    mean: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{in_percent(self.mean)} ({self.low:.1%} to {self.high:.1%})"


def interval(records: Sequence[Record], confidence: float = CONFIDENCE) -> Interval:
    """Return the interval of the balanced test accuracy of trainings on one corruption level.

    Two errors are added in squares: that of the labelings (and first weights), Student's t over the
    trainings, and that of the test examples, binomial in each class. One training has none of the
    first kind that could be known.
    """
    values = np.array([record["balanced_test_accuracy"] for record in records])
    of_examples = norm.isf((1 - confidence) / 2) * math.sqrt(np.mean([*map(_variance, records)]))
    of_labelings = 0.0
    if len(values) > 1:
        error = values.std(ddof=1) / math.sqrt(len(values))
        of_labelings = t.isf((1 - confidence) / 2, len(values) - 1) * error
    half = math.hypot(of_examples, of_labelings)
    mean = float(values.mean())
    return Interval(mean, max(mean - half, 0.0), min(mean + half, 1.0))


def chance(record: Record) -> float:
    """Return the balanced accuracy of answers that know nothing: one over the classes there are."""
    return 1 / int(np.count_nonzero(record["test_counts"]))


def generalizes(records: Sequence[Record]) -> Generalizes:
    """Say whether trainings on one corruption level are better than chance on the test split.

    "yes" if the interval lies above chance, "no" if it does not and ends less than 5 points above,
    "undecided" if it leaves room for both, or if the test split has one class only: naming that
    always is right everywhere.
    """
    found, bar = interval(records), chance(records[0])
    if bar == 1:
        return "undecided"
    if found.low > bar:
        return "yes"
    return "no" if found.high < bar + NEAR else "undecided"


def _variance(record: Record) -> float:
    """Of the balanced accuracy as a mean of shares, each of them with one right and one wrong more.

    Without these two a class whose test examples are all right would seem to be known exactly.
    """
    counts, hits = np.array(record["test_counts"]), np.array(record["test_hits"])
    there = counts > 0
    share = (hits[there] + 1) / (counts[there] + 2)
    return float((share * (1 - share) / counts[there]).sum() / there.sum() ** 2)
