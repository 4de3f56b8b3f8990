"""A finite sample: validated at the door, identical points merged, contradictions refused."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

LARGEST_EXACT_INTEGER = 2**53
BLOCK_BYTES = 1 << 22


@dataclass(frozen=True)
class Sample:
    """n distinct points with one real target each.

    Attributes
    ----------
    z : array (n, d), real
        The points, in the dtype they came in.
    y : float64 array (n,)
        The targets.
    rows : int64 array (n,)
        The row of the given X that each point was taken from (the first of identical ones).
    """

    z: NDArray[Any]
    y: NDArray[np.float64]
    rows: NDArray[np.int64]


def sample(X: ArrayLike, y: ArrayLike) -> Sample:
    """Validate X and y, and merge identical points that agree on their target.

    Parameters
    ----------
    X : array-like (N, d) of booleans, integers or floats up to 64 bits; data frames work
    y : array-like (N,) of real targets

    Returns
    -------
    Sample with n <= N points; a `UserWarning` reports how many rows were merged.

    Raises
    ------
    TypeError
        for complex, object and other non-real arrays.
    ValueError
        for a wrong shape, an empty sample, lengths that differ, NaN or infinity, integers that no
        double represents, and identical points with different targets: no function can
        interpolate both.

    Cost: O(N d + N log N) time, one block of rows and four arrays of N numbers.
    Source: Theorem 1, "any function on a sample of size n in d dimensions".
    """
    Z = points(X)
    targets = _targets(y)
    if len(Z) != len(targets):
        raise ValueError(
            f"X has {len(Z)} rows but y has {len(targets)} targets: give one target for each row"
        )
    if len(Z) == 0:
        raise ValueError("X is an empty sample (0 rows): give at least one point")
    rows = _merge(Z, targets)
    if len(rows) < len(Z):
        warnings.warn(
            f"X has {len(Z) - len(rows)} rows that repeat an earlier point with the same target; "
            f"they were merged: n = {len(rows)} distinct points",
            stacklevel=3,
        )
        return Sample(Z[rows], targets[rows], rows)
    return Sample(Z, targets, rows)


def points(X: ArrayLike, name: str = "X") -> NDArray[Any]:
    """Return X as a real, finite (N, d) array without copying where it already is one.

    Raises TypeError or ValueError as `sample` does, naming the argument `name`. Cost O(N d).
    """
    Z = _real(X, name)
    if Z.ndim != 2:
        mend = f"; use {name}.reshape(-1, 1) for points on a line" if Z.ndim == 1 else ""
        raise ValueError(
            f"{name} must be two-dimensional (points, coordinates), got shape {Z.shape}{mend}"
        )
    if Z.shape[1] == 0:
        raise ValueError(f"{name} has shape {Z.shape}: points need at least one coordinate")
    _check_values(Z, name)
    return Z


def blocks(Z: NDArray[Any]) -> list[slice]:
    """Cut the rows of Z into slices whose float64 copies stay within a few MiB."""
    size = max(1, BLOCK_BYTES // (8 * Z.shape[1]))
    return [slice(start, start + size) for start in range(0, len(Z), size)]


def _targets(y: ArrayLike) -> NDArray[np.float64]:
    targets = _real(y, "y")
    if targets.ndim != 1:
        mend = "; use y.ravel()" if targets.size == len(targets) else ""
        raise ValueError(f"y must be one-dimensional, got shape {targets.shape}{mend}")
    _check_values(targets, "y")
    return targets.astype(np.float64)


def _real(values: ArrayLike, name: str) -> NDArray[Any]:
    try:
        array = np.asarray(values)
    except ValueError as error:
        raise ValueError(f"{name} is ragged: all rows need the same length ({error})") from error
    if array.dtype.kind not in "biuf" or array.dtype.itemsize > 8:
        raise TypeError(
            f"{name} has dtype {array.dtype}: give real numbers of at most 64 bits, "
            f"for example np.asarray({name}, dtype=np.float64)"
        )
    return array


def _check_values(array: NDArray[Any], name: str) -> None:
    if array.dtype.kind == "f":
        # A sum is finite only if every term is, and needs no array of booleans.
        with np.errstate(over="ignore", invalid="ignore"):
            if np.isfinite(array.sum(dtype=np.float64)):
                return
        bad = np.argwhere(~np.isfinite(array))
        if len(bad):
            place = ", ".join(map(str, bad[0]))
            raise ValueError(
                f"{name}[{place}] is {array[tuple(bad[0])]} (one of {len(bad)} values that are NaN "
                "or infinite): drop or replace them"
            )
    elif array.dtype.itemsize == 8 and array.size:
        bad = np.argwhere((array > LARGEST_EXACT_INTEGER) | (array < -LARGEST_EXACT_INTEGER))
        if len(bad):
            place = ", ".join(map(str, bad[0]))
            raise ValueError(
                f"{name}[{place}] = {array[tuple(bad[0])]} is beyond 2^53 and has no exact double: "
                "subtract an offset or rescale"
            )


def _merge(Z: NDArray[Any], y: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return the first row of each distinct point, in increasing order."""
    fingerprint = _fingerprints(Z)
    order = np.argsort(fingerprint, kind="stable")
    same = np.flatnonzero(fingerprint[order][1:] == fingerprint[order][:-1])
    if len(same) == 0:
        return np.arange(len(Z), dtype=np.int64)
    # Only rows whose fingerprints meet are compared coordinate by coordinate.
    suspects = np.union1d(order[same], order[same + 1])
    first: dict[bytes, int] = {}
    keep = np.ones(len(Z), dtype=bool)
    for i in suspects.tolist():
        i0 = first.setdefault((Z[i].astype(np.float64) + 0.0).tobytes(), i)
        if i0 == i:
            continue
        if y[i0] != y[i]:
            raise ValueError(
                f"y has 2 different values ({y[i0]:g} and {y[i]:g}) for the identical points "
                f"{i0} and {i}: no function can interpolate both; drop one or average them"
            )
        keep[i] = False
    return np.flatnonzero(keep).astype(np.int64)


def _fingerprints(Z: NDArray[Any]) -> NDArray[np.uint64]:
    """Multilinear hash of each row modulo 2^64: equal rows agree whatever the block they are in."""
    odd = np.random.default_rng(0).integers(0, 2**63, Z.shape[1], dtype=np.uint64) * 2 + 1
    fingerprint = np.empty(len(Z), dtype=np.uint64)
    for block in blocks(Z):
        # Adding zero gives 0.0 and -0.0, which are the same coordinate, the same bits.
        bits = (Z[block].astype(np.float64) + 0.0).view(np.uint64)
        # Trailing zero bits of round numbers would survive the product: fold the high half in.
        bits ^= bits >> np.uint64(32)
        fingerprint[block] = bits @ odd
    return fingerprint
