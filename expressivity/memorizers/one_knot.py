"""Bit extraction with one ReLU a group, for points whose projections are integers t.

Two savings over `bit_extraction`. The tent map has period 2 on the line, so a multiple of 2 t in z
is invisible: z(t) = alpha_g + 2 beta_g t with beta_g = 0, +-1, 0, +-1, ... on the groups g = 1, 2,
...: a group needs one knot, where the slope changes by 2. The knot k_g behind the last point last_g
of a group is the number in [last_g, last_g + 1) with which the next group's z is right:

    2 (beta_g - beta_{g+1}) k_g = Z_{g+1} - alpha_g mod 2.

The signs keep z in a short interval (`staircase`). And the digits hold short keys (`keys`): t +
shift folded to [0, 2^h] like a strip of paper, with the least h and some shift for which no stored
point shares its key with another point of its zone, the points behind the last one of the group
before. z is folded as well, to [0, 1]; then `digits` draws and compares. `plan` chooses the sizes.

With float64=True every number is an integer below 2^53 and so is every partial sum, in whatever
order: doubles then give the class numbers exactly. For this the knots may be shared out over
several layers. Both the construction and its constants are ours.
"""

from __future__ import annotations

from dataclasses import replace
from math import ceil, log2

import numpy as np
from numpy.typing import ArrayLike, NDArray

from expressivity.memorizers.digits import Row, constant, default_first, extraction
from expressivity.memorizers.integer_line import IntegerLine, integer_line
from expressivity.memorizers.layer import Layer, Size
from expressivity.memorizers.layered import Layered
from expressivity.memorizers.plan import Made, Plan, likely, made, nonzero, shape
from expressivity.memorizers.shape import of_counts, size_of
from expressivity.sample import Sample
from expressivity.verify import Premise

REFERENCE = "after Vardi, Yehudai, Shamir, ICLR 2022; this form is ours"
LABELS = "finite"


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
        plan = Plan(0, int(t[-1]).bit_length(), 1, 0, 0, 0, 1)
        layers, exponent = (constant(d, int(values[0])),), 0
    else:
        chosen = made(t, stored, labels[stored], d, C, line.exponent, group_size, float64)
        plan = chosen.plan
        layers, exponent = _layers(line, values, chosen)
        what = f"no stored key of {plan.key_bits} bits is met in its zone, shift {chosen.shift}"
        premises["keys"] = Premise(True, what, plan.key_bits)
    net = Layered(layers, "one-knot", exponent, dict(vars(plan)), premises, given, C)
    if float64 and net.error > 0:
        raise ValueError(
            "float64 = True needs projections whose sums are doubles: subtract a constant from X, "
            "or use float64 = False"
        )
    return net


@of_counts
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
    z_folds: int | None = None,
    knots_a_layer: int | None = None,
) -> Size:
    """Count the network; by default n (1 - 1 / C) points are stored, and t has 2 log2 n bits."""
    C = 2 if classes is None else classes
    stored = n - -(-n // C) if stored is None else stored
    if stored == 0:
        return Size(1, 1, d + 1, 0, 0, 1)
    bits = ceil(2 * log2(max(n, 2))) if bits is None else bits
    known = {"key_bits": key_bits, "folds": folds, "z_folds": z_folds}
    known = {k: v for k, v in (known | {"knots_a_layer": knots_a_layer}).items() if v is not None}
    plans = []
    for m in range(1, stored + 1) if group_size is None else (group_size,):
        plans.append(replace(likely(n, stored, bits, m), **known))
        if len(plans) > 4 and nonzero(plans[-1], d, C) > 2 * nonzero(plans[0], d, C):
            break
    return size_of(shape(min(plans, key=lambda plan: nonzero(plan, d, C)), d, C))


def _layers(
    line: IntegerLine, values: NDArray[np.int64], chosen: Made
) -> tuple[tuple[Layer, ...], int]:
    """Return the layers and the exponent of the output; `one` stands for 1."""
    plan, stairs, one, e = chosen.plan, chosen.stairs, chosen.one, line.exponent
    to_one = line.a.astype(object) * one
    direction = to_one >> e if e >= 0 else to_one << -e
    layers = [Layer.of(direction[None, :], [-int(line.t[0]) * one])]
    z: Row = {}
    start, n_inputs = stairs.start, 1
    for first in range(0, max(len(stairs.knots), 1), plan.knots_a_layer):
        block = slice(first, first + plan.knots_a_layer)
        hinges = [-k for k in stairs.knots[block]]
        directions, bias, unit = [{0: 1}], [None, *hinges], [0] * (1 + len(hinges))
        if z:
            directions, bias, unit = [*directions, z], [*bias, start], [*unit, 1]
        layers.append(Layer.of(directions, bias, unit=unit, n_inputs=n_inputs))
        n_inputs, start = len(unit), None if z else start
        before: Row = {n_inputs - 1: 1} if z else {}
        z = before | {1 + i: change for i, change in enumerate(stairs.changes[block])}
    layers.append(Layer.of([z, {0: 1}], [start, chosen.shift * one], n_inputs=n_inputs))
    z, key, n_inputs = {0: 1}, {1: 1}, 2
    for step in range(max(plan.z_folds, plan.folds)):
        z, key, layer = _folded(z, key, n_inputs, one, plan, step)
        layers.append(layer)
        n_inputs = layer.n_units
    rho = plan.rho(len(values))
    layers += extraction(z, key, n_inputs, one, plan.group_size, rho, plan.key_bits + 1, values)
    return tuple(layers), -(one.bit_length() - 1)


def _folded(
    z: Row, key: Row, n_inputs: int, one: int, plan: Plan, step: int
) -> tuple[Row, Row, Layer]:
    """Fold z and t once more, x -> relu(x) - 2 relu(x - 2^k), or hand on what is short enough.

    Returns the rows of the next layer, and the layer.
    """
    bias: list[int | None] = []
    unit: list[int] = []
    rows: list[Row] = []
    for number, k in enumerate((plan.z_folds - 1 - step, plan.folds - 1 - step)):
        place, folding = len(unit), k >= 0
        k += plan.key_bits if number == 1 else 0
        bias += [None, -(one << k)] if folding else [None]
        unit += [number] * (1 + folding)
        rows.append({place: 1, place + 1: -2} if folding else {place: 1})
    return rows[0], rows[1], Layer.of([z, key], bias, unit=unit, n_inputs=n_inputs)
