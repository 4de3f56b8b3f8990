"""The door for numbers: whatever holds them becomes a real NumPy array, or is refused by name.

`real` takes lists, NumPy arrays of every dtype, byte order and layout, pandas, polars and Arrow
tables, torch tensors, `Decimal` and `Fraction`. Nothing that was given is written to, and nothing
is copied that already is an array. Only libraries that are imported already are looked at.
"""

from __future__ import annotations

import sys
from decimal import Decimal
from fractions import Fraction
from numbers import Integral, Real
from typing import Any

import numpy as np
from numpy.typing import NDArray

from expressivity.threads import share_out

LARGEST_EXACT_INTEGER = 2**53
BLOCK_BYTES = 1 << 19


def real(values: Any, name: str) -> NDArray[Any]:
    """Return values as an array of booleans, integers or floats of at most 64 bits.

    Parameters
    ----------
    values : array-like of real numbers, of any shape and from any library named above. Numbers
        of other kinds (`Decimal`, `Fraction`, long doubles, bfloat16) become the nearest double.
    name : the argument's name, for messages

    Returns
    -------
    array, not copied where `values` is one already; NaN and infinity may be in it, see
    `check_values`

    Raises
    ------
    TypeError
        for complex numbers, text, dates, records, sparse matrices, and objects that are no numbers
    ValueError
        for rows of different lengths, missing or masked values, and for whole numbers that would
        lose digits as a double: beyond 2^53 among floats or fractions

    Cost: O(1) for arrays and tensors, O(size) for everything else.

    >>> from decimal import Decimal
    >>> real([[Decimal("0.5"), 2]], "X")
    array([[0.5, 2. ]])
    """
    array = as_array(values, name)
    kind, bits = array.dtype.kind, 8 * array.dtype.itemsize
    if kind in "biuf" and bits <= 64:
        return array
    if kind == "O":
        return _from_objects(array, name)
    # Long doubles, and types that a library has registered with NumPy, as bfloat16.
    if kind == "f" or (kind == "V" and array.dtype.isbuiltin == 2):
        return _narrowed(array, name)
    mend = {
        "c": f"use {name}.real, or {name}.real and {name}.imag as coordinates",
        "S": "encode text as numbers first",
        "U": "encode text as numbers first",
        "T": "encode text as numbers first",
        "M": f"count from a date: ({name} - {name}.min()) / np.timedelta64(1, 's')",
        "m": f"choose a unit: {name} / np.timedelta64(1, 's')",
        "V": f"use numpy.lib.recfunctions.structured_to_unstructured({name})",
    }.get(kind, f"for example np.asarray({name}, dtype=np.float64)")
    if name == "y" and kind in "SUT":
        mend = "use expressivity.classify for class labels"
    raise TypeError(f"{name} has dtype {array.dtype}: give real numbers of at most 64 bits; {mend}")


def table(X: Any, name: str = "X", d: int | None = None) -> NDArray[Any]:
    """Return X as a real array of shape (n, d) without copying where it already is one.

    Raises TypeError or ValueError as `real` does, for another number of dimensions, and for
    another number of coordinates than d, where that is known; the values are not looked at.
    Cost as `real`.
    """
    Z = real(X, name)
    if Z.ndim != 2:
        mend = ""
        if Z.ndim == 1 and d != 1 and len(Z) == d:
            mend = f"; use {name}.reshape(1, -1) for one point"
        elif Z.ndim == 1 and d in (None, 1):
            mend = f"; use {name}.reshape(-1, 1) for points on a line"
        elif Z.ndim > 2:
            mend = f"; use {name}.reshape(len({name}), -1) for images"
        raise ValueError(
            f"{name} must be two-dimensional (points, coordinates), got shape {Z.shape}{mend}"
        )
    if Z.shape[1] == 0:
        raise ValueError(f"{name} has shape {Z.shape}: points need at least one coordinate")
    if d is not None and Z.shape[1] != d:
        raise ValueError(f"{name} has {Z.shape[1]} coordinates but the network was built for {d}")
    return Z


def check_values(Z: NDArray[Any], name: str = "X") -> float:
    """Return max |z| over all entries of a real array, having refused what is no finite double.

    Raises ValueError for NaN and infinity, and for integers beyond 2^53, with argument and place.
    Cost O(size), one pass.
    """
    if Z.size == 0:
        return 0.0
    low, high = _extremes(Z)
    if Z.dtype.kind == "f":
        if not (np.isfinite(low) and np.isfinite(high)):
            bad = np.argwhere(~np.isfinite(Z))
            raise ValueError(
                f"{place(bad[0], name)} is {Z[tuple(bad[0])]} (one of {len(bad)} values "
                "that are NaN or infinite): drop or replace them"
            )
        return max(abs(float(low)), abs(float(high)))
    size = max(abs(int(low)), abs(int(high)))
    if size > LARGEST_EXACT_INTEGER:
        bad = np.argwhere((Z > LARGEST_EXACT_INTEGER) | (Z < -LARGEST_EXACT_INTEGER))
        raise _beyond(place(bad[0], name), Z[tuple(bad[0])])
    return float(size)


def _extremes(Z: NDArray[Any]) -> tuple[Any, Any]:
    """Return the least and the largest entry, or NaN for both where there is one."""
    if Z.ndim != 2:
        return Z.min(), Z.max()
    found: list[tuple[Any, Any]] = []

    def look(share: slice) -> None:
        found.extend((Z[share][rows].min(), Z[share][rows].max()) for rows in blocks(Z[share]))

    share_out(look, len(Z), Z.size)
    low, high = zip(*found, strict=True)
    return np.min(low), np.max(high)


def blocks(Z: NDArray[Any]) -> list[slice]:
    """Cut the rows of Z into slices whose float64 copies stay in the processor's cache."""
    size = max(1, BLOCK_BYTES // (8 * max(Z.shape[1], 1)))
    return [slice(start, start + size) for start in range(0, len(Z), size)]


def is_integral(Z: NDArray[Any]) -> bool:
    """Tell whether every coordinate is an integer, whatever the dtype. Cost O(n d) at most."""
    return Z.dtype.kind in "biu" or all((Z[s] == np.rint(Z[s])).all() for s in blocks(Z))


def as_array(values: Any, name: str) -> NDArray[Any]:
    """Return what any container holds as an array of whatever dtype; see `real` for what it takes.

    Raises TypeError or ValueError for sparse, ragged and masked containers and missing values.
    """
    if isinstance(values, np.ma.MaskedArray):
        if masked := np.argwhere(np.ma.getmaskarray(values)).tolist():
            raise ValueError(
                f"{place(masked[0], name)} is masked (one of {len(masked)} masked values): drop "
                f"those rows, or fill them with {name}.filled(...)"
            )
        return np.asarray(values)
    if isinstance(values, np.ndarray):
        return np.asarray(values)
    if _is(values, "torch", "Tensor"):
        return _from_torch(values, name)
    if _is(values, "scipy.sparse", "sparray", "spmatrix"):
        raise TypeError(f"{name} is sparse: give {name}.toarray()")
    if (columns := _columns(values)) is not None:
        return _from_columns(values, columns, name)
    if _is_series(values):
        return _from_series(values, name)
    if isinstance(values, list | tuple):
        return _from_list(values, name)
    array = _converted(values, name)
    if array.ndim == 0 and array.dtype.kind in "OSU":
        raise TypeError(f"{name} is a {type(values).__name__}: give an array or a list")
    return array


def _converted(values: Any, name: str) -> NDArray[Any]:
    try:
        return np.asarray(values)
    except Exception as error:  # whatever a container of the user's raises
        reason = " ".join(str(error).split())
        raise TypeError(f"{name} is a {type(values).__name__}, no array ({reason})") from error


def is_missing(value: Any) -> bool:
    """Tell whether an object stands for a missing value: None, NaN, NaT, pandas' NA."""
    if value is None or type(value).__name__ in ("NAType", "NaTType", "MaskedConstant"):
        return True
    if isinstance(value, Decimal):
        return value.is_nan()  # a signalling one cannot be compared
    if isinstance(value, float | np.floating | np.datetime64 | np.timedelta64):
        return bool(value != value)
    return False


def column_names(values: Any) -> list[Any] | None:
    """Return the names of a data frame's columns; None for whatever is no data frame."""
    columns = _columns(values)
    return None if columns is None else [label for label, _ in columns]


def place(index: Any, name: str) -> str:
    """Write where in an argument something is, as Python would index it."""
    return f"{name}[{', '.join(str(i) for i in index)}]" if len(index) else name


def _is(values: Any, module: str, *names: str) -> bool:
    """Tell whether values is of one of the types, without importing where they come from."""
    library = sys.modules.get(module)
    types = tuple(getattr(library, one) for one in names if hasattr(library, one))
    return isinstance(values, types)


def _is_series(values: Any) -> bool:
    return (
        _is(values, "pandas", "Series", "Index")
        or _is(values, "pandas.api.extensions", "ExtensionArray")
        or _is(values, "polars", "Series")
        or _is(values, "pyarrow", "Array", "ChunkedArray")
    )


def _columns(values: Any) -> list[tuple[Any, Any]] | None:
    """Return the columns of a data frame with their names; None for anything else."""
    if _is(values, "pandas", "DataFrame"):
        return [(label, values.iloc[:, j]) for j, label in enumerate(values.columns)]
    if _is(values, "polars", "DataFrame"):
        return list(zip(values.columns, values.get_columns(), strict=True))
    if _is(values, "pyarrow", "Table", "RecordBatch"):
        return list(zip(values.schema.names, values.columns, strict=True))
    return None


def _from_columns(frame: Any, columns: list[tuple[Any, Any]], name: str) -> NDArray[Any]:
    types = {getattr(column, "dtype", None) for _, column in columns}
    if len(types) == 1 and isinstance(next(iter(types)), np.dtype):
        return as_array(frame.to_numpy(), name)
    arrays: list[NDArray[Any]] = []
    for label, column in columns:
        arrays.append(real(column, f"{name}[{label!r}]"))
    if len({array.dtype for array in arrays}) > 1:
        # Beside floats integers become floats: those beyond 2^53 would lose digits unseen.
        for (label, _), array in zip(columns, arrays, strict=True):
            if array.dtype.kind in "iu":
                check_values(array, f"{name}[{label!r}]")
    return np.column_stack(arrays) if arrays else np.empty((len(frame), 0))


def _from_series(series: Any, name: str) -> NDArray[Any]:
    if isinstance(getattr(series, "dtype", None), np.dtype):
        return series.to_numpy()
    missing = series.is_null() if hasattr(series, "is_null") else series.isna()
    missing = np.asarray(missing, dtype=bool)
    if missing.any():
        raise ValueError(
            f"{name}[{int(np.argmax(missing))}] is missing: drop or fill it (one of "
            f"{int(missing.sum())} missing values)"
        )
    if _is(series, "pyarrow", "Array"):
        return series.to_numpy(zero_copy_only=False)
    return _converted(series, name)


def _from_torch(tensor: Any, name: str) -> NDArray[Any]:
    if tensor.is_nested:
        raise TypeError(f"{name} is a nested tensor: all rows need the same length")
    if str(tensor.layout) != "torch.strided":
        raise TypeError(f"{name} is a {tensor.layout} tensor: give {name}.to_dense()")
    if tensor.is_quantized:
        raise TypeError(f"{name} is a quantized tensor: give {name}.dequantize()")
    if tensor.device.type == "meta":
        raise TypeError(f"{name} is on the device meta, which holds no values")
    if tensor.is_complex():
        raise TypeError(
            f"{name} has dtype {tensor.dtype}, of complex numbers: use {name}.real, or {name}.real "
            f"and {name}.imag as coordinates"
        )
    try:
        return tensor.numpy(force=True)
    except TypeError:
        # NumPy lacks bfloat16 and types of 8 bits: single precision holds all of them exactly.
        return tensor.float().numpy(force=True)


def _from_list(values: list[Any] | tuple[Any, ...], name: str) -> NDArray[Any]:
    plain = (bool, int, float, str, bytes, list, tuple, np.ndarray, np.generic)
    if not all(isinstance(v, plain) and not isinstance(v, np.ma.MaskedArray) for v in values):
        values = [_part(v, f"{name}[{i}]") for i, v in enumerate(values)]
    try:
        array = np.asarray(values)
    except ValueError as error:
        raise ValueError(f"{name} is ragged: all rows need the same length ({error})") from error
    except (TypeError, RuntimeError):
        # Lists of lists of tensors that NumPy cannot read itself.
        array = np.asarray([as_array(v, f"{name}[{i}]") for i, v in enumerate(values)])
    # Among floats NumPy makes floats of integers, and drops their digits beyond 2^53.
    if array.dtype.kind == "f" and (np.abs(array) >= LARGEST_EXACT_INTEGER).any():
        return np.array(values, dtype=object)
    return array


def _part(value: Any, name: str) -> Any:
    """Make an array of an entry of a list that is a container of another library."""
    known = isinstance(value, np.ma.MaskedArray) or _is(value, "torch", "Tensor")
    if known or _is_series(value) or _is(value, "scipy.sparse", "sparray", "spmatrix"):
        return as_array(value, name)
    return value


def _from_objects(array: NDArray[Any], name: str) -> NDArray[Any]:
    """Make integers of objects that all are, else the nearest doubles."""
    found: list[int | float] = []
    for index, value in np.ndenumerate(array):
        where = place(index, name)
        if is_missing(value) and not isinstance(value, float | np.floating):
            raise TypeError(f"{name} has dtype object: {where} is missing: drop or fill it")
        if isinstance(value, np.ndarray) and value.ndim == 0:
            value = value.item()
        if not isinstance(value, Real | Decimal | np.bool):
            shown = repr(value) if isinstance(value, str | bytes) else f"a {type(value).__name__}"
            raise TypeError(
                f"{name} has dtype object: {where} is {shown}; give real numbers of at most 64 bits"
            )
        found.append(_number(value, where))
    whole = all(type(v) is int for v in found)
    if whole:
        dtype = np.int64
    else:
        dtype = np.float64
        for index, value in zip(np.ndindex(array.shape), found, strict=True):
            if type(value) is int and abs(value) > LARGEST_EXACT_INTEGER:
                raise _beyond(place(index, name), value)
    return np.array(found, dtype=dtype).reshape(array.shape)


def _number(value: Any, where: str) -> int | float:
    if isinstance(value, Integral | np.bool):
        value = int(value)
        if abs(value) > np.iinfo(np.int64).max:
            raise _beyond(where, value)
        return value
    try:
        nearest = float(value)
    except OverflowError:
        nearest = float("inf")
    if abs(nearest) >= LARGEST_EXACT_INTEGER and np.isfinite(nearest):
        exact = Fraction(*value.as_integer_ratio())
        if exact.denominator == 1 and exact != Fraction(nearest):
            raise _beyond(where, value)
    elif np.isinf(nearest) and value not in (float("inf"), float("-inf")):
        raise ValueError(f"{where} = {in_a_line(value)} exceeds the largest double: rescale")
    return nearest


def _narrowed(array: NDArray[Any], name: str) -> NDArray[np.float64]:
    with np.errstate(over="ignore"):
        nearest = array.astype(np.float64)
    if array.dtype.kind == "f":
        lost = (nearest != array) & (array == np.rint(array)) & (np.abs(array) < np.inf)
        if (bad := np.argwhere(lost)).size:
            raise _beyond(place(bad[0], name), array[tuple(bad[0])])
    return nearest


def _beyond(where: str, value: Any) -> ValueError:
    return ValueError(
        f"{where} = {in_a_line(value)} is beyond 2^53 and has no exact double: subtract an offset "
        "or rescale"
    )


def in_a_line(value: Any) -> str:
    """Return a number as a line can hold it; Python writes none of over 4,300 digits."""
    try:
        text = str(value)
    except ValueError:
        return "a number of thousands of digits"
    return text if len(text) <= 40 else f"{text[:20]}... ({len(text)} characters)"
