"""Rademacher complexity from below: networks with two outputs, trained on random signs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np

from experiments.contestants.trained import Network
from experiments.datasets.sample import TrainingSample
from experiments.measures.rademacher import lower_limit, random_signs

DELTA = 0.05


@dataclass(frozen=True)
class Signs(Network):
    """Train on independent draws of random signs in place of labels, each until it is fitted.

    Attributes
    ----------
    draws : of the signs, each fitted by a network of its own

    The others are those of `Network`; the data set's labels are not looked at.

    Examples
    --------
    >>> from experiments.contestants import Signs
    >>> from experiments.sweeps.run import execute
    >>> small = {"n": 48, "n_test": 48, "learning_rate": 0.1, "decay": 1.0}
    >>> (record,) = execute([Signs(network="mlp-1x32", draws=2, **small)])
    >>> record["correlations"], record["complexity_lower"] < 1
    ([1.0, 1.0], True)
    """

    contestant: ClassVar[str] = "signs"

    level: float = field(default=1.0, init=False)
    draws: int = 3

    @property
    def title(self) -> str:
        return f"{super().title}, {self.draws} draws"

    @property
    def condition(self) -> str:
        return "random signs"

    def fit(self, sample: TrainingSample) -> dict[str, Any]:
        """Return the best correlation with each draw, and how many were right by each epoch."""
        import torch

        from experiments.training.device import training_device
        from experiments.training.examples import Examples
        from experiments.training.train import Training, train

        device = training_device()
        n, seeds = len(sample.labels), [self.seed * self.draws + k for k in range(self.draws)]
        signs = random_signs(n, self.draws, self.seed)
        inputs = self.inputs(sample, device)
        examples = Examples(inputs.train, torch.from_numpy((signs + 1) // 2).to(device))
        network = self.networks(sample, seeds, classes=2)
        training = Training(self, network, examples, examples, seeds, inputs.view, watched=examples)
        ended = sorted(train(training, title=self.name), key=lambda one: one.position)
        shares = [one.course.watched_accuracy for one in ended]
        best = [max(share) for share in shares]
        correlations = [2 * share - 1 for share in best]
        return {
            "n_weights": ended[0].n_weights,
            "fitted": min(best) == 1,
            "epochs": max(map(len, shares)),
            "correlations": correlations,
            "complexity_lower": lower_limit(correlations, n, DELTA),
            "delta": DELTA,
            # Best so far: training is a means to find a function, and may go back.
            "right": [_best_so_far(share, n) for share in shares],
        }


def _best_so_far(shares: Sequence[float], n: int) -> list[int]:
    return np.maximum.accumulate(np.rint(n * np.array(shares))).astype(int).tolist()
