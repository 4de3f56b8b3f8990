"""Generators of random numbers from a seed, which is a whole number and nothing else."""

from __future__ import annotations

import operator

import numpy as np


def generator(seed: int, *stream: int) -> np.random.Generator:
    """Return the generator of a seed, or of one of the streams of numbers that a seed has.

    Raises ValueError for what is no whole number of at least 0: without one nothing would be drawn
    again.
    """
    seed = checked(seed)
    return np.random.default_rng([seed, *stream] if stream else seed)


def checked(seed: int) -> int:
    """Return a seed as an int. Raises ValueError as `generator`."""
    try:
        whole = operator.index(seed)
    except TypeError:
        whole = -1
    if whole < 0 or isinstance(seed, bool | np.bool_):
        raise ValueError(f"seed is {seed!r}: give a whole number of at least 0")
    return whole
