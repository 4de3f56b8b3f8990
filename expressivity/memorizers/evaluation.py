"""A layered network in exact arithmetic, fast where its structure allows.

Where the first layer has one direction, units are functions of the projection (`piecewise`). Others
are computed at every point. Machine integers are used where they fit.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from expressivity.exact import Exact, as_fraction, dyadic, exact_projections
from expressivity.memorizers.exact_numbers import (
    added,
    integer_layer,
    integers,
    power_of_two,
    product,
    shortest,
    times,
)
from expressivity.memorizers.layer import Layer
from expressivity.memorizers.piecewise import outputs
from expressivity.sample import Sample

if TYPE_CHECKING:
    from expressivity.memorizers.layered import Layered

BLOCK_POINTS, BLOCK_VALUES = 1 << 17, 1 << 22


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
    on one direction a sort, and for a stored entry at most m numbers, as many as there are
    different values in groups of neighbours (`piecewise`); elsewhere m numbers a stored entry.
    """
    values = np.empty((len(Z), net.layers[-1].n_units), dtype=object)
    for rows, found, exponent in _blocks(net.layers, Z):
        for k, output in enumerate(found):
            values[rows, k] = _multiplied(output, as_fraction(1, exponent + net.exponent))
    return values[:, 0] if values.shape[1] == 1 else values


def largest_residual(net: Layered, given: Sample) -> Fraction:
    """Return the largest |network - target| over a sample, exactly."""
    values = evaluate(net, given.z).ravel().tolist()
    targets, exponent = dyadic(given.y)
    scale = Fraction(2) ** exponent
    exact = [int(y) * scale for y in targets.ravel().tolist()]
    return max(abs(v - y) for v, y in zip(values, exact, strict=True))


def _blocks(
    layers: tuple[Layer, ...], Z: NDArray[Any]
) -> Iterator[tuple[NDArray[np.int64], list[Exact], int]]:
    """Yield rows of Z, the outputs at them, and the exponent of the power of two they lack."""
    direction = _one_direction(layers[0])
    if direction is None:
        widest = max(layers[0].n_inputs, *(layer.n_units for layer in layers))
        size = max(1, BLOCK_VALUES // widest)
        for start in range(0, len(Z), size):
            rows = np.arange(start, min(start + size, len(Z)))
            yield rows, *_at_points(layers, Z[rows])
        return
    a, a_exponent = direction
    t, exponent = shortest(*exact_projections(Z, a))
    order = np.argsort(t, kind="stable")
    for start in range(0, len(Z), BLOCK_POINTS):
        rows = order[start : start + BLOCK_POINTS]
        yield rows, *outputs(layers, t[rows], exponent + a_exponent)


def _at_points(layers: tuple[Layer, ...], Z: NDArray[Any]) -> tuple[list[Exact], int]:
    """Apply layers to points, one array for all units of a layer."""
    h, exponent = integers(Z.T)
    for layer in layers:
        values, bias, low = integer_layer(layer, exponent)
        n_rows = int(layer.unit.max(initial=-1)) + 1
        rows = product(layer.rows, layer.columns, values, n_rows, h)[layer.unit]
        past, active = np.split(added(rows, bias[:, None]), [layer.carried])
        if layer.activation == "relu":
            active = np.maximum(active, 0)
        elif layer.activation == "threshold":
            active = (active >= 0) * power_of_two(-low)
        if layer.carried:
            past = added(past, times(h[: layer.carried], power_of_two(exponent - low)))
        h, exponent = np.concatenate((past, active)), low
    return list(h), exponent


def _one_direction(layer: Layer) -> tuple[NDArray[np.float64], int] | None:
    """Return a and e for a layer of one direction a 2^e, if doubles hold a exactly."""
    if layer.unit.any() or layer.carried or not layer.n_units:
        return None
    a = np.zeros(layer.n_inputs, dtype=object)
    a[layer.columns] = layer.values
    exponent = 0
    if all(isinstance(v, int) for v in a.tolist()):
        a, exponent = shortest(a, 0)
    try:
        found = a.astype(np.float64)
    except OverflowError:
        return None
    return (found, exponent) if (found.astype(object) == a).all() else None


def _multiplied(values: Exact, scale: Fraction) -> Exact:
    """Return values times a power of two, computed once for values that are often the same."""
    if scale.denominator == 1:
        return values.astype(object) * int(scale)
    listed = values.tolist()
    products = {v: v * scale for v in set(listed)}
    found = np.empty(len(listed), dtype=object)
    found[:] = [products[v] for v in listed]
    return found
