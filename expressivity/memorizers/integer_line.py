"""Projections on a direction of short integers: exact, and as few bits as tell points apart."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, log2, pi, sqrt
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from expressivity.arrays import LARGEST_EXACT_INTEGER, blocks, is_integral, real
from expressivity.exact import Exact, exact_projections
from expressivity.line import SameProjectionError, lay
from expressivity.memorizers.exact_numbers import shortest
from expressivity.projection import power_of_two
from expressivity.randomness import generator
from expressivity.sample import Sample

# Directions tried at once, for samples up to so many points.
TRIED = ((20_000, 64), (200_000, 16), (2**63, 4))
MOST_BITS = 30
BITS_FOR_REALS = 8


@dataclass(frozen=True)
class IntegerLine:
    """The distinct points of a sample in the order of their projections.

    Attributes
    ----------
    a : int64 array (d,), the direction
    t : integers (n,), strictly increasing: <a, x> = t 2^exponent
    exponent : int
    rows : int64 array (n,), the row of the sample of each projection
    """

    a: NDArray[np.int64]
    t: Exact
    exponent: int
    rows: NDArray[np.int64]


def integer_line(
    given: Sample, direction: ArrayLike | None = None, seed: int = 0, shortest: bool = False
) -> IntegerLine:
    """Find a direction of short integers whose projections of distinct points are distinct.

    Of n points with integer coordinates two meet on a random direction about n^2 / (4 sqrt(pi) s)
    times, s the standard deviation of the projections: the entries get the bits that make this
    about 1, one more as long as no direction tried separates. The direction with the largest
    least gap for its range is taken; with `shortest` the one with the least range.

    Parameters
    ----------
    given : Sample (n, d); identical points are merged
    direction : array-like (d,) of integers to take instead
    seed : seed of the random directions
    shortest : whether the range itself counts, as where integers are to be short

    Raises
    ------
    ValueError
        for identical points with different targets, and where no direction tried separates.

    Cost: O(n d + n log n) for each direction tried, at least 4 to 64.
    """
    numbers = _distinct_rows(given, seed)
    n, d = len(numbers), given.z.shape[1]
    kept = given if n == len(given.z) else given.take(numbers)
    if direction is not None:
        a = real(direction, "direction").astype(np.float64)
        # NaN and infinity are not below anything.
        if a.shape != (d,) or not (np.abs(a) < LARGEST_EXACT_INTEGER).all() or (a % 1).any():
            raise ValueError(f"direction = {direction!r}: give d = {d} integers below 2^53")
        return _laid(kept, a.astype(np.int64), numbers)
    whole = is_integral(given.z)
    rng = generator(seed)
    A = np.ones((d, 1), int)
    tried = next(count for most, count in TRIED if n <= most) if d > 1 else 1
    first = _bits(kept) if whole and d > 1 else BITS_FOR_REALS
    for bits in range(first, max(MOST_BITS, first + 8) if whole else first + 1):
        A = rng.integers(-(2**bits) + 1, 2**bits, (d, tried)) if d > 1 else np.ones((1, 1), int)
        with np.errstate(over="ignore", invalid="ignore"):
            t = np.concatenate([kept.z[b].astype(np.float64) @ A for b in blocks(kept.z)])
            t.sort(axis=0)
            gap, span = np.diff(t, axis=0).min(axis=0, initial=np.inf), t[-1] - t[0]
            quality = -span if shortest else gap / np.maximum(span, 1e-300)
        good = (gap > 0) & np.isfinite(span)
        if good.any():
            return _laid(kept, A[:, int(np.argmax(np.where(good, quality, -np.inf)))], numbers)
    # Doubles see no distance between some points; integers may.
    for attempt in range(tried):
        try:
            return _laid(kept, A[:, attempt], numbers)
        except SameProjectionError:
            continue
    raise SameProjectionError(
        "X has distinct points with the same projection on every direction of integers tried: "
        "rescale the coordinates, or use construction = 'zhang'"
    )


def _distinct_rows(given: Sample, seed: int) -> NDArray[np.int64]:
    """Return the first row of each distinct point; identical points meet on every direction."""
    a = generator(seed).standard_normal(given.z.shape[1])
    return np.sort(lay(given, a * power_of_two(given.largest)).rows)


def _laid(given: Sample, a: NDArray[np.int64], numbers: NDArray[np.int64]) -> IntegerLine:
    t, exponent = shortest(*exact_projections(given.z, a.astype(np.float64)))
    order = np.argsort(t, kind="stable")
    t = t[order]
    same = np.flatnonzero(t[1:] == t[:-1])
    if len(same):
        i, j = numbers[order[same[0] : same[0] + 2]]
        raise SameProjectionError(
            f"X has distinct points {i} and {j} with the same projection on the direction: give "
            "another one or another seed"
        )
    return IntegerLine(a, t, exponent, numbers[order])


def _bits(given: Sample) -> int:
    """Return the bits of the direction at which about one pair of points still meets."""
    n = len(given.z)
    some: Any = given.z[:: max(1, n // 2000)].astype(np.float64)
    # In units in which squares do not overflow.
    unit = max(given.largest, 1.0)
    spread = sqrt(float((some / unit).var(axis=0).sum()) / 3) * unit or 1.0
    return max(1, ceil(log2(max(n * n / (4 * sqrt(pi)) / spread, 1.0))) - 1)
