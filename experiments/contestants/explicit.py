"""The explicit network of Theorem 1: 2n + d weights, zero epochs."""

from __future__ import annotations

import time
from dataclasses import asdict, dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from experiments.datasets.sample import TrainingSample
from experiments.sweeps.run import Run
from expressivity import interpolate, verify


@dataclass(frozen=True)
class Explicit(Run):
    """Interpolate the class number as one real target; the nearest class is the prediction.

    Examples
    --------
    >>> from experiments.contestants import Explicit
    >>> from experiments.sweeps.run import execute
    >>> (record,) = execute([Explicit(n=100, level=1.0)])
    >>> record["n_weights"], record["train_accuracy"], record["condition"]
    (264, 1.0, 'random labels')
    """

    contestant: ClassVar[str] = "explicit"

    def fit(self, sample: TrainingSample) -> dict[str, Any]:
        """Construct (timed), then verify the premises and evaluate the literal network."""
        data = sample.data
        X, X_test = map(flat, sample.seen)
        started = time.perf_counter()
        net = interpolate(X, sample.labels, seed=self.seed)
        seconds = time.perf_counter() - started
        premises = verify(net, X, sample.labels)
        n_classes = len(data.classes)
        accuracies = sample.accuracies(
            nearest_class(net(X), n_classes), nearest_class(net(X_test), n_classes)
        )
        return {
            **accuracies,
            "seconds": seconds,
            "n_weights": net.n_weights,
            "fitted": accuracies["train_accuracy"] == 1 and all(p.holds for p in premises.values()),
            # A longer direction allows smaller weights: only the product means something.
            "norm": float(np.linalg.norm(net.a) * np.linalg.norm(net.w)),
            "norm_name": "l2 norm of w for |a| = 1",
            "residual": premises["residual"].value,
            "premises": {name: asdict(premise) for name, premise in premises.items()},
        }


def flat(images: NDArray[Any]) -> NDArray[Any]:
    """Return images as points, shape (n, d)."""
    return images.reshape(len(images), -1)


def nearest_class(values: NDArray[np.float64], n_classes: int) -> NDArray[np.int64]:
    """Round real outputs to the nearest of the classes 0, ..., n_classes - 1."""
    return np.clip(np.rint(values), 0, n_classes - 1).astype(np.int64)
