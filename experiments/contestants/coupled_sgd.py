"""Uniform stability of convex SGD: what is proved of it, and what one replaced example changes."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from scipy.special import log_softmax, softmax

from experiments.contestants.explicit import flat
from experiments.datasets.sample import TrainingSample
from experiments.measures.stability import convex_sgd, convex_sgd_distance
from experiments.sweeps.run import Run
from expressivity.randomness import generator

Array = NDArray[np.float64]
LIPSCHITZ = math.sqrt(2)
"""of the cross-entropy of softmax regression on points of norm 1; its gradient's is 1/2"""


@dataclass(frozen=True)
class CoupledSGD(Run):
    """Train softmax regression by SGD, one example a step, and again with one example replaced.

    All trainings take the examples in one order, drawn anew each epoch, from zero. The points are
    scaled to norm 1, so that the theorem of Hardt, Recht and Singer 2016 for convex losses holds.

    Attributes
    ----------
    learning_rate : the same at every step, at most 4, the theorem's limit
    epochs : passes over the sample
    replicas : how many examples are replaced, one in each training, by images of the test split

    Examples
    --------
    >>> from experiments.contestants import CoupledSGD
    >>> from experiments.sweeps.run import execute
    >>> (record,) = execute([CoupledSGD(n=50, epochs=1, replicas=2)])
    >>> record["largest_change"] <= record["bound"], record["floor"]
    (True, 0.0)
    """

    contestant: ClassVar[str] = "coupled-sgd"

    learning_rate: float = 0.1
    epochs: int = 3
    replicas: int = 20

    @property
    def title(self) -> str:
        return f"softmax regression, rate {self.learning_rate:g}, {self.epochs} epochs"

    def fit(self, sample: TrainingSample) -> dict[str, Any]:
        """Return the bounds, and the largest change of the loss and of the weights seen.

        The loss is compared at all images of both splits with every label. `floor` is the
        distance of two trainings on the same sample.
        """
        rng = generator(self.seed, 0xC0D)
        n, classes = len(sample.labels), len(sample.data.classes)
        X, X_test = (_of_norm_one(images) for images in sample.seen)
        replicas = min(self.replicas, n, len(X_test))
        replaced, fresh = rng.permutation(n)[:replicas], rng.permutation(len(X_test))[:replicas]
        drawn = rng.random(replicas) < self.level
        labels = sample.data.test_labels[fresh]
        labels = np.where(drawn, rng.integers(0, classes, replicas), labels)
        order = np.concatenate([rng.permutation(n) for _ in range(self.epochs)])
        instead = {
            int(i): (row, X_test[j], int(y))
            for row, (i, j, y) in enumerate(zip(replaced, fresh, labels, strict=True), start=2)
        }
        W = descend(X, sample.labels, order, self.learning_rate, classes, instead, replicas + 2)
        whole, again, *others = W
        points = np.concatenate((X, X_test))
        before = _losses(whole, points)
        changes = [float(np.abs(_losses(other, points) - before).max()) for other in others]
        distances = [float(np.linalg.norm(other - whole)) for other in others]
        rates = [self.learning_rate] * len(order)
        answers = ((each @ whole.T).argmax(1) for each in (X, X_test))
        accuracies = sample.accuracies(*answers)
        return {
            **accuracies,
            "n_weights": whole.size,
            "fitted": accuracies["train_accuracy"] == 1,
            "bound": convex_sgd(LIPSCHITZ, rates, n),
            "largest_change": max(changes),
            "mean_change": float(np.mean(changes)),
            "distance_bound": convex_sgd_distance(LIPSCHITZ, rates, n),
            "largest_distance": max(distances),
            "mean_distance": float(np.mean(distances)),
            "floor": float(np.linalg.norm(again - whole)),
        }


def descend(
    X: Array,
    y: NDArray[np.int64],
    order: NDArray[np.int64],
    rate: float,
    classes: int,
    instead: dict[int, tuple[int, Array, int]],
    rows: int,
) -> Array:
    """Return the weights (rows, classes, d) of trainings side by side.

    Parameters
    ----------
    X, y : points (n, d) and labels (n,) of all of them
    order : the example of each step
    rate : of every step
    classes : number of them
    instead : of an example the row in which it is replaced, by which point and label
    rows : trainings
    """
    W = np.zeros((rows, classes, X.shape[1]))
    for i in order:
        x, labels = np.broadcast_to(X[i], (rows, X.shape[1])), np.full(rows, y[i])
        if int(i) in instead:
            row, point, label = instead[int(i)]
            x = x.copy()
            x[row], labels[row] = point, label
        scores = (W * x[:, None]).sum(2)  # row by row, whatever the others are
        p = softmax(scores, axis=1)
        p[np.arange(rows), labels] -= 1
        W -= rate * p[:, :, None] * x[:, None]
    return W


def _of_norm_one(images: NDArray[Any]) -> Array:
    X = flat(images).astype(np.float64)
    sizes = np.linalg.norm(X, axis=1, keepdims=True)
    return X / np.where(sizes > 0, sizes, 1)


def _losses(W: Array, X: Array) -> Array:
    """Return the cross-entropy at every point with every label, (m, classes)."""
    return -log_softmax(X @ W.T, axis=1)
