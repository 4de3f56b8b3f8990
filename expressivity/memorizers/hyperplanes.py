"""Hyperplanes through some points of a sample and past others, decided without rounding.

A normal is found in doubles, rounded to integers of few bits, and then judged in integers: what is
returned separates exactly, whatever happened before.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from expressivity.exact import dyadic
from expressivity.memorizers.rational_solve import PRIMES, pivot_columns, reduced, residues, solve
from expressivity.randomness import generator

Rows = NDArray[np.int64]
BITS = (12, 16, 20, 26, 34, 44)
# With more coordinates, normals are not solved for in integers, and the rank is not determined.
EXACT_DIMENSION, RANK_DIMENSION, RANK_COST = 64, 1024, 1 << 30
# Coordinates that are held as integers; of more, those that are asked for are converted again.
HELD = 1 << 20
UNIT = float(np.finfo(float).eps) / 2


@dataclass(frozen=True)
class Slab:
    """The points with low <= <normal, x> < high; without high a half-space.

    For every point it was made for, <normal, x> is at least 1 from low and from high.

    Attributes
    ----------
    normal : object array (d,) of integers
    low, high : integers; high is None for a half-space
    """

    normal: NDArray[Any]
    low: int
    high: int | None


class Points:
    """Distinct points, ready for hyperplanes.

    Attributes
    ----------
    Z : float64 array (n, d)
    pivots : int64 array (r,), coordinates on which the differences of the points are independent,
        as many as that is possible for: modulo the best of three primes near 2^21, where n d^2 >
        2^30 on 2d + 32 random ones of them, so that r is at most the dimension of the affine hull;
        with more than 1,024 coordinates those that are not constant
    """

    def __init__(self, Z: NDArray[Any], seed: int = 0) -> None:
        self.Z = Z.astype(np.float64)
        self._rng = generator(seed)
        size = np.abs(self.Z).max(axis=0, initial=0.0)
        # Coordinates of any scale are brought to 1 by powers of two, which is exact.
        self._exponent = np.where(size > 0, np.frexp(size)[1], 0).astype(np.int64)
        self.scaled = np.ldexp(self.Z, -self._exponent)
        self._whole = dyadic(self.Z) if self.Z.size <= HELD else None
        self.pivots = self._pivots()

    @property
    def dimension(self) -> int:
        """The number r of pivots: no hyperplane that cuts the points can be asked for more."""
        return len(self.pivots)

    def slab(self, inside: Rows, outside: Rows) -> Slab | None:
        """Find a slab with all of the points inside that are to be, and none of those outside.

        Parameters
        ----------
        inside : at most d rows; a hyperplane goes through them, or near them where that takes
            fewer bits
        outside : the rows that must not be in the slab

        Returns
        -------
        Slab; None if some point outside is on every hyperplane through those inside, or, with more
        than 64 coordinates, too near for doubles to tell.

        Cost O(k^2 d + n d), a few times; up to 64 coordinates a solve in integers if that fails.
        """
        normal = self.orthogonal(inside)
        if self._hull_meets(inside, outside, normal):
            return None
        found = self._rounded(normal, inside, outside, False)
        if found or self.Z.shape[1] > EXACT_DIMENSION:
            return found
        exact = self.normal(inside)
        return None if exact is None else self.cut(exact, inside, outside)

    def cut(
        self, normal: NDArray[Any], inside: Rows, outside: Rows, half: bool = False
    ) -> Slab | None:
        """Find a slab (a half-space) with a normal near one of integers, of few bits if possible.

        Returns None if a point outside is in every slab that holds those inside.
        """
        largest = max((abs(v) for v in normal.tolist()), default=0)
        scale = 1 << max(largest.bit_length() - 60, 0)
        near = np.array([v // scale for v in normal.tolist()], dtype=np.float64)
        scaled = np.ldexp(near, self._exponent - self._exponent.max())
        found = self._rounded(scaled, inside, outside, half)
        return found or self._judged(normal, inside, outside, half)

    def normal(self, inside: Rows) -> NDArray[Any] | None:
        """Solve for integers orthogonal to the differences of points; None if those depend.

        Coordinates that are free are random. Cost as `rational_solve.solve`.
        """
        whole = dyadic(self.Z[inside])[0]
        differences = whole[1:] - whole[0]
        taken = _independent_columns(lambda p: residues(differences, p))
        normal = self._rng.integers(1, 1 << 12, whole.shape[1]).astype(object)
        normal[taken] = 0
        if not len(differences):
            return normal
        found = solve(differences[:, taken], -(differences @ normal)[:, None])
        if found is None:
            return None
        numerators, denominator = found
        normal *= denominator
        normal[taken] = numerators[:, 0]
        return normal

    def whole(self, normal: NDArray[np.float64]) -> NDArray[Any]:
        """Round a normal of the scaled points to integers of 52 bits that do the same to X."""
        normal = _of_size_one(normal)
        return self._unscaled(np.rint(normal * (2.0**52 / np.abs(normal).max())))

    def values(self, normal: NDArray[Any], rows: Rows) -> tuple[NDArray[Any], int]:
        """Return integers v and an exponent e <= 0 with <normal, x> = v 2^e at every row."""
        whole, exponent = self._whole if self._whole else dyadic(self.Z[rows])
        found = (whole[rows] if self._whole else whole) @ normal
        return (found * (1 << exponent), 0) if exponent > 0 else (found, exponent)

    def contains(self, slab: Slab, rows: Rows) -> NDArray[np.bool_]:
        """Tell which rows are in a slab, exactly."""
        values, exponent = self.values(slab.normal, rows)
        unit = 1 << -exponent
        within = values >= slab.low * unit
        return (within if slab.high is None else within & (values < slab.high * unit)).astype(bool)

    def orthogonal(self, inside: Rows) -> NDArray[np.float64]:
        """Project a random vector onto what is orthogonal to the differences of the points."""
        S = self.scaled[inside]
        spanned = np.linalg.qr((S[1:] - S[0]).T)[0]
        normal = self._rng.standard_normal(S.shape[1])
        for _ in range(2):
            normal -= spanned @ (spanned.T @ normal)
            normal /= float(np.abs(normal).max(initial=0.0)) or 1.0
        return normal

    def independent(self, rows: Rows) -> bool:
        """Tell whether an affine function may have any values at these points.

        Decided modulo primes, as by `rational_solve.solve`, where doubles leave a doubt.
        """
        S = self.scaled[rows]
        sizes = np.abs(np.diagonal(np.linalg.qr((S[1:] - S[0]).T)[1]))
        if sizes.min(initial=1.0) > 1e-6 * sizes.max(initial=0.0):
            return True
        return len(_independent_columns(lambda p: _steps(self.Z[rows], p))) == len(rows) - 1

    def _hull_meets(self, inside: Rows, outside: Rows, normal: NDArray[np.float64]) -> bool:
        """Tell whether the outside point nearest to a hyperplane is in the hull of those inside.

        Decided modulo primes: a point of the hull is one there as well.
        """
        off = np.abs(self.scaled[outside] @ normal - np.mean(self.scaled[inside] @ normal))
        if off.min(initial=1.0) > 1e-6:
            return False
        Z = self.Z[np.append(inside, outside[np.argmin(off)])]
        return not any(reduced(_steps(Z, p), len(inside) - 1, p).any() for p in PRIMES)

    def _rounded(
        self, normal: NDArray[np.float64], inside: Rows, outside: Rows, half: bool
    ) -> Slab | None:
        """Round a normal of the scaled points to as few bits as separate; None if none do."""
        largest = float(np.abs(normal).max(initial=0.0))
        if not 0 < largest < np.inf:
            return None
        normal = _of_size_one(normal)
        largest = float(np.abs(normal).max())
        for bits in BITS:
            whole = np.rint(normal * (2.0**bits / largest))
            values = self.scaled @ whole
            error = 2 * len(whole) * UNIT * float(np.abs(whole).sum())
            low, high = float(values[inside].min()), float(values[inside].max())
            high = np.inf if half else high
            far = values[outside]
            if ((far > low + 2 * error) & (far < high - 2 * error)).any():
                continue
            exact = self._unscaled(whole)
            found = self._judged(exact, inside, outside[_near(far, low, high, 2 * error)], half)
            if found is not None:
                return found
        return None

    def _unscaled(self, whole: NDArray[np.float64]) -> NDArray[Any]:
        """Return the integers that do to the points what `whole` does to the scaled ones."""
        shift = max(int(self._exponent.max()), 0) - self._exponent
        found = np.empty(len(whole), dtype=object)
        found[:] = [int(w) << int(s) for w, s in zip(whole, shift, strict=True)]
        return found

    def _judged(self, normal: NDArray[Any], inside: Rows, outside: Rows, half: bool) -> Slab | None:
        """Compare exact values <normal, x>; scale the normal until integers lie between them."""
        values, exponent = self.values(normal, np.concatenate((inside, outside)))
        within, far = values[: len(inside)].tolist(), values[len(inside) :].tolist()
        first, last = min(within), max(within)
        if any(first <= v and (half or v <= last) for v in far):
            return None
        below = max((v for v in far if v < first), default=first - (4 << -exponent))
        above = min((v for v in far if v > last), default=last + (4 << -exponent))
        gap = min(first - below, above - last)
        # With four units between neighbours the middle, rounded up, is still one from each.
        lift = max(0, 3 - exponent - gap.bit_length())
        low, high = (_ceiling(v, exponent + lift - 1) for v in (first + below, last + above))
        return Slab(normal * (1 << lift), low, None if half else high)

    def _pivots(self) -> Rows:
        n, d = self.Z.shape
        if d > RANK_DIMENSION:
            return np.flatnonzero((self.Z[0] != self.Z).any(axis=0))
        rows = np.arange(1, n)
        if n * d * d > RANK_COST and n > 2 * d + 32:
            rows = np.sort(self._rng.choice(rows, 2 * d + 32, replace=False))
        Z = self.Z[np.concatenate(([0], rows))]
        return np.array(sorted(_independent_columns(lambda p: _steps(Z, p))), dtype=np.int64)


def _independent_columns(modulo: Callable[[int], NDArray[np.int64]]) -> list[int]:
    """Return columns of a matrix on which its rows are independent, as many as its rank.

    Modulo primes, up to the first that shows full rank: each may divide all minors by chance, and
    shows less then, none shows more.
    """
    best: list[int] = []
    for p in PRIMES:
        found = modulo(p)
        best = max(best, pivot_columns(found, p), key=len)
        if len(best) == min(found.shape):
            break
    return best


def _of_size_one(normal: NDArray[np.float64]) -> NDArray[np.float64]:
    """Bring the largest entry to between a half and one, by a power of two."""
    return np.ldexp(normal, -np.frexp(np.abs(normal).max())[1])


def _near(far: NDArray[np.float64], low: float, high: float, error: float) -> Rows:
    """Return where values may lie between the bounds, and the nearest ones beyond them."""
    near = (far >= low - error) & (far <= high + error)
    below, above = far[far < low - error], far[far > high + error]
    near |= (far < low - error) & (far >= below.max(initial=-np.inf) - error)
    near |= (far > high + error) & (far <= above.min(initial=np.inf) + error)
    return np.flatnonzero(near)


def _ceiling(v: int, exponent: int) -> int:
    """Return v 2^exponent, rounded up."""
    return v << exponent if exponent >= 0 else -(-v >> -exponent)


def _steps(Z: NDArray[np.float64], p: int) -> NDArray[np.int64]:
    """Return the differences of the points from the first, times one power of two, modulo p."""
    whole = _residues(Z, p)
    return (whole[1:] - whole[0]) % p


def _residues(Z: NDArray[np.float64], p: int) -> NDArray[np.int64]:
    """Return every double, times one power of two that makes all integers, modulo p."""
    fraction, exponent = np.frexp(Z)
    mantissa = np.ldexp(fraction, 53).astype(np.int64) % p
    least = int(exponent[Z != 0].min(initial=0))
    powers = [1]
    for _ in range(int(exponent.max(initial=0)) - least):
        powers.append(2 * powers[-1] % p)
    return mantissa * np.array(powers)[np.maximum(exponent - least, 0)] % p
