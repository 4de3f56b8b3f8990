"""From samples to trained networks to records: what all contestants that are trained share."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

from numpy.typing import NDArray

from experiments.datasets.sample import TrainingSample
from experiments.sweeps.memory import require
from experiments.training.recipe import Recipe

if TYPE_CHECKING:  # torch is imported where it is used
    import torch

    from experiments.training.course import Ended
    from experiments.training.examples import Inputs
    from experiments.training.networks import Replicas

Measure = Callable[[TrainingSample, "Ended"], dict[str, Any]]


def accuracies(sample: TrainingSample, ended: Ended) -> dict[str, Any]:
    """Return the accuracies of a network that has ended."""
    return sample.accuracies(ended.top_train.numpy(), ended.top_test.numpy())


def fit_samples(
    recipe: Recipe,
    network: Replicas,
    samples: Sequence[TrainingSample],
    seeds: Sequence[int],
    inputs: Callable[[TrainingSample, torch.device], Inputs],
    scratch: Path | None,
    title: str,
    device: str | None = None,
    measure: Measure = accuracies,
    watched: Sequence[NDArray[Any]] | None = None,
) -> Iterator[tuple[int, dict[str, Any]]]:
    """Train one replica on each sample and yield its position and part of the record at its end.

    The samples share their images. `device` is a GPU where there is one, unless it is named.
    `measure` turns a sample and what has ended into that part of the record. `watched` is a
    labeling of the training images for each replica, -1 where none is right: the course then has
    the share of the images on which the network answers so.
    Raises MemoryError before work starts if they do not fit.
    """
    import torch

    from experiments.training.checkpoint import Checkpoint
    from experiments.training.device import training_device
    from experiments.training.examples import Examples
    from experiments.training.train import Training, train

    place = training_device(device)
    sample = samples[0]
    # Single precision, and once more while it is made.
    pixels = sample.train_images.size + sample.test_images.size
    require(8 * pixels, f"{title} on {len(sample.labels):,} images")
    both = inputs(sample, place)
    y = torch.stack([torch.from_numpy(each.labels) for each in samples]).to(place)
    y_test = torch.from_numpy(sample.data.test_labels).expand(len(samples), -1).to(place)
    train_set, test_set = Examples(both.train, y), Examples(both.test, y_test)
    also = None
    if watched is not None:
        also = Examples(both.train, torch.stack([torch.from_numpy(w) for w in watched]).to(place))
    training = Training(recipe, network, train_set, test_set, seeds, both.view, also)
    for ended in train(training, Checkpoint(scratch) if scratch else None, title):
        outcome = _outcome(ended, samples[ended.position], measure)
        yield ended.position, {**outcome, "stacked": len(samples), "device": place.type}


def _outcome(ended: Ended, sample: TrainingSample, measure: Measure) -> dict[str, Any]:
    course = ended.course
    found = measure(sample, ended)
    fitted = found["train_accuracy"] == 1
    if course.test_accuracy:
        best = max(course.test_accuracy)
        found["best_test_accuracy"] = best
        found["best_test_epoch"] = course.test_accuracy.index(best) + 1
    return {
        **found,
        "seconds": course.seconds,
        # The median epoch is not disturbed by what else the machine did for a while.
        "seconds_per_epoch": median(course.sgd_seconds),
        "n_weights": ended.n_weights,
        "fitted": fitted,
        # Weights that diverged have none, and a record holds no NaN.
        "norm": ended.norm if math.isfinite(ended.norm) else None,
        "norm_name": "l2 norm of all weights",
        "residual": None,
        "course": {key: value for key, value in asdict(course).items() if isinstance(value, list)},
        "epochs": len(course.step),
        "steps": course.step[-1] if course.step else 0,
        "steps_to_fit": course.fitted_at or None,
        "stopped": course.stopped,
    }
