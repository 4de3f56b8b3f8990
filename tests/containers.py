"""The same numbers in every container, and what is no table of numbers: for every door's tests."""

from __future__ import annotations

import warnings
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import ml_dtypes
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import scipy.sparse
import torch

WHOLE = np.random.default_rng(0).integers(-4, 5, (7, 3))
HALVES = WHOLE / 2.0
NAMES = ["u", "v", "w"]


def mapped(values: np.ndarray[Any, Any]) -> np.memmap[Any, Any]:
    """Return values as a read-only map of a file, which is gone but for the map."""
    with TemporaryDirectory() as folder:
        np.save(Path(folder) / "values.npy", values)
        return np.load(Path(folder) / "values.npy", mmap_mode="r")


# Containers of the numbers in HALVES, of which every type of at least 8 bits has the digits.
CONTAINERS: dict[str, Any] = {
    "array": HALVES,
    "list": HALVES.tolist(),
    "tuples": tuple(map(tuple, HALVES.tolist())),
    "list of arrays": list(HALVES),
    "list of tensors": [torch.tensor(row, requires_grad=True) for row in HALVES],
    "fortran": np.asfortranarray(HALVES),
    "strided": np.repeat(np.repeat(HALVES, 2, axis=0), 3, axis=1)[::2, ::3],
    "negative strides": HALVES[::-1, ::-1].copy()[::-1, ::-1],
    "big-endian": HALVES.astype(">f8"),
    "read-only": np.lib.stride_tricks.as_strided(HALVES, writeable=False),
    "unaligned": np.frombuffer(b"\0" + HALVES.tobytes(), np.uint8)[1:].view("<f8").reshape(7, 3),
    "memory map": mapped(HALVES),
    "matrix": np.asmatrix(HALVES),
    "nothing masked": np.ma.masked_array(HALVES, np.zeros_like(WHOLE, bool)),
    "objects": HALVES.astype(object),
    "decimals": [[Decimal(v) for v in row] for row in HALVES.tolist()],
    "fractions": [[Fraction(v) for v in row] for row in HALVES.tolist()],
    "bfloat16 of ml_dtypes": HALVES.astype(ml_dtypes.bfloat16),
    "pandas": pd.DataFrame(HALVES, columns=NAMES),
    "pandas, float32": pd.DataFrame(HALVES.astype("f4"), columns=NAMES, index=range(9, 2, -1)),
    "pandas, one name twice": pd.DataFrame(HALVES, columns=["u", "u", "w"]),
    "pandas, numbers as names": pd.DataFrame(HALVES),
    "pandas, several types": pd.DataFrame(
        {
            "u": pd.array(HALVES[:, 0], dtype="Float64"),
            "v": HALVES[:, 1].astype(object),
            "w": pd.array(HALVES[:, 2], dtype="float64[pyarrow]"),
        }
    ),
    "polars": pl.DataFrame(HALVES, schema=NAMES),
    "arrow": pa.table({name: HALVES[:, j] for j, name in enumerate(NAMES)}),
    "requires_grad": torch.tensor(HALVES, requires_grad=True),
    "transposed tensor": torch.tensor(HALVES.T.copy()).T,
    **{str(t): HALVES.astype(t) for t in (np.float16, np.float32, np.longdouble)},
    **{
        str(t): torch.tensor(HALVES).to(t)
        for t in (torch.float16, torch.bfloat16, torch.float32, torch.float8_e4m3fn)
    },
}
INTEGERS: dict[str, Any] = {
    **{t: WHOLE.astype(t) for t in ("i1", "i2", ">i4", "i8", "f4", ">f8")},
    **{str(t): torch.tensor(WHOLE).to(t) for t in (torch.int8, torch.int32, torch.bfloat16)},
    "list": WHOLE.tolist(),
    "objects": WHOLE.astype(object),
    "nullable": pd.DataFrame(WHOLE, columns=NAMES).convert_dtypes(),
    "polars": pl.DataFrame(WHOLE, schema=NAMES),
}
# The same labels, of two classes, in every container of them.
LABELS: dict[str, dict[str, Any]] = {
    "words": {
        "list": ["b", "a", "b", "b", "a", "a", "b"],
        "strings": np.array(["b", "a", "b", "b", "a", "a", "b"]),
        "objects": np.array(["b", "a", "b", "b", "a", "a", "b"], dtype=object),
        "variable strings": np.array(["b", "a", "b", "b", "a", "a", "b"], np.dtypes.StringDType()),
        "pandas": pd.Series(["b", "a", "b", "b", "a", "a", "b"], index=range(9, 2, -1)),
        "nullable": pd.Series(["b", "a", "b", "b", "a", "a", "b"], dtype="string"),
        "categories": pd.Categorical(["b", "a", "b", "b", "a", "a", "b"], ["c", "b", "a"]),
        "series of categories": pd.Series(["b", "a", "b", "b", "a", "a", "b"], dtype="category"),
        "polars": pl.Series(["b", "a", "b", "b", "a", "a", "b"]),
        "polars categories": pl.Series(["b", "a", "b", "b", "a", "a", "b"], dtype=pl.Categorical),
        "arrow": pa.array(["b", "a", "b", "b", "a", "a", "b"]),
        "arrow dictionary": pa.array(["b", "a", "b", "b", "a", "a", "b"]).dictionary_encode(),
    },
    "numbers": {
        "list": [7, 2, 7, 7, 2, 2, 7],
        **{t: np.array([7, 2, 7, 7, 2, 2, 7], dtype=t) for t in ("i1", ">i4", "u8")},
        "strided": np.repeat([7, 2, 7, 7, 2, 2, 7], 2)[::2],
        "memory map": mapped(np.array([7, 2, 7, 7, 2, 2, 7])),
        "objects": np.array([7, 2, 7, 7, 2, 2, 7], dtype=object),
        "list of arrays": [np.array(k) for k in (7, 2, 7, 7, 2, 2, 7)],
        "tensor": torch.tensor([7, 2, 7, 7, 2, 2, 7]),
        "nullable": pd.Series([7, 2, 7, 7, 2, 2, 7], dtype="Int64"),
        "categories": pd.Categorical([7, 2, 7, 7, 2, 2, 7], categories=[2, 5, 7]),
        "polars": pl.Series([7, 2, 7, 7, 2, 2, 7]),
        "arrow": pa.chunked_array([[7, 2, 7], [7, 2, 2, 7]]),
    },
    "booleans": {
        "list": [True, False, True, True, False, False, True],
        "array": np.array([True, False, True, True, False, False, True]),
        "tensor": torch.tensor([True, False, True, True, False, False, True]),
        "nullable": pd.Series([True, False, True, True, False, False, True], dtype="boolean"),
        "polars": pl.Series([True, False, True, True, False, False, True]),
    },
}


def half_complex() -> torch.Tensor:
    """Return complex numbers of a type that torch warns of and NumPy lacks."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return torch.tensor(HALVES).to(torch.complex32)


class Broken:
    """A container of somebody's own that cannot be read."""

    def __array__(self, *_: Any, **__: Any) -> Any:
        raise RuntimeError("the server\nis gone")


# What is no array of numbers for any entry point, and a word that its message has.
NO_NUMBERS: dict[str, tuple[Any, str]] = {
    "masked": (np.ma.masked_array(HALVES, HALVES > 1), "masked"),
    "sparse": (scipy.sparse.csr_array(HALVES), "sparse"),
    "sparse matrix": (scipy.sparse.coo_matrix(HALVES), "sparse"),
    "sparse tensor": (torch.tensor(HALVES).to_sparse(), "sparse"),
    "complex": (HALVES * 1j, "[Cc]omplex"),
    "complex tensor": (torch.tensor(HALVES) * 1j, "[Cc]omplex"),
    "half complex tensor": (half_complex(), "[Cc]omplex"),
    "a container that raises": (Broken(), r"Broken.*the server is gone"),
    "records": (np.zeros(7, dtype=[("u", "f8"), ("v", "f8")]), "structured_to_unstructured"),
    "dates": (np.full((7, 3), "2020-01-01", dtype="M8[D]"), "datetime64"),
    "spans of time": (np.ones((7, 3), dtype="m8[s]"), "timedelta64"),
    "text": ([["1", "two", "3"]] * 7, "text|dtype <U3"),
    "a column of text": (pd.DataFrame(HALVES).assign(t="cat"), "'cat'"),
    "ragged": ([*HALVES[:-1].tolist(), [1.0]], "ragged"),
    "ragged arrays": ([*HALVES[:-1], np.ones(2)], "ragged"),
    "missing": ([*HALVES[:-1].tolist(), [1.0, None, 2.0]], "missing"),
    "missing in pandas": (pd.DataFrame({"u": pd.array([1, None] * 3 + [2])}), "missing"),
    "missing in polars": (pl.DataFrame({"u": [1, None, 3, 4, 5, 6, 7]}), "missing"),
    "NaN": (np.where(HALVES > 1, np.nan, HALVES), "nan|NaN"),
    "infinite": (np.where(HALVES > 1, -np.inf, HALVES), "inf"),
    "beyond 2^53": (np.array([[2**53 + 1, 0.5, 1]] * 7, dtype=object), r"2\^53"),
    "uint64 beyond 2^53": (np.arange(21, dtype="u8").reshape(7, 3) + 2**63, r"2\^[56]3"),
    "a number": (3.0, "shape|scalar|dimension|array"),
    "a word": ("abc", "str"),
    "nothing": (None, "None"),
    "a dict": ({"u": [1.0] * 7}, "dict"),
    "a set": ({1.0, 2.0}, "set"),
    "a generator": ((v for v in HALVES), "generator"),
}
# What is no table of points, one a row.
NO_TABLE: dict[str, tuple[Any, str]] = {
    **NO_NUMBERS,
    "one dimension": (np.arange(7.0), "shape|1D"),
    "three dimensions": (np.ones((7, 3, 2)), "shape|dim"),
    "no coordinates": (np.empty((7, 0)), "coordinate|feature|number|shape"),
}
# What are no labels of classes.
NO_LABELS: dict[str, tuple[Any, str]] = {
    "masked": (np.ma.masked_array([7, 2, 7, 7, 2, 2, 7], np.arange(7) == 2), "masked"),
    "None among words": (["b", "a", None, "b", "a", "a", "b"], "missing"),
    "NaN among words": (np.array(["b", "a", np.nan, "b", "a", "a", "b"], object), "missing"),
    "NaN among numbers": ([7, 2, np.nan, 7, 2, 2, 7], "missing"),
    "missing in pandas": (pd.Series(["b", None, *"bbaab"], dtype="string"), "missing"),
    "missing booleans": (pd.Series([True, None] * 3 + [True], dtype="boolean"), "missing"),
    "a missing category": (pd.Categorical(["b", None, *"bbaab"]), "missing"),
    "missing in polars": (pl.Series(["b", None, *"bbaab"]), "missing"),
    "words and numbers": (["b", 1, "b", "b", 1, 1, "b"], "mix"),
    "booleans and numbers": ([True, 0, 5, True, 0, 0, 5], "mix"),
    "words and bytes": (["b", b"a", "b", "b", "a", "a", "b"], "mix"),
    "dates": (np.array(["2020-01-01", "2021-01-01"] * 3 + ["2020-01-01"], "M8[D]"), "date"),
    "spans of time": (np.array([1, 2, 1, 1, 2, 2, 1], "m8[s]"), "time"),
    "complex": (np.array([1, 2j] * 3 + [1]), "[Cc]omplex"),
    "one-hot": (np.eye(2)[[1, 0, 1, 1, 0, 0, 1]], "shape|one-hot"),
    "too few": (["b", "a"], "length|inconsistent|rows|shape"),
    "sparse": (scipy.sparse.csr_array(np.eye(7)), "sparse"),
    "a word": ("abcdefg", "str"),
    "a set": ({"a", "b"}, "set"),
    "a dict": ({"y": ["a"] * 7}, "dict"),
    "a generator": ((v for v in "abbabba"), "generator"),
}
