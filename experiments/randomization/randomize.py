"""The randomization test on a model and data of one's own, with a verdict in plain words."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from experiments.datasets import Dataset
from experiments.datasets.corruption import array_hash, check_level
from experiments.randomization.randomized import Randomized, model_hash
from experiments.randomization.verdict import Verdict
from experiments.sweeps.store import LOCAL, Store
from experiments.sweeps.sweep import finished, sweep
from experiments.training.recipe import Recipe

if TYPE_CHECKING:
    from torch import nn

LEVELS = (0.0, 0.25, 0.5, 0.75, 1.0)


def randomize(
    factory: Callable[[], nn.Module],
    data: Dataset,
    recipe: Recipe | None = None,
    levels: Sequence[float] = LEVELS,
    seed: int = 0,
    records: Path = LOCAL,
) -> Verdict:
    """Train a model on true, partially corrupted and random labels, and say what it shows.

    Parameters
    ----------
    factory : returns a new torch.nn.Module at every call; the module maps a batch to class scores.
        Images of bytes arrive standardized, as (B, channels, height, width); floats as they are.
    data : from `experiments.datasets.load` or `from_arrays`
    recipe : of SGD; the paper's for its MLPs where it is None
    levels : of label corruption; 0 (true) and 1 (random) are always among them
    seed : of the labels, the weights and the order of the examples
    records : the database of records; what it has of this model, data and recipe is not run again

    Returns
    -------
    Verdict

    Raises ValueError for a factory that returns no module and for a level outside [0, 1], and
    RuntimeError if a training failed.
    Cost: one training for each level, each until the labels are fitted or to the limit of epochs.
    Source: section 2.
    """
    for level in levels:
        check_level(level)
    runs = [
        Randomized(
            **vars(recipe or Recipe()),
            data=data.name,
            level=level,
            seed=seed,
            model=f"{factory.__module__}:{factory.__qualname__}",
            model_hash=model_hash(factory),
            data_hash=_hash(data),
            factory=factory,
            given=data,
        )
        for level in sorted({0.0, 1.0, *levels})
    ]
    store = Store(records)
    for run, error in sweep(runs, store):
        raise RuntimeError(f"{run.name} failed: {error}") from error
    return Verdict(finished(runs, store), _chance(data), len(data.test_labels))


def _chance(data: Dataset) -> float:
    return float(np.bincount(data.test_labels).max() / len(data.test_labels))


def _hash(data: Dataset) -> str:
    arrays: list[Any] = [data.train_images, data.train_labels, data.test_images, data.test_labels]
    return "-".join(array_hash(array)[:8] for array in arrays)
