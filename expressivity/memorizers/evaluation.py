"""A layered network in exact arithmetic, fast where its structure allows.

Three things make it fast. Units that take few different values over the points are kept as a
table of these and an index. The units of a layer on one direction, relu(t - b), are never written
out: what follows is affine between neighbouring knots (`hinges`). And machine integers are used
where they fit.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from expressivity.exact import Exact, as_fraction, dyadic, exact_projections
from expressivity.memorizers.exact_numbers import added, integers, machine, product, scaled
from expressivity.memorizers.hinges import Hinges, pieces, sum_of_relus, written_out
from expressivity.memorizers.layer import Layer
from expressivity.sample import Sample

if TYPE_CHECKING:
    from expressivity.memorizers.layered import Layered

BLOCK_POINTS, BLOCK_VALUES = 1 << 18, 1 << 22


@dataclass(frozen=True)
class Unit:
    """The values of one unit: table[index[i]] at point i, or table[i] without an index."""

    table: Exact
    index: NDArray[np.int64] | None = None

    def at_points(self) -> Exact:
        """Return the value at each point."""
        return self.table if self.index is None else self.table[self.index]


def evaluate(net: Layered, Z: NDArray[Any]) -> Exact:
    """Evaluate a network at points without any rounding.

    ReLU is positively homogeneous: points with denominator 2^F are read as integers, and the
    biases of all layers are multiplied by 2^F instead.

    Parameters
    ----------
    net : Layered
    Z : real array (m, d)

    Returns
    -------
    object array (m,), or (m, K) for K > 1 outputs, of integers and fractions. Cost: behind a layer
    on one direction O(m + units) numbers a row, elsewhere O(m) numbers a stored entry.
    """
    found = []
    for rows in _blocks(net, len(Z)):
        outputs, exponent = _outputs(net.layers, Z[rows])
        whole = np.stack([unit.at_points() for unit in outputs], axis=1).astype(object)
        scale = as_fraction(1, exponent + net.exponent)
        found.append(whole * (int(scale) if scale.denominator == 1 else scale))
    values = np.concatenate(found)
    return values[:, 0] if values.shape[1] == 1 else values


def largest_residual(net: Layered, given: Sample) -> Fraction:
    """Return the largest |network - target| over a sample, exactly."""
    values = evaluate(net, given.z).ravel().tolist()
    targets, exponent = dyadic(given.y)
    scale = Fraction(2) ** exponent
    exact = [int(y) * scale for y in targets.ravel().tolist()]
    return max(abs(v - y) for v, y in zip(values, exact, strict=True))


def _outputs(layers: tuple[Layer, ...], Z: NDArray[Any]) -> tuple[list[Unit], int]:
    """Return the outputs at a block of points, and the power of two to multiply them by."""
    h, exponent = _first(layers[0], Z)
    for number, layer in enumerate(layers[1:], 1):
        if isinstance(h, Hinges) and not layer.carried:
            lines = pieces(layer, h)
            if layer.activation == "relu" and _is_sum(layers[number + 1 :]):
                values, exponent = sum_of_relus(lines, layers[number + 1])
                return [Unit(value) for value in values], exponent
            rows = [Unit(table, index) for table, index in written_out(lines)]
            h, exponent = _activated(layer, rows, lines.exponent)
        else:
            units = [Unit(v) for v in h.values()] if isinstance(h, Hinges) else h
            before = layers[number - 1]
            nonnegative = before.activation != "identity" and not before.carried
            h, exponent = _layer(layer, units, exponent, len(Z), nonnegative)
    assert isinstance(h, list)
    return h, exponent


def _is_sum(rest: tuple[Layer, ...]) -> bool:
    return len(rest) == 1 and rest[0].activation == "identity" and not rest[0].carried


def _first(layer: Layer, Z: NDArray[Any]) -> tuple[list[Unit] | Hinges, int]:
    """Apply the first layer; the projections on one direction have a way of their own."""
    a = _one_direction(layer)
    if a is None:
        points, exponent = integers(Z.T)
        return _layer(layer, [Unit(row) for row in points], exponent, len(Z))
    (t, exponent), (bias, e_bias) = exact_projections(Z, a), integers(layer.bias)
    low = min(exponent, e_bias)
    t, bias = machine(scaled(t, exponent - low)), scaled(bias, e_bias - low)
    if _is_hinges(layer):
        return Hinges(t, -bias, low), low
    return _activated(layer, [Unit(added(t, bias[u : u + 1])) for u in range(len(bias))], low)


def _layer(
    layer: Layer, h: list[Unit], exponent: int, m: int, nonnegative: bool = False
) -> tuple[list[Unit] | Hinges, int]:
    """Apply one layer to units at m points, each to be multiplied by 2^exponent."""
    values, e_values = integers(layer.values)
    bias, e_bias = integers(layer.bias)
    low = min(exponent + e_values, exponent if layer.carried else exponent + e_values, e_bias)
    values, bias = scaled(values, exponent + e_values - low), scaled(bias, e_bias - low)
    directions = _directions(layer, values, h, m)
    if _is_hinges(layer):
        return Hinges(directions[0].at_points(), -bias, low), low
    rows = []
    for unit, direction in enumerate(layer.unit.tolist()):
        row = directions[direction]
        if layer.biased[unit]:
            row = Unit(added(row.table, bias[unit : unit + 1]), row.index)
        if unit < layer.carried:
            handed_on = scaled(h[unit].at_points(), exponent - low)
            row = Unit(added(row.at_points(), handed_on))
        rows.append(row)
    same = {id(unit.table) for unit in h} if nonnegative else set()
    return _activated(layer, rows, low, same)


def _directions(layer: Layer, values: Exact, h: list[Unit], m: int) -> list[Unit]:
    """Return each direction times h, on the table that all its inputs share if there is one."""
    n_rows = int(layer.unit.max(initial=-1)) + 1
    starts = np.searchsorted(layer.rows, np.arange(n_rows + 1)).tolist()
    columns = layer.columns.tolist()
    found: list[Unit | None] = [None] * n_rows
    shared: dict[int, tuple[NDArray[np.int64] | None, list[int]]] = {}
    for row in range(n_rows):
        inputs = columns[starts[row] : starts[row + 1]]
        if len(inputs) == 1 and values[starts[row]] == 1:
            found[row] = h[inputs[0]]
            continue
        indices = {id(h[k].index): h[k].index for k in inputs}
        index = next(iter(indices.values())) if len(indices) == 1 else None
        shared.setdefault(id(index), (index, []))[1].append(row)
    for index, rows in shared.values():
        entries = np.concatenate([np.arange(starts[r], starts[r + 1]) for r in rows])
        inputs, column = np.unique(layer.columns[entries], return_inverse=True)
        tables = [h[k].at_points() if index is None else h[k].table for k in inputs.tolist()]
        if not tables:
            tables = [np.zeros(m, dtype=np.int64)]
        row_of = np.repeat(np.arange(len(rows)), [starts[r + 1] - starts[r] for r in rows])
        for row, table in zip(
            rows, product(row_of, column, values[entries], len(rows), np.stack(tables)), strict=True
        ):
            found[row] = Unit(table, index)
    return [unit for unit in found if unit is not None]


def _activated(
    layer: Layer, rows: list[Unit], exponent: int, nonnegative: set[int] | None = None
) -> tuple[list[Unit], int]:
    """Apply the activation of a layer; tables known to be nonnegative stay as they are."""
    if layer.activation == "relu":
        return [
            row
            if unit < layer.carried or id(row.table) in (nonnegative or ())
            else Unit(np.maximum(row.table, 0), row.index)
            for unit, row in enumerate(rows)
        ], exponent
    if layer.activation == "threshold":
        low = min(exponent, 0)
        return [
            Unit(scaled(row.table, exponent - low), row.index)
            if unit < layer.carried
            else Unit(scaled((row.table >= 0).astype(np.int64), -low), row.index)
            for unit, row in enumerate(rows)
        ], low
    return rows, exponent


def _is_hinges(layer: Layer) -> bool:
    return (
        layer.activation == "relu"
        and layer.n_units > 1
        and not layer.unit.any()
        and not layer.carried
    )


def _one_direction(layer: Layer) -> NDArray[np.float64] | None:
    """Return the direction of a layer that has only one, if doubles hold it exactly."""
    if layer.unit.any() or layer.carried or not layer.n_units:
        return None
    a = np.zeros(layer.n_inputs, dtype=object)
    a[layer.columns] = layer.values
    try:
        found = a.astype(np.float64)
    except OverflowError:
        return None
    return found if (found.astype(object) == a).all() else None


def _blocks(net: Layered, m: int) -> list[slice]:
    widest = max(layer.n_units for layer in net.layers)
    size = BLOCK_POINTS
    if _one_direction(net.layers[0]) is None:
        size = max(1, BLOCK_VALUES // max(widest, net.layers[0].n_inputs))
    return [slice(start, start + size) for start in range(0, max(m, 1), size)]
