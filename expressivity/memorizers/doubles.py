"""A layered network in double precision, with a rigorous bound on what rounding does to it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import scipy.sparse
from numpy.typing import NDArray

from expressivity.arrays import is_integral
from expressivity.memorizers.layer import Layer, Numbers
from expressivity.randomness import generator
from expressivity.sample import Sample

if TYPE_CHECKING:
    from expressivity.memorizers.layered import Layered

BLOCK_VALUES = 1 << 22
# Of looking at the values of a sample: less than a minute on one core.
MOST_PRODUCTS = 1e10
# Doubles are refused where their bound is above this share of the range of the targets.
WORST_SHARE = 0.01
BEYOND = (
    "X and y lead to weights beyond double precision: build with exact=True, bring coordinates and "
    "targets to one scale, or use zhang"
)
OVERFLOWS = "X gives outputs that overflow double precision: use `exact`"
UNIT = float(np.finfo(float).eps) / 2
TINY = float(np.finfo(float).smallest_subnormal)
# The bounds are themselves computed in floating point.
ROOM = 1.0 + 1e-6


@dataclass(frozen=True)
class Doubles:
    """Outputs computed in double precision.

    Attributes
    ----------
    values : float64 array (m,), or (m, K) for K > 1 outputs
    bound : float64 array of the same shape: |computed - exact| is at most this, whatever the
        order of summation; 0 where every partial sum was a double anyway
    """

    values: NDArray[np.float64]
    bound: NDArray[np.float64]


def doubles(net: Layered, Z: NDArray[Any]) -> Doubles:
    """Evaluate a network at points in double precision, each layer as a matrix product.

    A row of k products is off by at most gamma_{k+1} sum |M| |h|, gamma_k = k u / (1 - k u)
    (Higham, Accuracy and Stability, section 3.1), and by |M| times the error of h; not at all
    where weights, inputs and biases are multiples of a power of two such that sum |M| |h| + |c|
    is below 2^53 of its units. max(v, 0) adds no error, and has none where v is surely
    below 0; a threshold unit is wrong at most where
    |v| is within its bound.

    Raises ValueError where a weight is no double, or an output overflows.
    """
    layers = [_in_doubles(layer, number) for number, layer in enumerate(net.layers)]
    widest = max(net.layers[0].n_inputs, *(layer.n_units for layer in net.layers))
    size = max(1, BLOCK_VALUES // widest)
    values, bounds = [], []
    for start in range(0, max(len(Z), 1), size):
        h, bound = _first(layers[0], Z[start : start + size])
        for layer in layers[1:]:
            h, bound = _layer(layer, h, bound)
        for found, each in zip((values, bounds), _scaled(h.T, bound.T, net.exponent), strict=True):
            found.append(each)
    v, b = np.concatenate(values), np.concatenate(bounds)
    if not np.isfinite(v).all():
        raise ValueError(OVERFLOWS)
    return Doubles(*((v[:, 0], b[:, 0]) if v.shape[1] == 1 else (v, b)))


def error_bounds(net: Layered, given: Sample) -> NDArray[np.float64]:
    """Bound |network - target| of each output over a sample in double precision, (K,).

    Infinite where nothing is known.
    """
    outputs = net.layers[-1].n_units
    try:
        found = doubles(net, given.z)
    except ValueError:
        return np.full(outputs, np.inf)
    off = np.abs(found.values - given.y.reshape(found.values.shape))
    return (off * (1 + 2 * UNIT) + found.bound).reshape(-1, outputs).max(axis=0)


def worst(y: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the error, (K,), up to which a network in doubles is taken for targets y."""
    columns = y.reshape(len(y), -1)
    spread = WORST_SHARE * columns.max(axis=0) - WORST_SHARE * columns.min(axis=0)
    largest = np.abs(columns).max(axis=0)
    return np.where(spread > 0, spread, WORST_SHARE * np.where(largest > 0, largest, 1.0))


def check_met(net: Layered, y: NDArray[np.float64], mend: str, seen: bool = False) -> None:
    """Refuse a network that does not meet the targets of its sample in doubles, see `worst`.

    By the rigorous bound; or as it is `seen`, where that is far above: by the values as they are
    computed, of points drawn at random where all of them would take more than MOST_PRODUCTS.
    Cost: that of `doubles`.
    """
    most = worst(y)
    off = _seen(net, y) if seen else net.errors
    if not (met := off <= most).all():
        first = off[np.argmin(met)]
        raise ValueError(f"y would be met only within {first:.2g} in double precision: {mend}")


def _seen(net: Layered, y: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the largest |network - target| of each output, (K,), as computed in doubles."""
    Z = net.sample.z  # pyright: ignore[reportOptionalMemberAccess]
    count = max(1, int(MOST_PRODUCTS // net.n_nonzero))
    rows = np.arange(len(Z))
    if count < len(rows):
        rows = generator(0).choice(rows, count, replace=False)
    try:
        values = doubles(net, Z[rows]).values
    except ValueError:  # it overflows
        return np.full(net.layers[-1].n_units, np.inf)
    return np.abs(values - y[rows].reshape(values.shape)).reshape(len(rows), -1).max(axis=0)


@dataclass(frozen=True)
class _Matrices:
    """A layer in doubles: its directions M and |M|, and the power of two that divides all.

    `least` is the least entry of |M| but 0.
    """

    layer: Layer
    matrix: Any
    absolute: Any
    bias: NDArray[np.float64]
    terms: int
    least: float
    grid: float
    bias_grid: float


def _in_doubles(layer: Layer, number: int) -> _Matrices:
    values, bias = (_as_doubles(v, number) for v in (layer.values, layer.bias))
    shape = (int(layer.unit.max(initial=-1)) + 1, layer.n_inputs)
    matrix = scipy.sparse.csr_array((values, (layer.rows, layer.columns)), shape=shape)
    if 4 * len(values) > shape[0] * shape[1]:
        matrix = matrix.toarray()
    terms = int(np.bincount(layer.rows, minlength=1).max()) + 2
    grids = _grid(values), _grid(bias)
    return _Matrices(layer, matrix, abs(matrix), bias, terms, _least(values), *grids)


def _first(given: _Matrices, Z: NDArray[Any]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Apply the first layer; the points are looked at once, by their largest coordinate."""
    layer = given.layer
    # In one order of its entries, whatever the layout, so that sums are rounded alike.
    h = np.ascontiguousarray(Z, dtype=np.float64)
    if layer.carried:
        return _layer(given, h.T, np.zeros_like(h.T))
    with np.errstate(over="ignore", invalid="ignore"):
        value = (given.matrix @ h.T)[layer.unit] + given.bias[:, None]
        largest = max(float(h.max(initial=0)), -float(h.min(initial=0)))
        size = (given.absolute.sum(axis=1) * largest)[layer.unit] + np.abs(given.bias)
        grid = min(given.grid * (1.0 if is_integral(Z) else _grid(h)), given.bias_grid)
        error = np.broadcast_to(_rounding(given, size, grid)[:, None], value.shape).copy()
    return _activated(layer, value, error)


def _layer(
    given: _Matrices, h: NDArray[np.float64], error: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    layer = given.layer
    with np.errstate(over="ignore", invalid="ignore"):
        value = (given.matrix @ h)[layer.unit] + given.bias[:, None]
        size = (given.absolute @ (np.abs(h) + error))[layer.unit] + np.abs(given.bias)[:, None]
        spread = (given.absolute @ error)[layer.unit] if error.any() else np.zeros_like(value)
        value[: layer.carried] += h[: layer.carried]
        size[: layer.carried] += np.abs(h[: layer.carried]) + error[: layer.carried]
        spread[: layer.carried] += error[: layer.carried]
        largest = float(np.abs(h).max(initial=0.0)) or np.inf
        # No power of two that divides h exceeds it: often this settles that sums are rounded.
        unit = min(given.grid * largest, given.bias_grid)
        if ROOM * float(size.max(initial=0.0)) < unit * 2.0**53:
            unit = min(given.grid * _grid(h), given.bias_grid)
            unit = min(unit, _grid(h[: layer.carried]))
        lost = 0.0 if given.least * _least(h) >= 2 * np.finfo(float).tiny else TINY
        error = ROOM * spread + _rounding(given, size, unit, lost)
    return _activated(layer, value, error)


def _rounding(
    given: _Matrices, size: NDArray[np.float64], grid: float, lost: float = TINY
) -> NDArray[np.float64]:
    """Bound what rounding does to rows whose terms add up to `size`, all multiples of `grid`.

    `lost` is what a product may lose to underflow: nothing where none of them is that small.
    """
    if ROOM * float(size.max(initial=0.0)) < grid * 2.0**53:
        return np.zeros_like(size)
    gamma = given.terms * UNIT / (1 - given.terms * UNIT)
    return ROOM * (gamma * size + given.terms * lost)


def _activated(
    layer: Layer, value: NDArray[np.float64], error: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    active = slice(layer.carried, None)
    if layer.activation == "relu":
        # Where even the bound leaves it below 0, the unit is 0, computed or exact.
        error[active] = np.where(value[active] <= -error[active], 0.0, error[active])
        value[active] = np.maximum(value[active], 0.0)
    elif layer.activation == "threshold":
        error[active] = np.where(np.abs(value[active]) < error[active], 1.0, 0.0)
        value[active] = value[active] >= 0
    return value, error


def _scaled(
    values: NDArray[np.float64], bounds: NDArray[np.float64], exponent: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return both times 2^exponent, the bounds larger where that is rounded, as below 2^-1022."""
    with np.errstate(over="ignore"):
        v, b = np.ldexp(values, exponent), np.ldexp(bounds, exponent)
        rounded = (np.ldexp(v, -exponent) != values) | (np.ldexp(b, -exponent) != bounds)
    return v, np.where(rounded, np.nextafter(b, np.inf), b)


def _least(values: NDArray[np.float64]) -> float:
    """Return the least absolute value but 0, infinity where there is none."""
    size = np.abs(values)
    return float(size.min(where=size > 0, initial=np.inf))


def _grid(values: NDArray[np.float64]) -> float:
    """Return the largest power of two (at least the smallest double) that divides all values."""
    values = np.abs(values[(values != 0) & np.isfinite(values)])
    if not len(values):
        return float("inf")
    fraction, exponent = np.frexp(values)
    whole = np.ldexp(fraction, 53).astype(np.int64)
    last = whole & -whole
    return float(np.ldexp(last.astype(np.float64), exponent - 53).min())


def _as_doubles(values: Numbers, number: int) -> NDArray[np.float64]:
    if values.dtype == np.float64:
        return values
    try:
        found = values.astype(np.float64)
    except OverflowError:
        found = np.full(len(values), np.nan)
    for exact, rounded in zip(values.tolist(), found.tolist(), strict=True):
        if exact != rounded:
            raise ValueError(
                f"layer {number + 1} holds a weight of {abs(exact.numerator).bit_length()} bits, "
                "which is no double: evaluate this network with `exact`"
            )
    return found
