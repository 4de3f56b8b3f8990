"""What users type: every command explains itself, and what it says can be copied."""

from __future__ import annotations

import functools
import re
import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import tyro

from experiments.__main__ import commands, main
from experiments.commands.run import Which
from experiments.contestants import Explicit
from experiments.sweeps.run import execute
from experiments.sweeps.store import Store, load_records
from expressivity import command_line

COMMANDS = {name: command for group in commands().values() for name, command in group.items()}
EXAMPLE = re.compile(r"^ *(?:Example|On several machines): (.*)$", re.M)


def _main(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    monkeypatch.setattr(sys, "argv", ["__main__.py", *arguments])
    return main()


def _parsed_only(command: Callable[..., int]) -> Callable[..., int]:
    @functools.wraps(command)
    def nothing(*arguments: object, **options: object) -> int:
        return 0

    return nothing


@pytest.mark.parametrize("name", COMMANDS)
def test_an_example_can_be_copied(name: str) -> None:
    """It is a line of its own in the help, and its options are the command's."""
    text = COMMANDS[name].__doc__ or ""
    for example in EXAMPLE.findall(text):
        assert f"\n\n    {'Example: ' if 'torchrun' not in example else ''}" in text
        lines = text.splitlines()
        (at,) = (k for k, line in enumerate(lines) if example in line)
        assert not lines[at - 1].strip() and not lines[at + 1].strip()
        words = shlex.split(example.split("experiments ")[1])
        assert words[0] == name
        parsed = tyro.cli(
            _parsed_only(COMMANDS[name]), args=words[1:], config=command_line.reading()
        )
        assert parsed == 0


@pytest.mark.parametrize("command", ["run", "status"])
def test_only_that_matches_nothing_is_an_error_with_near_names(
    command: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _main(monkeypatch, command, "comparison", "--only", "kernal") == 2
    said = capsys.readouterr()
    assert said.out == "" and "no run's name contains it" in said.err and "kernel" in said.err


def test_records_that_match_nothing_are_an_error(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    assert _main(monkeypatch, "records", "--only", "nosuch") == 2
    assert "no line contains it; there are" in capsys.readouterr().err


def test_only_takes_a_part_of_a_name() -> None:
    chosen = Which(seeds=(0,), only="random labels").of("comparison")
    assert chosen and all("random labels" in run.name for run in chosen)


def test_old_spellings_are_still_understood() -> None:
    for option in ("--out", "--target"):
        words = ["0123", option, "labels.npz"]
        command = _parsed_only(COMMANDS["labels"])
        assert tyro.cli(command, args=words, config=command_line.reading()) == 0


@pytest.mark.parametrize("package", ["experiments", "paper_figures"])
def test_ctrl_c_is_one_line(package: str) -> None:
    """Struck while it imports, before anything is known of what it was asked."""
    probe = (
        "import signal, sys, runpy; sys.argv = ['x', 'list'];"
        # A shell's background job ignores the signal, and so would what is started from there.
        "signal.signal(signal.SIGINT, signal.default_int_handler);"
        "import expressivity.command_line as c;"
        "c.choose = c.call = lambda *a: signal.raise_signal(signal.SIGINT);"
        f"runpy.run_module('{package}', run_name='__main__')"
    )
    done = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True)
    assert done.returncode == 130, done.stderr
    assert done.stderr.strip().startswith("interrupted") and "Traceback" not in done.stderr


@pytest.mark.parametrize("command", ["records", "export", "labels"])
def test_no_command_overwrites_the_records_that_it_reads(
    command: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> None:
    path = tmp_path / "results" / "records.sqlite"
    monkeypatch.chdir(tmp_path)
    (record,) = execute([Explicit(n=20)])
    Store(path).add(record)
    arguments = {
        "records": ["--out", str(path)],
        "export": [str(path)],
        "labels": [record["hash"], "--out", str(path)],
    }
    assert _main(monkeypatch, command, *arguments[command]) == 2
    assert "is read here, and would be lost: write elsewhere" in capsys.readouterr().err
    assert Store(path).all() == [record]
    assert _main(monkeypatch, "export", "new/folder/records.jsonl") == 0


def test_status_tells_committed_records_from_ones_own(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    runs = Which(seeds=(0,), only="explicit").of("comparison")
    (record,) = execute([runs[0]])
    Store(tmp_path / "results" / "records.sqlite").add(record)
    assert _main(monkeypatch, "status", "comparison", "--seeds", "0", "--only", "explicit") == 0
    said = capsys.readouterr().out.split()
    assert said.count("done") == 1 and said.count("committed") == len(runs) - 1


def test_labels_of_its_own_are_not_those_of_the_data(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for contestant in ("signs", "construction"):
        record = next(
            r for r in load_records(None) if r["specification"]["contestant"] == contestant
        )
        assert _main(monkeypatch, "labels", record["hash"], "--out", "labels.npz") == 2
        assert "drew points or labels of its own" in capsys.readouterr().err
