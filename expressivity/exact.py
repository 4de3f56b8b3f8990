"""Exact arithmetic: floats are dyadic rationals, so a network can be evaluated without rounding."""

from __future__ import annotations

from fractions import Fraction
from operator import mul
from typing import Any

import numpy as np
from numpy.typing import NDArray

from expressivity.projection import project, projection_error
from expressivity.sample import blocks, check_values
from expressivity.triangular import columns

# Sums of object arrays are sums of Python's own integers and fractions: exact, and O(n).
Exact = NDArray[Any]
# Numbers that differ more in size are multiplied as Python's integers.
WIDEST = 400


def dyadic(values: NDArray[np.float64]) -> tuple[Exact, int]:
    """Return integers m and one exponent e with values = m 2^e exactly.

    Parameters
    ----------
    values : float64 array of any shape

    Returns
    -------
    object array of Python integers of the same shape, and the exponent. Cost O(size).
    """
    fraction, exponent = np.frexp(values)
    mantissa = np.ldexp(fraction, 53).astype(np.int64).ravel().tolist()
    low = int(exponent[values != 0].min(initial=2000))
    shift = np.maximum(exponent.astype(np.int64) - low, 0).ravel().tolist()
    whole = np.empty(values.size, dtype=object)
    whole[:] = [m << s for m, s in zip(mantissa, shift, strict=True)]
    return whole.reshape(values.shape), low - 53


def scaled(whole: Exact, by: int) -> Exact:
    """Return whole 2^by for by >= 0."""
    return whole * (1 << by)


def exact_projections(Z: NDArray[Any], a: NDArray[np.float64]) -> tuple[Exact, int]:
    """Return the projections <a, z> without rounding, as integers and one exponent.

    Parameters
    ----------
    Z : real array (m, d) of finite numbers
    a : float64 array (d,), finite

    Returns
    -------
    object array of Python integers (m,), and the exponent.

    Cost: O(m d) floating-point operations where numbers differ by less than 2^400 in size, else
    O(m d) products of Python integers; a few MiB beyond the result.
    """
    if len(Z) and projection_error(Z, a, check_values(Z)) == 0:
        return dyadic(project(Z, a))
    parts = [_projections(Z[block].astype(np.float64), a) for block in blocks(Z)]
    exponent = min((e for _, e in parts), default=0)
    return np.concatenate(
        [np.empty(0, dtype=object), *(scaled(t, e - exponent) for t, e in parts)]
    ), exponent


def _projections(Z: NDArray[np.float64], a: NDArray[np.float64]) -> tuple[Exact, int]:
    """Return Z a exactly, from slices of Z and a whose products are exact in doubles.

    Source: Ozaki, Ogita, Oishi and Rump, Error-free transformations of matrix multiplication by
    using fast routines, Numerical Algorithms 59 (2012).
    """
    bits = (53 - len(a).bit_length()) // 2  # d products of two slices add up below 2^53
    rows, columns_ = slices(Z, bits), slices(a, bits)
    if rows is None or columns_ is None:
        (whole_a, exponent_a), (points, exponent) = dyadic(a), dyadic(Z)
        direction = whole_a.tolist()
        t = np.empty(len(Z), dtype=object)
        t[:] = [sum(map(mul, direction, z)) for z in points.tolist()]
        return t, exponent_a + exponent
    low = rows[1] + columns_[1]
    right = np.stack(columns_[0], axis=1)
    t = np.zeros(len(Z), dtype=object)
    for i, left in enumerate(reversed(rows[0])):
        for j, whole in enumerate((left @ right).T[::-1].astype(np.int64)):
            t += scaled(whole.astype(object), bits * (i + j))
    return t, low


def slices(values: NDArray[np.float64], bits: int) -> tuple[list[NDArray[np.float64]], int] | None:
    """Cut numbers into integers s_1, .., s_k of at most `bits` bits and sign, most significant
    first: values = 2^e sum_i s_i 2^(bits (k - i)) exactly. None where that would take too many.
    """
    size = np.abs(values)
    high = int(np.frexp(size.max(initial=0.0))[1])
    if high <= bits and (values == np.rint(values)).all():
        return [values], 0
    if high - int(np.frexp(size.min(where=size > 0, initial=np.inf))[1]) > WIDEST:
        return None
    rest, found = np.ldexp(values, -high), []
    while rest.any():
        rest = np.ldexp(rest, bits)
        found.append(np.rint(rest))
        rest = rest - found[-1]
    return found, high - bits * len(found)


def exact_error(
    t: tuple[Exact, int],
    b: NDArray[np.float64],
    w: NDArray[np.float64],
    y: NDArray[np.float64],
) -> tuple[Exact, int]:
    """Return network - target at every projection, from the stored weights, without rounding.

    Parameters
    ----------
    t : integers (n,) in any order, and their exponent
    b, w : float64 arrays of the network, w (m,) or (m, K)
    y : float64 array (n,) or (n, K)

    Returns
    -------
    object array of the shape of y, and its exponent. Cost O(n + m) operations, one sort.
    """
    whole_b, exponent_b = dyadic(b)
    whole_w, exponent_w = dyadic(w)
    whole_y, exponent_y = dyadic(y)
    line = min(t[1], exponent_b)
    whole_t = scaled(t[0], t[1] - line)
    whole_b = scaled(whole_b, exponent_b - line)
    value = exact_relu_sum(whole_t, whole_b, whole_w)
    exponent = min(line + exponent_w, exponent_y)
    return (
        scaled(value, line + exponent_w - exponent) - scaled(whole_y, exponent_y - exponent),
        exponent,
    )


def exact_relu_sum(t: Exact, b: Exact, w: Exact) -> Exact:
    """Return sum_j w_j max(t_i - b_j, 0) for every t_i, without rounding.

    With running sums W of w_j and C of w_j b_j over the knots below t, it is W t - C.

    Parameters
    ----------
    t : object array (m,) of integers or fractions, in any order
    b : object array (n,), increasing
    w : object array (n,) or (n, K)

    Returns
    -------
    object array (m,) or (m, K). Cost O(n + m) operations and one search for each t.
    """
    below = np.searchsorted(b, t, side="left")
    zero = np.zeros((1, *w.shape[1:]), dtype=object)
    slope = np.concatenate((zero, np.cumsum(w, axis=0)))[below]
    offset = np.concatenate((zero, np.cumsum(w * columns(b, w), axis=0)))[below]
    return slope * columns(t, w) - offset


def as_fractions(values: NDArray[Any]) -> Exact:
    """Return the object array of the fractions that numbers are, of the same shape."""
    return np.vectorize(Fraction, otypes=[object])(values)


def fractions(whole: Exact, exponent: int) -> Exact:
    """Return the object array of fractions whole 2^exponent, of the same shape."""
    found = np.empty(whole.size, dtype=object)
    found[:] = [as_fraction(m, exponent) for m in whole.ravel()]
    return found.reshape(whole.shape)


def as_fraction(whole: int, exponent: int) -> Fraction:
    """Return whole 2^exponent as a fraction."""
    return Fraction(whole << exponent) if exponent >= 0 else Fraction(whole, 1 << -exponent)


def rounded_up(value: Fraction) -> float:
    """Return a double at least as large as the fraction, at most one place above it."""
    if value > Fraction(np.finfo(float).max):
        return float("inf")
    nearest = float(value)
    return nearest if Fraction(nearest) >= value else float(np.nextafter(nearest, np.inf))
