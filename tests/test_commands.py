"""Every command of the three packages: what it asks for, what it reads, and how it ends."""

from __future__ import annotations

import gzip
import io
import os
import re
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import experiments.__main__
import expressivity.__main__
import paper_figures.__main__
from experiments.commands.kernel import kernel
from experiments.commands.randomize import randomize
from experiments.commands.run import run
from expressivity import command_line
from expressivity.commands.certificates import certify
from expressivity.commands.memorizers import benchmark_memorizers, compare, memorize
from expressivity.commands.network import benchmark, build, verify
from paper_figures.command import draw

MAINS: dict[str, Callable[[], int]] = {
    "expressivity": expressivity.__main__.main,
    "experiments": experiments.__main__.main,
    "paper_figures": paper_figures.__main__.main,
}
COMMANDS: dict[str, Callable[..., int]] = {
    f"{package} {name}": command
    for package, module in (("expressivity", expressivity), ("experiments", experiments))
    for group in module.__main__.commands().values()
    for name, command in group.items()
} | {"paper_figures": draw}
# Options of which one command takes more than another: names of data sets, several numbers, and
# formats of tables and pictures.
SEVERAL = {"--data", "--n", "--format"}


@pytest.fixture(autouse=True)
def _no_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Commands limit the memory of their process, which here is that of all tests."""
    monkeypatch.setattr("resource.setrlimit", lambda *limits: None)


def start(line: str, monkeypatch: pytest.MonkeyPatch) -> int:
    """Type a command, and return its exit status."""
    package, *words = line.split()
    monkeypatch.setattr(sys, "argv", ["__main__.py", *words])
    try:
        return MAINS[package]()
    except SystemExit as end:
        return int(end.code or 0)


def shown(name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> str:
    assert start(f"{name} --help", monkeypatch) == 0
    return capsys.readouterr().out


def options(text: str) -> Iterator[tuple[list[str], str]]:
    """Yield the spellings of each option in a help text, and what it takes."""
    for line in re.findall(r"^[│ ] (--.*?)(?:  .*)?│?$", text, re.M):
        parts = [part.strip().partition(" ") for part in line.split(", ")]
        yield [option for option, _, _ in parts], parts[0][2]


@pytest.mark.parametrize("name", COMMANDS)
def test_help_is_whole_and_names_what_it_asks_for(
    name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    text = shown(name, monkeypatch, capsys)
    usage, *_ = text.split("\n\n")
    assert "STR" not in usage.split("]")[-1] and "None}" not in text and "--no-" not in text
    first = (COMMANDS[name].__doc__ or "").splitlines()[0]
    assert first in " ".join(text.split())


@pytest.mark.parametrize("name", COMMANDS)
def test_help_says_what_is_done_without_an_option_that_has_no_default(
    name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    text = shown(name, monkeypatch, capsys)
    for option in re.split(r"^[│ ] (?=--)", text.partition("\n\n")[2], flags=re.M)[1:]:
        told = " ".join(option.partition("╰")[0].replace("│", "").split())
        assert re.search(r"\((required|default: (?!None))|[Ww]ithout|where ", told), told


def test_an_option_is_spelt_alike_and_takes_the_same_everywhere(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    takes: dict[str, set[str]] = defaultdict(set)
    spellings: dict[str, set[str]] = defaultdict(set)
    for name in COMMANDS:
        for spelt, what in options(shown(name, monkeypatch, capsys)):
            takes[spelt[0]].add(what)
            spellings[spelt[0]].update(spelt[1:])
    assert {option for option, what in takes.items() if len(what) > 1} == SEVERAL
    assert {"--data", "--out", "--seeds", "--records", "--targets"} <= set(takes)
    # What was spelt otherwise once is still understood, and nothing else has two spellings.
    assert {first: other for first, other in spellings.items() if other} == {
        "--data": {"--sample"},
        "--out": {"--target"},
        "--seeds": {"--seed"},
        "--width": {"--size"},
    }
    assert not {"--output", "--dataset", "--file", "--input", "--random-state"} & set(takes)


# What there is to do is missing too: where a result can go is asked first.
WRITING = {
    "expressivity build": "gone.csv --out no/net.safetensors",
    "expressivity certify": "gone.safetensors --data gone.csv --out no/certificate.json",
    "expressivity formal": "gone.json --data gone.csv --out no/certificate.v",
    "expressivity frontier": "--n 10 --out no/frontier.jsonl",
    "expressivity memorize": "gone.csv --out no/net.safetensors",
    "expressivity verify": "--data gone.csv --picture no/picture.svg",
    "experiments labels": "0123 --out no/labels.npz",
    "experiments records": "--only gone --out no/records.txt",
}
INTO_FOLDERS = {
    "experiments randomize": "--model gone:gone --data gone.npz --picture file/picture.svg",
    "paper_figures": "--out file",
}


def test_a_place_that_cannot_be_written_is_refused_before_the_work(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("file").touch()
    for name, words in (WRITING | INTO_FOLDERS).items():
        assert start(f"{name} {words}", monkeypatch) == 2, name
        error = capsys.readouterr().err
        expected = "no is no folder: make it" if name in WRITING else "file is a file"
        assert expected in error and error.count("\n") == 1, name
    writing = {
        name
        for name, command in COMMANDS.items()
        if {"out", "picture"} & command.__annotations__.keys()
    }
    assert writing - {"experiments export"} == {*WRITING, *INTO_FOLDERS}  # it only writes


# Each file that a command reads, in its own place, and the option of the file that it writes.
READING = {
    "expressivity build": ("{} --targets y.csv --out {}", "gone.csv --targets {} --out {}"),
    "expressivity certify": (
        "{} --data p.csv --out {}",
        "n.safetensors --data {} --out {}",
        "n.safetensors --data gone.csv --targets {} --out {}",
    ),
    "expressivity formal": ("{} --data p.csv --out {}", "c.json --data {} --out {}"),
    "expressivity memorize": ("{} --out {}", "gone.csv --targets {} --out {}"),
    "expressivity verify": ("--data {} --picture {}",),
}


def test_no_command_writes_over_what_it_reads(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("read.svg").write_text("what was there")
    Path("link.svg").symlink_to("read.svg")
    for name, forms in READING.items():
        for form in forms:
            for out in ("read.svg", "link.svg", f"{tmp_path}/read.svg"):
                assert start(f"{name} {form.format('read.svg', out)}", monkeypatch) == 2
                assert f"{out} is read here, and would be lost" in capsys.readouterr().err
    assert Path("read.svg").read_text() == "what was there"
    assert not Path("read.svg").is_symlink() and Path("link.svg").is_symlink()


@pytest.mark.parametrize("name", ["verify", "benchmark", "benchmark-memorizers"])
def test_targets_without_points_are_refused(
    name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert start(f"expressivity {name} --targets gone.npy", monkeypatch) == 2
    assert "targets = gone.npy, but no sample: give its points" in capsys.readouterr().err


@pytest.mark.parametrize("name", COMMANDS)
def test_ctrl_c_is_one_line_and_status_130(
    name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def struck(*arguments: Any) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr(command_line, "call", struck)
    assert start(name, monkeypatch) == 130
    (line,) = capsys.readouterr().err.strip().splitlines()
    assert line.startswith("interrupted")


@pytest.mark.parametrize("name", COMMANDS)
def test_a_closed_pipe_is_no_error(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    errors = io.StringIO()
    with os.fdopen(writing, "w") as closed:
        monkeypatch.setattr(sys, "stdout", closed)
        monkeypatch.setattr(sys, "stderr", errors)
        assert start(f"{name} --help", monkeypatch) == 141
    assert errors.getvalue() == ""


@pytest.mark.parametrize("name", COMMANDS)
def test_a_console_that_lacks_characters_gets_others(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    console = io.TextIOWrapper(io.BytesIO(), encoding="cp1252")
    monkeypatch.setattr(sys, "stdout", console)
    assert start(f"{name} --help", monkeypatch) == 0
    assert b"--help" in console.buffer.getvalue()  # pyright: ignore[reportAttributeAccessIssue]


# Every command that reads a sample, as a function of the file and of the folder to write to.
READS: dict[str, Callable[[str, Path], int]] = {
    "verify": lambda file, folder: verify(data=Path(file)),
    "build": lambda file, folder: build(Path(file), folder / "net"),
    "memorize": lambda file, folder: memorize(Path(file), folder / "net"),
    "compare": lambda file, folder: compare(Path(file)),
    "certify": lambda file, folder: _certify(file, folder),
    "benchmark": lambda file, folder: benchmark(data=Path(file)),
    "benchmark-memorizers": lambda file, folder: benchmark_memorizers(data=Path(file)),
    "randomize": lambda file, folder: randomize(
        "torch.nn:Identity", file, records=folder / "records.sqlite"
    ),
    "kernel": lambda file, folder: kernel(file, gamma=1.0),
    "run": lambda file, folder: run("table1", _which(file), folder / "records.sqlite"),
}


def _certify(file: str, folder: Path) -> int:
    np.save(folder / "small.npy", np.eye(3))
    build(folder / "small.npy", folder / "net")
    return certify(folder / "net", Path(file), folder / "c.json")


def _which(file: str) -> Any:
    from experiments.commands.run import Which

    return Which((0,), "smoke", file)


WRONG: dict[str, tuple[str, bytes]] = {
    "empty": ("s.csv", b""),
    "a page": ("s.npz", b"<!doctype html>"),
    "cut off": ("s.parquet", b"PAR1"),
    "damaged": ("s.csv.gz", b"\x1f\x8b hello"),
    "missing value": ("s.csv", b"a,b,c\n1,2,x\n,2,y\n3,4,x\n5,6,y\n"),
    "text": ("s.tsv", b"a\tb\tc\n1\tno\t1\n2\tno\t2\n"),
    "beyond 2^53": ("s.csv", b"9007199254740993,1,0\n1,2,1\n3,4,0\n5,6,1\n"),
    "another ending": ("s.xlsx", b"PK"),
}


@pytest.mark.parametrize("command", READS)
def test_a_command_refuses_a_wrong_file_by_its_name(command: str, tmp_path: Path) -> None:
    for kind, (name, content) in WRONG.items():
        (tmp_path / name).write_bytes(content)
        with pytest.raises((ValueError, TypeError)) as refused:
            READS[command](str(tmp_path / name), tmp_path)
        assert name in str(refused.value), kind
    with pytest.raises(FileNotFoundError, match=r"none\.csv does not exist"):
        READS[command](str(tmp_path / "none.csv"), tmp_path)


@pytest.mark.parametrize("command", ["verify", "build", "memorize", "compare", "kernel"])
def test_a_command_reads_every_file(
    command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rng = np.random.default_rng(0)
    table = pd.DataFrame(rng.standard_normal((20, 3)).round(3), columns=list("abc"))
    table["kind"] = np.arange(20) % 2
    table.to_csv(tmp_path / "s.csv", index=False)
    table.to_csv(tmp_path / "s.tsv", sep="\t")
    table.to_parquet(tmp_path / "s.PARQUET")
    np.save(tmp_path / "s.npy", table.to_numpy())
    np.savez(tmp_path / "s.npz", X=table[["a", "b", "c"]], y=table["kind"])
    for name in ("s.csv", "s.npz", "s.npy"):
        zipped = gzip.compress((tmp_path / name).read_bytes())
        (tmp_path / f"{name}.GZ").write_bytes(zipped)
    table[["kind", "a", "b", "c"]].to_csv(tmp_path / "first.csv", index=False)
    said = set()
    for name in (
        "s.csv",
        "s.tsv",
        "s.PARQUET",
        "s.npy",
        "s.npz",
        "s.csv.GZ",
        "s.npz.GZ",
        "s.npy.GZ",
        "first.csv@kind",
    ):
        assert READS[command](str(tmp_path / name), tmp_path) == 0, name
        printed = capsys.readouterr().out.replace(name, "")
        said.add(
            re.sub(
                r"[\d.]+(e-\d+| s\b)|^(s|first), |^(seconds|memory).*|\s", "", printed, flags=re.M
            )
        )
    assert len(said) == 1
