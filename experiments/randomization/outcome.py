"""What one training shows: it fits its labels, it does not, it was cut off, or it diverged."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from experiments.sweeps.store import Record

Outcome = Literal["fits", "fits what can be", "does not fit", "cut off", "diverged"]
WORST_FIRST: tuple[Outcome, ...] = (
    *("cut off", "diverged", "does not fit"),
    *("fits what can be", "fits"),
)

WINDOW = 10  # a tenth of the epochs is compared with the tenth before it
PROGRESS = 0.01  # of what is still missing: less than that is no rise
SPENT = 0.01  # of the first rate: below that, a rate that decays has ended the training


def outcome(record: Record) -> Outcome:
    """Say what a training that has ended shows.

    It is "cut off" if it ended at the limit of epochs while its accuracy was still rising or its
    loss falling, see `rising`, or after its rate had fallen below a hundredth of the first. It
    "diverged" if its loss became infinite or NaN, or stays above twice what guessing costs.
    An estimator has no epochs: it is "cut off" if its fit warned that it had not converged.
    Where copies of examples have different labels, "fits what can be" is right on as many labels as
    any function of the inputs.
    """
    if record["fitted"]:
        return "fits"
    if record["train_accuracy"] >= (record.get("most_fitted") or 1.0):
        return "fits what can be"
    if not has_epochs(record):
        return "cut off" if record["stopped"] == "not converged" else "does not fit"
    course, what = record["course"], record["specification"]
    classes = len(record["test_counts"])
    if record["stopped"] == "loss is not finite":
        return "diverged"
    if rising(record):
        return "cut off"
    if np.mean(_last(course["loss"])) > 2 * math.log(classes):
        return "diverged"
    return "cut off" if min(what["decay"], 1.0) ** record["epochs"] < SPENT else "does not fit"


def has_epochs(record: Record) -> bool:
    """Tell whether this was a training in epochs; an estimator is fitted once."""
    return "epochs" in record


def rising(record: Record) -> bool:
    """Tell whether a training was still getting better at its end.

    Either the share of wrong answers or the loss fell, from the tenth of the epochs before the last
    tenth to the last, by more than a hundredth of itself and than twice the standard error of that
    difference. Of fewer than four epochs it is assumed.
    """
    course = record["course"]
    if len(course["loss"]) < 4:
        return True
    wrong = 1 - np.array(course["running_accuracy"])
    return _falls(wrong) or _falls(np.array(course["loss"]))


def together(records: Sequence[Record]) -> Outcome:
    """Return the outcome of several trainings: "fits" if all do, else that of those that do not.

    One that was cut off, or that diverged, keeps the others from showing that the model cannot fit.
    """
    found = {outcome(record) for record in records}
    return next(one for one in WORST_FIRST if one in found)


def _falls(curve: NDArray[np.float64]) -> bool:
    last = _last(curve)
    before = curve[-2 * len(last) : -len(last)]
    gain = before.mean() - last.mean()
    noise = 0.0
    if len(last) > 2:
        noise = math.sqrt((before.var(ddof=1) + last.var(ddof=1)) / len(last))
    return bool(gain > max(PROGRESS * before.mean(), 2 * noise))


def _last(curve: Sequence[float] | NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(curve)[-max(1, len(curve) // WINDOW) :]
