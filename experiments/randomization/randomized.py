"""A model of the user's own under the randomization test: one training, as a run."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from experiments.datasets import Dataset
from experiments.datasets.sample import TrainingSample
from experiments.randomization.contained import contained
from experiments.randomization.copies import most_fitted
from experiments.randomization.factory import Factory, make_model
from experiments.randomization.optimizer import Optimizer, make_optimizer
from experiments.randomization.trained_model import Inspect, TrainedModel
from experiments.sweeps.run import Needs, Run
from experiments.training.fit import accuracies, fit_samples
from experiments.training.recipe import Recipe

if TYPE_CHECKING:  # torch is imported where it is used
    import torch

    from experiments.training.course import Ended
    from experiments.training.examples import Inputs

PART = 1024  # examples that a trained model is shown at a time


@dataclass(frozen=True)
class Randomized(Recipe, Run):
    """One training of a user's model, at one corruption level of the labels, from one seed.

    Attributes
    ----------
    model : the factory's name
    model_hash : of its source, the model's structure, attributes and first weights, and
        data_hash : of the inputs and labels, so that a changed one is not taken for the old
    optimizer : its name, and optimizer_hash : of the source and rates of one of the user's own
    inputs : the dtype in which inputs reach the model
    factory, own_optimizer, given, device, inspect : the things themselves, where the training is,
        and who is shown the trained model; not part of the specification
    """

    contestant: ClassVar[str] = "randomized"

    model: str = ""
    model_hash: str = ""
    data_hash: str = ""
    optimizer: str = "sgd"
    optimizer_hash: str = ""
    inputs: str = "float32"
    factory: Factory | None = field(default=None, compare=False, repr=False)
    own_optimizer: Optimizer = field(default="sgd", compare=False, repr=False)
    given: Dataset | None = field(default=None, compare=False, repr=False)
    device: str | None = field(default=None, compare=False, repr=False)
    inspect: Inspect | None = field(default=None, compare=False, repr=False)

    @property
    def title(self) -> str:
        return self.model

    @property
    def needs(self) -> Needs:
        return Needs(gpu=True)

    def dataset(self) -> Dataset:
        return self.given or super().dataset()

    @classmethod
    def fit_together(
        cls, runs: Sequence[Randomized], samples: Sequence[TrainingSample], scratch: Path | None
    ) -> Iterator[tuple[int, dict[str, Any]]]:
        """Make the model anew from the run's seed and train it."""
        import torch

        from experiments.randomization.inputs import as_tensor
        from experiments.training.networks import Foreign

        (run,) = runs
        (sample,) = samples
        if run.factory is None:
            raise ValueError(f"{run.name} has no factory: start it through `randomize`")
        dtype = getattr(torch, run.inputs)
        few = sample.seen[0][:2]  # lazy layers learn their sizes from them
        batch = as_tensor(few, sample.data.white, dtype, torch.device("cpu"))
        model = make_model(run.factory, run.seed, run._view(sample)(batch, False))
        network = Foreign(
            model, lambda recipe: make_optimizer(run.own_optimizer, model.parameters(), recipe)
        )
        initial = deepcopy(model.state_dict())
        with contained(run.seed):
            for ended in fit_samples(
                *(run, network, samples, [run.seed], run._inputs, scratch, run.name),
                *(run.device, measure),
            ):
                if run.inspect is not None:
                    probabilities = partial(run._probabilities, model, sample)
                    run.inspect(TrainedModel(probabilities, model, initial))
                yield ended

    def _inputs(self, sample: TrainingSample, device: torch.device) -> Inputs:
        import torch

        from experiments.randomization.inputs import as_tensor
        from experiments.training.examples import Inputs

        dtype, white = getattr(torch, self.inputs), sample.data.white
        splits = (as_tensor(images, white, dtype, device) for images in sample.seen)
        return Inputs(*splits, view=self._view(sample))

    def _probabilities(
        self, model: torch.nn.Module, sample: TrainingSample, images: NDArray[Any]
    ) -> NDArray[np.float64]:
        import torch

        from experiments.randomization.inputs import as_tensor
        from experiments.training.convolutions import full_precision

        found, view = [], self._view(sample)
        device = next(model.parameters()).device
        for start in range(0, len(images), PART):
            x = as_tensor(
                images[start : start + PART], sample.data.white, getattr(torch, self.inputs), device
            )
            with torch.no_grad(), full_precision():
                outputs = model.eval()(view(x, False)).cpu().double().softmax(1)
            found.append(outputs[:, : len(sample.data.classes)].numpy())
        return np.concatenate(found)

    def _view(self, sample: TrainingSample) -> Any:
        from experiments.randomization.inputs import view_of

        return view_of(sample.train_images)


def measure(sample: TrainingSample, ended: Ended) -> dict[str, Any]:
    """Return the accuracies of a sample, and what `beside_them` returns."""
    return {**accuracies(sample, ended), **beside_them(sample, ended.top_test.numpy()[:, 0])}


def beside_them(sample: TrainingSample, predicted: NDArray[np.int64]) -> dict[str, Any]:
    """Return the share of right answers in each class of the test, of predictions (m,).

    `most_fitted` is the share of the labels that any model can be right on, see `copies`;
    `test_counts` is how many test examples each class has, `test_hits` how many of them are right;
    the balanced accuracy is the mean of the shares over the classes that the test split has.
    """
    from experiments.randomization.inputs import digests_as_seen

    labels, classes = sample.data.test_labels, len(sample.data.classes)
    seen = digests_as_seen(sample.seen[0], sample.data.white)
    counts = np.bincount(labels, minlength=classes)
    hits = np.bincount(labels[predicted == labels], minlength=classes)
    there = counts > 0
    return {
        "most_fitted": most_fitted(seen, sample.labels) / len(sample.labels),
        "balanced_test_accuracy": float((hits[there] / counts[there]).mean()),
        "test_counts": counts.tolist(),
        "test_hits": hits.tolist(),
    }
