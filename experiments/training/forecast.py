"""How long a training will take at most, said before it starts."""

from __future__ import annotations

import copy
import sys
import time

import torch
from tqdm import tqdm

from experiments.training.convolutions import full_precision
from experiments.training.sgd import SGD

STEPS = 20


def announce(sgd: SGD, epochs: int, title: str) -> None:
    """Say what so many epochs take at most, if it is over a minute and can be told.

    Nothing is said of a training of at most STEPS steps: the two that are timed would be a tenth.
    """
    if epochs * sgd.examples.y.shape[1] <= STEPS * sgd.recipe.batch_size:
        return
    epoch = seconds_per_epoch(sgd)
    if epoch is not None and epochs * epoch > 60:
        tqdm.write(
            f"{title}: about {epoch:.3g} s an epoch, at most {epochs * epoch / 60:.0f} min for "
            f"{epochs} epochs",
            file=sys.stderr,
        )


def seconds_per_epoch(sgd: SGD) -> float | None:
    """Time the second of two steps on a copy; None for a network that cannot be copied."""
    try:
        copied = copy.deepcopy(sgd.network).train()
    except Exception:  # derived weights, an open file or a lock within, or what the user's own says
        return None
    k, n = sgd.examples.y.shape
    batches = sgd.batches(torch.arange(n, device=sgd.device).expand(k, -1))
    started = ended = 0.0
    with torch.random.fork_rng(), full_precision():
        for _ in range(2):
            started = time.perf_counter()
            losses, _ = sgd.gradients(copied, batches[0])
            losses.tolist()  # a GPU has finished when the values are here
            ended = time.perf_counter()
    return (ended - started) * len(batches)
