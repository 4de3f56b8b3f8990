"""A scikit-learn classifier under the randomization test: one fit, as a run."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, ClassVar

from experiments.datasets import Dataset
from experiments.datasets.sample import TrainingSample
from experiments.randomization.estimator import fit, new_estimator
from experiments.randomization.randomized import beside_them
from experiments.randomization.trained_model import Inspect, TrainedModel
from experiments.sweeps.run import Run


@dataclass(frozen=True)
class RandomizedEstimator(Run):
    """One fit of a user's estimator, at one corruption level of the labels, from one seed.

    Attributes
    ----------
    model : how the estimator prints itself, or the factory's name
    model_hash : of its source and parameters, and
        data_hash : of the inputs and labels, so that a changed one is not taken for the old
    estimator, given, inspect : the things themselves; not part of the specification
    """

    contestant: ClassVar[str] = "randomized-estimator"

    model: str = ""
    model_hash: str = ""
    data_hash: str = ""
    estimator: Any = field(default=None, compare=False, repr=False)
    given: Dataset | None = field(default=None, compare=False, repr=False)
    inspect: Inspect | None = field(default=None, compare=False, repr=False)

    @property
    def title(self) -> str:
        return self.model

    def dataset(self) -> Dataset:
        return self.given or super().dataset()

    def fit(self, sample: TrainingSample) -> dict[str, Any]:
        """Fit a new copy; there are no epochs, so the record has no course."""
        from experiments.randomization.inputs import as_rows

        if self.estimator is None:
            raise ValueError(f"{self.name} has no estimator: start it through `randomize`")
        white, classes = sample.data.white, len(sample.data.classes)
        X, X_test = (as_rows(images, white) for images in sample.seen)
        fitted = fit(new_estimator(self.estimator, self.seed), X, sample.labels, self.seed)
        predicted = fitted.predict(X), fitted.predict(X_test)
        found = {**sample.accuracies(*predicted), **beside_them(sample, predicted[1])}
        if self.inspect is not None:
            self.inspect(
                TrainedModel(
                    lambda images: fitted.probabilities(as_rows(images, white), classes),
                    fitted.estimator,
                )
            )
        return {
            **found,
            "fitted": found["train_accuracy"] == 1,
            "stopped": "fit ended" if fitted.converged else "not converged",
            "seconds": fitted.seconds,
            "residual": None,
        }
