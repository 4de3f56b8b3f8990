"""A trained network, and the panel of measures of complexity on it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from experiments.contestants.trained import Trained
from experiments.datasets.sample import TrainingSample
from experiments.training.fit import accuracies, fit_samples

if TYPE_CHECKING:  # torch is imported where it is used
    from experiments.training.course import Ended


@dataclass(frozen=True)
class Measured(Trained):
    """Train until every label is fitted and the loss is low, then measure.

    Measures that divide by the margin depend on where training stops: so all stop at one loss.

    Attributes
    ----------
    target_loss : mean cross-entropy at which a fitted network is measured

    The others are those of `Trained`. Where a part of the labels is corrupted, the course has the
    share of the sample that is corrupted and yet answered with its true label, as
    `watched_accuracy`.

    Examples
    --------
    >>> from experiments.contestants import Measured
    >>> from experiments.sweeps.run import execute
    >>> small = {"n": 48, "n_test": 48, "learning_rate": 0.1, "decay": 1.0}
    >>> (record,) = execute([Measured(network="mlp-1x32", **small)])
    >>> record["fitted"], record["measures"]["parameter norm"]["kind"]
    (True, 'score')
    """

    contestant: ClassVar[str] = "measured"

    target_loss: float | None = 0.01

    @property
    def title(self) -> str:
        return f"{super().title}, measured"

    @classmethod
    def fit_together(
        cls, runs: Sequence[Any], samples: Sequence[TrainingSample], scratch: Path | None
    ) -> Iterator[tuple[int, dict[str, Any]]]:
        run, seeds = runs[0], [each.seed for each in runs]
        network = run.networks(samples[0], seeds)
        title = run.name if len(runs) == 1 else f"{len(runs)} x {run.title}"

        def measure(sample: TrainingSample, ended: Ended) -> dict[str, Any]:
            return {
                **accuracies(sample, ended),
                "measures": runs[ended.position]._panel(sample, ended),
            }

        yield from fit_samples(
            *(run, network, samples, seeds, run.inputs, scratch, title),
            measure=measure,
            watched=[_true_where_changed(sample) for sample in samples],
        )

    def _panel(self, sample: TrainingSample, ended: Ended) -> dict[str, Any]:
        """Return each measure as a record holds it."""
        from experiments.measures.panel import panel_of_module

        device = next(ended.network.parameters()).device
        initial = self.networks(sample, [self.seed]).one(0).to(device)
        inputs = self.inputs(sample, device)
        x = inputs.view(inputs.train, False)
        found = panel_of_module(ended.network, initial, x, sample.labels, self.seed)
        return {name: asdict(measure) for name, measure in found.items()}


def _true_where_changed(sample: TrainingSample) -> NDArray[np.int64]:
    """Return the true label of every example that has another, -1 for the others."""
    labels = np.full(len(sample.labels), -1)
    labels[sample.corruption.changed] = sample.data.train_labels[sample.corruption.changed]
    return labels
