"""Yun, Sra, Jadbabaie 2019: about 4 sqrt(n) hidden units fit n real labels, with short numbers.

Sort the projections, cut them into p groups of q neighbours x_{i,0} < ... < x_{i,q-1}. The first
hidden layer has the hinge relu(t - x_{0,0}) and two in each gap between groups. So a unit of the
second, g_j, can pass through (x_{i,j}, y_{i,j}) with the slope (-1)^j 2^{e_i} on every group: it
crosses over in the gap. With labels in [-1, 1] and 2^{e_i} at least 2 / (least gap of group i),
|g_j| >= 1 at all other points of the group, and sum_j clip(g_j, -1, 1) is the label plus what the
signs add up to: 1 for even q and 0 for odd q. Two ways to clip,

    clip(g) = relu(g + 1) - relu(g - 1) - 1          with 3 layers of weights,
    clip(g) = r - relu(r - 2) - 1, r = relu(g + 1)   with 4.

The two hinges a gap and the powers of two are ours; all numbers are dyadic.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray

from expressivity.exact import dyadic, exact_projections
from expressivity.memorizers.doubles import BEYOND, check_met
from expressivity.memorizers.layer import Layer, Size
from expressivity.memorizers.layered import Layered
from expressivity.memorizers.shape import of_counts
from expressivity.randomness import generator
from expressivity.sample import Sample, distinct
from expressivity.verify import Premise
from expressivity.whole import whole

REFERENCE = "Yun, Sra, Jadbabaie, NeurIPS 2019, arXiv 1810.07770"
LABELS = "real"
SHORTEST, LONGEST, TRIED = 4, 52, 8
Integers = NDArray[Any]


def build(
    given: Sample,
    *,
    depth: int = 3,
    width: int | None = None,
    exact: bool = False,
    seed: int = 0,
) -> Layered:
    """Build the network of a sample.

    Parameters
    ----------
    given : Sample with one target a point
    depth : number of layers of weights, 3 or 4
    width : q, the points of a group; without it the one of fewest weights
    exact : integers, with residual exactly 0, instead of doubles
    seed : seed of the direction, which has the shortest integers that keep the points apart

    Raises
    ------
    ValueError
        for K > 1 targets a point, another depth, a width that is not between 1 and n; if no
        direction tried keeps the projections apart; without `exact` where the rigorous bound on the
        error in double precision is above 1 % of the range of the targets.

    Cost: O(n d) for each of about 20 directions, then O(n) integer operations.
    """
    if given.y.ndim != 1:
        raise ValueError(
            f"y has shape {given.y.shape} but construction = 'yun' has one output: use zhang"
        )
    rows, depth = distinct(given), _depth(depth)
    q = _width(len(rows), width, depth)
    a, t, order = _short_direction(given.z[rows], seed)
    lines = _lines(t, given.y[rows][order], q)
    layers = _layers(a, lines, depth)
    if not exact:
        layers = _in_doubles(layers)
    net = Layered(
        layers,
        "yun",
        exponent=lines.exponent,
        options={"depth": depth, "width": q},
        premises={
            "distinct": Premise(True, "projections of distinct points are distinct", len(rows))
        },
        sample=given,
    )
    if not exact:
        check_met(net, given.y, "build with exact=True, or use zhang")
    return net


def operations(n: int, d: int) -> float:
    """Estimate the operations of `build`: mostly the bound in doubles, for 4 n entries a point."""
    return 10.0 * n * (n + 20 * d)


@of_counts
def size(
    n: int,
    d: int,
    classes: int | None = None,
    *,
    depth: int = 3,
    width: int | None = None,
) -> Size:
    """Count the weights for p = ceil(n / q) groups of q points.

    A direction counted once: d + 2 p q + 2 p + 3 q with 3 layers, d + 2 p q + 2 p + 4 q + 1 with 4.
    """
    depth = _depth(depth)
    q = _width(n, width, depth)
    p = -(-n // q)
    hinges = 2 * p - 1
    if depth == 3:
        return Size(
            n_weights=d + 2 * p * q + 2 * p + 3 * q,
            n_nonzero=hinges * (d + 1) + 2 * q * (hinges + 1) + 2 * q + 1,
            n_dense=hinges * (d + 1) + 2 * q * (hinges + 1) + 2 * q + 1,
            n_hidden=hinges + 2 * q,
            width=max(hinges, 2 * q),
            depth=3,
        )
    return Size(
        n_weights=d + 2 * p * q + 2 * p + 4 * q + 1,
        n_nonzero=hinges * (d + 1) + q * (hinges + 1) + 4 * q + 2,
        n_dense=hinges * (d + 1) + q * (hinges + 1) + (q + 1) * (q + 1) + q + 2,
        n_hidden=hinges + 2 * q + 1,
        width=max(hinges, q + 1),
        depth=4,
    )


def _depth(depth: int) -> int:
    found = whole(depth, "depth", 3)
    if found > 4:
        raise ValueError(f"depth = {depth} but construction = 'yun' has 3 or 4 layers of weights")
    return found


def _width(n: int, width: int | None, depth: int) -> int:
    if width is None:
        # 2 n / q + 3 q, or 2 n / q + 4 q, is least.
        return max(1, min(n, round(sqrt(2 * n / depth))))
    width = whole(width, "width", 1)
    if width > n:
        raise ValueError(f"width = {width} is not between 1 and n = {n}")
    return width


def _short_direction(Z: NDArray[Any], seed: int) -> tuple[Integers, Integers, NDArray[np.int64]]:
    """Return a direction of integers, the sorted projections as integers, and their order."""
    rng = generator(seed)
    for bits in range(SHORTEST, LONGEST + 1, 2):
        best: tuple[int, Integers, Integers, NDArray[np.int64]] | None = None
        for _ in range(TRIED):
            a = rng.integers(-(2**bits), 2**bits, Z.shape[1], endpoint=True)
            t, exponent = exact_projections(Z, a.astype(np.float64))
            order = np.array(sorted(range(len(t)), key=t.__getitem__))
            t, exponent = _shortest(t[order], exponent)
            gap = min((t[1:] - t[:-1]).tolist(), default=1)
            spread = gap * 2**60 // max(int(t[-1] - t[0]), 1)
            if gap > 0 and (best is None or spread > best[0]):
                # Multiplied by 2^-exponent, the direction gives these integers.
                best = spread, a.astype(object) * (1 << max(-exponent, 0)), t, order
        if best:
            return best[1:]
    raise ValueError(
        "X has distinct points with the same projection on every direction tried: use bubeck, or "
        "baum for two classes"
    )


@dataclass(frozen=True)
class _Lines:
    """The hinges, and the units of the second layer: all integers, in units where a label is 1.

    Attributes
    ----------
    hinges : (2 p - 1,) where they bend
    weights : (q, 2 p - 1) slope changes of each unit at the hinges
    bias : (q,) their values at the first hinge
    one : what stands for 1
    exponent : labels are 2^exponent times the integers
    """

    hinges: Integers
    weights: Integers
    bias: Integers
    one: int
    exponent: int


def _lines(t: Integers, y: NDArray[np.float64], q: int) -> _Lines:
    """Lay a line of alternating slope through every point, and cross over between the groups."""
    p = -(-len(t) // q)
    Y, y_exponent = _shortest(*dyadic(y))
    largest = int(abs(Y).max()) or 1
    # Labels are Y / 2^digits in [-1, 1].
    digits = (largest - 1).bit_length()
    x, Y = _padded(t, Y, p * q, q)
    x, Y = x.reshape(p, q), Y.reshape(p, q)
    # A group of one point has a slope as flat as the whole sample would allow.
    gaps = [int(min((row[1:] - row[:-1]).tolist(), default=_reach(t))) for row in x]
    e = [2 - gap.bit_length() for gap in gaps]
    f = [int(v).bit_length() - 1 for v in (x[1:, 0] - x[:-1, -1]).tolist()]
    one = digits + max(0, -min(e)) + max(f, default=0)
    signs = np.array([(-1) ** j for j in range(q)], dtype=object)
    slopes = np.array([[1 << (one + v)] for v in e], dtype=object) * signs
    Y = Y * (1 << (one - digits))
    hinges, weights = [t[0]], [slopes[0]]
    for i in range(p - 1):
        start = x[i, -1]
        end = start + (1 << f[i])
        before = Y[i] + slopes[i] * (start - x[i])
        after = Y[i + 1] + slopes[i + 1] * (end - x[i + 1])
        crossing = (after - before) // (1 << f[i])
        hinges += [start, end]
        weights += [crossing - slopes[i], slopes[i + 1] - crossing]
    bias = Y[0] + slopes[0] * (t[0] - x[0])
    return _Lines(
        np.array(hinges, dtype=object),
        np.array(weights, dtype=object).T,
        bias,
        1 << one,
        y_exponent + digits - one,
    )


def _padded(t: Integers, Y: Integers, m: int, q: int) -> tuple[Integers, Integers]:
    """Fill the last group with points to the right of it, whose labels are 0."""
    missing = m - len(t)
    last = t[m - q :] if missing else t
    step = min((last[1:] - last[:-1]).tolist(), default=_reach(t))
    more = np.array([t[-1] + step * (k + 1) for k in range(missing)], dtype=object)
    return np.concatenate((t, more)), np.concatenate((Y, np.zeros(missing, dtype=object)))


def _reach(t: Integers) -> int:
    return max(abs(int(t[0])), abs(int(t[-1])), 1)


def _shortest(whole: Integers, exponent: int) -> tuple[Integers, int]:
    """Take common powers of two out of integers times 2^exponent, as far as it is negative."""
    bits = 0
    for v in whole.tolist():
        bits |= v
    zeros = (bits & -bits).bit_length() - 1 if bits else -exponent
    shift = min(zeros, -exponent)
    return (whole >> shift, exponent + shift) if shift > 0 else (whole << -shift, exponent + shift)


def _layers(a: Integers, lines: _Lines, depth: int) -> tuple[Layer, ...]:
    q, one = len(lines.bias), lines.one
    hinges = Layer.of(a[None, :], -lines.hinges, unit=np.zeros(len(lines.hinges)))
    even = 1 - q % 2
    if depth == 3:
        both = np.concatenate((lines.bias + one, lines.bias - one))
        clipped = Layer.of(lines.weights, both, unit=np.tile(np.arange(q), 2))
        total = Layer.of([[1] * q + [-1] * q], [-one * (q + even)], activation="identity")
        return hinges, clipped, total
    raised = Layer.of(lines.weights, lines.bias + one)
    # The sum of the raised units, and each of them less 2.
    rows = [dict.fromkeys(range(q), 1), *({j: 1} for j in range(q))]
    halves = Layer.of(rows, [None, *[-2 * one] * q], n_inputs=q)
    total = Layer.of([[1] + [-1] * q], [-one * (q + even)], activation="identity")
    return hinges, raised, halves, total


def _in_doubles(layers: tuple[Layer, ...]) -> tuple[Layer, ...]:
    try:
        return tuple(
            replace(
                layer, values=layer.values.astype(np.float64), bias=layer.bias.astype(np.float64)
            )
            for layer in layers
        )
    except OverflowError:
        raise ValueError(BEYOND) from None
