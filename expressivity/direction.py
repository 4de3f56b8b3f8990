"""Step 1 of the proof: a direction a with distinct projections t_i = <a, z_i>."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from expressivity.arrays import is_integral
from expressivity.gaps import equally_spaced, widen
from expressivity.projection import EXACT_PROJECTION, power_of_two, project, projection_error
from expressivity.sample import Sample, distinct

Direction = Literal["gaussian", "integer", "widened", "equally-spaced"]
NAMES = ("gaussian", "integer", "widened", "equally-spaced")

ATTEMPTS = 4
# Defaults, chosen by `python -m expressivity benchmark`: widening costs a few projections more
# and makes the least gap tens of times wider for d in the hundreds. Beyond 100,000 points the
# literal sum over a sample takes minutes, and the compiled form does not need wide gaps.
WIDEN_UP_TO, EQUALLY_SPACE_UP_TO = 100_000, 1_000


@dataclass(frozen=True)
class Line:
    """The distinct points of a sample in the order of their projections.

    Attributes
    ----------
    a : float64 array (d,), the direction
    t : float64 array (n,), the projections, strictly increasing
    rows : int64 array (n,), the row of the sample that each projection belongs to
    error : float, a bound on |computed - exact| of each projection
    """

    a: NDArray[np.float64]
    t: NDArray[np.float64]
    rows: NDArray[np.int64]
    error: float

    @property
    def quality(self) -> float:
        """The least gap in units of what rounding can blur: larger is better."""
        if len(self.t) < 2:
            return np.inf
        span = float(self.t[-1] / 2 - self.t[0] / 2)
        blur = len(self.t) * np.finfo(float).eps * span + self.error
        return float(np.diff(self.t).min()) / blur if blur else np.inf


def separating_direction(
    given: Sample, direction: Direction | ArrayLike | None = None, seed: int = 0
) -> Line:
    """Find a direction whose projections of distinct points are distinct doubles.

    Integer points get integer entries (times one power of two), small enough that every partial
    sum of <a, z> is exact in double precision; other points a Gaussian direction scaled by a
    power of two so that nothing overflows. By default that direction is improved: equally
    spaced projections where n <= min(d + 1, 1000), else the smallest gaps are widened where
    n <= 100,000.

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

    Cost: O(n d + n log n) for each direction tried, almost always one; widening tries up to 8.
    Source: Theorem 1, step 1.
    """
    if isinstance(direction, str) and direction not in NAMES:
        raise ValueError(
            f"direction = {direction!r} is not one of {', '.join(NAMES)}: give one of them, the "
            "direction itself as an array, or nothing for the default"
        )
    try:
        return _search(given, direction, seed)
    except _RepeatedPointsError as found:
        line = _search(given.take(found.kept), direction, seed)
        return Line(line.a, line.t, found.kept[line.rows], line.error)


class _RepeatedPointsError(Exception):
    """Some points are identical; `kept` are the rows without the repetitions."""

    def __init__(self, kept: NDArray[np.int64]) -> None:
        self.kept = kept


class SameProjectionError(ValueError):
    """Two distinct points have the same projection in double precision."""


def _search(given: Sample, direction: Direction | ArrayLike | None, seed: int) -> Line:
    if direction is not None and not isinstance(direction, str):
        try:
            return _lay(given, _given(direction, given.z.shape[1]))
        except SameProjectionError as collision:
            raise SameProjectionError(
                f"{collision}: the given direction projects them to the same number; give another"
            ) from None
    line = _random_line(given, np.random.default_rng(seed), direction)
    n, d = given.z.shape
    # Least squares squares the coordinates: outside these sizes they would overflow or vanish.
    safe = 1e-100 < given.largest < 1e100
    if n < 3 or d == 1 or direction in ("gaussian", "integer") or not safe:
        return line
    if direction == "equally-spaced" or (
        direction is None and n <= min(d + 1, EQUALLY_SPACE_UP_TO)
    ):
        spaced = equally_spaced(given.z, line.a) if n <= d + 1 else None
        if spaced is not None:
            return _better(given, line, spaced)
        if direction:
            raise ValueError(
                "direction = 'equally-spaced' needs n <= d + 1 affinely independent points, got "
                f"n = {n}, d = {d}: use 'widened'"
            )
    if direction == "widened" or (direction is None and n <= WIDEN_UP_TO):
        return _better(given, line, widen(given.z, line.a))
    return line


def _random_line(given: Sample, rng: np.random.Generator, direction: str | None) -> Line:
    """Take the first random direction whose least gap exceeds its rounding, else the best."""
    best: Line | None = None
    refusal = SameProjectionError()
    for attempt, a in enumerate(_candidates(given, rng, direction)):
        if attempt >= ATTEMPTS and best is not None:
            break
        try:
            line = _lay(given, a)
        except SameProjectionError as collision:
            refusal = collision
            continue
        if len(line.t) < 2 or np.diff(line.t).min() > 2 * line.error:
            return line
        if best is None or line.quality > best.quality:
            best = line
    if best is None:
        raise SameProjectionError(
            f"{refusal}: every direction tried projects them to the same number; rescale the "
            "coordinates or subtract an offset"
        )
    return best


def _better(given: Sample, line: Line, a: NDArray[np.float64]) -> Line:
    """Lay the sample along an improved direction, unless rounding makes it the worse one."""
    if a is line.a:
        return line
    if line.error == 0 and is_integral(given.z):
        a = _whole(a, given.largest)
    else:
        a = a * power_of_two(float(np.abs(a).max())) * power_of_two(given.largest)
    try:
        improved = _lay(given, a)
    except SameProjectionError:
        return line
    return improved if improved.quality > line.quality else line


def _lay(given: Sample, a: NDArray[np.float64]) -> Line:
    """Project the sample on a and sort; identical points turn up next to each other."""
    t = project(given.z, a)
    rows = np.argsort(t)
    t = t[rows]
    if not np.isfinite(t[[0, -1]]).all():
        i = int(rows[0 if not np.isfinite(t[0]) else -1])
        raise ValueError(
            f"X[{i}] has a projection that overflows double precision: scale the direction down"
        )
    error = projection_error(given.z, a, given.largest)
    # Identical points get projections that differ by rounding at most, as do all between them.
    near = np.flatnonzero(t[1:] - t[:-1] <= 2 * error)
    if len(near):
        kept = distinct(given, np.concatenate((rows[near], rows[near + 1])))
        if len(kept) < len(rows):
            raise _RepeatedPointsError(kept)
        same = near[t[near] == t[near + 1]]
        if len(same):
            i, j = sorted((int(rows[same[0]]), int(rows[same[0] + 1])))
            raise SameProjectionError(
                f"X has distinct points {i} and {j} that are too close for double precision"
            )
    return Line(a, t, rows, error)


def _given(direction: ArrayLike, d: int) -> NDArray[np.float64]:
    a = np.array(direction, dtype=np.float64)
    if a.shape != (d,) or not np.isfinite(a).all():
        raise ValueError(
            f"direction has shape {a.shape}: give d = {d} finite numbers, one for each coordinate"
        )
    return a


def _candidates(
    given: Sample, rng: np.random.Generator, direction: str | None
) -> Iterator[NDArray[np.float64]]:
    Z, size = given.z, given.largest
    d = Z.shape[1]
    whole = direction != "gaussian" and d * size <= EXACT_PROJECTION / 2 and is_integral(Z)
    if direction == "integer" and not whole:
        raise ValueError(
            "direction = 'integer' needs a sample of integers with d max|z| below 2^50: "
            "use 'gaussian' or 'widened'"
        )
    if d == 1:
        yield np.array([power_of_two(size)])
    if whole:
        for _ in range(ATTEMPTS):
            yield _whole(rng.standard_normal(d), size)
        if direction == "integer":
            return
    for _ in range(ATTEMPTS):
        yield rng.standard_normal(d) * power_of_two(size)
    # Coordinates of very different scales: bring each to its own range first.
    low, high = Z.min(axis=0).astype(np.float64), Z.max(axis=0).astype(np.float64)
    scales = np.array([power_of_two(r) for r in high / 2 - low / 2])
    for _ in range(ATTEMPTS):
        yield rng.standard_normal(d) * scales
    for _ in range(ATTEMPTS):
        yield scales * np.exp2(rng.permutation(d) * (-40.0 / d))


def _whole(a: NDArray[np.float64], largest: float) -> NDArray[np.float64]:
    """Round a to integers times a power of two that keep all partial sums of <a, z> exact.

    The integers are as large as that allows; the power of two brings the projections near 1.
    """
    scale = (EXACT_PROJECTION / max(1.0, largest) - len(a)) / float(np.abs(a).sum())
    whole = np.rint(a * scale)
    return whole * power_of_two(float(np.abs(whole).max()) * largest)
