"""Bit extraction with one ReLU a group, for points whose projections are integers t.

Two savings over `bit_extraction`. The tent map has period 2 on the line, so a multiple of 2 t in z
is invisible: z(t) = alpha_g + 2 beta_g t with beta_g = 1, 0, 1, ... on the groups g = 1, 2, ...: a
group needs one knot, where the slope changes between 2 and 0. The knot k_g behind the last point
last_g of a group is the number in [last_g, last_g + 1) with which the next group's z is right:

    k_g = +-(Z_{g+1} - alpha_g) / 2 mod 1,  alpha_{g+1} = alpha_g +- 2 k_g,

+ where the slope ends, - where it begins again. And the digits hold short keys: t + shift folded
to [0, 2^h] like a strip of paper, with the least h and some shift for which no stored point shares
its key with another point of its zone, the points behind the last one of the group before. z is
folded as well, to [0, 1]; then `digits` draws and compares.

With float64=True every number is an integer below 2^53 and so is every partial sum, in whatever
order: doubles then give the class numbers exactly. For this the knots may be shared out over
several layers. Both the construction and its constants are ours.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import ceil, log2

import numpy as np
from numpy.typing import ArrayLike, NDArray

from expressivity.exact import Exact
from expressivity.memorizers.digits import (
    Row,
    class_bits,
    constant,
    default_first,
    encode,
    extraction,
    extraction_shape,
    in_groups,
)
from expressivity.memorizers.integer_line import integer_line
from expressivity.memorizers.layer import Layer, Size
from expressivity.memorizers.layered import Layered
from expressivity.memorizers.shape import LayerShape, shape_of, size_of
from expressivity.sample import Sample
from expressivity.verify import Premise

REFERENCE = "after Vardi, Yehudai, Shamir, ICLR 2022; this form is ours"
LABELS = "finite"

SHIFTS = 64
# Keys are so short that about this many pairs of points meet at each shift.
MEETING = 4
DOUBLE_BITS = 53
# So many of the most promising group sizes are tried.
DRAFTS = 3


@dataclass(frozen=True)
class Plan:
    """What decides the size beside d and C.

    Attributes
    ----------
    stored : N, the number of points that are not of the most frequent class
    bits : t < 2^bits
    group_size : m
    key_bits : h
    folds : how often t is folded
    knots_a_layer : how many groups have their knots in one layer
    """

    stored: int
    bits: int
    group_size: int
    key_bits: int
    folds: int
    knots_a_layer: int

    def rho(self, C: int) -> int:
        """Return the bits of a digit: h + 1 of the key, c of the class and one more."""
        return self.key_bits + 2 + class_bits(C)


def build(
    given: Sample,
    *,
    group_size: int | None = None,
    direction: ArrayLike | None = None,
    seed: int = 0,
    float64: bool = False,
) -> Layered:
    """Build the network of a sample with class numbers as targets.

    Parameters
    ----------
    group_size : m, the knob between depth and weights; that of the fewest nonzero weights without
        it
    direction : array-like (d,) of integers; the shortest that separates without it
    seed : seed of the random directions
    float64 : choose sizes such that ordinary doubles are exact

    Raises
    ------
    ValueError
        as `integer_line`; with float64, where the numbers do not fit in doubles.

    Cost: the direction, and up to 64 sorts of the n points for each h tried; about two.
    """
    line = integer_line(given, direction, seed, shortest=True)
    values, labels = default_first(given.y[line.rows].astype(np.int64))
    if line.t.dtype != np.int64 or int(line.t[-1]) - int(line.t[0]) >= 2**60:
        raise ValueError(
            f"X has projections of {int(line.t[-1] - line.t[0]).bit_length()} bits: "
            "construction = 'one-knot' needs integers, or few digits, below 2^60: round X to a "
            "grid, or use construction = 'bit-extraction'"
        )
    stored, t = np.flatnonzero(labels), line.t - line.t[0]
    d, C = given.z.shape[1], len(values)
    premises = {"distinct": Premise(True, "projections are distinct integers", len(t))}
    if len(stored) == 0:
        plan = Plan(0, int(t[-1]).bit_length(), 1, 0, 0, 1)
        layers, exponent = (constant(d, int(values[0])),), 0
    else:
        plan, shift = _plan(t, stored, d, C, group_size, float64)
        layers, exponent = _layers(
            line.a, line.exponent, line.t, stored, labels, values, plan, shift
        )
        what = f"no stored key of {plan.key_bits} bits is met in its zone, shift {shift}"
        premises["keys"] = Premise(True, what, plan.key_bits)
    return Layered(layers, "one-knot", exponent, dict(vars(plan)), premises, given, C)


def size(
    n: int,
    d: int,
    classes: int | None = None,
    *,
    stored: int | None = None,
    bits: int | None = None,
    group_size: int | None = None,
    key_bits: int | None = None,
    folds: int | None = None,
    knots_a_layer: int | None = None,
) -> Size:
    """Count the network; by default n (1 - 1 / C) points are stored, and t has 2 log2 n bits."""
    C = 2 if classes is None else classes
    stored = n - -(-n // C) if stored is None else stored
    if stored == 0:
        return Size(1, 1, d + 1, 0, 0, 1)
    bits = ceil(2 * log2(max(n, 2))) if bits is None else bits
    sizes = range(1, stored + 1) if group_size is None else (group_size,)
    plans = []
    for m in sizes:
        h = _least_key_bits(m * n) if key_bits is None else key_bits
        G = -(-stored // m)
        plan = Plan(stored, bits, m, h, max(bits + 1 - h, 0), G)
        folds_of = plan.folds if folds is None else folds
        plans.append(replace(plan, folds=folds_of, knots_a_layer=knots_a_layer or G))
        if len(plans) > 4 and _nonzero(plans[-1], d, C) > 2 * _nonzero(plans[0], d, C):
            break
    return size_of(_shape(min(plans, key=lambda plan: _nonzero(plan, d, C)), d, C))


def _plan(
    t: Exact, stored: NDArray[np.int64], d: int, C: int, group_size: int | None, float64: bool
) -> tuple[Plan, int]:
    """Return the plan of the fewest nonzero weights, and the shift of its keys."""
    N, bits = len(stored), int(t[-1]).bit_length()
    if group_size is not None and not 1 <= group_size <= N:
        raise ValueError(
            f"group_size = {group_size} is not between 1 and the {N} points that are stored"
        )
    drafts = []
    for m in range(1, N + 1) if group_size is None else (group_size,):
        h = _least_key_bits(_pairs(stored, len(t), m))
        draft = Plan(N, bits, m, h, max(bits + 1 - h, 0), -(-N // m))
        if float64:
            draft = replace(draft, knots_a_layer=_knots_in_doubles(draft, C))
            if draft.knots_a_layer < 1:
                break
        drafts.append((_nonzero(draft, d, C), draft))
        if len(drafts) > 4 and drafts[-1][0] > 1.5 * min(drafts)[0]:
            break
    found = []
    for _, draft in sorted(drafts, key=lambda pair: pair[0]):
        plan, shift = _with_keys(t, stored, draft)
        if float64:
            plan = replace(plan, knots_a_layer=_knots_in_doubles(plan, C))
        if plan.knots_a_layer >= 1:
            found.append((_nonzero(plan, d, C), plan, shift))
        # The bits of the keys were a guess: some drafts turn out better than they promised.
        if len(found) == DRAFTS:
            break
    if found:
        return min(found, key=lambda made: made[0])[1:]
    raise ValueError(
        f"float64 = True needs integers below 2^53, but projections of {bits} bits with "
        f"group_size = {group_size or 1} need more: use "
        "float64 = False, fewer points, or construction = 'inoue'"
    )


def _with_keys(t: Exact, stored: NDArray[np.int64], draft: Plan) -> tuple[Plan, int]:
    """Find the least h, and a shift, such that stored keys are met by no point of their zone."""
    last = stored[draft.group_size - 1 :: draft.group_size]
    zone = np.searchsorted(last[: -(-len(stored) // draft.group_size) - 1], np.arange(len(t)))
    is_stored = np.zeros(len(t), dtype=np.int64)
    is_stored[stored] = 1
    rng = np.random.default_rng(0)
    # Keys of all bits of t are distinct, whatever was guessed that they need.
    for h in range(min(draft.key_bits, draft.bits + 1), draft.bits + 2):
        for shift in [0, *rng.integers(1, 2 ** (h + 1), SHIFTS - 1).tolist()]:
            key, width = fold(t, shift, h), 2**h + 1
            if (int(zone[-1]) + 1) * width >= 2**62:
                key, width = np.unique(key, return_inverse=True)[1], len(t)
            place = np.sort(2 * (zone * width + key) + is_stored)
            met = place[1:] >> 1 == place[:-1] >> 1
            if not (met & ((place[1:] | place[:-1]) & 1 == 1)).any():
                folds = max((int(t[-1]) + shift).bit_length() - h, 0)
                return replace(draft, key_bits=h, folds=folds), shift
    raise AssertionError("keys of all bits of t are distinct")


def fold(t: Exact, shift: int, h: int) -> Exact:
    """Fold t + shift to [0, 2^h]: the distance to the nearest multiple of 2^(h + 1)."""
    rest = (t + shift) & (2 ** (h + 1) - 1)
    return np.minimum(rest, 2 ** (h + 1) - rest)


def _layers(
    a: NDArray[np.int64],
    e: int,
    line: Exact,
    stored: NDArray[np.int64],
    labels: NDArray[np.int64],
    values: NDArray[np.int64],
    plan: Plan,
    shift: int,
) -> tuple[tuple[Layer, ...], int]:
    """Return the layers and the exponent of the output; one = 2^(B + 1) stands for 1."""
    c, rho, m, h = class_bits(len(values)), plan.rho(len(values)), plan.group_size, plan.key_bits
    t = line.astype(object) - int(line[0])
    key = fold(t[stored], shift, h)
    digits = (key << (c + 1)) + 2 * labels[stored].astype(object)
    B = m * rho + 1
    one = 1 << max(B + 1, e)
    Z = encode(in_groups(digits, m, rho), rho) * (one >> B)
    knots, signs = _knots(t[stored[m - 1 :: m]][: len(Z) - 1], Z, one)
    to_one = a.astype(object) * one
    direction = to_one >> e if e >= 0 else to_one << -e
    layers = [Layer.of(direction[None, :], [-int(line[0]) * one])]
    z: Row = {0: 2}
    start, n_inputs = int(Z[0]), 1
    blocks = range(0, max(len(knots), 1), plan.knots_a_layer)
    for first in blocks:
        block = slice(first, first + plan.knots_a_layer)
        hinges = [-k for k in knots[block]]
        directions, bias, unit = [{0: 1}], [None, *hinges], [0] * (1 + len(hinges))
        collected = first > 0
        if collected:
            directions, bias, unit = [*directions, z], [*bias, start], [*unit, 1]
        layers.append(Layer.of(directions, bias, unit=unit, n_inputs=n_inputs))
        n_inputs = len(unit)
        before: Row = {n_inputs - 1: 1} if collected else {0: 2}
        z = before | {1 + i: -2 * s for i, s in enumerate(signs[block])}
        start = None if collected else start
    layers.append(Layer.of([z, {0: 1}], [start, shift * one], n_inputs=n_inputs))
    z, T, n_inputs = {0: 1}, {1: 1}, 2
    for step in range(plan.bits + 1):
        directions, bias, unit = [z], [None, -(one << (plan.bits - step))], [0, 0]
        folding = step < plan.folds
        directions.append(T)
        bias += [None, -(one << (plan.folds + h - 1 - step))] if folding else [None]
        unit += [1, 1] if folding else [1]
        layers.append(Layer.of(directions, bias, unit=unit, n_inputs=n_inputs))
        n_inputs = len(unit)
        z, T = {0: 1, 1: -2}, ({2: 1, 3: -2} if folding else {2: 1})
    layers += extraction(z, T, n_inputs, one, m, rho, h + 1, values)
    return tuple(layers), -(one.bit_length() - 1)


def _knots(last: Exact, Z: Exact, one: int) -> tuple[list[int], list[int]]:
    """Return the knots and the signs of the slope changes, times one: see the module."""
    alpha, knots, signs = int(Z[0]), [], []
    for g, (t, following) in enumerate(zip(last.tolist(), Z[1:].tolist(), strict=True)):
        sign = -1 if g % 2 else 1
        knot = t * one + (sign * (following - alpha) // 2) % one
        alpha += 2 * sign * knot
        knots.append(knot)
        signs.append(sign)
    return knots, signs


def _shape(plan: Plan, d: int, C: int) -> list[LayerShape]:
    """Return the shape of each layer that `_layers` makes."""
    left, found = -(-plan.stored // plan.group_size) - 1, [shape_of(d, (d, 1, 1))]
    n_inputs, row, start, collected = 1, 1, 1, False
    while True:
        hinges = min(left, plan.knots_a_layer)
        rows = [(1, 1 + hinges, hinges), *([(row, 1, start)] if collected else [])]
        found.append(shape_of(n_inputs, *rows))
        start = 0 if collected else 1
        n_inputs, row, left, collected = found[-1].units, 1 + hinges, left - hinges, True
        if left == 0:
            break
    found.append(shape_of(n_inputs, (row, 1, start), (1, 1, 1)))
    z, key = 1, 1
    for step in range(plan.bits + 1):
        folding = step < plan.folds
        found.append(shape_of(found[-1].units, (z, 2, 1), (key, 1 + folding, int(folding))))
        z, key = 2, 1 + folding
    rho = plan.rho(C)
    return [*found, *extraction_shape(found[-1].units, z, key, plan.group_size, rho, C)]


def _nonzero(plan: Plan, d: int, C: int) -> int:
    return size_of(_shape(plan, d, C)).n_nonzero


def _knots_in_doubles(plan: Plan, C: int) -> int:
    """Return how many knots a layer may have for all sums to stay below 2^53; 0 for none.

    Numbers are multiples of 2^-(B + 1), t is below 2^bits, z below 2^(bits + 1) + 2, and a knot
    adds 2 t at most: (2 + 2 (knots + 1)) 2^bits 2^(B + 1) <= 2^53 leaves room for the rest.
    """
    B = plan.group_size * plan.rho(C) + 1
    room = DOUBLE_BITS - (B + 1) - plan.bits
    G = -(-plan.stored // plan.group_size)
    return min(max(2 ** (room - 1) - 3, 0), max(G - 1, 1)) if room > 0 else 0


def _pairs(stored: NDArray[np.int64], n: int, m: int) -> int:
    """Return how many pairs of a stored and another point share a zone."""
    ends = stored[m - 1 :: m][: -(-len(stored) // m) - 1]
    zones = np.diff(np.concatenate(([-1], ends, [n - 1])))
    held = np.full(len(zones), m)
    held[-1] = len(stored) - m * (len(zones) - 1)
    return int((held * (zones - 1)).sum())


def _least_key_bits(pairs: int) -> int:
    return max(ceil(log2(max(pairs / MEETING, 1))), 1)
