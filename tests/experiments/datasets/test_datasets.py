"""Data sets load as published, and altered, truncated or hostile files are refused by name."""

from __future__ import annotations

import gzip
import hashlib
import io
import os
import pickle
import shutil
import struct
import tarfile
from pathlib import Path

import numpy as np
import pytest

from experiments.datasets import cifar10, load, names
from experiments.datasets.cifar10 import parse
from experiments.datasets.idx import parse as parse_idx

FOLDER = os.environ.get("EXPRESSIVITY_DATA")
needs_data = pytest.mark.skipif(FOLDER is None, reason="EXPRESSIVITY_DATA names no data folder")


def test_digits_are_split_without_overlap_and_with_equal_shares() -> None:
    data = load("digits")
    assert data.train_images.shape == (1437, 8, 8) and data.test_images.shape == (360, 8, 8)
    assert data.train_images.max() == data.white == 16
    train = {image.tobytes() for image in data.train_images}
    assert not train & {image.tobytes() for image in data.test_images}
    shares = np.bincount(data.train_labels) / np.bincount(data.test_labels)
    assert np.abs(shares - 4).max() < 0.2
    assert (load("digits").train_labels == data.train_labels).all()


def test_a_file_in_the_folder_is_a_data_set_and_a_near_miss_is_suggested() -> None:
    assert names() == ["cifar10", "cifar10-jpeg", "digits", "fashion-mnist", "imagenet", "mnist"]
    with pytest.raises(ValueError, match="did you mean mnist"):
        load("mnits")


def test_a_missing_folder_is_named_with_the_mend(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(FileNotFoundError, match="EXPRESSIVITY_DOWNLOAD"):
        load("mnist", tmp_path)
    monkeypatch.delenv("EXPRESSIVITY_DATA", raising=False)
    with pytest.raises(FileNotFoundError, match="set EXPRESSIVITY_DATA"):
        load("mnist")


@needs_data
@pytest.mark.parametrize("name", ["mnist", "fashion-mnist"])
def test_idx_data_sets_load(name: str) -> None:
    data = load(name)
    assert data.train_images.shape == (60_000, 28, 28) and data.test_images.shape == (
        (10_000, 28, 28)
    )
    assert data.train_images.dtype == np.uint8 and data.train_images.max() == 255
    assert set(data.train_labels.tolist()) == set(range(10))
    assert (np.bincount(data.test_labels) > 800).all()


@needs_data
@pytest.mark.slow
def test_the_jpeg_copy_of_cifar10_loads_and_says_what_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EXPRESSIVITY_CACHE", str(tmp_path))
    data = load("cifar10-jpeg")
    assert data.name == "CIFAR-10 (JPEG)"
    assert data.train_images.shape == (50_000, 32, 32, 3)
    assert (np.bincount(data.train_labels) == 5000).all()
    assert (np.bincount(data.test_labels) == 1000).all()
    means = data.train_images.mean((0, 1, 2)) / 255
    np.testing.assert_allclose(means, (0.4914, 0.4822, 0.4465), atol=5e-4)
    again = load("cifar10-jpeg")  # from the cache
    assert (again.train_images == data.train_images).all()


@needs_data
@pytest.mark.parametrize("harm", ["truncated", "altered", "altered inside"])
def test_a_harmed_file_is_refused_by_name(tmp_path: Path, harm: str) -> None:
    assert FOLDER is not None
    shutil.copytree(Path(FOLDER) / "mnist", tmp_path / "mnist")
    file = tmp_path / "mnist" / "t10k-labels-idx1-ubyte.gz"
    content = file.read_bytes()
    file.chmod(0o644)
    file.parent.chmod(0o755)
    if harm == "truncated":
        file.write_bytes(content[:-100])
    elif harm == "altered":
        file.write_bytes(content[:2000] + bytes([content[2000] ^ 1]) + content[2001:])
    else:
        labels = bytearray(gzip.decompress(content))
        labels[-1] ^= 1
        file.write_bytes(gzip.compress(bytes(labels)))
    with pytest.raises(ValueError, match=r"t10k-labels-idx1-ubyte\.gz is truncated or altered"):
        load("mnist", tmp_path)


def test_an_idx_file_must_hold_what_its_header_says() -> None:
    header = b"\0\0\x08\x02" + struct.pack(">II", 2, 3)
    assert parse_idx(header + bytes(range(6)), Path("x")).tolist() == [[0, 1, 2], [3, 4, 5]]
    for content in (header + bytes(5), header + bytes(7), header[:6], b"\0\0\x0d\x01", b""):
        with pytest.raises(ValueError, match="x "):
            parse_idx(content, Path("x"))


def _batch(n: int) -> tuple[bytes, np.ndarray]:
    planes = np.random.default_rng(n).integers(0, 256, (n, 3072)).astype(np.uint8)
    return pickle.dumps({b"data": planes, b"labels": list(range(n))}, protocol=2), planes


def test_original_cifar_batches_load_from_a_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, sums = tmp_path / "cifar-10-batches-py", {}
    folder.mkdir()
    for k, name in enumerate([*(f"data_batch_{i}" for i in range(1, 6)), "test_batch"], start=1):
        content, _ = _batch(k)
        (folder / name).write_bytes(content)
        sums[name] = hashlib.md5(content).hexdigest()
    with pytest.raises(ValueError, match="data_batch_1 is truncated or altered"):
        load("cifar10", tmp_path)
    monkeypatch.setattr("experiments.datasets.cifar10.BATCHES", sums)
    data = load("cifar10", tmp_path)
    assert data.train_images.shape == (15, 32, 32, 3) and data.test_images.shape == (6, 32, 32, 3)
    _, planes = _batch(6)
    assert data.test_images[2, 5, 7].tolist() == planes[2].reshape(3, 32, 32)[:, 5, 7].tolist()


@pytest.mark.parametrize("place", [0.2, 0.5, 0.8])
@pytest.mark.parametrize("harm", ["truncated", "altered"])
def test_a_harmed_archive_of_cifar_is_refused_by_name(
    harm: str, place: float, tmp_path: Path
) -> None:
    path, words = tmp_path / "cifar-10-python.tar.gz", b" ".join(b"%d" % k for k in range(9999))
    with tarfile.open(path, "w:gz") as archive:
        for name in cifar10.BATCHES:
            member = tarfile.TarInfo(f"{cifar10.FOLDER}/{name}")
            member.size = len(words)
            archive.addfile(member, io.BytesIO(words))
    content = bytearray(path.read_bytes())
    middle = int(place * len(content))
    content[middle:] = b"" if harm == "truncated" else b"\xff" * 99 + content[middle + 99 :]
    path.write_bytes(content)
    with pytest.raises(ValueError, match=r"cifar-10-python\.tar\.gz.* is truncated or altered"):
        load("cifar10", tmp_path)


class _Hostile:
    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.system, ("touch hostile",)


def test_a_pickle_that_asks_for_more_than_arrays_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(pickle.UnpicklingError, match=r"asks for (posix|nt|os)\.system"):
        parse(pickle.dumps({b"data": _Hostile()}, protocol=2), "data_batch_1")
    assert not (tmp_path / "hostile").exists()
    with pytest.raises(ValueError, match="data_batch_1 is no batch"):
        parse(pickle.dumps({b"labels": []}), "data_batch_1")
