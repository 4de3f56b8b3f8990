"""How the training of one replica went, epoch by epoch, and what there is at its end."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

from torch import Tensor, nn

from expressivity.rounding import in_percent


@dataclass
class Course:
    """How the training of one replica went.

    Attributes
    ----------
    step : of SGD at the end of each epoch
    loss, running_accuracy : mean of each epoch's batches, as they were trained on
    test_accuracy : at the end of each epoch, under early stopping only
    watched_accuracy : at the end of each epoch, on the examples that were watched, if any were
    sgd_seconds : of each epoch, without evaluation; of a stack, this replica's share
    seconds : in all, this replica's share too
    fitted_at : the step after which every label was fitted for the first time; 0 if it never was
    stopped : "fitted", "epoch limit" or "loss is not finite"; "" while it goes on
    """

    step: list[int] = field(default_factory=list)
    loss: list[float] = field(default_factory=list)
    running_accuracy: list[float] = field(default_factory=list)
    test_accuracy: list[float] = field(default_factory=list)
    watched_accuracy: list[float] = field(default_factory=list)
    sgd_seconds: list[float] = field(default_factory=list)
    seconds: float = 0.0
    fitted_at: int = 0
    stopped: str = ""

    def spend(self, sgd: float, in_all: float) -> None:
        """Add the seconds of an epoch."""
        self.sgd_seconds.append(sgd)
        self.seconds += in_all

    def add(
        self,
        step: int,
        loss: float,
        running_accuracy: float,
        test_accuracy: float | None,
        watched_accuracy: float | None = None,
    ) -> None:
        """Add an epoch; one whose loss is not finite ends the course and is left out."""
        if not math.isfinite(loss):
            self.stopped = "loss is not finite"
            return
        self.step.append(step)
        self.loss.append(loss)
        self.running_accuracy.append(running_accuracy)
        if test_accuracy is not None:
            self.test_accuracy.append(test_accuracy)
        if watched_accuracy is not None:
            self.watched_accuracy.append(watched_accuracy)


@dataclass(frozen=True)
class Ended:
    """A replica that has ended: its place in the stack, course, predictions, size, and itself.

    `top_train` and `top_test` hold the classes with the five largest outputs, best first, int64
    (n, 5); `norm` is the l2 norm of all weights; `network` is theirs until another training.
    """

    position: int
    course: Course
    top_train: Tensor
    top_test: Tensor
    n_weights: int
    norm: float
    network: nn.Module


def summary(courses: Sequence[Course]) -> str:
    """Say how replicas are doing: how many have a loss, the means of it and of the accuracy."""
    last = [course for course in courses if course.loss]
    if not last:
        return ""
    loss = sum(course.loss[-1] for course in last) / len(last)
    accuracy = sum(course.running_accuracy[-1] for course in last) / len(last)
    return f"{len(last)} at work, loss {loss:.3g}, running accuracy {in_percent(accuracy)}"
