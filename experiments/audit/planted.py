"""Does the list of labels find errors? Wrong labels are planted, and the list is held to them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from experiments.audit import suspects
from experiments.audit.budget import Budget, seconds_of
from experiments.audit.case import Case
from experiments.audit.kept import Kept
from experiments.audit.step import Step, do_steps
from experiments.datasets import Dataset
from experiments.randomization.randomize import read_data
from experiments.randomization.subject import subject
from experiments.training.recipe import Recipe
from expressivity.randomness import generator

if TYPE_CHECKING:
    import torch


@dataclass(frozen=True)
class Planted:
    """How well the list finds planted errors.

    Attributes
    ----------
    area : under the curve of true against false positives, as the list is followed from its top;
        1 if every planted label stands before every other, 0.5 for an order by chance
    first : how many of the first k of the list were planted, k planted in all
    planted, n, models : numbers of wrong labels, of examples, and of models that judged them
    """

    area: float
    first: int
    planted: int
    n: int
    models: int

    def __str__(self) -> str:
        return (
            f"area under the curve {self.area:.4f}: {self.first} of the first {self.planted} of "
            f"the list are among the {self.planted} of {self.n:,} labels that were planted "
            f"({self.models} models)"
        )


def find_planted(
    model: Any,
    data: Dataset,
    share: float = 0.05,
    seed: int = 0,
    budget: str = "20m",
    folder: Path = Path("results/planted"),
    recipe: Recipe | None = None,
) -> Planted:
    """Plant wrong labels and see where they stand in the list, by memorization scores alone.

    Parameters
    ----------
    model, data, budget, recipe : as for `experiments.audit.audit`
    share : of the training labels that are replaced by another class
    seed : of which these are
    folder : where trainings are kept

    Raises ValueError as `audit`, for a share that plants nothing or all, and RuntimeError if the
    budget is too small for one round. Cost: five trainings a round.
    """
    from sklearn.metrics import roc_auc_score

    clock, data = Budget(seconds_of(budget)), read_data(data)
    corrupted, wrong = plant(data, share, seed)
    case = Case(subject(model, corrupted, recipe), corrupted, Kept(folder))
    steps = [Step("suspects", "memorization, labels to look at", suspects.cost, suspects.work)]
    findings, left_out = do_steps(steps, case, clock)
    if not (found := findings["suspects"]):
        raise RuntimeError(f"not one round was done: {'; '.join(left_out['suspects'])}")
    scores, k = np.array(found["scores"]), int(wrong.sum())
    first = int(wrong[np.argsort(-scores, kind="stable")[:k]].sum())
    return Planted(float(roc_auc_score(wrong, scores)), first, k, len(wrong), found["models"])


def plant(data: Dataset, share: float, seed: int) -> tuple[Dataset, NDArray[np.bool_]]:
    """Return the data set with this share of wrong training labels, and which they are (n,)."""
    n, classes = len(data.train_labels), len(data.classes)
    if not (0 < share < 1 and 0 < round(share * n) < n):
        raise ValueError(f"share is {share}: of {n} labels give one that plants some, not all")
    rng = generator(seed, 0x91A7)
    wrong = np.zeros(n, dtype=bool)
    wrong[rng.permutation(n)[: round(share * n)]] = True
    other = (data.train_labels + rng.integers(1, classes, n)) % classes
    labels = np.where(wrong, other, data.train_labels)
    return replace(data, train_labels=labels), wrong


def small_cnn() -> torch.nn.Module:
    """Return two convolutions and two dense layers, for small images and up to ten classes."""
    from torch import nn

    return nn.Sequential(
        *(nn.LazyConv2d(16, 3, padding=1, stride=2), nn.ReLU()),
        *(nn.LazyConv2d(32, 3, padding=1, stride=2), nn.ReLU()),
        *(nn.Flatten(), nn.LazyLinear(128), nn.ReLU(), nn.Linear(128, 10)),
    )
