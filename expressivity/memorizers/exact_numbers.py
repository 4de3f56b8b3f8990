"""Arrays of exact numbers: int64 where it fits, else Python's integers and fractions."""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.sparse
from numpy.typing import NDArray

from expressivity.arrays import is_integral
from expressivity.exact import Exact, dyadic
from expressivity.memorizers.layer import Layer

# What sums in int64 may reach.
MACHINE = 2**62


def integers(values: NDArray[Any]) -> tuple[Exact, int]:
    """Read numbers as integers times one power of two; fractions stay fractions, exponent 0."""
    if values.dtype == object or values.dtype == np.int64:
        return values, 0
    whole = values.dtype.kind != "f" or is_integral(values.reshape(len(values), -1))
    if whole and largest(values) < 2**53:
        return values.astype(np.int64), 0
    found, exponent = dyadic(values.astype(np.float64))
    return machine(found), exponent


def integer_layer(layer: Layer, exponent: int) -> tuple[Exact, Exact, int]:
    """Return the values and biases of a layer in one unit, and what its outputs are multiplied by.

    The inputs of the layer are to be multiplied by 2^exponent, the outputs by 2^(the one returned).
    """
    values, e_values = integers(layer.values)
    bias, e_bias = integers(layer.bias)
    low = min(exponent + e_values, e_bias)
    low = min(low, exponent) if layer.carried else low
    low = min(low, 0) if layer.activation == "threshold" else low
    return scaled(values, exponent + e_values - low), scaled(bias, e_bias - low), low


def power_of_two(exponent: int) -> Exact:
    """Return 2^exponent, exponent >= 0, as an array (1,)."""
    return scaled(np.ones(1, dtype=np.int64), exponent)


def factors(exponent: int) -> list[float]:
    """Return doubles to multiply by, one after the other, where 2^exponent may be none itself.

    Beyond 2^2200, whatever double is multiplied ends as 0 or infinity: no more of them are needed.
    """
    left, found = max(-2200, min(2200, exponent)), []
    while left:
        step = max(-1000, min(1000, left))
        found.append(2.0**step)
        left -= step
    return found


def scaled(values: Exact, by: int) -> Exact:
    """Return values 2^by for by >= 0."""
    if by == 0:
        return values
    if values.dtype == np.int64 and by < 62 and largest(values) < MACHINE >> by:
        return values << by
    return values.astype(object) * (1 << by)


def shortest(whole: Exact, exponent: int) -> tuple[Exact, int]:
    """Return integers times 2^exponent with the largest exponent that all of them allow."""
    common = int(np.bitwise_or.reduce(whole, initial=0))
    zeros = max((common & -common).bit_length() - 1, 0)
    return machine(whole >> zeros), exponent + zeros


def added(first: Exact, second: Exact) -> Exact:
    """Return first + second, which broadcast."""
    if first.dtype == second.dtype == np.int64 and largest(first) + largest(second) < MACHINE:
        return first + second
    return first.astype(object) + second.astype(object)


def machine(values: Exact) -> Exact:
    """Return integers as int64 if all of them fit."""
    return values.astype(np.int64) if largest(values) < MACHINE else values


def times(first: Exact, second: Exact) -> Exact:
    """Return first * second, which broadcast."""
    if first.dtype == second.dtype == np.int64 and largest(first) * largest(second) < MACHINE:
        return first * second
    return first.astype(object) * second.astype(object)


def product(
    rows: NDArray[np.int64], columns: NDArray[np.int64], values: Exact, n_rows: int, h: Exact
) -> Exact:
    """Return the sparse matrix with these entries times h (columns, points)."""
    if values.dtype == h.dtype == np.int64:
        # As doubles first: -2^63 has no absolute value among machine integers.
        sums = np.bincount(rows, np.abs(values.astype(np.float64))).max(initial=0.0)
        if sums * largest(h) < MACHINE:
            return scipy.sparse.csr_array((values, (rows, columns)), (n_rows, len(h))) @ h
    h, found = h.astype(object), np.zeros((n_rows, h.shape[1]), dtype=object)
    begun = [False] * n_rows
    for row, column, value in zip(rows.tolist(), columns.tolist(), values.tolist(), strict=True):
        term = h[column] if value == 1 else -h[column] if value == -1 else value * h[column]
        found[row] = found[row] + term if begun[row] else term
        begun[row] = True
    return found


def largest(values: NDArray[Any]) -> Any:
    """Return max |v|, a Python number."""
    flat = values.ravel()
    if flat.dtype == object:
        return max(map(abs, flat.tolist()), default=0)
    return max(abs(flat.max(initial=0).item()), abs(flat.min(initial=0).item()))
