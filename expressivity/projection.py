"""The projections t = <a, z> in double precision, and what rounding does to them."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from expressivity.arrays import blocks, check_values, is_integral, table
from expressivity.threads import share_out

# Room is left below 2^53 for the first knot, one range of t to the left of the sample.
EXACT_PROJECTION = 2**51
TERMS = 8192


def project(Z: NDArray[Any], a: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the projections t = Z a in double precision, shape (n,).

    A projection depends on its point and the direction alone, to the last bit: not on the dtype,
    byte order or layout of Z, nor on the other rows, the threads, or the instructions of an x86-64
    processor (others may round product and sum once, so that the last digits differ). Matrix
    products of BLAS have none of that. Cost O(n d), blocked: no float64 copy of Z is made.
    """
    t = np.empty(len(Z))
    a = np.ascontiguousarray(a)
    share_out(lambda rows: _project(Z[rows], a, t[rows]), len(Z), Z.size)
    return t


def project_and_measure(
    Z: NDArray[Any], a: NDArray[np.float64]
) -> tuple[NDArray[np.float64], float]:
    """Return the projections t = Z a and max |z|, NaN where there is one, of one pass over floats.

    Cost as `project`, and no second reading of Z from memory.
    """
    t, extremes = np.empty(len(Z)), list[np.floating]()
    a = np.ascontiguousarray(a)
    share_out(lambda rows: _project(Z[rows], a, t[rows], extremes), len(Z), Z.size)
    return t, float(np.abs(extremes).max(initial=0.0))


def _project(
    Z: NDArray[Any],
    a: NDArray[np.float64],
    t: NDArray[np.float64],
    extremes: list[np.floating] | None = None,
) -> None:
    """Write the projections of Z to t, and append least and largest coordinates to `extremes`."""
    plain = Z.dtype == np.float64 and Z.flags.c_contiguous and Z.flags.aligned
    parts = blocks(Z)
    doubles = np.empty(Z[parts[0]].shape)
    with np.errstate(over="ignore", invalid="ignore"):
        for rows in parts:
            points = Z[rows]
            if not plain:
                points = doubles[: len(points)]
                np.copyto(points, Z[rows])
            # einsum buffers, and cuts sums, beyond 8,192 terms.
            np.einsum("ij,j->i", points[:, :TERMS], a[:TERMS], out=t[rows])
            for start in range(TERMS, len(a), TERMS):
                more = slice(start, start + TERMS)
                t[rows] += np.einsum("ij,j->i", points[:, more], a[more])
            if extremes is not None:
                extremes += Z[rows].min(), Z[rows].max()


def project_queries(X: ArrayLike, a: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the projections <a, x> of new points, float64 (m,).

    Raises TypeError or ValueError as `sample.sample` does, if X has not the d coordinates of the
    direction, and if a projection overflows. Cost O(m d).
    """
    Z = table(X, d=len(a))
    if Z.dtype.kind != "f":
        check_values(Z)
    t = project(Z, a)
    # NaN and infinity in X show in the projection, whatever the direction.
    if not np.isfinite(t).all():
        check_values(Z)
        i = int(np.argmin(np.isfinite(t)))
        raise ValueError(
            f"X[{i}] is so large that its projection <a, x> overflows double precision: "
            "scale X down, for the sample as well"
        )
    return t


def projection_error(Z: NDArray[Any], a: NDArray[np.float64], largest: float) -> float:
    """Bound |computed - exact| of any <a, z>, whatever the order of summation.

    The standard bound gamma_d |a|_1 max|z|, gamma_d = d u / (1 - d u), with room for underflow;
    0 where a and Z are integers whose partial sums are all exact.

    Parameters
    ----------
    Z : real array (n, d)
    a : float64 array (d,)
    largest : at least max |z|

    Returns
    -------
    float. Cost O(n d) for integral Z, O(d) for others.
    """
    d = len(a)
    with np.errstate(over="ignore"):
        total = float(np.abs(a).sum())
    if total * largest < np.inf and is_integral(Z):
        # Integers times a power of two: all partial sums are exact if they are for integers.
        scale = power_of_two(total * largest / EXACT_PROJECTION)
        whole = a * scale
        # An entry that vanishes beside the others when it is scaled is no such integer.
        if (whole == np.rint(whole)).all() and (whole / scale == a).all():
            return 0.0
    tiny = np.finfo(float).tiny
    if d == 1 and np.frexp(a[0])[0] in (0.5, -0.5) and tiny < total * largest < np.inf:
        smallest = float(np.abs(Z[Z != 0].astype(np.float64)).min(initial=np.inf))
        # Not of the product, which is rounded up to the least normal double just below it.
        if smallest >= tiny / total:
            return 0.0
    unit = np.finfo(float).eps / 2
    gamma = d * unit / (1 - d * unit)
    # Of fractions, so that sum and product overflow only where the bound itself does.
    (m, e), k = np.frexp(largest), int(np.frexp(np.abs(a).max(initial=0.0))[1])
    size = gamma * float(np.abs(np.ldexp(a, -k)).sum()) * m * (1 + 2 * d * unit)
    with np.errstate(over="ignore"):
        size = float(np.ldexp(size, int(e) + k))
    return size + d * float(np.finfo(float).smallest_subnormal)


def power_of_two(size: float) -> float:
    """Return a power of two that brings numbers of this size near 1."""
    # Of sizes below 2^-1000 the inverse would overflow.
    return float(np.exp2(min(-int(np.frexp(size)[1]), 1000)))
