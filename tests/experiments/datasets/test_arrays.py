"""Arrays of one's own: whatever holds the same numbers is the same data set, the rest is named."""

from __future__ import annotations

import gzip
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import scipy.sparse
import torch
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from experiments.datasets import from_arrays, load
from experiments.datasets.size import training_size

RNG = np.random.default_rng(0)
X = RNG.integers(-9, 9, (24, 4))
Y = np.arange(24) % 3
BYTES = RNG.integers(0, 256, (24, 8, 8, 3), np.uint8)


def test_labels_of_any_kind_and_every_example_in_one_split() -> None:
    images = RNG.integers(0, 256, (20, 4, 4), np.uint8)
    data = from_arrays("mine", {"images": images, "labels": ["cat", "dog"] * 10})
    assert len(data.train_labels) == 16 and len(data.test_labels) == 4
    assert data.classes == ("cat", "dog") and data.white == 255
    both = np.concatenate((data.train_images, data.test_images))
    assert sorted(map(bytes, both)) == sorted(map(bytes, images))


@pytest.mark.parametrize(
    "same",
    [
        lambda x: x.astype(">f8"),
        lambda x: x.astype(np.float16),
        lambda x: x.astype(np.longdouble),
        lambda x: x[::-1].copy()[::-1].astype(float),
        lambda x: np.asfortranarray(x, dtype=float),
        lambda x: x.astype(float).tolist(),
        lambda x: x.astype(float).astype(object),
        lambda x: pd.DataFrame(x.astype(float)),
        lambda x: torch.tensor(x).bfloat16(),
    ],
)
def test_layout_dtype_and_container_change_nothing(same: Any) -> None:
    expected = from_arrays("mine", {"images": X.astype(float), "labels": Y})
    labels = pd.Series(Y.astype(str), dtype="string")
    found = from_arrays("mine", {"X": same(X), "y": labels})
    assert (found.train_images == expected.train_images).all()
    assert (found.test_labels == expected.test_labels).all()
    assert found.train_images.flags.c_contiguous and found.train_images.dtype.isnative
    assert found.train_images.dtype in (np.float16, np.float32, np.float64)


def test_integers_stay_integers() -> None:
    assert from_arrays("mine", {"images": X, "labels": Y}).train_images.dtype == np.int64


@given(st.lists(st.integers(1, 30), min_size=2, max_size=6), st.floats(0.05, 0.6))
def test_the_same_share_of_each_class_is_held_out_and_never_all_of_one(
    sizes: list[int], share: float
) -> None:
    labels = np.repeat(np.arange(len(sizes)), sizes)
    arrays = {"images": np.arange(float(len(labels)))[:, None], "labels": labels}
    if max(sizes) == 1:
        with pytest.raises(ValueError, match="one example of each class"):
            from_arrays("mine", arrays, share)
        return
    data = from_arrays("mine", arrays, share)
    train, test = (
        np.bincount(y, minlength=len(sizes)) for y in (data.train_labels, data.test_labels)
    )
    assert (train + test == sizes).all() and (train >= 1).all() and test.sum() >= 1
    assert (np.abs(test - share * np.array(sizes)) <= 1).all()
    both = np.concatenate((data.train_images, data.test_images)).ravel()
    assert sorted(both) == list(range(len(labels)))
    again = from_arrays("mine", arrays, share, split_seed=1)
    assert len(again.test_labels) == len(data.test_labels)


def test_a_file_of_arrays_is_a_data_set(tmp_path: Path) -> None:
    x, y = RNG.standard_normal((12, 3)), np.arange(12) % 3
    np.savez(tmp_path / "a.npz", images=x, labels=y, test_images=x[:2], test_labels=y[:2])
    for name in (f"arrays:{tmp_path / 'a.npz'}", f"{tmp_path / 'a.npz'}"):
        data = load(name)
        assert (data.train_images == x).all() and (data.test_labels == y[:2]).all()
    np.savez(tmp_path / "b.npz", X=x, y=y)
    assert len(load(f"{tmp_path / 'b.npz'}", test_share=0.5).test_labels) == 6
    for share in ("0.5", True, 0, 1.0, np.nan):
        with pytest.raises(ValueError, match=r"test_share is .*: give a share between 0 and 1"):
            load(f"{tmp_path / 'b.npz'}", test_share=share)  # pyright: ignore[reportArgumentType]


WORDS = np.array(["cat", "dog", "eel"])[Y]
COLUMNS = pd.DataFrame({f"x{j}": X[:, j] / 4 for j in range(4)} | {"kind": WORDS})


def _first(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.reindex(columns=["kind", *frame.columns[:-1]])


@pytest.mark.parametrize(
    ("name", "write"),
    [
        ("m.csv", lambda path: COLUMNS.to_csv(path, index=False)),
        ("m.csv", lambda path: COLUMNS.to_csv(path, index=False, header=False)),
        ("m.csv", lambda path: COLUMNS.to_csv(path)),
        ("m.csv", lambda path: COLUMNS.to_csv(path, header=[*"0123", "kind"], index=False)),
        ("m.csv", lambda path: pd.read_csv(_csv(path)).to_csv(path, index=False)),
        ("m.csv", lambda path: COLUMNS.to_csv(path, sep=";", decimal=",", index=False)),
        ("m.csv@kind", lambda path: _first(COLUMNS).to_csv(path, index=False)),
        ("m.csv@1", lambda path: _first(COLUMNS).to_csv(path, index=False, header=False)),
        ("m.TSV.GZ", lambda path: path.write_bytes(gzip.compress(_tsv()))),
        ("m.parquet", lambda path: COLUMNS.sort_values("x0").sort_index().to_parquet(path)),
        ("m.parquet@kind", lambda path: _first(COLUMNS).to_parquet(path)),
        ("m.parquet", lambda path: COLUMNS.astype({"kind": "category"}).to_parquet(path)),
        ("m.npz", lambda path: np.savez(path, X=X / 4, y=WORDS)),
        ("m.npz.gz", lambda path: path.write_bytes(gzip.compress(_npz()))),
    ],
)
def test_a_table_in_any_file_is_the_same_data_set(
    name: str, write: Callable[[Path], Any], tmp_path: Path
) -> None:
    write(tmp_path / name.partition("@")[0])
    data, same = load(str(tmp_path / name)), from_arrays("m", {"images": X / 4, "labels": WORDS})
    assert data.name == "m" and data.classes == ("cat", "dog", "eel")
    for split in ("train_images", "train_labels", "test_images", "test_labels"):
        assert getattr(data, split).tolist() == getattr(same, split).tolist()
    assert training_size(str(tmp_path / name)) == len(Y)


def _csv(path: Path) -> Path:
    COLUMNS.to_csv(path)
    return path


def _tsv() -> bytes:
    return COLUMNS.to_csv(sep="\t", index=False).encode()


def _npz() -> bytes:
    held = io.BytesIO()
    np.savez(held, images=X / 4, labels=WORDS)
    return held.getvalue()


def test_labels_of_a_table_that_are_numbers_keep_their_digits(tmp_path: Path) -> None:
    first = 2**60
    lines = [f"{k}.5,{first + k % 3}" for k in range(12)]
    (tmp_path / "m.csv").write_text("\n".join(lines))
    data = load(str(tmp_path / "m.csv"))
    assert data.classes == tuple(str(first + k) for k in range(3))


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("m.csv", "a,b\n1,cat\n2,\n", r"m\.csv, line 3, column 'b' is missing"),
        ("m.csv", "a,b\n1,1\n2,?\n", r"line 3, column 'b': '\?' stands among numbers"),
        ("m.csv", "label,a\ncat,1\ndog,2\n", "give .*@label if it is the target, .*@a if"),
        ("m.csv@c", "a,b\n1,cat\n", "no column 'c' for the target: there are a, b"),
        ("m.csv@a", "a,a,b\n1,2,cat\n", "2 columns 'a'"),
        ("m.csv@7", "1,cat\n1,cat\n", "no column '7' for the target: there are 1 to 2"),
        ("m.csv", "2019,2020,what\n1,2,cat\n2,1,dog\n", "may be names or a point"),
        ("m.csv", "a;b\n1.234;5\n1,5;6\n", "'1.234' in line 2 and '1,5' in line 3"),
        ("m.csv", "a,b\n1,2.5\n2,1.5\n", r"labels\[0\] = 2\.5 is no whole number"),
        ("m.csv", "a,b,c\n1,x,cat\n2,y,dog\n", "column 'b': 'x' is no number"),
        ("m.csv", "a,b\n1,cat\n2,cat\n", "1 class"),
    ],
)
def test_tables_without_a_label_for_each_example_are_refused(
    name: str, text: str, says: str, tmp_path: Path
) -> None:
    (tmp_path / name.partition("@")[0]).write_text(text)
    with pytest.raises((ValueError, TypeError), match=says):
        load(str(tmp_path / name))


def test_a_file_whose_name_has_an_at_sign_is_that_file(tmp_path: Path) -> None:
    COLUMNS.to_csv(tmp_path / "m@home.csv", index=False)
    assert load(str(tmp_path / "m@home.csv")).name == "m@home"


def test_files_that_are_none_are_named(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", images=X, labels=Y)
    whole, bad = (tmp_path / "a.npz").read_bytes(), tmp_path / "bad.npz"
    for content, says in (
        (b"", "holds no point: it is empty"),
        (whole[: len(whole) // 2], r"is not a whole \.npz file.*: fetch or write it anew"),
        (b"<!DOCTYPE html><html>not found</html>", "is a page of HTML or XML.*: fetch"),
        (b"hello", r"is not a whole \.npz file.*: fetch or write it anew"),
    ):
        bad.write_bytes(content)
        with pytest.raises(ValueError, match=rf"bad\.npz {says}"):
            load(str(bad))
    np.savez(bad, x2=X, z=X)
    with pytest.raises(
        ValueError, match=r"bad\.npz.*keys images and labels \(or X and y\), not x2, z"
    ):
        load(str(bad))
    np.savez(bad, images=X, labels=np.array([{}] * 24, dtype=object))
    with pytest.raises(ValueError, match=r"Python objects in labels.*labels\.astype\(str\)"):
        load(str(bad))
    with pytest.raises(FileNotFoundError, match=r"none\.npz does not exist"):
        load(str(tmp_path / "none.npz"))


def _pictures(*sizes: int) -> list[Image.Image]:
    return [Image.new("RGB", (size, size), (10, 20, 30)) for size in sizes]


def test_pictures_in_a_list_are_read() -> None:
    data = from_arrays("mine", {"images": _pictures(*[5] * 10), "labels": [0, 1] * 5})
    assert data.train_images.shape == (8, 5, 5, 3) and data.white == data.train_images.max()
    # The numbers of a palette are no brightness.
    coloured = [picture.quantize() for picture in _pictures(*[5] * 10)]
    seen = from_arrays("mine", {"images": coloured, "labels": [0, 1] * 5}).train_images
    assert (seen == data.train_images).all()


@pytest.mark.parametrize(
    ("arrays", "says"),
    [
        ({"images": X[:3], "labels": [0, 1]}, r"shape \(3, 4\) and labels of shape \(2,\)"),
        ({"images": X[:2], "labels": [1, 1]}, "1 class"),
        ({"images": X * np.nan, "labels": Y}, r"images\[0, 0\] is nan"),
        ({"images": X.astype(complex), "labels": Y}, "images has dtype complex"),
        ({"images": scipy.sparse.csr_array(X), "labels": Y}, r"sparse: give images\.toarray\(\)"),
        ({"images": [[1], [1, 2]], "labels": [0, 1]}, "images is ragged"),
        ({"images": np.ma.masked_array(X, X > 3), "labels": Y}, "masked"),
        ({"images": X[:, 0], "labels": Y}, r"images have shape \(24,\)"),
        ({"images": X[:0], "labels": Y[:0]}, "empty|at least one"),
        ({"images": _pictures(5, 6), "labels": [0, 1]}, "pictures of 2 shapes"),
        ({"images": BYTES.transpose(0, 3, 1, 2), "labels": Y}, "look like channels first: give"),
        ({"images": BYTES[:, None], "labels": Y}, "have 5 dimensions.*videos"),
        ({"images": X, "labels": np.eye(3)[Y]}, r"one-hot rows labels\.argmax\(1\)"),
        ({"images": X, "labels": [*"ab" * 11, "a", None]}, r"labels\[23\] is missing"),
        ({"images": X, "labels": [1, "a"] * 12}, "labels mix numbers"),
        ({"images": X, "labels": Y + 0.5}, "real targets are for regression"),
        ({"images": X[:3], "labels": [0, 1, 2]}, "one example of each class"),
        ({"images": X, "labels": Y, "test_labels": [0]}, "go together"),
        ({"images": X, "X": X, "labels": Y}, "images twice"),
        ({"pixels": X, "labels": Y}, "lack images: give the keys images and labels"),
        ([X, Y], "arrays is a list: give a dict"),
    ],
)
def test_arrays_that_make_no_data_set_are_refused(arrays: Any, says: str) -> None:
    with pytest.raises((ValueError, TypeError), match=says):
        from_arrays("mine", arrays)


@pytest.mark.parametrize(
    ("test_images", "test_labels", "says"),
    [
        (X[:1], [7], r"test_labels\[0\] is the class 7"),
        (X[:1], ["0"], "test_labels are strings, labels are numbers"),
        (X[:1, :3], [0], r"test_images have the shape \(3,\)"),
        (X[:1] / 255, [0], "images are int64 and test_images float64"),
        (X[:2], [0], r"test_images of shape \(2, 4\)"),
    ],
)
def test_splits_that_do_not_agree_are_refused(
    test_images: Any, test_labels: Any, says: str
) -> None:
    arrays = {"images": X, "labels": Y, "test_images": test_images, "test_labels": test_labels}
    with pytest.raises((ValueError, TypeError), match=says):
        from_arrays("mine", arrays)


@pytest.mark.parametrize("modes", [("1", "L"), ("L", "I;16"), ("RGBA", "CMYK"), ("CMYK", "CMYK")])
def test_pictures_of_several_scales_are_refused(modes: tuple[str, str]) -> None:
    """Of a bit white is 1, of a byte 255: the mode would give the class away."""
    pictures = [Image.new(mode, (5, 5)) for mode in modes] * 5
    with pytest.raises(ValueError, match=r"are pictures of mode .*: bring them to one scale"):
        from_arrays("mine", {"images": pictures, "labels": [0, 1] * 5})
