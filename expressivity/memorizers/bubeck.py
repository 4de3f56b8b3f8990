"""Bubeck, Eldan, Lee, Mikulincer 2020: real labels with 4 ceil(n/d) ReLUs, in general position.

For d points between two walls <u, x> = low and <u, x> = high, with no other point between them, and
an affine function l with their labels,

    (relu(s - low + e l) - relu(s - low) - relu(s - high + e l) + relu(s - high)) / e, s = <u, x>,

is l(x) at those points and 0 at all others, if e |l(x)| is at most the distance of s to either wall
at every point.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from expressivity.exact import dyadic
from expressivity.memorizers.doubles import BEYOND, check_met
from expressivity.memorizers.grouping import Group, cut_into_groups
from expressivity.memorizers.hyperplanes import Points
from expressivity.memorizers.layer import Layer, Size
from expressivity.memorizers.layered import Layered
from expressivity.memorizers.rational_solve import solve
from expressivity.memorizers.shape import of_counts
from expressivity.randomness import generator
from expressivity.sample import Sample, distinct

REFERENCE = "Bubeck, Eldan, Lee, Mikulincer, NeurIPS 2020, arXiv 2006.02855"
LABELS = "real"
# Sums of products of two numbers up to here, or down to its inverse, are doubles of full precision.
LARGEST = 2**300


def build(given: Sample, *, exact: bool = False, seed: int = 0) -> Layered:
    """Build the network of a sample.

    In general position (any d + 1 of the points, or all where they are fewer, affinely independent)
    it has 4 ceil(n / d) hidden units. Elsewhere groups are as large as the points allow, down to
    one, and the premise "general position" reports sizes, failures and the affine rank.

    Parameters
    ----------
    given : Sample with one target a point
    exact : integers and fractions, with residual exactly 0, instead of doubles
    seed : seed of the order of the points and of directions that are free

    Raises
    ------
    ValueError
        for K > 1 targets a point; without `exact` where the rigorous bound on the error in double
        precision is above 1 % of the range of the targets.

    Cost: O((n / d) (d^3 + n d)), and an exact solve (`rational_solve`) for each group.
    """
    if given.y.ndim != 1:
        raise ValueError(
            f"y has shape {given.y.shape} but construction = 'bubeck' has one output: use zhang"
        )
    rows = distinct(given)
    points, y = Points(given.z[rows], seed), given.y[rows]
    n, d = points.Z.shape
    order = generator(seed).permutation(n)
    size = d if points.dimension >= min(d, n - 1) else max(points.dimension, 1)
    grouping = cut_into_groups(points, order, order[:0], size, alone=True)
    sizes = np.abs(points.Z)
    moderate = _moderate(sizes.max()) and _moderate(sizes.min(where=sizes > 0, initial=1.0))
    units = [_units(points, y, group, moderate) for group in grouping.groups]
    try:
        layers = _exact_layers(units) if exact else _double_layers(units)
    except OverflowError:
        raise ValueError(BEYOND) from None
    net = Layered(
        layers,
        "bubeck",
        options={"groups": len(units)},
        premises={"general position": grouping.premise(points)},
        sample=given,
    )
    if not exact:
        check_met(net, given.y, "build with exact=True, or use zhang")
    return net


def operations(n: int, d: int) -> float:
    """Estimate the operations of `build`: the solves, in exact arithmetic."""
    return 1000.0 * n * d * d


@of_counts
def size(n: int, d: int, classes: int | None = None, *, groups: int | None = None) -> Size:
    """Count 4 units for each of ceil(n / d) groups, as in general position.

    Two of the four share a direction, and so do the other two.
    """
    groups = -(-n // d) if groups is None else groups
    return Size(
        n_weights=groups * (2 * d + 8),
        n_nonzero=groups * 4 * (d + 2),
        n_dense=groups * 4 * (d + 2) + 1,
        n_hidden=4 * groups,
        width=4 * groups,
        depth=2,
    )


@dataclass(frozen=True)
class _Units:
    """The numbers of a group: u, low, high; l(x) = (<v, x> + c) / q; e = 2^exponent."""

    u: NDArray[Any]
    low: int
    high: int
    v: NDArray[Any]
    c: Fraction
    q: int
    exponent: int


def _units(points: Points, y: NDArray[np.float64], group: Group, moderate: bool) -> _Units:
    whole, exponent = dyadic(points.Z[group.rows])
    targets, y_exponent = dyadic(y[group.rows])
    v, q = np.zeros(whole.shape[1], dtype=object), 1
    steps = targets[1:] - targets[0]
    if steps.any():
        found = solve(whole[1:] - whole[0], steps[:, None])
        if found is None:
            raise ValueError(f"X has dependent points {group.rows.tolist()}: use zhang")
        v, q = found[0][:, 0], found[1]
    # l is affine: labels and points are integers times powers of two.
    slope = Fraction(2) ** (y_exponent - exponent)
    q, slope = q * slope.denominator, slope.numerator
    v = v * slope
    at_first = int(whole[0] @ v) * Fraction(2) ** exponent
    c = int(targets[0]) * Fraction(2) ** y_exponent * q - at_first
    high = group.slab.high
    assert high is not None
    units = _Units(group.slab.normal, group.slab.low, high, v, c, q, 0)
    e = _exponent(points, units) if moderate else None
    return replace(units, exponent=_exact_exponent(points, units) if e is None else e)


def _exponent(points: Points, units: _Units) -> int | None:
    """Return about the largest e with 2^e |l(x)| <= half of the distance of s to either wall.

    None where products of moderate points with these numbers may leave the range of doubles.
    """
    Z = points.Z
    affine = [*(Fraction(w, units.q) for w in units.v), units.c / units.q]
    if not all(map(_moderate, [*affine, *units.u, units.low, units.high])):
        return None
    *slopes, c = map(float, affine)
    u, v = units.u.astype(np.float64), np.array(slopes)
    low, high = float(units.low), float(units.high)
    s = Z @ u
    room = 4 * (len(u) + 2) * np.finfo(float).eps
    error = room * (np.abs(Z) @ np.abs(u) + max(abs(low), abs(high)))
    distance = np.minimum(np.abs(s - low), np.abs(s - high)) - error
    # Slabs leave at least 1 to either wall, which rounding must not hide.
    distance = np.maximum(distance, 1.0)
    values = np.abs(Z @ v + c) + room * (np.abs(Z) @ np.abs(v) + abs(c))
    largest = float((values / distance).max())
    return int(np.floor(-np.log2(largest))) - 1 if largest else 0


def _moderate(number: float | Fraction) -> bool:
    return not number or (abs(number) < LARGEST and abs(number) * LARGEST > 1)


def _exact_exponent(points: Points, units: _Units) -> int:
    """Return such an e at any scale, from integers of whatever length."""
    whole, exponent = dyadic(points.Z)
    unit = Fraction(2) ** exponent
    s, values = ([int(t) * unit for t in whole @ w] for w in (units.u, units.v))
    largest = max(
        abs(value + units.c) / units.q / min(abs(at - units.low), abs(at - units.high))
        for at, value in zip(s, values, strict=True)
    )
    return largest.denominator.bit_length() - largest.numerator.bit_length() - 2 if largest else 0


def _exact_layers(units: list[_Units]) -> tuple[Layer, Layer]:
    """Multiply the rows of each group so that they are integers, and divide the outputs."""
    directions, biases, outputs = [], [], []
    for group in units:
        scale = Fraction(group.q) / Fraction(2) ** min(group.exponent, 0)
        e = Fraction(2) ** group.exponent
        scale *= (scale * e * group.c / group.q).denominator
        tilt = scale * e / group.q
        u = [int(scale * w) for w in group.u]
        directions += [[a + int(tilt * b) for a, b in zip(u, group.v, strict=True)], u]
        shift = int(tilt * group.c)
        low, high = int(scale * group.low), int(scale * group.high)
        biases += [shift - low, shift - high, -low, -high]
        output = 1 / (scale * e)
        outputs += [output, -output, -output, output]
    hidden = Layer.of(directions, biases, unit=_shared(len(units)))
    return hidden, Layer.of([outputs], activation="identity")


def _double_layers(units: list[_Units]) -> tuple[Layer, Layer]:
    directions, biases, outputs = [], [], []
    for group in units:
        e = Fraction(2) ** group.exponent
        tilted = [
            float(a + e * Fraction(b, group.q)) for a, b in zip(group.u, group.v, strict=True)
        ]
        directions += [tilted, [float(a) for a in group.u]]
        shift = e * group.c / group.q
        biases += [float(shift - group.low), float(shift - group.high)]
        biases += [float(-group.low), float(-group.high)]
        output = float(1 / e)
        outputs += [output, -output, -output, output]
    hidden = Layer.of(np.array(directions), biases, unit=_shared(len(units)))
    return hidden, Layer.of(np.array([outputs]), activation="identity")


def _shared(groups: int) -> NDArray[np.int64]:
    """Return the direction of each unit: two units for the tilted one, two for the plain one."""
    return np.repeat(np.arange(2 * groups), 2)
