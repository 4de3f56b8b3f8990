"""The sizes of a `one_knot` network: the fewest weights, and room in doubles where asked for."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from expressivity.exact import Exact
from expressivity.memorizers.digits import class_bits, encode, extraction_shape, in_groups
from expressivity.memorizers.keys import fold, likely_bits, pairs, shortest_keys
from expressivity.memorizers.shape import LayerShape, shape_of, size_of
from expressivity.memorizers.staircase import Staircase, folds, staircase
from expressivity.whole import whole

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
    folds, z_folds : how often t and z are folded
    knots_a_layer : how many groups have their knots in one layer
    """

    stored: int
    bits: int
    group_size: int
    key_bits: int
    folds: int
    z_folds: int
    knots_a_layer: int

    @property
    def groups(self) -> int:
        """The number G of groups."""
        return -(-self.stored // self.group_size)

    def rho(self, C: int) -> int:
        """Return the bits of a digit: h + 1 of the key, c of the class and one more."""
        return self.key_bits + 2 + class_bits(C)


@dataclass(frozen=True)
class Made:
    """A plan, the shift of its keys, its staircase, and the integer `one` that stands for 1."""

    plan: Plan
    shift: int
    stairs: Staircase
    one: int


def made(
    t: Exact,
    stored: NDArray[np.int64],
    labels: NDArray[np.int64],
    d: int,
    C: int,
    exponent: int,
    group_size: int | None,
    float64: bool,
) -> Made:
    """Return the plan of the fewest nonzero weights, with its numbers.

    Parameters
    ----------
    t : int64 array (n,), increasing, t[0] = 0
    stored, labels : int64 arrays (N,), the numbers of the points with a digit, and their classes
    exponent : `one` is a multiple of 2^exponent
    group_size, float64 : as for `one_knot.build`

    Raises ValueError where float64 leaves no room.
    """
    N, bits = len(stored), int(t[-1]).bit_length()
    group_size = None if group_size is None else whole(group_size, "group_size", 1)
    if group_size is not None and group_size > N:
        raise ValueError(
            f"group_size = {group_size} is not between 1 and the {N} points that are stored"
        )
    drafts: list[tuple[int, Plan]] = []
    for m in range(1, N + 1) if group_size is None else (group_size,):
        h, last = likely_bits(pairs(stored, len(t), m)), last_points(t, stored, m)
        # z goes up and down by 2 t on groups, and stays within about two of the longest.
        width = int(np.diff(last).max(initial=0))
        draft = Plan(
            N, bits, m, h, max(bits + 1 - h, 0), folds(4 * width, 1), max(len(last) - 1, 1)
        )
        if float64:
            draft = replace(draft, knots_a_layer=_knots_in_doubles(draft, last, C))
            if draft.knots_a_layer < 1:
                break
        drafts.append((nonzero(draft, d, C), draft))
        if len(drafts) > 4 and drafts[-1][0] > 1.5 * min(drafts, key=_weights)[0]:
            break
    found: list[tuple[int, Made]] = []
    for _, draft in sorted(drafts, key=_weights):
        candidate = _with_numbers(t, stored, labels, draft, C, exponent)
        plan, last = candidate.plan, last_points(t, stored, draft.group_size)
        if float64:
            plan = replace(plan, knots_a_layer=_knots_in_doubles(plan, last, C))
        if plan.knots_a_layer >= 1:
            found.append((nonzero(plan, d, C), replace(candidate, plan=plan)))
        # Bits of keys and folds were a guess: some drafts turn out better than they promised.
        if len(found) == DRAFTS:
            break
    if found:
        return min(found, key=lambda pair: pair[0])[1]
    raise ValueError(
        f"float64 = True needs integers below 2^53, but projections of {bits} bits with "
        f"group_size = {group_size or 1} need more: use "
        "float64 = False, fewer points, or construction = 'inoue'"
    )


def likely(n: int, stored: int, bits: int, group_size: int) -> Plan:
    """Return the plan that random points lead to."""
    h, G = likely_bits(group_size * n), -(-stored // group_size)
    z_folds = max(bits + 5 - G.bit_length(), 2) if G > 1 else 0
    return Plan(stored, bits, group_size, h, max(bits + 1 - h, 0), z_folds, max(G - 1, 1))


def last_points(t: Exact, stored: NDArray[np.int64], group_size: int) -> Exact:
    """Return the last point of each group, in the end that of all."""
    groups = -(-len(stored) // group_size)
    return np.append(t[stored[group_size - 1 :: group_size]][: groups - 1], t[-1])


def _with_numbers(
    t: Exact,
    stored: NDArray[np.int64],
    labels: NDArray[np.int64],
    draft: Plan,
    C: int,
    exponent: int,
) -> Made:
    """Find the keys of a draft, encode the digits, and lead z through the groups."""
    m = draft.group_size
    h, shift = shortest_keys(t, stored, m, draft.key_bits)
    plan = replace(draft, key_bits=h, folds=max((int(t[-1]) + shift).bit_length() - h, 0))
    rho = plan.rho(C)
    keys = fold(t[stored], shift, h).astype(object)
    digits = (keys << (class_bits(C) + 1)) + 2 * labels.astype(object)
    B = m * rho + 1
    one = 1 << max(B + 1, exponent)
    Z = encode(in_groups(digits, m, rho), rho) * (one >> B)
    stairs = staircase(last_points(t, stored, m), Z, one)
    return Made(replace(plan, z_folds=stairs.folds), shift, stairs, one)


def _knots_in_doubles(plan: Plan, last: Exact, C: int) -> int:
    """Return how many knots a layer may have for all sums to stay below 2^53; 0 for none.

    Numbers are multiples of 2^-(B + 1) for B = m rho + 1, so sums of the sizes of terms must stay
    below 2^(52 - B). Each knot adds 2 (t - knot); z, from layers before, is at most 2^z_folds, and
    is that only where the slope is 0, after an even number of knots.
    """
    room = DOUBLE_BITS - (plan.group_size * plan.rho(C) + 2)
    # A little less, for `doubles` bounds sums by rounded ones.
    most = (1 << room) - (1 << room >> 16) if room > 0 else 0
    extraction = (2 + 2 * 2 ** class_bits(C)) << (plan.key_bits + 1)
    if max(3 << (plan.folds + plan.key_bits), 3 << plan.z_folds, extraction) > most:
        return 0
    reach = np.cumsum(2 * (last[-1] - last[:-1]).astype(object)) + (1 << plan.z_folds)
    knots = int(np.searchsorted(reach, most, side="right"))
    return max(len(reach), 1) if knots >= len(reach) else knots - knots % 2


def shape(plan: Plan, d: int, C: int) -> list[LayerShape]:
    """Return the shape of each layer of `one_knot`."""
    left, found = plan.groups - 1, [shape_of(d, (d, 1, 1))]
    n_inputs, before, start = 1, 0, 1
    while left or len(found) == 1:
        hinges = min(left, plan.knots_a_layer)
        z = [(before, 1, start)] if before else []
        found.append(shape_of(n_inputs, (1, 1 + hinges, hinges), *z))
        start = 0 if before else 1
        n_inputs, before, left = found[-1].units, hinges + bool(before), left - hinges
    found.append(shape_of(n_inputs, (before, 1, start), (1, 1, 1)))
    z, key = 1, 1
    for step in range(max(plan.folds, plan.z_folds)):
        rows = [(z, 2, 1) if step < plan.z_folds else (z, 1, 0)]
        rows += [(key, 2, 1) if step < plan.folds else (key, 1, 0)]
        found.append(shape_of(found[-1].units, *rows))
        z, key = 1 + (step < plan.z_folds), 1 + (step < plan.folds)
    rho = plan.rho(C)
    return [*found, *extraction_shape(found[-1].units, z, key, plan.group_size, rho, C)]


def nonzero(plan: Plan, d: int, C: int) -> int:
    """Count the nonzero weights of a plan."""
    return size_of(shape(plan, d, C)).n_nonzero


def _weights(draft: tuple[int, Plan]) -> int:
    return draft[0]
