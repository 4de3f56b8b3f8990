"""Leave-one-out errors of a kernel's interpolant with true and random labels, as text."""

from __future__ import annotations

import math
import time

import numpy as np

from experiments.contestants.interpolant import Interpolant, Name, named, standardized
from experiments.datasets.sample import draw
from expressivity.randomness import generator
from expressivity.rounding import percentage


def left_out(data: str, kernel: Name, n: int | None, points: int | None, seed: int) -> str:
    """Return a line for each labeling; arguments as of the command.

    One-hot targets, the largest output is the prediction. Of all points from the factor in double
    precision; of some of them by the solver, with one more column for each.

    Raises ValueError for identical images, and for more points than there are.
    """
    from experiments.measures import leave_one_out

    started = time.perf_counter()
    runs = [Interpolant(data, n=n, level=level, seed=seed) for level in (0.0, 1.0)]
    samples = draw(runs)
    data_set = samples[0].data
    X = standardized(samples[0].seen[0], samples[0])
    chosen = named(kernel, X, data_set.train_labels)
    Y = np.column_stack([np.eye(len(data_set.classes))[sample.labels] for sample in samples])
    rows = np.arange(len(X))
    if points is None:
        missed = leave_one_out.on_all(chosen, X, Y)
    else:
        if not 1 <= points <= len(X):
            raise ValueError(f"points is {points}: give 1 to {len(X):,}, the number of images")
        rows = generator(seed, 0x10F7).permutation(len(X))[:points]
        missed = leave_one_out.on_sample(chosen, X, Y, rows)
    lines = [f"{data_set.name}, n = {len(X):,}, {chosen}, {len(rows):,} points left out in turn"]
    for run, sample, outputs in zip(runs, samples, np.hsplit(Y[rows] - missed, 2), strict=True):
        error = float((outputs.argmax(1) != sample.labels[rows]).mean())
        deviation = math.sqrt(error * (1 - error) / len(rows))
        drawn = "" if points is None else f" (standard error {100 * deviation:.2f} %)"
        lines.append(f"{run.condition}: leave-one-out error {percentage(100 * error, 2)} %{drawn}")
    return "\n".join([*lines, f"{time.perf_counter() - started:.1f} s"])
