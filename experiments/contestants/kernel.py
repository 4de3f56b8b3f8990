"""The minimum-norm interpolant of a Gaussian kernel."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from experiments.contestants.explicit import flat
from experiments.kernels.bandwidth import choose_gamma
from experiments.kernels.functions import gaussian
from experiments.kernels.minimum_norm import solve
from experiments.run import Run
from experiments.sample import TrainingSample


@dataclass(frozen=True)
class Kernel(Run):
    """Interpolate one-hot targets; the largest output is the prediction.

    The bandwidth is chosen once from the true training labels and used for every labeling, so
    that the norms compared are those of one space.
    """

    contestant: ClassVar[str] = "kernel"

    def fit(self, sample: TrainingSample) -> dict[str, Any]:
        """Solve K alpha = Y (timed) after choosing gamma on held-out training points."""
        data = sample.data
        X, X_test = (flat(images) / data.white for images in sample.seen)
        gamma = choose_gamma(X, data.train_labels, len(data.classes))
        Y = np.eye(len(data.classes))[sample.labels]
        started = time.perf_counter()
        solution = solve(gaussian(X, X, gamma), Y)
        seconds = time.perf_counter() - started
        outputs = gaussian(X, X, gamma) @ solution.alpha
        accuracies = sample.accuracies(
            outputs.argmax(1), (gaussian(X_test, X, gamma) @ solution.alpha).argmax(1)
        )
        return {
            **accuracies,
            "seconds": seconds,
            "n_weights": solution.alpha.size,
            "fitted": accuracies["train_accuracy"] == 1,
            "norm": solution.norm,
            "norm_name": "RKHS norm",
            "residual": float(np.abs(outputs - Y).max()),
            "relative_residual": solution.relative_residual,
            "gamma": gamma,
        }
