"""The randomization test on a model and data of one's own, with a verdict in plain words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from experiments.datasets import Dataset
from experiments.datasets.corruption import array_hash, check_level
from experiments.randomization.optimizer import Optimizer, read_optimizer
from experiments.randomization.randomized import Randomized
from experiments.randomization.recipe import default_recipe
from experiments.randomization.verdict import Verdict
from experiments.sweeps.store import LOCAL, Store
from experiments.sweeps.sweep import finished, sweep
from experiments.training.recipe import Recipe

if TYPE_CHECKING:
    from experiments.randomization.factory import Factory

LEVELS = (0.0, 0.25, 0.5, 0.75, 1.0)
SEEDS = (0, 1, 2)


def randomize(
    factory: Factory,
    data: Dataset,
    recipe: Recipe | None = None,
    levels: float | Sequence[float] = LEVELS,
    seeds: int | Sequence[int] = SEEDS,
    records: str | Path = LOCAL,
    *,
    optimizer: Optimizer = "sgd",
    device: str | None = None,
) -> Verdict:
    """Train a model on true, partially corrupted and random labels, and say what it shows.

    Parameters
    ----------
    factory : returns a new torch.nn.Module at every call; the module maps a batch to class scores
        (B, classes). Images of bytes arrive standardized, as (B, channels, height, width); floats
        as they are, in the model's dtype; integers as int64 where the model takes them
    data : from `experiments.datasets.load` or `from_arrays`
    recipe : of the training; see `default_recipe` where it is None
    levels : of label corruption; 0 (true) and 1 (random) are always among them
    seeds : one labeling, first weights and order of the examples for each
    records : the database of records; what it has of this model, data and recipe is not run again
    optimizer : "sgd", "adam", or a function of the parameters that returns a torch.optim.Optimizer
    device : of the training, as torch names it; a GPU where there is one

    Returns
    -------
    Verdict

    Raises ValueError, in one line and before any training, for a model, a data set or an option
    that does not fit, and RuntimeError if a training failed.
    Cost: a training for each level and seed, until the labels are fitted or to the limit of epochs.
    Source: section 2.

    Examples
    --------
    >>> import tempfile, torch
    >>> from experiments.datasets import from_arrays
    >>> from experiments.randomize import Recipe, randomize
    >>> X = torch.eye(20).repeat(2, 1).numpy()  # 20 different points: any labels can be fitted
    >>> data = from_arrays("mine", {"images": X[:20], "labels": [0, 1] * 10,
    ...                             "test_images": X[20:], "test_labels": [0, 1] * 10})
    >>> recipe = Recipe(learning_rate=1.0, decay=1.0, epoch_limit=200)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     verdict = randomize(
    ...         lambda: torch.nn.Linear(20, 2), data, recipe, levels=(0, 1), seeds=0,
    ...         records=f"{folder}/records.sqlite",
    ...     )
    >>> verdict.fits_true_labels, verdict.fits_random_labels
    (True, True)
    """
    from experiments.randomization.trial import try_model

    check_data(data)
    chosen = _levels(levels)
    _check_device(device)
    optimizer = read_optimizer(optimizer)
    if recipe is None:
        recipe = default_recipe(len(data.train_labels), optimizer)
    tried = try_model(factory, data, recipe, optimizer)
    runs = [
        Randomized(
            **vars(recipe),
            data=data.name,
            level=level,
            seed=seed,
            model=tried.name,
            model_hash=tried.hash,
            data_hash=_hash(data),
            inputs=tried.inputs,
            **_identity(optimizer),
            factory=factory,
            given=data,
            device=device,
        )
        for level in chosen
        for seed in _seeds(seeds)
    ]
    store = Store(Path(records))
    for run, error in sweep(runs, store):
        raise RuntimeError(f"{run.name} failed: {error}") from error
    return Verdict(finished(runs, store), notes(data))


def check_data(data: object) -> None:
    """Raise TypeError, with the mend, for what is no data set."""
    if not isinstance(data, Dataset):
        raise TypeError(
            f"data is a {type(data).__name__}: give experiments.datasets.from_arrays('name', "
            "{'images': X, 'labels': y}) with arrays (n, ...) and (n,)"
        )


def notes(data: Dataset) -> tuple[str, ...]:
    """Return what stands out in a data set: examples in both splits, and columns of other scales.

    Cost O(n d).
    """
    found = []
    train = {row.tobytes() for row in data.train_images}
    if both := sum(row.tobytes() in train for row in data.test_images):
        found.append(
            f"{both:,} of {len(data.test_images):,} test examples are training examples too: what "
            "is right on them may be memorized."
        )
    if data.train_images.ndim == 2 and data.train_images.dtype.kind == "f":
        spread = data.train_images.std(axis=0, dtype=np.float64)
        spread = spread[spread > 0]
        if len(spread) and spread.max() > 100 * np.median(spread):
            ratio = spread.max() / spread.min()
            found.append(
                f"The columns of the data differ in scale by up to {ratio:.1g}: standardize them "
                "before you conclude anything from a training that does not get far."
            )
    return tuple(found)


def _levels(levels: float | Iterable[float]) -> list[float]:
    given = [float(level) for level in np.atleast_1d(np.asarray(levels, dtype=np.float64))]
    for level in given:
        check_level(level)
    return sorted({0.0, 1.0, *given})


def _seeds(seeds: int | Iterable[int]) -> list[int]:
    given = np.atleast_1d(np.asarray(seeds)).tolist()
    wrong = [
        s for s in given if isinstance(s, bool) or not isinstance(s, int) or not 0 <= s < 2**63
    ]
    if wrong or not given:
        shown = wrong[0] if wrong else "empty"
        raise ValueError(f"seeds are {shown}: give whole numbers of at least 0")
    return list(dict.fromkeys(given))


def _check_device(device: str | None) -> None:
    import torch

    if device is None:
        return
    try:
        torch.empty(1, device=device)
    except (RuntimeError, AssertionError, TypeError) as error:
        first = str(error).splitlines()[0]
        raise ValueError(f"device is {device!r}, which is not there ({first}): give cpu") from error


def _identity(optimizer: Optimizer) -> dict[str, Any]:
    """Return what tells an optimizer from another."""
    from hashlib import sha256

    from experiments.randomization.factory import name_of, source_of

    if isinstance(optimizer, str):
        return {"optimizer": optimizer, "own_optimizer": optimizer}
    source = sha256(source_of(optimizer).encode()).hexdigest()[:16]
    return {"optimizer": name_of(optimizer), "optimizer_hash": source, "own_optimizer": optimizer}


def _hash(data: Dataset) -> str:
    arrays: list[Any] = [data.train_images, data.train_labels, data.test_images, data.test_labels]
    return "-".join(array_hash(array)[:8] for array in arrays)
