"""A network behind one direction, on a sample: every unit is piecewise linear in the projection t.

At increasing integers t_0 <= t_1 <= ... a unit is a list of pieces, lines over neighbouring points.
A row of a layer adds up how its inputs change from piece to piece; max(v, 0) cuts a piece in two
where it passes 0. A piece of one point is written as a constant, and equal neighbours become one:
so a unit that is constant on groups of points has one piece a group, however many points there are.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from expressivity.exact import Exact
from expressivity.memorizers.exact_numbers import (
    MACHINE,
    added,
    integer_layer,
    largest,
    power_of_two,
    times,
)
from expressivity.memorizers.layer import Layer

# So many pieces of units with a common row are cut at once.
CUT_AT_ONCE = 1 << 16


@dataclass(frozen=True, eq=False)
class Pieces:
    """A unit: slope[p] t_i + offset[p] at the points i from first[p] up to first[p + 1].

    Attributes
    ----------
    first : int64 array (p,), increasing, first[0] = 0
    slope : integers or fractions (p,); None where all are 0
    offset : integers or fractions (p,)
    nonnegative : whether the unit is known to have no value below 0
    """

    first: NDArray[np.int64]
    slope: Exact | None
    offset: Exact
    nonnegative: bool = False

    def at_points(self, t: Exact) -> Exact:
        """Return the value at each point."""
        lengths = np.diff(self.first, append=len(t))
        offset = np.repeat(self.offset, lengths)
        return (
            offset
            if self.slope is None
            else added(times(np.repeat(self.slope, lengths), t), offset)
        )


def outputs(layers: tuple[Layer, ...], t: Exact, exponent: int) -> tuple[list[Exact], int]:
    """Apply layers, the first of which has one direction, to points with projections t 2^exponent.

    Parameters
    ----------
    layers : the layers of a network
    t : integers (m,) in increasing order
    exponent : int

    Returns
    -------
    one array (m,) a unit of the last layer, of integers or fractions, and the exponent of the power
    of two to multiply them by. Cost, for each stored entry, that of as many numbers as its input
    has pieces: at most m, and one for each group of points on which it is constant.
    """
    one = np.ones(1, dtype=np.int64)
    h = [Pieces(np.zeros(1, dtype=np.int64), one, 0 * one)]
    along = replace(layers[0], rows=0 * one, columns=0 * one, values=one, n_inputs=1)
    for layer in (along, *layers[1:]):
        h, exponent = _layer(layer, h, exponent, t)
    return [unit.at_points(t) for unit in h], exponent


def _layer(layer: Layer, h: list[Pieces], exponent: int, t: Exact) -> tuple[list[Pieces], int]:
    """Apply one layer to units that are to be multiplied by 2^exponent."""
    values, bias, low = integer_layer(layer, exponent)
    found: dict[int, Pieces] = {}
    for units, entries in _by_direction(layer):
        weights, inputs = values[entries], [h[k] for k in layer.columns[entries].tolist()]
        for unit in units[units < layer.carried].tolist():
            with_input = np.concatenate((weights, power_of_two(exponent - low)))
            past = _sum(with_input, [*inputs, h[unit]], t)
            found[unit] = _raised(past, bias[unit : unit + 1])[0]
        active = units[units >= layer.carried]
        line = _sum(weights, inputs, t)
        if layer.activation == "identity":
            units_made = _raised(line, bias[active])
        elif layer.activation == "relu" and line.nonnegative and not bias[active].any():
            units_made = [line] * len(active)
        else:
            step = None if layer.activation == "relu" else power_of_two(-low)
            units_made = _bent(line, bias[active], step, t)
        found |= zip(active.tolist(), units_made, strict=True)
    return [found[unit] for unit in range(layer.n_units)], low


def _by_direction(layer: Layer) -> Iterator[tuple[NDArray[np.int64], slice]]:
    """Yield the units with each direction, and the place of its entries."""
    members = np.argsort(layer.unit, kind="stable")
    n_rows = int(layer.unit.max(initial=-1)) + 1
    units = np.searchsorted(layer.unit[members], np.arange(n_rows + 1)).tolist()
    entries = np.searchsorted(layer.rows, np.arange(n_rows + 1)).tolist()
    for row in range(n_rows):
        yield members[units[row] : units[row + 1]], slice(entries[row], entries[row + 1])


def _sum(weights: Exact, units: list[Pieces], t: Exact) -> Pieces:
    """Add units up, each times its weight."""
    if not units:
        return Pieces(np.zeros(1, dtype=np.int64), None, np.zeros(1, dtype=np.int64))
    if len(units) == 1 and weights[0] == 1:
        return units[0]
    if all(unit.first is units[0].first for unit in units):
        terms = [(weights[k : k + 1], unit) for k, unit in enumerate(units)]
        offset = _total([(w, unit.offset) for w, unit in terms])
        sloped = [(w, unit.slope) for w, unit in terms if unit.slope is not None]
        return _settled(units[0].first, _total(sloped) if sloped else None, offset, t)
    lengths = np.array([len(unit.first) for unit in units])
    longest = int(lengths.argmax())
    if weights[longest] == 1 and 2 * lengths[longest] > lengths.sum():
        others = [k for k in range(len(units)) if k != longest]
        return _added(units[longest], _sum(weights[others], [units[k] for k in others], t), t)
    first = np.concatenate([unit.first for unit in units])
    order = np.argsort(first, kind="stable")
    first = first[order]
    last = np.flatnonzero(np.append(first[1:] != first[:-1], True))
    offset = _running_sum(weights, lengths, [unit.offset for unit in units], order)[last]
    slope = None
    if any(unit.slope is not None for unit in units):
        slopes = [np.zeros(len(u.first), np.int64) if u.slope is None else u.slope for u in units]
        slope = _running_sum(weights, lengths, slopes, order)[last]
    return _settled(first[last], slope, offset, t)


def _added(unit: Pieces, few: Pieces, t: Exact) -> Pieces:
    """Add a unit of few pieces; where that is 0 the other's numbers stay what they are."""
    places = np.searchsorted(unit.first, few.first)
    more = unit.first[np.minimum(places, len(unit.first) - 1)] != few.first
    first = np.insert(unit.first, places[more], few.first[more])
    old, new = (np.searchsorted(v.first, first, side="right") - 1 for v in (unit, few))
    slope = None
    if unit.slope is not None or few.slope is not None:
        zero = np.zeros(len(first), dtype=np.int64)
        slope = zero if unit.slope is None else unit.slope[old]
        slope = _changed(slope, zero if few.slope is None else few.slope[new])
    return _settled(first, slope, _changed(unit.offset[old], few.offset[new]), t)


def _changed(values: Exact, by: Exact) -> Exact:
    """Return values + by, touching only those that change."""
    at = np.flatnonzero(by)
    return _replaced(values, at, added(values[at], by[at]))


def _settled(first: NDArray[np.int64], slope: Exact | None, offset: Exact, t: Exact) -> Pieces:
    """Write pieces of one point as constants, and join neighbours on one line."""
    if slope is not None:
        alone = np.flatnonzero((np.diff(first, append=len(t)) == 1) & (slope != 0))
        values = added(offset[alone], times(slope[alone], t[first[alone]]))
        offset, slope = _replaced(offset, alone, values), slope.copy()
        slope[alone] = 0
        slope = slope if slope.any() else None
    begins = np.append(True, offset[1:] != offset[:-1])
    if slope is not None:
        begins[1:] |= slope[1:] != slope[:-1]
    if begins.all():
        return Pieces(first, slope, offset)
    return Pieces(first[begins], None if slope is None else slope[begins], offset[begins])


def _replaced(values: Exact, at: NDArray[np.int64], by: Exact) -> Exact:
    """Return a copy of values with others at some places."""
    values = values.astype(np.result_type(values, by))
    values[at] = by
    return values


def _total(terms: list[tuple[Exact, Exact]]) -> Exact:
    """Add arrays of one length up, each times its weight."""
    total, *more = [values if weight == 1 else times(weight, values) for weight, values in terms]
    for values in more:
        total = added(total, values)
    return total


def _running_sum(
    weights: Exact, lengths: NDArray[np.int64], values: list[Exact], order: NDArray[np.int64]
) -> Exact:
    """Add up, in this order, the weighted changes along each of the arrays, which begin at 0."""
    change = np.concatenate(values)
    heads = np.cumsum(lengths) - lengths
    beginning = change[heads]
    fits = change.dtype == weights.dtype == np.int64
    if not (fits and 2 * sum(map(abs, weights.tolist())) * largest(change) < MACHINE):
        change, weights = change.astype(object), weights.astype(object)
    change[1:] -= change[:-1].copy()
    change[heads] = beginning
    change *= np.repeat(weights, lengths)
    return np.cumsum(change[order])


def _raised(line: Pieces, bias: Exact) -> list[Pieces]:
    """Add each bias to a row."""
    return [
        replace(line, offset=added(line.offset, bias[u : u + 1]), nonnegative=False)
        for u in range(len(bias))
    ]


def _bent(line: Pieces, bias: Exact, step: Exact | None, t: Exact) -> list[Pieces]:
    """Apply max(v, 0), or step [v >= 0], to a row with each of the biases in turn."""
    found, at_once = [], max(1, CUT_AT_ONCE // len(line.first))
    for start in range(0, len(bias), at_once):
        some = bias[start : start + at_once, None]
        offset = added(line.offset, some) if some.any() else line.offset[None].repeat(len(some), 0)
        if line.slope is None:
            made = np.maximum(offset, 0) if step is None else (offset >= 0) * step
            found += [Pieces(line.first, None, row, nonnegative=True) for row in made]
        else:
            found += _cut(line.first, line.slope, offset, step, t)
    return found


def _cut(
    first: NDArray[np.int64], slope: Exact, offset: Exact, step: Exact | None, t: Exact
) -> list[Pieces]:
    """Apply max(v, 0), or step [v >= 0], to lines (p,) with offsets (u, p): cut them at 0."""
    end = np.append(first[1:], len(t))
    slopes, ends = np.broadcast_to(slope, offset.shape), np.broadcast_to(end, offset.shape)
    moving = slopes != 0
    s, o = slopes[moving], offset[moving]
    # The first integer from which on the sign is another: above -o / s, or at it.
    turn = np.where((s > 0) == (step is None), -o // s + 1, -(o // s))
    turn = turn.astype(np.result_type(turn, t))
    turn = np.minimum(np.maximum(turn, t[0]), t[-1] + 1).astype(t.dtype)
    cut = ends.copy()
    place = np.searchsorted(t, turn)
    cut[moving] = np.clip(place, np.broadcast_to(first, offset.shape)[moving], ends[moving])
    left = np.where(moving, slopes < 0, offset > 0 if step is None else offset >= 0).astype(bool)
    on = np.stack((left, ~left), axis=-1)
    firsts = np.stack((np.broadcast_to(first, offset.shape), cut), axis=-1)
    there = np.stack((cut > first, cut < ends), axis=-1)
    offset = np.where(on, offset[..., None] if step is None else step, 0)
    slopes = np.where(on, slopes[..., None] if step is None else 0, 0)
    sizes = np.cumsum(there.sum(axis=(1, 2)))[:-1]
    parts = (np.split(v[there], sizes) for v in (firsts, slopes, offset))
    return [
        Pieces(f, slope if slope.any() else None, o, nonnegative=True)
        for f, slope, o in zip(*parts, strict=True)
    ]
