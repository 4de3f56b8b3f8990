"""Stability of a trained network: the same training with one example less, or one label changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar, Literal

import numpy as np

from experiments.contestants.trained import Network
from experiments.datasets.sample import TrainingSample
from expressivity.randomness import generator

if TYPE_CHECKING:  # torch is imported where it is used
    from experiments.training.course import Ended


@dataclass(frozen=True)
class LeaveOneOut(Network):
    """Train with each of some examples left out, or relabeled, and once with none.

    All trainings share weights, order and batches from the seed: an example that is left out keeps
    its place and counts nothing.

    Attributes
    ----------
    mode : "remove" an example, for as many epochs as the whole sample takes to be fitted; or
        "relabel" it with another class, each training until it fits its own labels
    replicas : how many examples, drawn from the seed

    The others are those of `Network`.

    Examples
    --------
    >>> from experiments.contestants import LeaveOneOut
    >>> from experiments.sweeps.run import execute
    >>> small = {"n": 48, "n_test": 48, "learning_rate": 0.1, "decay": 1.0}
    >>> (record,) = execute([LeaveOneOut(network="mlp-1x32", replicas=3, **small)])
    >>> record["fitted"], record["floor"] < record["distance"], 0 <= record["changed"] <= 1
    (True, True, True)
    """

    contestant: ClassVar[str] = "leave-one-out"

    mode: Literal["remove", "relabel"] = "remove"
    replicas: int = 48

    @property
    def title(self) -> str:
        return f"{super().title}, {self.replicas} x {self.mode}"

    def fit(self, sample: TrainingSample) -> dict[str, Any]:
        """Return how often the answer at the example changes, and at test points.

        `floor` is the distance of the weights of two trainings on the same sample: 0, or what is
        measured is the machine's rounding.
        """
        rng = generator(self.seed, 0x1007)
        n, classes = len(sample.labels), len(sample.data.classes)
        chosen = rng.permutation(n)[: self.replicas]
        other = (sample.labels[chosen] + rng.integers(1, classes, len(chosen))) % classes
        # The first two are the whole sample.
        rows = np.arange(len(chosen)) + 2
        labels = np.tile(sample.labels, (len(chosen) + 2, 1))
        weight = np.ones(labels.shape, np.float32)
        recipe = self
        if self.mode == "remove":
            (alone,) = self._train(self, sample, labels[:1], weight[:1])
            recipe = replace(self, to_the_limit=True, epoch_limit=len(alone.course.step))
            weight[rows, chosen] = 0
        else:
            labels[rows, chosen] = other
        whole, again, *without = self._train(recipe, sample, labels, weight)
        answers = [int(one.top_train[i, 0]) for one, i in zip(without, chosen, strict=True)]
        before = whole.top_train[:, 0].numpy()
        right = before[chosen] == sample.labels[chosen]
        changed = right != (np.array(answers) == sample.labels[chosen])
        test = whole.top_test[:, 0]
        moved = [float((one.top_test[:, 0] != test).double().mean()) for one in without]
        return {
            **sample.accuracies(before, test.numpy()),
            "n_weights": whole.n_weights,
            "fitted": bool((before == sample.labels).all()),
            "epochs": len(whole.course.step),
            "changed": float(changed.mean()),
            "changed_error": float(changed.std() / np.sqrt(len(changed))),
            "test_changed": float(np.mean(moved)),
            "distance": float(np.mean([_distance(whole, one) for one in without])),
            "floor": _distance(whole, again),
        }

    def _train(
        self, recipe: LeaveOneOut, sample: TrainingSample, labels: Any, weight: Any
    ) -> Sequence[Ended]:
        import torch

        from experiments.training.device import training_device
        from experiments.training.examples import Examples
        from experiments.training.train import Training, train

        device = training_device()
        inputs, seeds = self.inputs(sample, device), [self.seed] * len(labels)
        y, w = (torch.from_numpy(each).to(device) for each in (labels, weight))
        y_test = torch.from_numpy(sample.data.test_labels).expand(len(labels), -1).to(device)
        training = Training(
            recipe,
            self.networks(sample, seeds),
            Examples(inputs.train, y, w),
            Examples(inputs.test, y_test),
            seeds,
            inputs.view,
        )
        return sorted(train(training, title=self.name), key=lambda one: one.position)


def _distance(first: Ended, second: Ended) -> float:
    from experiments.measures.parameters import flat

    return float(np.linalg.norm(flat(first.network) - flat(second.network)))
