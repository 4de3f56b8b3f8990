"""Data that is not there is one message, before any work, with names, layout and the switch."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

from experiments.__main__ import main
from experiments.contestants import Kernel, RandomConvolution
from experiments.datasets import load, names, require
from experiments.datasets.files import cache_folder
from experiments.datasets.size import training_size


def _main(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    monkeypatch.setattr(sys, "argv", ["__main__.py", *arguments])
    return main()


def test_a_variable_that_is_empty_is_none_and_a_tilde_is_the_users_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As in a service's or a batch job's environment, where no shell replaces it."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "home" / ".cache"))
    monkeypatch.setenv("EXPRESSIVITY_CACHE", "")
    assert cache_folder() == tmp_path / "home" / ".cache" / "expressivity"
    monkeypatch.setenv("EXPRESSIVITY_CACHE", "~/kept")
    assert cache_folder() == tmp_path / "home" / "kept"
    monkeypatch.setenv("EXPRESSIVITY_DATA", "~/data")
    with pytest.raises(FileNotFoundError, match=f"imagenet is not in {tmp_path}/home/data"):
        require("imagenet")
    for name in ("~/lost.csv", "arrays:~/lost.csv", "folder:~/lost@32"):
        with pytest.raises((FileNotFoundError, ValueError), match=f"{tmp_path}/home/lost"):
            require(name)
    assert [path.name for path in tmp_path.iterdir()] == ["home"]


@pytest.mark.parametrize("folder", ["empty folder", "no folder", "empty variable"])
def test_a_data_set_that_is_not_there_is_one_line(
    folder: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("EXPRESSIVITY_DATA", str(tmp_path) if folder == "empty folder" else "")
    if folder == "no folder":
        monkeypatch.delenv("EXPRESSIVITY_DATA")
    assert _main(monkeypatch, "run", "table3", "--data", "cifar10", "--size", "smoke") == 2
    said = capsys.readouterr()
    assert said.out == "" and said.err.count("\n") == 1
    assert "mnist/train-images-idx3-ubyte.gz" in said.err and "EXPRESSIVITY_DOWNLOAD=1" in said.err
    assert folder == "empty folder" or "EXPRESSIVITY_DATA" in said.err
    assert not (tmp_path / "results").exists()


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ("nonsense", "'nonsense' is unknown: there are cifar10"),
        ("mnits", "did you mean mnist?"),
        ("lost.npz", "lost.npz does not exist"),
        ("folder:lost@32", "no image in lost/train: the layout is train/CLASS"),
        ("folder:lost@0", "say how large, for example folder:lost@64"),
        ("folder:lost", "say how large, for example folder:lost@64"),
    ],
)
def test_a_data_set_that_is_none_is_one_line(
    data: str,
    said: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    assert _main(monkeypatch, "run", "figure1", "--data", data) == 2
    found = capsys.readouterr()
    assert found.out == "" and found.err.startswith("error: ") and found.err.count("\n") == 1
    assert said in found.err


def test_the_digits_need_no_files_and_their_size_is_known_without_reading() -> None:
    require("digits")
    assert training_size("digits") == len(load("digits").train_labels)
    assert all(training_size(name) for name in names())
    assert training_size("no such data") is None and training_size("lost.npz") is None


def test_memory_is_asked_for_by_the_images_at_hand(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", images=np.ones((500, 3)), labels=np.arange(500) % 2)
    for run in (Kernel(), RandomConvolution(), Kernel(data=str(tmp_path / "a.npz"))):
        assert run.needs.memory < 1.2 * 2**30
    assert Kernel("mnist").needs.memory > 4 * 60_000**2
    assert Kernel(data="lost.npz").needs.memory > 4 * 60_000**2
