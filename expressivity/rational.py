"""The exact mode: the network of Theorem 1 in rational numbers, with residual exactly 0."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from numbers import Rational
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from expressivity import deep
from expressivity.arrays import check_values, place, real, table
from expressivity.direction import Direction, separating_direction
from expressivity.exact import Exact, as_fractions, exact_projections, exact_relu_sum, fractions
from expressivity.frozen import Remade, freeze
from expressivity.line import SameProjectionError
from expressivity.network import Network, check_parts, finite
from expressivity.randomness import generator
from expressivity.sample import Sample, distinct
from expressivity.triangular import columns

ATTEMPTS = 8


@dataclass(frozen=True, eq=False)
class RationalNetwork(Remade):
    """A network whose knots and weights are rational numbers, in read-only copies of those given.

    Raises TypeError or ValueError as `Network`, and for knots and weights that are no rational
    numbers: doubles are those of `fractions.Fraction(double)`.

    Attributes
    ----------
    a : float64 array (d,), the direction: doubles are rational numbers
    b : object array (n,) of `fractions.Fraction`, the knots, increasing
    w : object array (n,) or (n, K) of `fractions.Fraction`, the weights
    depth : as for `Network`

    Examples
    --------
    >>> from expressivity import interpolate
    >>> net = interpolate([[0], [3]], [1, 0.5], direction=[1], exact=True)
    >>> net
    RationalNetwork(n=2, d=1, n_weights=5)
    >>> net.w.tolist(), net([[2]]).tolist()
    ([Fraction(1, 3), Fraction(-1, 2)], [Fraction(2, 3)])
    >>> net.rounded()
    Network(n=2, d=1, n_weights=5)
    """

    a: NDArray[np.float64]
    b: Exact
    w: Exact
    depth: int = 2

    def __post_init__(self) -> None:
        object.__setattr__(self, "a", finite(self.a, "a"))
        for name in ("b", "w"):
            object.__setattr__(self, name, _rational(getattr(self, name), name))
        check_parts(self.a, self.b, self.w, self.depth)
        object.__setattr__(self, "depth", int(self.depth))

    @property
    def n_weights(self) -> int:
        """The number of weights, as for `Network`."""
        K = 1 if self.w.ndim == 1 else self.w.shape[1]
        return deep.count(len(self.b), len(self.a), K, self.depth)

    def __call__(self, X: ArrayLike) -> Exact:
        """Evaluate at the points X, real array-like (m, d), without any rounding.

        Returns an object array (m,) or (m, K) of `fractions.Fraction`. Raises TypeError or
        ValueError for input that is not real, finite and of d coordinates. Cost O(m d + n)
        rational operations and one search a point.
        """
        Z = table(X, d=len(self.a))
        check_values(Z)
        return exact_relu_sum(fractions(*exact_projections(Z, self.a)), self.b, self.w)

    def rounded(self) -> Network:
        """Return the network with each knot and weight rounded to the nearest double.

        Raises ValueError where one is beyond the largest double.
        """
        try:
            b, w = self.b.astype(np.float64), self.w.astype(np.float64)
        except OverflowError:
            raise ValueError(
                "b or w has a number beyond the largest double: scale y down or X up"
            ) from None
        return Network(self.a, b, w, depth=self.depth)

    def __repr__(self) -> str:
        return f"RationalNetwork(n={len(self.b)}, d={len(self.a)}, n_weights={self.n_weights})"


def _rational(values: Any, name: str) -> Exact:
    """Return rational numbers as a read-only array of fractions. Raises TypeError for others."""
    numbers = np.array(values, dtype=object)
    for index, value in np.ndenumerate(numbers):
        if not isinstance(value, Rational):
            raise TypeError(
                f"{place(index, name)} is {value!r}, no rational number: give fractions.Fraction"
            )
        # NumPy's integers, also within a fraction, would overflow.
        parts = {type(value.numerator), type(value.denominator)}
        if type(value) is not Fraction or parts != {int}:
            numbers[index] = Fraction(int(value.numerator), int(value.denominator))
    freeze(numbers)
    return numbers


def rational_network(
    given: Sample, direction: Direction | ArrayLike | None, seed: int, depth: int
) -> RationalNetwork:
    """Build the network in exact arithmetic; points need only be distinct, however close.

    Raises ValueError as `separating_direction` does. Cost O(n d) products of integers, then O(n)
    rational operations after a sort. Source: Theorem 1.
    """
    rows, directions = distinct(given), _directions(given, direction, seed)
    given = given.take(rows)
    a, order, (whole, exponent) = _separated(given, directions, rows)
    t = fractions(whole, exponent)
    y = as_fractions(given.y[order])
    first = t[0] - (t[-1] - t[0] if len(t) > 1 else max(1, abs(t[0])))
    b = np.concatenate(([first], t[:-1]))
    zero = np.full((1, *y.shape[1:]), Fraction(0), dtype=object)
    slopes = np.diff(np.concatenate((zero, y)), axis=0) / columns(t - b, y)
    w = np.diff(np.concatenate((zero, slopes)), axis=0)
    deep.layers(len(b), depth)
    return RationalNetwork(a, b, w, depth)


def _separated(
    given: Sample, directions: list[NDArray[np.float64]], rows: NDArray[np.integer]
) -> tuple[NDArray[np.float64], NDArray[np.intp], tuple[Exact, int]]:
    """Return the first direction with distinct projections, their order, and them in order.

    `rows` are the numbers of the points, for the message.
    """
    i = j = 0
    for a in directions:
        whole, exponent = exact_projections(given.z, a)
        order = np.array(sorted(range(len(whole)), key=whole.__getitem__))
        whole = whole[order]
        same = np.flatnonzero(whole[1:] == whole[:-1])
        if len(same) == 0:
            return a, order, (whole, exponent)
        i, j = rows[order[same[0] : same[0] + 2]]
    tried = "every direction tried: give another seed or a direction"
    if len(directions) == 1:
        tried = "the given direction: give another"
    raise ValueError(f"X has distinct points {i} and {j} with the same projection on {tried}")


def _directions(
    given: Sample, direction: Direction | ArrayLike | None, seed: int
) -> list[NDArray[np.float64]]:
    try:
        return [separating_direction(given, direction, seed).a]
    except SameProjectionError:
        # Doubles cannot tell the projections apart, rational numbers may.
        if direction is not None and not isinstance(direction, str):
            return [real(direction, "direction").astype(np.float64)]
        rng = generator(seed)
        return [rng.standard_normal(given.z.shape[1]) for _ in range(ATTEMPTS)]
