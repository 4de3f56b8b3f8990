"""Least squares of least norm on random ReLU features, across the interpolation threshold."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import scipy.linalg

from experiments.contestants.explicit import flat
from experiments.datasets.sample import TrainingSample
from experiments.sweeps.progress import bar
from experiments.sweeps.run import Run
from expressivity.randomness import generator

# As shares of n: close together where the features become as many as the points.
SHARES = (0.02, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 0.9, 0.95, 1.0, 1.05, 1.1, 1.2, 1.5, 2, 3, 5, 8, 16)


@dataclass(frozen=True)
class RandomFeatures(Run):
    """Fit one-hot targets with N features max(<v, x>, 0) / sqrt(N), v Gaussian, for many N.

    Attributes
    ----------
    shares : the numbers N of features, as shares of the number n of points

    Examples
    --------
    >>> from experiments.contestants import RandomFeatures
    >>> from experiments.sweeps.run import execute
    >>> (record,) = execute([RandomFeatures(n=40, n_test=40, shares=(0.5, 1.0, 4.0))])
    >>> record["features"], record["fitted"]
    ([20, 40, 160], True)
    """

    contestant: ClassVar[str] = "random-features"

    n: int | None = 500
    shares: tuple[float, ...] = SHARES

    def fit(self, sample: TrainingSample) -> dict[str, Any]:
        """Solve once for each N by singular values; the first features are kept as N grows.

        Returns lists by N, and the last N's accuracies. Cost: O(n^2 N) for the largest N.
        """
        data = sample.data
        X, X_test = (flat(images) / data.white for images in sample.seen)
        Y = np.eye(len(data.classes))[sample.labels]
        numbers = [max(1, round(share * len(X))) for share in self.shares]
        V = generator(self.seed).standard_normal((max(numbers), X.shape[1]))
        course: dict[str, list[float]] = {"train_error": [], "test_error": [], "norm": []}
        accuracies: dict[str, float] = {}
        for number in bar(iterable=numbers, unit="solve", leave=False, desc=self.name):
            features, features_test = (
                np.maximum(x @ V[:number].T, 0) / np.sqrt(number) for x in (X, X_test)
            )
            solved = scipy.linalg.lstsq(features, Y, lapack_driver="gelsd")
            assert solved is not None
            W = solved[0]
            accuracies = sample.accuracies((features @ W).argmax(1), (features_test @ W).argmax(1))
            course["train_error"].append(1 - accuracies["train_accuracy"])
            course["test_error"].append(1 - accuracies["test_accuracy"])
            course["norm"].append(float(np.linalg.norm(W)))
        return {
            **accuracies,
            "n_weights": max(numbers) * Y.shape[1],
            "fitted": accuracies["train_accuracy"] == 1,
            "norm": course["norm"][-1],
            "norm_name": "l2 norm of the output weights",
            "features": numbers,
            "course": course,
        }
