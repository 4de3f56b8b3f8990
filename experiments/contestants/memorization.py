"""Memorization scores of examples: many networks, each trained on a random part of the sample."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from experiments.contestants.trained import Network
from experiments.datasets.corruption import array_hash
from experiments.datasets.sample import TrainingSample
from experiments.measures.memorization import scores, subsets

TOGETHER = 50  # networks trained side by side
BINS = 20
MEMORIZED = 0.25
"""scores from which an example counts as memorized, as for Feldman and Zhang 2020"""


@dataclass(frozen=True)
class Memorization(Network):
    """Train networks on random parts of the sample; who predicts an example that it did not see?

    Attributes
    ----------
    models : how many, each with weights and a part of its own
    share : of the sample that each is trained on

    The others are those of `Network`.

    Examples
    --------
    >>> from experiments.contestants import Memorization
    >>> from experiments.sweeps.run import execute
    >>> small = {"n": 48, "n_test": 48, "learning_rate": 0.1, "decay": 1.0}
    >>> (record,) = execute([Memorization(network="mlp-1x32", models=8, level=0.2, **small)])
    >>> kinds = record["kinds"]
    >>> kinds["changed"]["mean"] > kinds["unchanged"]["mean"]  # wrong labels are memorized
    True
    """

    contestant: ClassVar[str] = "memorization"

    models: int = 200
    share: float = 0.7

    @property
    def title(self) -> str:
        return f"{super().title}, {self.models} models"

    def fit(self, sample: TrainingSample) -> dict[str, Any]:
        """Return the scores by kind of label, and how well they find the changed ones."""
        seen = subsets(len(sample.labels), self.models, self.share, self.seed)
        right, n_weights, fitted, test = self._train(sample, seen)
        found = scores(seen, right)
        score = found.value
        changed = np.zeros(len(score), bool)
        changed[sample.corruption.changed] = True
        there = ~np.isnan(score)
        kinds = {"unchanged": there & ~changed, "changed": there & changed}
        return {
            "n_weights": n_weights,
            "fitted": fitted,
            "train_accuracy": float(right[seen].mean()),
            "held_out_accuracy": float(right[~seen].mean()),
            "test_accuracy": test,
            "scored": int(there.sum()),
            "mean_score": float(score[there].mean()),
            "mean_standard_error": float(found.standard_error[there].mean()),
            "memorized": float((score[there] >= MEMORIZED).mean()),
            "kinds": {name: _summary(score[chosen]) for name, chosen in kinds.items()},
            "auc": _auc(changed[there], score[there]),
            "scores_hash": array_hash(score),
        }

    def _train(
        self, sample: TrainingSample, seen: NDArray[np.bool_]
    ) -> tuple[NDArray[np.bool_], int, bool, float]:
        """Return which model is right where, their weights, whether all fitted, and the test."""
        import torch

        from experiments.training.device import training_device
        from experiments.training.examples import Examples
        from experiments.training.train import Training, train

        device = training_device()
        inputs = self.inputs(sample, device)
        y, y_test = (
            torch.from_numpy(labels).to(device)
            for labels in (sample.labels, sample.data.test_labels)
        )
        right, test = np.zeros_like(seen), np.zeros(len(seen))
        n_weights, fitted = 0, True
        for start in range(0, self.models, TOGETHER):
            part = seen[start : start + TOGETHER]
            k = len(part)
            seeds = [self.seed * self.models + start + row for row in range(k)]
            weight = torch.from_numpy(part.astype(np.float32)).to(device)
            training = Training(
                self,
                self.networks(sample, seeds),
                Examples(inputs.train, y.expand(k, -1), weight),
                Examples(inputs.test, y_test.expand(k, -1)),
                seeds,
                inputs.view,
            )
            for ended in train(training, title=self.name):
                row = start + ended.position
                right[row] = ended.top_train[:, 0].numpy() == sample.labels
                test[row] = (ended.top_test[:, 0].numpy() == sample.data.test_labels).mean()
                n_weights, fitted = ended.n_weights, fitted and bool(right[row][seen[row]].all())
        return right, n_weights, fitted, float(test.mean())


def _summary(score: NDArray[np.float64]) -> dict[str, Any]:
    """Return how many examples there are, their mean, and a histogram over [-1, 1]."""
    counts, _ = np.histogram(score, bins=BINS, range=(-1, 1))
    mean = float(score.mean()) if len(score) else None
    return {"n": len(score), "mean": mean, "histogram": counts.tolist()}


def _auc(changed: NDArray[np.bool_], score: NDArray[np.float64]) -> float | None:
    """Return the share of pairs of a changed and an unchanged example that the scores order."""
    if changed.all() or not changed.any():
        return None
    from sklearn.metrics import roc_auc_score

    return float(roc_auc_score(changed, score))
