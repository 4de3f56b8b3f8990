"""Step 1 of the proof: a direction a with distinct projections t_i = <a, z_i>."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from expressivity.sample import blocks

# Room is left below 2^53 for the first knot, one range of t to the left of the sample.
EXACT_PROJECTION = 2**51
ATTEMPTS = 4


def separating_direction(
    Z: NDArray[Any], seed: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Find a direction whose projections of distinct points are distinct doubles.

    Integer points get random integer entries, small enough that every partial sum of <a, z> is
    exact in double precision; other points a Gaussian direction scaled by a power of two so that
    nothing overflows. The first direction whose least gap exceeds the rounding error of the
    projections is taken, else the one with the largest gap relative to that error.

    Parameters
    ----------
    Z : real array (n, d) of distinct points
    seed : seed of the random directions

    Returns
    -------
    a : float64 array (d,)
    t : float64 array (n,), the projections in the order of Z

    Raises
    ------
    ValueError
        if two points stay at the same double in every direction tried, naming them.

    Cost: O(n d + n log n) for each direction tried, almost always one.
    Source: Theorem 1, step 1.
    """
    best: tuple[float, NDArray[np.float64], NDArray[np.float64]] | None = None
    collision = (0, 1)
    for attempt, a in enumerate(_candidates(Z, np.random.default_rng(seed))):
        if attempt >= ATTEMPTS and best is not None:
            break
        t = project(Z, a)
        order = np.argsort(t)
        gaps = np.diff(t[order])
        least = gaps.min(initial=np.inf)
        if not least > 0:
            j = int(np.argmin(gaps))
            collision = (int(order[j]), int(order[j + 1]))
            continue
        error = projection_error(Z, a)
        margin = least / error if error else np.inf
        if margin > 2:
            return a, t
        if best is None or margin > best[0]:
            best = (margin, a, t)
    if best is not None:
        return best[1], best[2]
    first, second = sorted(collision)
    raise ValueError(
        f"X has distinct points {first} and {second} that are too close for double precision: "
        "every direction tried projects them to the same number; "
        "rescale the coordinates or subtract an offset"
    )


def project(Z: NDArray[Any], a: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the projections t = Z a in double precision, shape (n,). Cost O(n d), blocked."""
    t = np.empty(len(Z))
    with np.errstate(over="ignore", invalid="ignore"):
        for block in blocks(Z):
            t[block] = Z[block].astype(np.float64, copy=False) @ a
    return t


def projection_error(Z: NDArray[Any], a: NDArray[np.float64]) -> float:
    """Bound |computed - exact| of any <a, z>, whatever the order of summation. Cost O(n d).

    The standard bound gamma_d |a|_1 max|z|, gamma_d = d u / (1 - d u), with room for underflow;
    0 where a and Z are integers whose partial sums are all exact.
    """
    size = largest(Z)
    d = len(a)
    total = float(np.abs(a).sum())
    integral = Z.dtype.kind in "biu" or all((Z[s] == np.rint(Z[s])).all() for s in blocks(Z))
    if integral and (a == np.rint(a)).all() and total * size <= EXACT_PROJECTION:
        return 0.0
    if d == 1 and np.frexp(a[0])[0] in (0.5, -0.5) and np.finfo(float).tiny < total * size:
        smallest = float(np.abs(Z[Z != 0]).min(initial=np.inf))
        if smallest * total >= np.finfo(float).tiny:
            return 0.0
    unit = np.finfo(float).eps / 2
    gamma = d * unit / (1 - d * unit)
    # A power of two inside the product keeps it below overflow.
    return gamma * (total * size) * (1 + 2 * d * unit) + d * float(
        np.finfo(float).smallest_subnormal
    )


def largest(Z: NDArray[Any]) -> float:
    """Return max |z| over all coordinates without a copy of Z."""
    return max(abs(float(Z.max())), abs(float(Z.min())))


def _candidates(Z: NDArray[Any], rng: np.random.Generator) -> Iterator[NDArray[np.float64]]:
    d = Z.shape[1]
    size = largest(Z)
    if Z.dtype.kind in "biu":
        amplitude = EXACT_PROJECTION // (d * max(1, int(size)))
        if amplitude >= 2:
            for _ in range(ATTEMPTS):
                yield rng.integers(-amplitude, amplitude + 1, d).astype(np.float64)
    if d == 1:
        yield np.array([_power_of_two(size)])
    for _ in range(ATTEMPTS):
        yield rng.standard_normal(d) * _power_of_two(size)
    # Coordinates of very different scales: bring each to its own range first.
    low, high = Z.min(axis=0).astype(np.float64), Z.max(axis=0).astype(np.float64)
    scales = np.array([_power_of_two(r) for r in high / 2 - low / 2])
    for _ in range(ATTEMPTS):
        yield rng.standard_normal(d) * scales
    for _ in range(ATTEMPTS):
        yield scales * np.exp2(rng.permutation(d) * (-40.0 / d))


def _power_of_two(size: float) -> float:
    """Return a power of two that brings numbers of this size near 1."""
    exponent = int(np.frexp(size)[1]) if size else 0
    return float(np.exp2(np.clip(-exponent, -1000, 1000)))
