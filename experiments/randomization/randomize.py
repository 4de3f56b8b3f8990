"""The randomization test on a model and data of one's own, with a verdict in plain words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from experiments.datasets import Dataset, from_arrays
from experiments.datasets.corruption import check_level, corrupt_labels
from experiments.randomization.copies import digests_of, most_fitted
from experiments.randomization.optimizer import Optimizer
from experiments.randomization.subject import subject
from experiments.randomization.verdict import Verdict
from experiments.sweeps.reason import reason
from experiments.sweeps.store import LOCAL, Store
from experiments.sweeps.sweep import finished, sweep
from experiments.training.recipe import Recipe
from expressivity.rounding import in_percent

LEVELS = (0.0, 0.25, 0.5, 0.75, 1.0)
SEEDS = (0, 1, 2)
FEW = 0.01  # the probability that a labeling has one class: below that nothing is said of it


def randomize(
    model: Any,
    data: Any,
    y: Any = None,
    levels: float | Sequence[float] = LEVELS,
    seeds: int | Sequence[int] = SEEDS,
    records: str | Path = LOCAL,
    *,
    recipe: Recipe | None = None,
    optimizer: Optimizer = "sgd",
    device: str | None = None,
) -> Verdict:
    """Train a model on true, partially corrupted and random labels, and say what it shows.

    Parameters
    ----------
    model : a function that returns a new torch.nn.Module at every call, which maps a batch to class
        scores (B, classes); or a scikit-learn classifier, or a function that returns one, of which
        copies are fitted, never itself. To modules images of bytes arrive standardized, as
        (B, channels, height, width); floats as they are, in the model's dtype; integers as int64
        where the model takes them. To estimators the same numbers arrive as rows (n, d)
    data : from `experiments.datasets.load` or `from_arrays`; or inputs (n, ...) with labels y
    y : labels (n,) of such inputs; a recipe may stand here instead
    levels : of label corruption; 0 (true) and 1 (random) are always among them
    seeds : one labeling, first weights and order of the examples for each
    records : the database of records; what it has of this model, data and recipe is not run again
    recipe : of a module's training; see `default_recipe` where it is None
    optimizer : "sgd", "adam", or a function of the parameters that returns a torch.optim.Optimizer
    device : of the training, as torch names it; a GPU where there is one

    Returns
    -------
    Verdict

    Raises ValueError or TypeError, in one line and before any training, for a model, a data set or
    an option that does not fit, and RuntimeError if a training failed.
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
    >>> from sklearn.tree import DecisionTreeClassifier
    >>> X, y = torch.randn(50, 3), ["cat", "dog"] * 25
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     records = f"{folder}/records.sqlite"
    ...     verdict = randomize(DecisionTreeClassifier(), X, y, levels=(), seeds=0, records=records)
    >>> verdict.fits_random_labels
    True
    """
    if isinstance(y, Recipe):
        if recipe is not None:
            raise TypeError("y is a recipe, and recipe another one: give one of them")
        recipe, y = y, None
    given, chosen, drawn = read_data(data, y), _levels(levels), _seeds(seeds)
    tested = subject(model, given, recipe, optimizer, device)
    runs = [tested.run(given, level, seed) for level in chosen for seed in drawn]
    store = Store(Path(records))
    for run, error in sweep(runs, store):
        raise RuntimeError(f"{run.name} failed: {reason(error)}") from error
    return Verdict(finished(runs, store), notes(given, drawn))


def read_data(data: Any, y: Any = None) -> Dataset:
    """Return a data set, of its images what networks see, or one of inputs and labels.

    Raises TypeError, with the mend, for what is neither, and ValueError as `from_arrays`.
    """
    if isinstance(data, Dataset) and y is None:
        return data.cropped()
    if isinstance(data, Dataset):
        raise TypeError("data is a data set, which has its labels already: leave y out")
    if y is None:
        raise TypeError(
            f"data is a {type(data).__name__}: give experiments.datasets.from_arrays('name', "
            "{'images': X, 'labels': y}) with arrays (n, ...) and (n,), or X and y"
        )
    return from_arrays("arrays", {"X": data, "y": y})


def notes(data: Dataset, seeds: Sequence[int]) -> tuple[str, ...]:
    """Return what stands out in a data set: copies, few examples, columns of other scales.

    Cost O(n d), and O(n) for each seed of random labels.
    """
    found = []
    from experiments.randomization.inputs import digests_as_seen, of_bytes

    common = np.result_type(data.train_images, data.test_images)
    rows, test = (
        digests_as_seen(images, data.white, common)
        for images in (data.train_images, data.test_images)
    )
    labels, classes = data.train_labels, len(data.classes)
    train, n = set(rows), len(data.train_labels)
    given = len(set(digests_of(data.train_images))) if of_bytes(data.train_images) else len(train)
    if given > len(train):
        found.append(
            f"{given:,} different training images of bytes are {len(train):,} once each has mean 0 "
            "and deviation 1, as models see them: give floats where brightness and contrast tell "
            "them apart."
        )
    if len(train) < n:
        most = most_fitted(rows, labels)
        contradict = f", and contradict each other: at most {most:,} of the labels can be fitted"
        random = [most_fitted(rows, corrupt_labels(labels, classes, 1, s).labels) for s in seeds]
        low, high = (f"{f(random):,}" for f in (min, max))
        said = (
            " Random labels of copies contradict each other: at most "
            f"{low if low == high else f'{low} to {high}'} of those drawn can be fitted."
        )
        found.append(
            f"{n - len(train):,} of {n:,} training examples are copies of others"
            f"{contradict if most < n else ''}.{said if min(random) < n else ''}"
        )
    if (alike := classes ** (1.0 - n)) > FEW:
        found.append(
            f"{n} training examples are so few that random labels are all the same with "
            f"probability {in_percent(alike)}: a model that ignores its inputs fits those."
        )
    if both := sum(row in train for row in test):
        found.append(
            f"{both:,} of {len(data.test_images):,} test examples are training examples too: what "
            "is right on them may be memorized."
        )
    if data.train_images.ndim == 2 and data.train_images.dtype.kind in "iuf":
        with np.errstate(over="ignore", invalid="ignore"):
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
    try:
        given = np.atleast_1d(np.asarray(levels, dtype=np.float64))
    except (TypeError, ValueError):
        given = np.zeros((0, 0))
    if given.ndim != 1:
        raise ValueError(f"levels are {levels!r}: give a number or a list of them, from 0 to 1")
    chosen = [float(level) for level in given]
    for level in chosen:
        check_level(level)
    return sorted({0.0, 1.0, *chosen})


def _seeds(seeds: int | Iterable[int]) -> list[int]:
    given = np.atleast_1d(np.asarray(seeds)).tolist()
    wrong = [
        s for s in given if isinstance(s, bool) or not isinstance(s, int) or not 0 <= s < 2**63
    ]
    if wrong or not given:
        shown = wrong[0] if wrong else "empty"
        raise ValueError(f"seeds are {shown}: give whole numbers of at least 0")
    return list(dict.fromkeys(given))
