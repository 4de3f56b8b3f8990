"""Generators of random numbers from a seed, which is a whole number and nothing else."""

from __future__ import annotations

import numpy as np

from expressivity.whole import whole


def generator(seed: int, *stream: int) -> np.random.Generator:
    """Return the generator of a seed, or of one of the streams of numbers that a seed has.

    Raises ValueError for what is no whole number of at least 0: without one nothing would be drawn
    again.
    """
    seed = whole(seed, "seed")
    return np.random.default_rng([seed, *stream] if stream else seed)
