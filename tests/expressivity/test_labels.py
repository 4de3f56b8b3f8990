"""The door for class labels: one rule, whatever they come in."""

from __future__ import annotations

from enum import Enum, IntEnum
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
import torch
from sklearn.exceptions import DataConversionWarning

from expressivity import Classifier, classify, interpolate
from expressivity.estimators import ReLUInterpolatorClassifier
from expressivity.labels import labels, numbers_among

STRINGS = ["eel", "cat", "dog", "cat"]
NUMBERS = [7, -1, 3, -1]
ORDER = [2, 0, 1, 0]

GIVEN: dict[str, tuple[Any, list[Any]]] = {
    "strings": (STRINGS, sorted(set(STRINGS))),
    "string array": (np.array(STRINGS), sorted(set(STRINGS))),
    "string objects": (np.array(STRINGS, dtype=object), sorted(set(STRINGS))),
    "StringDType": (np.array(STRINGS, dtype=np.dtypes.StringDType()), sorted(set(STRINGS))),
    "bytes": ([s.encode() for s in STRINGS], [s.encode() for s in sorted(set(STRINGS))]),
    "pandas": (pd.Series(STRINGS, index=[9, 8, 7, 6]), sorted(set(STRINGS))),
    "pandas string": (pd.Series(STRINGS, dtype="string"), sorted(set(STRINGS))),
    "category": (pd.Series(STRINGS, dtype="category"), sorted(set(STRINGS))),
    "polars": (pl.Series(STRINGS), sorted(set(STRINGS))),
    "polars categorical": (pl.Series(STRINGS, dtype=pl.Categorical), sorted(set(STRINGS))),
    "arrow": (pa.array(STRINGS), sorted(set(STRINGS))),
    "arrow dictionary": (pa.array(STRINGS).dictionary_encode(), sorted(set(STRINGS))),
    "numbers": (NUMBERS, sorted(set(NUMBERS))),
    "whole floats": (np.array(NUMBERS, dtype=">f4"), sorted(set(NUMBERS))),
    "integers and whole floats": ([7, -1.0, 3, -1], sorted(set(NUMBERS))),
    "nullable": (pd.Series(NUMBERS, dtype="Int64"), sorted(set(NUMBERS))),
    "tensor": (torch.tensor(NUMBERS, dtype=torch.int8), sorted(set(NUMBERS))),
    "tensors": ([torch.tensor(v) for v in NUMBERS], sorted(set(NUMBERS))),
    "big": ([2**63, 1, 2**62, 1], [1, 2**62, 2**63]),
}


@pytest.mark.parametrize("name", GIVEN)
def test_classes_are_sorted_and_numbered(name: str) -> None:
    values, expected = GIVEN[name]
    classes, numbers = labels(values)
    assert classes.tolist() == expected and numbers.tolist() == ORDER
    assert numbers.dtype == np.int64 and classes.dtype.isnative
    assert numbers_among(values, classes, "test_labels").tolist() == ORDER


class Animal(str, Enum):  # noqa: UP042
    CAT = "cat"
    DOG = "dog"


class Level(IntEnum):
    LOW = 3
    HIGH = 7


def test_enumerations_are_the_strings_and_numbers_that_they_are() -> None:
    for values in ([Animal.DOG, Animal.CAT], np.array([Animal.DOG, Animal.CAT], dtype=object)):
        classes, numbers = labels(values)
        assert classes.tolist() == ["cat", "dog"] and numbers.tolist() == [1, 0]
    assert labels([Animal.DOG, "cat"])[0].tolist() == ["cat", "dog"]
    assert labels([Level.HIGH, Level.LOW])[0].tolist() == [3, 7]


def test_numbers_beyond_64_bits_are_doubles_as_in_files_and_exports(tmp_path: Path) -> None:
    X, y = np.arange(4.0)[:, None], np.array([3, 1, 2, 1], dtype=np.longdouble)
    animal = classify(X, y)
    assert animal.classes.dtype == np.float64
    animal.save(tmp_path / "c")
    assert Classifier.load(tmp_path / "c")(X).tolist() == y.tolist()


@pytest.mark.parametrize("frame", [pd.DataFrame, pl.DataFrame, pa.table])
@pytest.mark.parametrize("values", [STRINGS, NUMBERS])
def test_of_a_table_the_column_with_the_labels_is_asked_for(frame: Any, values: Any) -> None:
    with pytest.raises(ValueError, match=r"labels are a table with 1 columns: .* labels\['y'\]"):
        labels(frame({"y": values}))
    with pytest.raises(ValueError, match=r"with 2 columns"):
        labels(frame({"x": values, "y": values}))
    X = np.arange(4.0)[:, None]
    model = ReLUInterpolatorClassifier()
    with pytest.warns(DataConversionWarning, match="y is a table with the column 'y'"):
        assert model.fit(X, frame({"y": values})).predict(X).tolist() == values
    with pytest.raises(ValueError, match=r"y are a table with 2 columns"):
        model.fit(X, frame({"x": values, "y": values}))


@pytest.mark.parametrize(
    "values",
    [[True, False], np.array([True, False]), pd.Series([True, False], dtype="boolean")],
)
def test_booleans_stay_booleans(values: Any) -> None:
    classes, numbers = labels(values)
    assert classes.tolist() == [False, True] and numbers.tolist() == [1, 0]


@pytest.mark.parametrize(
    ("values", "error", "says"),
    [
        (["a", None], ValueError, r"labels\[1\] is missing: drop"),
        (["a", float("nan")], ValueError, r"labels\[1\] is missing: drop"),
        ([1.0, 2.0, np.nan], ValueError, r"labels\[2\] is missing: drop"),
        (pd.Series(["a", None]), ValueError, r"labels\[1\] is missing: drop"),
        (pd.Series(["a", None], dtype="string"), ValueError, r"labels\[1\] is missing: drop"),
        (pd.Series(["a", None], dtype="category"), ValueError, r"labels\[1\] is missing: drop"),
        (pd.Series([True, None], dtype="boolean"), ValueError, r"labels\[1\] is missing: drop"),
        (pl.Series(["a", None]), ValueError, r"labels\[1\] is missing: drop"),
        (pa.array([1, None]), ValueError, r"labels\[1\] is missing: drop"),
        (np.ma.masked_array([1, 2], [False, True]), ValueError, r"labels\[1\] is masked"),
        ([1, "a"], TypeError, r"mix numbers \(labels\[0\] is 1\) and strings \(labels\[1\] is 'a'"),
        (np.array([1, "a"], dtype=object), TypeError, "mix numbers .* and strings"),
        ([True, 1], TypeError, "mix booleans .* and numbers"),
        ([b"a", "a"], TypeError, "mix bytes .* and strings"),
        ([0.5, 1], ValueError, r"labels\[0\] = 0.5 is no whole number.*regression"),
        ([1, np.inf], ValueError, r"labels\[1\] is not finite"),
        ([[1], [2]], ValueError, r"one-dimensional, got shape \(2, 1\): use labels.ravel\(\)"),
        (np.eye(3), ValueError, r"one-dimensional, got shape \(3, 3\)"),
        ([], ValueError, "labels are empty"),
        ("abc", TypeError, "labels is a str"),
        ([object(), 1], TypeError, r"labels\[0\] is a object: give labels that are strings"),
        (np.array(["2020-01-01"], dtype="M8[D]"), TypeError, "labels are dates: give labels.ast"),
        ([2**64, 1], ValueError, "more than 64 bits"),
        (["a", "a\0"], ValueError, r"labels\[1\] ends in a zero character"),
        ([2**63, -1], ValueError, "more than 64 bits"),
        ([10**5000, 1], ValueError, "class a number of thousands of digits, which needs more"),
        ([2**53 + 1, 1.0], ValueError, r"labels\[0\] = 9007199254740993 is beyond 2\^53"),
        (
            [np.longdouble(2**53), np.longdouble(2**53) + 1],
            ValueError,
            r"labels\[1\].*beyond 2\^53",
        ),
        (
            np.array(["2020-01-01"], dtype="M8[ns]"),
            TypeError,
            r"are dates: give labels.astype\(str",
        ),
        (pd.Series(pd.to_timedelta([1, 2])), TypeError, "labels are spans of time: give"),
        (np.array(["2020-01-01", "NaT"], "M8[ns]"), ValueError, r"labels\[1\] is missing: drop"),
    ],
)
def test_refused_with_the_place(values: Any, error: type[Exception], says: str) -> None:
    with pytest.raises(error, match=says):
        labels(values)


@pytest.mark.parametrize("low", [0, 2**53])
def test_numbers_of_numpy_among_objects_stay_whole(low: int) -> None:
    """They became doubles, of which 2^53 and 2^53 + 1 are one."""
    values = [np.int64(low + 1), np.uint64(low)]
    for given in (np.array(values, dtype=object), pd.Series(values, dtype=object), values):
        classes, numbers = labels(given)
        assert classes.tolist() == [low, low + 1] and numbers.tolist() == [1, 0]
        assert classes.dtype == np.int64


def test_too_few_classes_and_unknown_ones() -> None:
    assert labels(["a", "a"])[0].tolist() == ["a"]
    with pytest.raises(ValueError, match=r"labels have 1 class \('a'\): 2 or more are needed"):
        labels(["a", "a"], at_least=2)
    known = labels([3, 1, 2])[0]
    with pytest.raises(ValueError, match=r"test_labels\[1\] is the class 9, which labels have not"):
        numbers_among([1, 9], known, "test_labels")
    for classes, given in (([2**53 + 1], [2.0**53]), ([-1, 2**53], np.array([2**53 + 1], "u8"))):
        with pytest.raises(
            ValueError, match=r"given\[0\] is the class 900719925474099\d(\.0)?, which"
        ):
            numbers_among(given, labels(classes)[0], "given")
    assert numbers_among([2.0, 1.0], labels([1, 2])[0], "given").tolist() == [1, 0]
    with pytest.raises(TypeError, match="test_labels are strings, labels are numbers"):
        numbers_among(["1", "2"], known, "test_labels")


@pytest.mark.parametrize(
    ("classes", "error"),
    [
        (np.array(["2020", "2021"], dtype="M8[Y]"), TypeError),
        (np.array([0.5, 1.0]), ValueError),
        (np.array([0.0, np.nan]), ValueError),
    ],
)
def test_classes_of_a_classifier_are_labels(classes: Any, error: type[Exception]) -> None:
    with pytest.raises(error, match="classes"):
        Classifier(interpolate([[0.0], [1.0]], [0, 1]), classes)


def test_a_classifier_of_labels_of_objects_can_be_read_again(tmp_path: Path) -> None:
    made = classify(np.eye(4), ["a", "b"] * 2)
    kinds: Any
    for kinds in (np.array(["a", "b"], dtype=object), pd.Series(["a", "b"]).unique()):
        Classifier(made.network, kinds).save(tmp_path / "c.safetensors")
        assert Classifier.load(tmp_path / "c.safetensors")(np.eye(4)).tolist() == ["a", "b"] * 2
