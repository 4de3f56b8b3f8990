"""One reader behind every command: what holds the same sample reads alike, the rest is refused."""

from __future__ import annotations

import gzip
import io
import os
import resource
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from expressivity import interpolate
from expressivity.files import file_name, write_atomically
from expressivity.picture import draw
from expressivity.tables import read_labelled, read_sample

TABLE = pd.DataFrame(np.random.default_rng(0).standard_normal((12, 5)), columns=list("abcde"))
VALUES = TABLE.to_numpy()
LINES = TABLE.to_csv(index=False).splitlines()
BEYOND = 2**53 + 1


def _text(text: str) -> Callable[[Path], Any]:
    return lambda path: path.write_text(text)


def _csv(**options: Any) -> Callable[[Path], Any]:
    settings: dict[str, Any] = {"index": False} | options
    return lambda path: TABLE.to_csv(path, **settings)


def _zipped(path: Path) -> None:
    plain = path.with_name("plain.npy")
    np.save(plain, VALUES)
    path.write_bytes(gzip.compress(plain.read_bytes()))


def _npz(path: Path, **arrays: Any) -> None:
    with open(path, "wb") as file:
        np.savez(file, **arrays)


SAME: dict[str, tuple[str, Callable[[Path], Any]]] = {
    "names": ("s.csv", _csv()),
    "no names": ("s.csv", _csv(header=False)),
    "numbers among the names": ("s.csv", _csv(header=["0", "1", "2", "3", "target"])),
    "numbers as names": ("s.csv", _csv(header=[*"01234"])),
    "numbers as names, index": ("s.csv", _csv(header=[*"01234"], index=True)),
    "# and commas in the names": ("s.csv", _csv(header=["feature #1", "x,y", *"cde"])),
    "quotes": ("s.csv", _csv(quoting=1)),
    "index": ("s.csv", _csv(index=True)),
    "dates as index": (
        "s.csv",
        lambda path: TABLE.set_index(pd.date_range("2020", periods=12)).to_csv(path),
    ),
    "byte order mark": ("s.csv", _csv(encoding="utf-8-sig", header=False)),
    "utf-16": ("s.csv", _csv(encoding="utf-16")),
    "semicolons": ("s.csv", _csv(sep=";")),
    "decimal commas": ("s.csv", _csv(sep=";", decimal=",")),
    "sep= space": ("s.csv", _text("sep= \n" + TABLE.to_csv(sep=" ", index=False))),
    "sep=": ("s.csv", _text("sep=;\n" + TABLE.to_csv(sep=";", index=False))),
    "tabs": ("s.TSV", _csv(sep="\t")),
    "spaces": ("s.csv", lambda path: np.savetxt(path, VALUES)),
    "trailing commas": ("s.csv", _text("\n".join(f"{line}," for line in LINES))),
    "comments and empty lines": ("s.csv", _text("# lab 7\n\n" + "\n\n".join(LINES))),
    "Windows": ("s.CSV", _text("\r\n".join(LINES))),
    "a form feed and spaces": ("s.csv", _text("\n".join(f"{line}\x0c \u00a0" for line in LINES))),
    "csv.gz": ("s.csv.gz", _csv()),
    "npy": ("s.NPY", lambda path: path.open("wb").write(_npy_bytes(VALUES))),
    "Fortran order": ("s.npy", lambda path: np.save(path, np.asfortranarray(VALUES))),
    "big-endian": ("s.npy", lambda path: np.save(path, VALUES.astype(">f8"))),
    "npy.gz": ("s.npy.gz", _zipped),
    "npz": ("s.npz", lambda path: _npz(path, table=VALUES)),
    "npz, X and y": ("s.npz", lambda path: _npz(path, X=VALUES[:, :-1], y=VALUES[:, -1])),
    "npz, images": ("s.npz", lambda p: _npz(p, images=VALUES[:, :-1], labels=VALUES[:, -1])),
    "parquet": ("s.PARQUET", lambda path: TABLE.to_parquet(path)),
    "parquet, index": (
        "s.parquet",
        lambda path: TABLE.sample(frac=1).sort_index().to_parquet(path),
    ),
    "parquet, several indices": (
        "s.parquet",
        lambda path: TABLE.set_index(
            pd.MultiIndex.from_arrays([range(12), range(12)], names=["u", "v"])
        ).to_parquet(path),
    ),
}


def _npy_bytes(values: Any) -> bytes:
    held = io.BytesIO()
    np.save(held, values)
    return held.getvalue()


def test_points_alone_take_a_file_of_targets(tmp_path: Path) -> None:
    _npz(tmp_path / "X.npz", X=VALUES[:, :-1])
    np.save(tmp_path / "y.npy", VALUES[:, -1])
    X, y = read_sample(tmp_path / "X.npz", tmp_path / "y.npy")
    assert np.array_equal(X, VALUES[:, :-1]) and np.array_equal(y, VALUES[:, -1])


@pytest.mark.parametrize("kind", SAME)
def test_the_same_sample_in_any_file(kind: str, tmp_path: Path) -> None:
    name, write = SAME[kind]
    write(tmp_path / name)
    X, y = read_sample(tmp_path / name)
    np.testing.assert_allclose(X, VALUES[:, :-1], rtol=1e-15)
    np.testing.assert_allclose(y, VALUES[:, -1], rtol=1e-15)


REFUSED: dict[str, tuple[str, Callable[[Path], Any], str]] = {
    "empty": ("s.csv", _text(""), "holds no point: it is empty"),
    "only comments": ("s.csv", _text("# nothing\n\n"), "holds no point"),
    "only names": ("s.csv", _text("a,b\n"), "holds no point: there is only a line of names"),
    "a slip in the first point": (
        "s.csv",
        _text("l.5,2.5,0\n3,4,1\n"),
        "line 1 may be names or a p",
    ),
    "missing in the first point": (
        "s.csv",
        _text("NA,2,0\n3,4,1\n"),
        "with 'NA' in it: give every",
    ),
    "a first point of fractions": ("s.csv", _text("1/3,2/3\n3,4\n"), "with '1/3' in it"),
    "a first point of nothing": ("s.csv", _text("?,n/a\n3,4\n"), "line 1 may be names or a point"),
    "a slip before a zero": ("s.csv", _text("l,0\n3,1\n"), "line 1 may be names or a point"),
    "text": ("s.csv", _text("id,b,c\ns0,1,2\n"), "line 2, column 'id': 's0' is no number"),
    "booleans": ("s.csv", _text("a,b\nTrue,1\n"), "line 2, column 'a': 'True' is no number"),
    "two columns without a name": (
        "s.csv",
        _text(",,c\n1.5,2,3\n4,5,6\n"),
        "several columns witho",
    ),
    "unnamed indices": (
        "s.csv",
        lambda p: TABLE.set_index(pd.MultiIndex.from_product([range(3), range(4)])).to_csv(p),
        "several columns without a name",
    ),
    "points alone": ("s.npz", lambda p: _npz(p, X=VALUES), "holds the arrays X: it needs X and y"),
    "images alone": ("s.npz", lambda p: _npz(p, images=VALUES), "arrays images: it needs X and y"),
    "missing": ("s.csv", _text("a,b\n1,2\n,3\n"), "line 3, column 'a' is missing"),
    "ragged": ("s.csv", _text("1,2,3\n4,5\n"), "line 2 has 2 fields where line 1 has 3"),
    "thousands": ("s.csv", _text("a;b\n1.234,5;2\n"), r"'1.234,5' is no number"),
    "a quote that is not closed": ("s.csv", _text('1,2\n3,"4\n5,6\n'), "line 2 has a quote that"),
    "a field over two lines": ("s.csv", _text('a,b\n"1\n",2\n3,4\n'), "line 2 has a quote that"),
    "a field of 200,000 signs": ("s.csv", _text(f"1,2\n3,{'4' * 200_000}\n"), "line 2 is no line"),
    "an integer of 5,000 digits": (
        "s.csv",
        _text(f"1,2\n3,{'4' * 5000}\n"),
        r"line 2, column 2: 4+\.\.\. \(5000 characters\) is beyond 2\^53",
    ),
    "a separator of two": ("s.csv", _text("sep=ab\n1ab2\n"), "line 1: sep= names one character"),
    "beyond 2^53": ("s.csv", _text(f"a,b\n{BEYOND},1\n"), rf"line 2, column 'a': {BEYOND} is bey"),
    "Latin 1": ("s.csv", lambda path: path.write_bytes("ö,b\n1,2".encode("latin1")), "UTF-8"),
    "utf-16 without mark": ("s.csv", _csv(encoding="utf-16-le"), "zero bytes"),
    **{
        f"a page as {suffix}": (f"s{suffix}", _text("<!DOCTYPE html>\n<html>"), "a page of HTML")
        for suffix in (".csv", ".npy", ".npz", ".parquet")
    },
    **{
        f"truncated {suffix}": (
            f"s{suffix}",
            lambda path: path.write_bytes(_halved(path)),
            "is not a whole .*fetch or write it anew",
        )
        for suffix in (".npy", ".npz", ".parquet", ".csv.gz")
    },
    "two arrays": (
        "s.npy",
        lambda path: path.write_bytes(_npy_bytes(VALUES) + _npy_bytes(VALUES[:, 0])),
        "holds more behind its first array: save several",
    ),
    "two arrays as .gz": (
        "s.npy.gz",
        lambda path: path.write_bytes(gzip.compress(_npy_bytes(VALUES) + b"\0")),
        "holds more behind its first array: save several",
    ),
    "a header that is cut off": (
        "s.npy",
        lambda path: path.write_bytes(_npy_bytes(VALUES).replace(b"(12, 5)", b"(12, 5 ")),
        r"is not a whole \.npy file .*fetch or write it anew",
    ),
    "a method that zipfile lacks": (
        "s.npz",
        lambda path: path.write_bytes(_zip_of_method_99()),
        r"is not a whole \.npz file.*fetch or write it anew",
    ),
    "a quote alone": ("s.csv", _text('"\n'), "line 1 has a quote that is not closed"),
    "one number": ("s.npy", lambda path: np.save(path, 3.0), "holds a single number"),
    "records": ("s.npy", lambda path: np.save(path, TABLE.to_records()), "structured_to_unstruct"),
    "images without targets": (
        "s.npy",
        lambda p: np.save(p, np.ones((4, 8, 8))),
        "an .npz file of",
    ),
    "no rows": (
        "s.npy",
        lambda path: np.save(path, VALUES[:0]),
        r"no point: it has shape \(0, 5\)",
    ),
    "parquet without rows": (
        "s.parquet",
        lambda path: TABLE[:0].to_parquet(path),
        "holds no point",
    ),
    "objects": ("s.npy", lambda p: np.save(p, np.array([1, None], object)), "Python objects"),
    "complex": ("s.npy", lambda path: np.save(path, VALUES * 1j), "complex128"),
    "one column": ("s.npy", lambda path: np.save(path, VALUES[:, 0]), r"shape \(12, 1\): it needs"),
    "other keys": ("s.npz", lambda path: _npz(path, a=VALUES, b=VALUES), "holds the arrays a, b"),
    "another suffix": ("s.txt", _text("1,2"), "has suffix '.txt': give .npy, .npz"),
    "a folder": ("s.csv", lambda path: path.mkdir(), "is a folder"),
    **{
        f"parquet, {kind}": (
            "s.parquet",
            lambda path, column=column: TABLE.assign(b=column).to_parquet(path),
            says,
        )
        for kind, column, says in (
            ("text", "s", r"s.parquet\['b'\]\[0\] is 's'"),
            ("dates", pd.date_range("2020", periods=12), r"s.parquet\['b'\] has dtype datetime"),
            ("beyond 2^53", BEYOND, rf"s.parquet\['b'\]\[0\] = {BEYOND} is beyond 2\^53"),
            ("missing", pd.array([None] * 12, dtype="Int64"), r"\['b'\]\[0\] is missing"),
        )
    },
}


def _zip_of_method_99() -> bytes:
    held = io.BytesIO()
    np.savez(held, X=VALUES, y=VALUES[:, 0])
    raw = bytearray(held.getvalue())
    for place in range(len(raw)):
        if raw[place : place + 4] in (b"PK\1\2", b"PK\3\4"):
            raw[place + (10 if raw[place + 2] == 1 else 8)] = 99
    return bytes(raw)


def _halved(path: Path) -> bytes:
    whole = path.with_name("whole" + "".join(path.suffixes))
    if path.suffix == ".npy":
        np.save(whole, VALUES)
    elif path.suffix == ".npz":
        np.savez(whole, VALUES)
    elif path.suffix == ".gz":
        TABLE.to_csv(whole)
    else:
        TABLE.to_parquet(whole)
    content = whole.read_bytes()
    return content[: len(content) // 2]


@pytest.mark.parametrize("kind", REFUSED)
def test_refused_with_the_file_and_the_reason(kind: str, tmp_path: Path) -> None:
    name, write, says = REFUSED[kind]
    write(tmp_path / name)
    with pytest.raises((ValueError, TypeError), match=says) as refusal:
        read_sample(tmp_path / name)
    assert str(tmp_path / name) in str(refusal.value)


def test_the_target_is_the_column_that_is_named(tmp_path: Path) -> None:
    path = tmp_path / "s.csv"
    TABLE.to_csv(path, index=False)
    for name in ("b", "2"):
        X, y = read_sample(tmp_path / f"s.csv@{name}")
        np.testing.assert_allclose(y, VALUES[:, 1], rtol=1e-15)
        np.testing.assert_allclose(X, VALUES[:, [0, 2, 3, 4]], rtol=1e-15)
    np.save(tmp_path / "s.npy", VALUES)
    assert read_sample(tmp_path / "s.npy@1")[1].tolist() == VALUES[:, 0].tolist()
    TABLE.rename(columns={"b": "Target"}).to_csv(path, index=False)
    with pytest.raises(ValueError, match=r"column 'Target' that is not the last: give .*@Tar"):
        read_sample(path)
    with pytest.raises(ValueError, match=r"targets are in .*: give .*s\.csv without @b"):
        read_sample(tmp_path / "s.csv@b", path)


def test_whole_numbers_in_the_first_line_are_a_point(tmp_path: Path) -> None:
    (tmp_path / "s.csv").write_text("0,1\n2,3\n")
    X, y = read_sample(tmp_path / "s.csv")
    assert X.tolist() == [[0], [2]] and y.tolist() == [1, 3]


def test_targets_in_a_file_of_their_own(tmp_path: Path) -> None:
    np.save(tmp_path / "X.npy", VALUES.reshape(12, 5, 1))
    TABLE[["a"]].to_csv(tmp_path / "y.csv", index=False)
    X, y = read_sample(tmp_path / "X.npy", tmp_path / "y.csv")
    assert X.tolist() == VALUES.tolist() and y.tolist() == VALUES[:, 0].tolist()


@pytest.fixture
def full_disk() -> Iterator[None]:
    """No file may grow beyond 10,000 bytes: writing more fails halfway, as on a full disk."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.usefixtures("full_disk")
def test_a_full_disk_leaves_the_file_as_it_was_and_nothing_beside_it(tmp_path: Path) -> None:
    X, y = np.arange(2000.0)[:, None], np.arange(2000.0) % 7
    net = interpolate(X, y)
    picture = tmp_path / "picture.svg"
    for path, write in (
        (tmp_path / "some.file", lambda: write_atomically(tmp_path / "some.file", bytes(10_001))),
        (tmp_path / "n.safetensors", lambda: net.save(tmp_path / "n.safetensors")),
        (tmp_path / "n.onnx", lambda: net.to_onnx(tmp_path / "n.onnx")),
        (picture, lambda: draw(net, picture)),
    ):
        for before in (None, b"what was there"):
            if before:
                path.write_bytes(before)
            with pytest.raises(OSError, match="File too large") as error:
                write()
            assert error.value.filename == str(path)
            there = {path} if before else set()
            assert {*tmp_path.iterdir()} == there
            assert not before or path.read_bytes() == before
        path.unlink()


def test_parts_are_written_one_after_the_other(tmp_path: Path) -> None:
    write_atomically(tmp_path / "f", b"a", memoryview(b"bc"), b"")
    assert (tmp_path / "f").read_bytes() == b"abc"


def test_a_link_stays_and_what_it_leads_to_is_written(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    real, link = tmp_path / "folder" / "real", tmp_path / "link"
    link.symlink_to(real)
    for content in (b"there was none", b"there was one"):
        write_atomically(link, content)
        assert link.is_symlink() and real.read_bytes() == content
    assert {*tmp_path.rglob("*")} == {link, real, real.parent}
    link.unlink()
    link.symlink_to(tmp_path / "nowhere" / "file")
    with pytest.raises(FileNotFoundError, match="nowhere is no folder: make it"):
        write_atomically(link, b"x")


def test_a_pipe_is_not_replaced_by_a_file(tmp_path: Path) -> None:
    # Nor is a device: root may replace /dev/null.
    pipe, link = tmp_path / "pipe", tmp_path / "link"
    os.mkfifo(pipe)
    link.symlink_to(pipe)
    for path in (pipe, link):
        with pytest.raises(OSError, match="a pipe or a device: give an ordinary file"):
            write_atomically(path, b"x")
    assert pipe.is_fifo() and {*tmp_path.iterdir()} == {pipe, link}


def test_a_name_that_is_cut_off_is_still_its_own() -> None:
    assert file_name("a model: Net(3)") == "a-model-Net-3"
    first, second = (file_name("long " * 99 + end) for end in "ab")
    assert len(first) == len(second) == 100 and first != second


def test_a_column_of_arrays_by_names_is_refused(tmp_path: Path) -> None:
    np.savez(tmp_path / "p.npz", X=np.eye(3), y=np.arange(3))
    for read in (read_sample, read_labelled):
        with pytest.raises(
            ValueError, match=r"holds arrays, no table with columns.*without @price"
        ):
            read(tmp_path / "p.npz@price")
    np.savez(tmp_path / "one.npz", table=np.arange(6.0).reshape(2, 3))
    assert read_sample(tmp_path / "one.npz@1")[1].tolist() == [0, 3]


def test_a_frame_whose_index_was_left_out_is_whole(tmp_path: Path) -> None:
    frame = pd.DataFrame({"a": [1.0, 2.0], "y": [3.0, 4.0]}, index=["p", "q"])
    pyarrow = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    for kept in (["a", "y"], ["a", "y", "__index_level_0__"]):
        parquet.write_table(pyarrow.Table.from_pandas(frame).select(kept), tmp_path / "s.parquet")
        X, y = read_sample(tmp_path / "s.parquet")
        assert (X.tolist(), y.tolist()) == ([[1], [2]], [3, 4])


def test_threads_that_write_one_file_leave_one_of_theirs_whole(tmp_path: Path) -> None:
    content = [bytes([k]) * 2_000_000 for k in range(6)]
    with ThreadPoolExecutor(6) as threads:
        list(threads.map(lambda one: write_atomically(tmp_path / "f", one), content * 3))
    assert (tmp_path / "f").read_bytes() in content
    assert [path.name for path in tmp_path.iterdir()] == ["f"]
