"""A hidden layer on one direction, relu(t - b_j): what follows it is affine between its knots."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from expressivity.exact import Exact
from expressivity.memorizers.exact_numbers import MACHINE, added, integers, largest, scaled, times
from expressivity.memorizers.layer import Layer


@dataclass(frozen=True)
class Hinges:
    """The units relu(t - knots_u) at points with the numbers t; all times 2^exponent."""

    t: Exact
    knots: Exact
    exponent: int

    def values(self) -> list[Exact]:
        """Write the units out: one array a unit."""
        return [
            np.maximum(added(self.t, -self.knots[u : u + 1]), 0) for u in range(len(self.knots))
        ]


@dataclass(frozen=True)
class Pieces:
    """Rows over hinges: slope_uc t + offset_uc for row u at the points whose cell is c.

    Attributes
    ----------
    t : integers or fractions (m,)
    cell : int64 array (m,), numbers of the cells between knots that hold points
    slope, offset : arrays (u, c)
    exponent : the values are to be multiplied by 2^exponent
    """

    t: Exact
    cell: NDArray[np.int64]
    slope: Exact
    offset: Exact
    exponent: int


def pieces(layer: Layer, h: Hinges) -> Pieces:
    """Compose the rows of a layer with hinges, by running sums over the sorted knots.

    Cost O((rows of the layer) (knots) + m log knots).
    """
    values, e_values = integers(layer.values)
    bias, e_bias = integers(layer.bias)
    low = min(h.exponent + e_values, e_bias)
    values, bias = scaled(values, h.exponent + e_values - low), scaled(bias, e_bias - low)
    order = np.argsort(h.knots, kind="stable")
    place = np.empty(len(order), dtype=np.int64)
    place[order] = np.arange(len(order))
    knots = h.knots[order]
    below = np.searchsorted(*_alike(knots, h.t), side="left")
    used, cell = np.unique(below, return_inverse=True)
    fits = values.dtype == knots.dtype == np.int64
    if fits:
        sums = np.bincount(layer.rows, np.abs(values).astype(np.float64)).max(initial=0.0)
        fits = sums * max(1, largest(knots)) < MACHINE
    kind = np.int64 if fits else object
    weights = np.zeros((int(layer.unit.max()) + 1, len(knots) + 1), dtype=kind)
    np.add.at(weights, (layer.rows, place[layer.columns] + 1), values.astype(kind))
    slope = np.cumsum(weights, axis=1)[:, used]
    weights[:, 1:] *= knots.astype(kind)
    offset = -np.cumsum(weights, axis=1)[:, used]
    unit = layer.unit
    return Pieces(h.t, cell, slope[unit], added(offset[unit], bias[:, None]), low)


def written_out(found: Pieces) -> list[tuple[Exact, NDArray[np.int64] | None]]:
    """Return each row's values at the points, as a table with an index where it is constant."""
    rows = []
    for slope, offset in zip(found.slope, found.offset, strict=True):
        if not slope.any():
            rows.append((offset, found.cell))
        else:
            line = times(slope[found.cell], found.t)
            rows.append((added(line, offset[found.cell]), None))
    return rows


def sum_of_relus(found: Pieces, layer: Layer) -> tuple[list[Exact], int]:
    """Apply max(v, 0) and then a last layer without activation to rows over hinges.

    In one cell unit u is on where slope_u t + offset_u > 0, a ray of the line: slopes and offsets
    of the units that are on are running sums over the points. Cost O(cells entries + m).

    Returns one array an output, and the exponent.
    """
    values, e_values = integers(layer.values)
    bias, e_bias = integers(layer.bias)
    low = min(found.exponent + e_values, e_bias)
    values = scaled(values, found.exponent + e_values - low).tolist()
    bias = scaled(bias, e_bias - low).tolist()
    t = found.t.tolist()
    entries = list(zip(layer.rows.tolist(), layer.columns.tolist(), values, strict=True))
    n_rows = int(layer.unit.max()) + 1
    sums = [[0] * len(t) for _ in range(n_rows)]
    by_cell = np.argsort(found.cell, kind="stable")
    ends = np.cumsum(np.bincount(found.cell)).tolist()
    for c, (start, end) in enumerate(zip([0, *ends], ends, strict=False)):
        points = sorted(by_cell[start:end].tolist(), key=t.__getitem__)
        line = [t[i] for i in points]
        slopes, offsets = found.slope[:, c].tolist(), found.offset[:, c].tolist()
        # What changes at each place of the line, for each output: slope and offset.
        changes: list[dict[int, list[Any]]] = [{} for _ in range(n_rows)]
        for row, u, v in entries:
            m, o = slopes[u], offsets[u]
            on, off = _ray(m, o, line)
            if on == off:
                continue
            at = changes[row]
            begin = at.setdefault(on, [0, 0])
            begin[0] += v * m
            begin[1] += v * o
            if off < len(line):
                finish = at.setdefault(off, [0, 0])
                finish[0] -= v * m
                finish[1] -= v * o
        for row, at in enumerate(changes):
            slope: Any = 0
            offset: Any = 0
            for place, i in enumerate(points):
                if place in at:
                    slope, offset = slope + at[place][0], offset + at[place][1]
                sums[row][i] = slope * t[i] + offset
    outputs = []
    for unit, row in enumerate(layer.unit.tolist()):
        output = np.empty(len(t), dtype=object)
        output[:] = [value + bias[unit] for value in sums[row]]
        outputs.append(output)
    return outputs, low


def _ray(m: Any, o: Any, line: list[Any]) -> tuple[int, int]:
    """Return the range of places at which m t + o > 0, for increasing t."""
    if m > 0:
        return bisect_left(line, True, key=lambda t: m * t + o > 0), len(line)
    if m < 0:
        return 0, bisect_left(line, True, key=lambda t: m * t + o <= 0)
    return 0, len(line) if o > 0 else 0


def _alike(first: Exact, second: Exact) -> tuple[Exact, Exact]:
    if first.dtype == second.dtype:
        return first, second
    return first.astype(object), second.astype(object)
