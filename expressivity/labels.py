"""The door for class labels: one rule for what a class is, wherever labels come in.

Labels are booleans, whole numbers, strings or bytes, all of one kind, none of them missing.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from expressivity.arrays import (
    LARGEST_EXACT_INTEGER,
    as_array,
    column_names,
    in_a_line,
    is_missing,
    real,
)


def labels(
    values: Any, name: str = "labels", at_least: int = 1
) -> tuple[NDArray[Any], NDArray[np.int64]]:
    """Number the classes of some labels 0, 1, ... in the order in which they sort.

    Parameters
    ----------
    values : array-like (n,), from any library that `expressivity.arrays.real` knows; floats only
        where all are whole
    name : the argument's name, for messages
    at_least : the number of classes needed

    Returns
    -------
    classes : array (C,), sorted, of the kind that was given
    numbers : int64 array (n,): values[i] is classes[numbers[i]]

    Raises
    ------
    TypeError
        for labels of several kinds (True beside 1, 1 beside "1") and of other kinds
    ValueError
        for another shape, no labels, missing or masked ones, fractions, too few classes

    Cost: O(n log n).

    >>> labels(["cat", "dog", "cat"])
    (array(['cat', 'dog'], dtype='<U3'), array([0, 1, 0]))
    """
    classes, numbers = np.unique(one_kind(values, name), return_inverse=True)
    if len(classes) < at_least:
        raise ValueError(
            f"{name} have {len(classes)} class ({', '.join(map(repr, classes.tolist()))}): "
            f"{at_least} or more are needed"
        )
    return classes, numbers.astype(np.int64, copy=False)


def numbers_among(
    values: Any, classes: NDArray[Any], name: str, known_as: str = "labels"
) -> NDArray[np.int64]:
    """Number labels, those of a test sample for example, by classes that are known already.

    Parameters
    ----------
    values : array-like (n,)
    classes : array (C,) that `labels` returned
    name, known_as : the names of these labels and of those that the classes come from

    Returns
    -------
    int64 array (n,)

    Raises
    ------
    TypeError, ValueError
        as `labels`; also for labels of another kind, and for a class that is not among those known
    """
    given = one_kind(values, name)
    if KINDS[given.dtype.kind] != KINDS[classes.dtype.kind]:
        raise TypeError(
            f"{name} are {KINDS[given.dtype.kind]}, {known_as} are {KINDS[classes.dtype.kind]}: "
            "give labels of one kind"
        )
    if given.dtype.kind in "iuf" and np.result_type(given, classes).kind == "f":
        # As Python's numbers: NumPy compares integers beyond 2^53 with others as doubles.
        given, classes = given.astype(object), classes.astype(object)
    numbers = np.clip(np.searchsorted(classes, given), 0, len(classes) - 1)
    if len(unknown := np.flatnonzero(classes[numbers] != given)):
        i = int(unknown[0])
        raise ValueError(
            f"{name}[{i}] is the class {given.tolist()[i]!r}, which {known_as} have not: drop "
            f"such points, or add some of that class to {known_as}"
        )
    return numbers.astype(np.int64, copy=False)


KINDS = {
    **dict.fromkeys("iuf", "numbers"),
    "b": "booleans",
    "U": "strings",
    "S": "bytes",
}


def one_kind(values: Any, name: str) -> NDArray[Any]:
    """Return labels as a native array (n,) of one kind, unnumbered. Raises as `labels`."""
    if names := column_names(values):
        raise ValueError(
            f"{name} are a table with {len(names)} columns: give the one that holds the labels, "
            f"for example {name}[{names[-1]!r}]"
        )
    flat = isinstance(values, list | tuple) and not any(np.ndim(value) for value in values)
    array = objects(values) if flat else as_array(values, name)
    if array.ndim != 1:
        mend = f": use {name}.ravel()" if array.ndim == 2 and array.shape[1] == 1 else ""
        raise ValueError(f"{name} must be one-dimensional, got shape {array.shape}{mend}")
    if len(array) == 0:
        raise ValueError(f"{name} are empty: give at least one label")
    if array.dtype.kind in "mM" and not np.isnat(array).any():
        # As objects those of nanoseconds would be whole numbers.
        raise TypeError(
            f"{name} are {'dates' if array.dtype.kind == 'M' else 'spans of time'}: give "
            f"{name}.astype(str), one class for each"
        )
    if array.dtype.kind not in KINDS:
        array = _of_one_type(array.astype(object), name)
    if array.dtype.kind == "f":
        _check_whole(array, name)
        array = real(array, name)  # of at most 64 bits, which files and exports have
    return array.astype(array.dtype.newbyteorder("="), copy=False)


def objects(values: Any) -> NDArray[Any]:
    """Return a list's entries as they are, in an array of objects.

    NumPy would make strings of numbers beside strings, and numbers of booleans beside numbers.
    """
    array = np.empty(len(values), dtype=object)
    array[:] = [v.item() if np.ndim(v) == 0 and hasattr(v, "item") else v for v in values]
    return array


def _of_one_type(array: NDArray[Any], name: str) -> NDArray[Any]:
    """Return objects as an array of the one kind that they are."""
    first: dict[str, int] = {}
    for i, value in enumerate(array):
        if is_missing(value):
            raise ValueError(f"{name}[{i}] is missing: drop it")
        first.setdefault(_kind(value, f"{name}[{i}]"), i)
    if len(first) > 1:
        shown = " and ".join(f"{kind} ({name}[{i}] is {array[i]!r})" for kind, i in first.items())
        raise TypeError(f"{name} mix {shown}: give one kind, for example list(map(str, {name}))")
    values = [v.item() if isinstance(v, np.generic) else v for v in array.tolist()]
    if first.keys() & {"strings", "bytes"}:
        for i, value in enumerate(values):
            if value[-1:] in ("\0", b"\0"):
                raise ValueError(
                    f"{name}[{i}] ends in a zero character, which NumPy drops: strip it"
                )
    if "strings" in first:
        # NumPy writes an enumeration of strings as its name, cut off at the length of the value.
        return np.array([str.__str__(value) for value in values])
    if "numbers" not in first:
        return np.array(values)
    if all(isinstance(v, int) for v in values):
        low, high = min(values), max(values)
        dtype = np.int64 if high < 2**63 else np.uint64
        if low < np.iinfo(dtype).min or high > np.iinfo(dtype).max:
            raise ValueError(
                f"{name} have the class {in_a_line(high if high >= 2**63 else low)}, which needs "
                f"more than 64 bits: give list(map(str, {name}))"
            )
        return np.array(values, dtype=dtype)
    for i, value in enumerate(values):
        if isinstance(value, int) and abs(value) > LARGEST_EXACT_INTEGER:
            raise ValueError(
                f"{name}[{i}] = {value} is beyond 2^53 beside floats, which have no such whole "
                "number: give integers or strings alone"
            )
    return real(array, name)


def _kind(value: Any, where: str) -> str:
    for kind, types in (
        ("booleans", bool | np.bool),
        ("numbers", int | float | np.integer | np.floating),
        ("strings", str),
        ("bytes", bytes),
    ):
        if isinstance(value, types):
            return kind
    raise TypeError(
        f"{where} is a {type(value).__name__}: give labels that are strings, whole numbers, "
        "booleans or bytes"
    )


def _check_whole(array: NDArray[Any], name: str) -> None:
    bad = np.flatnonzero(~(np.isfinite(array) & (array == np.rint(array))))
    if len(bad) == 0:
        return
    i = int(bad[0])
    if np.isnan(array[i]):
        raise ValueError(f"{name}[{i}] is missing: drop it")
    if np.isinf(array[i]):
        raise ValueError(f"{name}[{i}] is not finite: drop it")
    raise ValueError(
        f"{name}[{i}] = {array[i]} is no whole number: classes are whole numbers, strings, "
        "booleans or bytes, and real targets are for regression"
    )
