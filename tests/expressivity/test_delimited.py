"""No point of a table in text is taken for names, and no names for a point."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import hypothesis.strategies as st
import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given

from expressivity.check import rows_of
from expressivity.delimited import TextTable, parse

NUMBERS = st.one_of(st.floats(allow_nan=False, allow_infinity=False), st.integers(2, 2**53))
TABLES = st.tuples(st.integers(1, 4), st.integers(2, 5)).flatmap(
    lambda shape: st.lists(
        st.lists(NUMBERS, min_size=shape[1], max_size=shape[1]),
        min_size=shape[0],
        max_size=shape[0],
    )
)
WORDS = st.text(st.characters(categories=("L",)), min_size=1, max_size=8).filter(
    lambda word: word.lower() not in ("na", "nan", "inf", "infinity", "null", "none")
)
SLIPS = st.one_of(WORDS, st.sampled_from(["?", "1/3", "1_0", "0x10", "1.2.3", "--1", "NA", "5 %"]))


def read(rows: list[list[Any]], separator: str = ",") -> TextTable:
    text = "\n".join(separator.join(map(str, row)) for row in rows)
    return parse(text.encode(), "s.csv")


@given(TABLES, st.sampled_from(",;\t"))
def test_numbers_alone_are_all_points(rows: list[list[Any]], separator: str) -> None:
    found = read(rows, separator).numbers(range(len(rows[0])))
    assert np.array_equal(found, np.array(rows, dtype=float))


@given(TABLES, st.data())
def test_a_slip_in_the_first_point_never_loses_it(rows: list[list[Any]], data: Any) -> None:
    width = len(rows[0])
    where = data.draw(st.sets(st.integers(0, width - 1), min_size=1, max_size=width - 1))
    first = [data.draw(SLIPS) if j in where else v for j, v in enumerate(rows[0])]
    try:
        assert len(read([first, *rows[1:]]).rows) == len(rows)
    except ValueError as error:
        assert "line 1" in str(error) or "holds no point" in str(error)


@given(TABLES, st.data())
def test_words_are_names(rows: list[list[Any]], data: Any) -> None:
    width = len(rows[0])
    names = data.draw(st.lists(WORDS, min_size=width, max_size=width, unique=True))
    table = read([names, *rows])
    assert table.names == names and len(table.rows) == len(rows)


@pytest.mark.parametrize("index", [False, True])
@pytest.mark.parametrize("labels", [None, "words", "whole"])
@given(rows=st.lists(st.lists(st.floats(allow_nan=False), min_size=3, max_size=3), min_size=2))
def test_what_pandas_writes_has_as_many_points(
    labels: str | None, index: bool, rows: list[list[float]]
) -> None:
    assume(labels != "words" or len(rows) > 2)
    table = pd.DataFrame(rows)
    if labels:
        kinds = ["cat", "dog", "eel"] if labels == "words" else [0, 1, 2]
        table["label"] = [kinds[i % 3] for i in range(len(rows))]
    found = parse(table.to_csv(index=index).encode(), "s.csv")
    assert len(found.rows) == len(rows) and found.width == table.shape[1]


@pytest.mark.parametrize(
    ("text", "n"),
    [
        ("cat\ndog\ncat\ndog\n", 4),  # labels alone
        ("cat,0\ndog,1\ncat,2\ndog,0\n", 4),
        ("label,0,1,2\n7,5,6,7\n", 1),  # pixels
        ("label,1,2,3\n7,5,6,7\n", 1),
        (",0,1,label\n0,5,6,3\n", 1),
        ("0,1\n1,0\n", 2),
        ("0,1,2\n0.5,1e-05,nan\n", 1),
        ("0,1,2\n1.5,2.5,cat\n", 1),
    ],
)
def test_first_lines_that_could_be_either(text: str, n: int) -> None:
    assert len(parse(text.encode(), "s.csv").rows) == n


@given(st.lists(st.tuples(NUMBERS, NUMBERS, WORDS), min_size=4, max_size=9), st.data())
def test_a_stray_quote_never_loses_a_point(rows: list[tuple[Any, ...]], data: Any) -> None:
    lines = [["u", "v", "label"], *([*map(str, row)] for row in rows)]
    i, j = data.draw(st.integers(0, len(lines) - 1)), data.draw(st.integers(0, 2))
    k = data.draw(st.integers(0, len(lines[i][j])))
    lines[i][j] = lines[i][j][:k] + '"' + lines[i][j][k:]
    try:
        assert len(read(lines).rows) == len(rows)
    except ValueError as error:
        assert f"line {i + 1} " in str(error)


@pytest.mark.parametrize("end", ["x", "e", ".5.", ".1e5x"])
def test_a_field_that_is_nearly_a_number_takes_no_time(end: str, tmp_path: Path) -> None:
    # Each digit could be on either side of an optional point: minutes went by before a refusal.
    content = f"1,2\n3,{'1' * 100_000}{end}\n".encode()
    (tmp_path / "s.csv").write_bytes(content)
    started = time.process_time()
    with pytest.raises(ValueError, match=r"line 2, column 2: .* is no number"):
        parse(content, "s.csv").numbers([0, 1])
    with pytest.raises(ValueError, match=r"row 1, column 1: .* is not a finite decimal"):
        list(rows_of(tmp_path / "s.csv"))
    assert time.process_time() - started < 2
