"""A layered network in exact arithmetic: machine integers where they fit, Python's elsewhere."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import scipy.sparse
from numpy.typing import NDArray

from expressivity.arrays import is_integral
from expressivity.exact import Exact, as_fraction, dyadic
from expressivity.memorizers.layered import Layer, Layered
from expressivity.sample import Sample

# Values of one layer that are held at a time, and the integers that int64 sums may reach.
BLOCK_VALUES, MACHINE = 1 << 22, 2**62


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
    object array (m,), or (m, K) for K > 1 outputs, of integers and fractions
    """
    widest = max(net.layers[0].n_inputs, *(layer.n_units for layer in net.layers))
    size = max(1, BLOCK_VALUES // widest)
    blocks = [_outputs(net, Z[start : start + size]) for start in range(0, len(Z), size)]
    values = np.concatenate(blocks)
    return values[:, 0] if values.shape[1] == 1 else values


def largest_residual(net: Layered, given: Sample) -> Fraction:
    """Return the largest |network - target| over a sample, exactly."""
    values = evaluate(net, given.z).reshape(given.y.shape)
    targets, exponent = dyadic(given.y)
    scale = Fraction(2) ** exponent
    off = (
        abs(Fraction(v) - int(y) * scale)
        for v, y in zip(values.ravel().tolist(), targets.ravel().tolist(), strict=True)
    )
    return max(off)


def _outputs(net: Layered, Z: NDArray[Any]) -> Exact:
    """Return the outputs at a block of points, object array (m, K)."""
    h, exponent = _integers(Z.T)
    for layer in net.layers:
        h, exponent = _layer(layer, h, exponent)
    whole = h.astype(object).T
    scale = as_fraction(1, exponent + net.exponent)
    return whole * (int(scale) if scale.denominator == 1 else scale)


def _layer(layer: Layer, h: Exact, exponent: int) -> tuple[Exact, int]:
    """Apply one layer to h 2^exponent (inputs, points); return its outputs in the same form."""
    values, e_values = _integers(layer.values)
    bias, e_bias = _integers(layer.bias)
    low = min(exponent + e_values, e_bias if layer.biased.any() else exponent + e_values)
    if layer.carried:
        low = min(low, exponent)
    values, bias = _scaled(values, exponent + e_values - low), _scaled(bias, max(e_bias - low, 0))
    product = _product(layer, values, h)[layer.unit]
    if layer.biased.any():
        product = _fitting(product, bias) + bias[:, None]
    if layer.carried:
        carried = _scaled(h[: layer.carried], exponent - low)
        product = _fitting(product, carried)
        product[: layer.carried] += carried
    active = product[layer.carried :]
    if layer.activation == "relu":
        active[...] = np.maximum(active, 0)
        return product, low
    if layer.activation == "threshold":
        fires = (active >= 0).astype(np.int64)
        if not layer.carried:
            return fires, 0
        one = min(low, 0)
        carried = _scaled(product[: layer.carried], low - one)
        return np.concatenate((carried, _scaled(fires, -one))), one
    return product, low


def _product(layer: Layer, values: Exact, h: Exact) -> Exact:
    """Return the directions times h, (directions, points)."""
    n_rows = int(layer.unit.max(initial=-1)) + 1
    if values.dtype == h.dtype == np.int64 and _row_sum(layer, values) * _largest(h) < MACHINE:
        matrix = scipy.sparse.csr_array(
            (values, (layer.rows, layer.columns)), shape=(n_rows, layer.n_inputs)
        )
        return matrix @ h
    h, values = h.astype(object), values.astype(object)
    product = np.zeros((n_rows, h.shape[1]), dtype=object)
    for row, column, value in zip(layer.rows, layer.columns, values, strict=True):
        product[row] += value * h[column]
    return product


def _row_sum(layer: Layer, values: Exact) -> float:
    return np.bincount(layer.rows, np.abs(values).astype(np.float64)).max(initial=0.0)


def _integers(values: NDArray[Any]) -> tuple[Exact, int]:
    """Read numbers as integers, int64 where all of them fit, times one power of two."""
    if values.dtype == object or values.dtype == np.int64:
        return values, 0
    if values.dtype.kind != "f" or (
        is_integral(np.atleast_2d(values)) and _largest(values) < 2**53
    ):
        return values.astype(np.int64), 0
    whole, exponent = dyadic(values.astype(np.float64))
    return (whole.astype(np.int64) if _largest(whole) < 2**53 else whole), exponent


def _scaled(whole: Exact, by: int) -> Exact:
    """Return whole 2^by, in machine integers where they fit."""
    if by == 0:
        return whole
    if whole.dtype == np.int64 and by < 62 and _largest(whole) < MACHINE >> by:
        return whole << by
    return whole.astype(object) * (1 << by)


def _fitting(product: Exact, summand: Exact) -> Exact:
    """Return product in a dtype that holds its sum with the summand."""
    if product.dtype == summand.dtype == np.int64:
        return (
            product if _largest(product) + _largest(summand) < MACHINE else product.astype(object)
        )
    return product.astype(object)


def _largest(values: NDArray[Any]) -> Any:
    """Return max |v|, a Python number."""
    flat = values.ravel()
    if flat.dtype == object:
        return max(map(abs, flat.tolist()), default=0)
    return max(abs(flat.max(initial=0).item()), abs(flat.min(initial=0).item()))
