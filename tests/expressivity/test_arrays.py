"""The door for numbers: the same numbers give the same array, and the rest is refused."""

from __future__ import annotations

import copy
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
import scipy.sparse
import torch

from expressivity.arrays import check_values, real, table
from tests.containers import CONTAINERS, HALVES, INTEGERS, WHOLE


@pytest.mark.parametrize("name", CONTAINERS)
def test_the_same_numbers_in_any_container(name: str) -> None:
    given = CONTAINERS[name]
    before = copy.deepcopy(given)
    array = real(given, "X")
    assert array.dtype.kind == "f" and array.dtype.itemsize <= 8
    assert array.astype(float).tolist() == HALVES.tolist()
    assert np.array_equal(real(before, "X"), array)


@pytest.mark.parametrize("name", INTEGERS)
def test_the_same_integers_in_any_container(name: str) -> None:
    array = real(INTEGERS[name], "X")
    assert array.astype(int).tolist() == WHOLE.tolist()
    assert check_values(array) == 4


def test_arrays_and_tensors_are_not_copied() -> None:
    for given in (HALVES, np.asfortranarray(HALVES), HALVES.astype(">f4")[::2]):
        assert np.shares_memory(real(given, "X"), given)
    tensor = torch.ones(3, 2)
    assert real(tensor, "X").ctypes.data == tensor.data_ptr()


BEYOND = 2**53 + 1
REFUSED: dict[str, tuple[Any, type[Exception], str]] = {
    "masked": (np.ma.masked_array(HALVES, HALVES > 1), ValueError, r"is masked"),
    "masked rows": (
        [np.ma.masked_array([1.0, 2.0], [False, True])],
        ValueError,
        r"X\[0\]\[1\] is masked",
    ),
    "sparse": (scipy.sparse.csr_array(HALVES), TypeError, r"X is sparse: give X.toarray\(\)"),
    "sparse matrix": (scipy.sparse.coo_matrix(HALVES), TypeError, r"X is sparse.*toarray"),
    "sparse tensor": (torch.tensor(HALVES).to_sparse(), TypeError, r"sparse.*X.to_dense\(\)"),
    "tensor without values": (torch.ones(2, 2, device="meta"), TypeError, "holds no values"),
    "nested tensor": (
        torch.nested.nested_tensor([torch.ones(2), torch.ones(3)]),
        TypeError,
        "nested tensor: all rows need the same length",
    ),
    "128 bits in polars": (
        pl.DataFrame({"u": pl.Series([1], dtype=pl.Int128)}),
        TypeError,
        r"X\['u'\] is a Series, no array \(cannot convert",
    ),
    "complex": (HALVES * 1j, TypeError, "complex128.*X.real"),
    "complex tensor": (torch.tensor(HALVES) * 1j, TypeError, "complex128"),
    "text": ([["1", "2"]], TypeError, "dtype <U1"),
    "text among numbers": (np.array([[1, "two"]], dtype=object), TypeError, r"X\[0, 1\] is 'two'"),
    "text column": (pd.DataFrame({"u": [1, 2], "v": ["a", "b"]}), TypeError, r"X\['v'\]"),
    "dates": (np.array([["2020-01-01"]], dtype="M8[D]"), TypeError, "datetime64.*count from"),
    "records": (np.zeros(2, dtype=[("u", "f8")]), TypeError, "structured_to_unstructured"),
    "ragged": ([[1.0, 2.0], [3.0]], ValueError, "X is ragged"),
    "arrays in an array": (np.array([[np.ones(2), 1]], dtype=object), TypeError, r"X\[0, 0\] is a"),
    "missing": ([[1, None]], TypeError, r"X\[0, 1\] is missing: drop or fill"),
    "nullable": (
        pd.DataFrame({"u": pd.array([1, None], dtype="Int64"), "v": [0.5, 1]}),
        ValueError,
        r"X\['u'\]\[1\] is missing",
    ),
    "polars null": (pl.DataFrame({"u": [None, 1]}), ValueError, r"X\['u'\]\[0\] is missing"),
    "arrow null": (pa.table({"u": [None, 1]}), ValueError, r"X\['u'\]\[0\] is missing"),
    "one word": ("abc", TypeError, "X is a str"),
    "nothing": (None, TypeError, "X is a NoneType"),
    "a set": ({1.0, 2.0}, TypeError, "X is a set"),
    "a generator": ((v for v in [1.0]), TypeError, "X is a generator"),
    **{
        f"beyond 2^53, {kind}": (values, ValueError, rf"X.* = {BEYOND}.* is beyond 2\^53")
        for kind, values in {
            "list": [[BEYOND, 0.5]],
            "rows": [np.array([BEYOND]), np.array([0.5])],
            "object": np.array([[BEYOND, 0.5]], dtype=object),
            "decimal": [[Decimal(BEYOND)]],
            "fraction": [[Fraction(BEYOND), Fraction(1, 2)]],
            "pandas": pd.DataFrame({"u": [BEYOND, 1], "v": [0.5, 1]}),
            "nullable": pd.DataFrame({"u": pd.array([BEYOND], dtype="Int64"), "v": [0.5]}),
            "polars": pl.DataFrame({"u": [BEYOND, 1], "v": [0.5, 1]}),
            "arrow": pa.table({"u": [BEYOND, 1], "v": [0.5, 1]}),
        }.items()
    },
    "beyond 64 bits": ([[2**64, 1]], ValueError, r"X\[0, 0\] = 18446744073709551616 is beyond"),
    "long double": (np.array([[BEYOND]], np.longdouble), ValueError, r"X\[0, 0\].*beyond 2\^53"),
    "too large": ([[Decimal("1e400")]], ValueError, r"X\[0, 0\] = 1E\+400 exceeds"),
    "far too large": ([[Decimal("1e999999999")]], ValueError, r"X\[0, 0\] = 1E\+9+ exceeds"),
    "long": ([[10**400]], ValueError, r"= 10{19}\.\.\. \(401 characters\) is beyond"),
    "beyond writing": ([[10**5000]], ValueError, r"= a number of thousands of digits is beyond"),
    "fraction beyond writing": ([[Fraction(10**5000)]], ValueError, r"thousands of digits exceeds"),
    "signalling": ([[Decimal("sNaN"), 1]], TypeError, r"X\[0, 0\] is missing"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refused_with_argument_place_and_mend(name: str) -> None:
    values, error, says = REFUSED[name]
    with pytest.raises(error, match=says):
        real(values, "X")


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64, ">f4", np.longdouble])
@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_what_is_not_finite_is_found_wherever_it_stands(dtype: Any, bad: float) -> None:
    for values in (HALVES.astype(dtype), np.asfortranarray(HALVES.astype(dtype))):
        values[5, 2] = bad
        with pytest.raises(ValueError, match=r"X\[5, 2\] is -?(nan|inf) \(one of 1 values"):
            check_values(real(values, "X"))


def test_one_point_is_told_from_points_on_a_line() -> None:
    with pytest.raises(ValueError, match=r"use X.reshape\(1, -1\) for one point"):
        table(np.ones(5), d=5)
    with pytest.raises(ValueError, match=r"use X.reshape\(-1, 1\) for points on a line"):
        table(np.ones(5))
    with pytest.raises(ValueError, match=r"use X.reshape\(len\(X\), -1\) for images"):
        table(np.ones((5, 2, 2)))
    with pytest.raises(ValueError, match="X has 4 coordinates but the network was built for 5"):
        table(np.ones((1, 4)), d=5)
