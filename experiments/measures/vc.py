"""VC dimension of ReLU networks, bounded, and what follows for the error of a classifier.

It depends on the architecture alone, so it is the same number for true and for random labels.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

from experiments.measures.given import number, probability
from expressivity.whole import whole


@dataclass(frozen=True)
class Architecture:
    """What the bounds need to know of a feed-forward network with one real output.

    Attributes
    ----------
    parameters : weights and biases of each layer, shared ones counted once; 0 for one that only
        compares, as a pooling of the largest value does
    units : units of each layer; those of a convolution at all its places; 1 for the output, and
        K (K - 1) / 2 where the largest of K outputs decides: by the signs of their differences;
        of a pooling the pairs in each window
    """

    parameters: tuple[int, ...]
    units: tuple[int, ...]

    def __post_init__(self) -> None:
        for name in ("parameters", "units"):
            values = tuple(whole(value, name, -1) for value in getattr(self, name))
            object.__setattr__(self, name, values)
        if len(self.parameters) != len(self.units) or not self.units:
            raise ValueError(
                f"parameters {self.parameters} and units {self.units}: give one number of each for "
                "every layer"
            )
        if min(self.parameters[0], *self.units) < 1 or min(self.parameters) < 0:
            raise ValueError(
                f"parameters {self.parameters} and units {self.units}: give at least 1 unit for "
                "each layer, and at least 1 parameter for the first"
            )


def perceptron(d: int, *hidden: int) -> Architecture:
    """Return the architecture of a dense network with d inputs, biases and one output.

    >>> perceptron(64, 512).parameters
    (33280, 513)
    """
    widths = [whole(d, "d", 1), *(whole(width, "hidden", 1) for width in hidden), 1]
    parameters = [(a + 1) * b for a, b in pairwise(widths)]
    return Architecture(tuple(parameters), tuple(widths[1:]))


def classifier(parameters: Sequence[int], units: Sequence[int]) -> Architecture:
    """Return what decides whether the largest of K outputs, the last of the units, is the label's.

    Raises ValueError for one output.

    >>> classifier([650], [10]).units
    (45,)
    """
    if not units or whole(units[-1], "the last of the units", 2) < 2:
        raise ValueError("units are empty: give those of each layer, the outputs last")
    *hidden, classes = units
    return Architecture(tuple(parameters), (*hidden, classes * (classes - 1) // 2))


def closed_form(network: Architecture) -> float:
    """Return L + Lbar W log2(4 e R log2(2 e R)), an upper bound on the VC dimension, one output.

    W parameters, W_i of them up to layer i, Lbar = sum_i W_i / W, R = sum_i i k_i for k_i units.
    Source: Bartlett, Harvey, Liaw, Mehrabian 2019, theorem 7, for one breakpoint and degree 1.

    >>> round(closed_form(perceptron(64)))
    309

    Raises ValueError for more than one output.
    """
    if network.units[-1] != 1:
        raise ValueError(f"units are {network.units}: the closed form is for one output")
    up_to = list(accumulate(network.parameters))
    weighted = sum(i * k for i, k in enumerate(network.units, start=1))
    inner = 4 * math.e * weighted * math.log2(2 * math.e * weighted)
    return len(up_to) + sum(up_to) * math.log2(inner)


def solved(network: Architecture) -> int:
    """Return the largest m with 2^m <= prod_i 2 (2 e m i k_i / W_i)^{W_i}: a smaller upper bound.

    The right side bounds the number of labelings of m points: layer by layer, the signs of the
    m k_i inputs of units i, polynomials of degree i in W_i parameters, have at most 2 (2 e m i k_i
    / W_i)^{W_i} patterns where m k_i >= W_i (Warren 1968).

    Parameters
    ----------
    network : Architecture, see `perceptron`

    Returns
    -------
    int, an upper bound on the VC dimension

    Examples
    --------
    >>> from experiments.measures.vc import perceptron, solved
    >>> solved(perceptron(64))
    304
    """
    up_to = list(accumulate(network.parameters))

    def enough(m: int) -> bool:
        growth = sum(
            1 + w * math.log2(2 * math.e * m * i * k / w)
            for i, (w, k) in enumerate(zip(up_to, network.units, strict=True), start=1)
        )
        return m <= growth

    return _last(enough, up_to[-1])


def agnostic(vc: float, n: int, delta: float = 0.05) -> float:
    """Return the bound on test error minus training error, 0-1 loss, two classes.

    sqrt(2 V ln(e n / V) / n) + sqrt(ln(1 / delta) / (2 n)) with probability 1 - delta.
    Source: Mohri, Rostamizadeh, Talwalkar 2018, corollary 3.19.

    Parameters
    ----------
    vc : the VC dimension V, or an upper bound on it
    n : number of points of the sample
    delta : probability with which the bound may fail

    Returns
    -------
    float, infinite below V points, of which it says nothing

    Examples
    --------
    >>> from experiments.measures.vc import agnostic
    >>> round(agnostic(3, 10_000), 3), agnostic(20_000, 10_000)
    (0.086, inf)
    """
    vc, n = number(vc, "vc", 1), whole(n, "n", 1)
    chance = math.sqrt(math.log(1 / probability(delta)) / (2 * n))
    if n < vc:
        return math.inf
    return math.sqrt(2 * vc * math.log(math.e * n / vc) / n) + chance


def realizable(vc: float, n: int, delta: float = 0.05) -> float:
    """Return the bound on the test error of a classifier without training error, two classes.

    (2 / n) (V log2(2 e n / V) + log2(2 / delta)) with probability 1 - delta.
    Source: Blumer, Ehrenfeucht, Haussler, Warmuth 1989.

    Parameters
    ----------
    vc : the VC dimension V, or an upper bound on it
    n : number of points of the sample
    delta : probability with which the bound may fail

    Returns
    -------
    float, infinite below V points

    Examples
    --------
    >>> from experiments.measures.vc import realizable
    >>> round(realizable(3, 10_000), 3), realizable(20_000, 10_000)
    (0.01, inf)
    """
    vc, n, chance = number(vc, "vc", 1), whole(n, "n", 1), math.log2(2 / probability(delta))
    if n < vc:
        return math.inf
    return 2 / n * (vc * math.log2(2 * math.e * n / vc) + chance)


def points_needed(bound: Callable[[float, int], float], vc: float, error: float = 0.5) -> int:
    """Return the least number of points from which a bound says less than `error`.

    Raises ValueError for an error of 0 or above 1, which no bound needs points for.
    """
    vc, error = number(vc, "vc", 1), number(error, "error", 0, 1, above=True)
    return _last(lambda n: bound(vc, n) >= error, max(1, math.ceil(vc))) + 1


def shattered_by_the_construction(hidden: Sequence[int]) -> int:
    """Return a number of points that two-layer networks of these hidden widths do shatter.

    h hidden units carry all labelings of any h distinct points: the network of Theorem 1.
    """
    if len(hidden) != 1:
        raise ValueError(f"hidden has {len(hidden)} widths: Theorem 1 has one hidden layer")
    return whole(hidden[0], "hidden", 1)


def _last(holds: Callable[[int], bool], first: int) -> int:
    """Return the last m >= first with holds(m), which is true up to some m and false after it."""
    low, high = first, 2 * first + 2
    while holds(high):
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if holds(middle) else (low, middle)
    return low
