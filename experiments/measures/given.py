"""What the measures are given, looked at before anything is computed of it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import scipy.linalg
from numpy.typing import ArrayLike, NDArray

from expressivity.arrays import check_values, real
from expressivity.ranges import Range, is_number


def number(value: Any, name: str, least: float, most: float = math.inf, above: bool = False) -> Any:
    """Return a number of at least `least`, or above it, and at most `most`; infinity is none.

    Raises ValueError, by name, for anything else.
    """
    if not is_number(value):
        raise ValueError(f"{name} is {value!r}: give a number")
    Range(least, most, above).check(name, value)
    return value


def numbers(values: Any, name: str, least: float, most: float = math.inf) -> list[Any]:
    """Return numbers, at least one, each as `number` wants it."""
    found = [number(value, name, least, most) for value in values]
    if not found:
        raise ValueError(f"{name} is empty: give at least one")
    return found


def share(value: Any, name: str) -> Any:
    """Return a number from 0 to 1."""
    return number(value, name, 0, 1)


def probability(value: Any, name: str = "delta") -> Any:
    """Return a number above 0 and below 1."""
    if not 0 < number(value, name, 0) < 1:
        raise ValueError(f"{name} is {value!r}: give a probability, above 0 and below 1")
    return value


def finite(values: ArrayLike, name: str) -> NDArray[np.float64]:
    """Return numbers as doubles, from any library that `expressivity.arrays.real` knows.

    Raises TypeError or ValueError as it does, and for NaN and infinity, with the place.
    """
    array = real(values, name)
    check_values(array, name)
    return array.astype(np.float64, copy=False)


def kernel_matrix(K: ArrayLike) -> NDArray[np.float64]:
    """Return K (n, n). Raises ValueError where it is not square, finite and symmetric."""
    K = finite(K, "K")
    if K.ndim != 2 or K.shape[0] != K.shape[1] or not len(K):
        raise ValueError(f"K has shape {K.shape}: give a kernel's matrix, (n, n)")
    apart = float(np.abs(K - K.T).max())
    if apart > 1e-6 * float(np.abs(K).max()):
        raise ValueError(f"K differs from its transpose by {apart:.2g}: give (K + K.T) / 2")
    return K


def factor_of(K: NDArray[np.float64]) -> Any:
    """Return SciPy's Cholesky factor. Raises ValueError where K is not positive definite."""
    mend = "drop repeated points or add a ridge"
    try:
        factor = scipy.linalg.cho_factor(K, lower=True)
    except np.linalg.LinAlgError as error:
        raise ValueError(f"K is not positive definite ({error}): {mend}") from None
    pivot, largest = float(np.diag(factor[0]).min() ** 2), float(np.diag(K).max())
    # Of a singular matrix rounding leaves pivots of either sign.
    if pivot <= len(K) * np.finfo(float).eps * largest:
        raise ValueError(f"K is singular but for rounding (a pivot of {pivot:.2g}): {mend}")
    return factor


def of_points(values: ArrayLike, name: str, n: int) -> NDArray[np.float64]:
    """Return finite numbers for each of n points. Raises ValueError for other shapes and values."""
    array = finite(values, name)
    if array.ndim not in (1, 2) or len(array) != n:
        raise ValueError(f"{name} has shape {array.shape}: give a value or a row for each of {n}")
    return array


def points(X: ArrayLike, matrices: Sequence[Any]) -> NDArray[np.float64]:
    """Return points (n, d), at least one, that the first of some matrices (out, d) takes."""
    Z = finite(X, "X")
    if Z.ndim != 2 or not len(Z) or Z.shape[1] != matrices[0].shape[1]:
        raise ValueError(
            f"X has shape {Z.shape}: give points of {matrices[0].shape[1]} coordinates, as the "
            "first matrix takes"
        )
    return Z


def class_numbers(labels: ArrayLike, classes: int, n: int) -> NDArray[np.int64]:
    """Return labels (n,). Raises ValueError for what is no class number 0, 1, ..., classes - 1."""
    array = real(labels, "labels")
    if array.shape != (n,):
        raise ValueError(f"labels have shape {array.shape}: give one for each of {n} points")
    if array.dtype.kind not in "iu" or (n and not 0 <= array.min() <= array.max() < classes):
        raise ValueError(f"labels are no class numbers: give whole ones from 0 to {classes - 1}")
    return array.astype(np.int64, copy=False)
