"""Step 1 of the proof: a direction a with distinct projections t_i = <a, z_i>."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from expressivity.arrays import check_values, is_integral, real
from expressivity.gaps import equally_spaced, widened
from expressivity.line import Line, laid, lay, separated
from expressivity.projection import EXACT_PROJECTION, power_of_two
from expressivity.randomness import generator
from expressivity.sample import Sample

Direction = Literal["gaussian", "integer", "widened", "equally-spaced"]
NAMES = ("gaussian", "integer", "widened", "equally-spaced")

ATTEMPTS = 4
# Defaults, chosen by `python -m expressivity benchmark`: widening costs a few projections more
# and makes the least gap tens of times wider for d in the hundreds. Beyond 100,000 points the
# literal sum over a sample takes minutes, and the compiled form does not need wide gaps.
WIDEN_UP_TO, EQUALLY_SPACE_UP_TO = 100_000, 1_000


def separating_direction(
    given: Sample, direction: Direction | ArrayLike | None = None, seed: int = 0
) -> Line:
    """Find a direction whose projections of distinct points are distinct doubles.

    Integer points get integer entries (times one power of two), small enough that every partial
    sum of <a, z> is exact in double precision; other points a Gaussian direction scaled by a
    power of two so that nothing overflows. By default that direction is improved: equally
    spaced projections where n <= min(d + 1, 1000), else the smallest gaps are widened where
    n <= 100,000 and d >= 16.

    Parameters
    ----------
    given : Sample (n, d); identical points with equal targets are merged
    direction : "gaussian" or "integer" for a random direction as it is drawn, "widened",
        "equally-spaced" (n <= d + 1), or the direction itself, array-like (d,)
    seed : seed of the random directions

    Returns
    -------
    Line

    Raises
    ------
    ValueError
        if two distinct points stay at the same double in every direction tried, naming them; if
        identical points have different targets; if the direction asked for does not exist.

    Cost: O(n d + n log n) for each direction tried, almost always one; what widening and equal
    spacing add, see `expressivity.gaps`.
    Source: Theorem 1, step 1.
    """
    if isinstance(direction, str) and direction not in NAMES:
        raise ValueError(
            f"direction = {direction!r} is not one of {', '.join(NAMES)}: give one of them, the "
            "direction itself as an array, or nothing for the default"
        )
    if direction is not None and not isinstance(direction, str):
        line = lay(given, _given(direction, given.z.shape[1]))
        return separated(line, "the given direction projects them to the same number; give another")
    rng = generator(seed)
    drawn = _random_lines(given, rng, direction)
    line = _improved(given, _clearest(drawn), direction)
    return separated(
        line,
        "every direction tried projects them to the same number; rescale the coordinates or "
        "subtract an offset",
    )


def _clearest(lines: Iterable[Line]) -> Line:
    """Return the first line whose least gap exceeds its rounding, else the best of a few."""
    best: Line | None = None
    for attempt, line in enumerate(lines, start=1):
        if line.gap > 2 * line.error:
            return line
        if best is None or line.quality > best.quality:
            best = line
        if attempt >= ATTEMPTS and best.gap > 0:
            break
    assert best is not None
    return best


def _improved(given: Sample, line: Line, direction: str | None) -> Line:
    """Lay the sample along an improved direction, unless rounding makes it the worse one."""
    n, d = len(line.t), given.z.shape[1]
    # Least squares squares the coordinates: outside these sizes they would overflow or vanish.
    safe = 1e-100 < given.largest < 1e100
    alone = d == 1 and direction != "equally-spaced"
    if n < 3 or alone or direction in ("gaussian", "integer") or not (safe or direction):
        return line
    if not safe:
        raise ValueError(
            f"direction = {direction!r} needs a largest coordinate between 1e-100 and 1e100, and X "
            f"goes up to {given.largest:.2g}: multiply X by a power of two, or use 'gaussian'"
        )
    ways: list[Callable[[Sample, Line], NDArray[np.float64] | None]] = []
    if direction == "equally-spaced" or (
        direction is None and n <= min(d + 1, EQUALLY_SPACE_UP_TO)
    ):
        ways.append(equally_spaced)
    if direction == "widened" or (direction is None and n <= WIDEN_UP_TO):
        ways.append(widened)
    for way in ways:
        a = way(given, line)
        if a is not None:
            improved = lay(given, _rounded(a, given, line))
            return improved if improved.quality > line.quality else line
    if direction == "equally-spaced":
        raise ValueError(
            "direction = 'equally-spaced' needs n <= d + 1 affinely independent points, got "
            f"n = {n}, d = {d}: use 'widened'"
        )
    return line


def _rounded(a: NDArray[np.float64], given: Sample, line: Line) -> NDArray[np.float64]:
    """Bring a direction into the form that random ones have: whole, or of projections near 1."""
    if line.error == 0 and is_integral(given.z):
        return _whole(a, given.largest)
    return a * power_of_two(float(np.abs(a).max())) * power_of_two(given.largest)


def _given(direction: ArrayLike, d: int) -> NDArray[np.float64]:
    a = real(direction, "direction")
    if a.shape != (d,):
        raise ValueError(
            f"direction has shape {a.shape}: give d = {d} numbers, one for each coordinate"
        )
    check_values(a, "direction")
    return a.astype(np.float64)


def _random_lines(given: Sample, rng: np.random.Generator, direction: str | None) -> Iterator[Line]:
    Z = given.z
    d = Z.shape[1]
    whole = direction != "gaussian" and is_integral(Z) and d * given.largest <= EXACT_PROJECTION / 2
    if direction == "integer" and not whole:
        raise ValueError(
            "direction = 'integer' needs a sample of integers with d max|z| below 2^50: "
            "use 'gaussian' or 'widened'"
        )
    if d == 1:
        yield lay(given, np.array([power_of_two(given.largest)]))
    if whole:
        for _ in range(ATTEMPTS):
            yield lay(given, _whole(rng.standard_normal(d), given.largest))
        if direction == "integer":
            return
    for _ in range(ATTEMPTS):
        yield _scaled(given, rng.standard_normal(d))
    # Coordinates of very different scales: bring each to its own range first.
    low, high = Z.min(axis=0).astype(np.float64), Z.max(axis=0).astype(np.float64)
    scales = np.array([power_of_two(r) for r in high / 2 - low / 2])
    for _ in range(ATTEMPTS):
        yield lay(given, rng.standard_normal(d) * scales)
    for _ in range(ATTEMPTS):
        yield lay(given, scales * np.exp2(rng.permutation(d) * (-40.0 / d)))


def _scaled(given: Sample, a: NDArray[np.float64]) -> Line:
    """Lay the sample along a times the power of two that brings its coordinates near 1."""
    if given.z.dtype.kind != "f" or given.z.dtype.itemsize == 8:
        return lay(given, a * power_of_two(given.largest))
    # No product of single-precision numbers leaves double precision: their size, which the first
    # projection finds on its way, may come afterwards.
    t = given.project(a)
    scale = power_of_two(given.largest)
    return laid(given, a * scale, np.multiply(t, scale, out=t))


def _whole(a: NDArray[np.float64], largest: float) -> NDArray[np.float64]:
    """Round a to integers times a power of two that keep all partial sums of <a, z> exact.

    The integers are as large as that allows; the power of two brings the projections near 1.
    """
    scale = (EXACT_PROJECTION / max(1.0, largest) - len(a)) / float(np.abs(a).sum())
    whole = np.rint(a * scale)
    return whole * power_of_two(float(np.abs(whole).max()) * largest)
