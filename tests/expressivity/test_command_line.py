"""However a command ends, whoever typed it reads one line and sees the right exit status."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from expressivity import __version__, command_line


def _greet(name: str) -> int:
    """Greet somebody."""
    print(f"hello {name}")
    return 7


COMMANDS: command_line.Commands = {"Words": {"greet": _greet}}


def _run(*arguments: str) -> int:
    sys.argv = ["/somewhere/package/__main__.py", *arguments]
    return command_line.run("package", lambda *a: command_line.choose(COMMANDS, *a), "all is kept")


@pytest.fixture(autouse=True)
def _arguments(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", sys.argv)


def test_a_command_is_done_with_its_arguments(capsys: pytest.CaptureFixture[str]) -> None:
    assert _run("greet", "--name", "you") == 7
    assert capsys.readouterr().out == "hello you\n"


def test_a_tilde_is_the_users_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def show(file: Path, *, out: Path | None = None) -> int:
        """Print where files are."""
        print(file, out)
        return 0

    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    assert command_line.call(show, "program", ["--file=~/x.csv", "--out", "a~b"]) == 0
    assert capsys.readouterr().out.split() == [str(tmp_path / "x.csv"), "a~b"]


def test_the_version_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert _run("--version") == 0
    assert capsys.readouterr().out.strip() == __version__


def test_a_near_miss_is_suggested(capsys: pytest.CaptureFixture[str]) -> None:
    assert _run("great") == 2
    assert capsys.readouterr().err == "error: command 'great' is unknown: did you mean greet?\n"


@pytest.mark.parametrize(("arguments", "status"), [((), 2), (("--help",), 0), (("-h",), 0)])
def test_the_overview_names_each_command(
    arguments: tuple[str, ...], status: int, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _run(*arguments) == status
    said = "".join(capsys.readouterr())
    assert "usage: python -m package COMMAND" in said and "greet  Greet somebody." in said


@pytest.mark.parametrize(
    ("raised", "status", "said"),
    [
        (KeyboardInterrupt(), 130, "\ninterrupted: all is kept\n"),
        (KeyboardInterrupt("of a user's own code"), 130, "\ninterrupted: all is kept\n"),
        (ValueError("n is 0:\n  give more"), 2, "error: n is 0: give more\n"),
        (MemoryError(), 2, "error: out of memory: MemoryError\n"),
        (OSError(2, "No such file", "a.npy"), 2, "error: a.npy: no such file\n"),
        (OSError("a.npy is a pipe"), 2, "error: a.npy is a pipe\n"),
    ],
)
def test_an_end_is_one_line(
    raised: BaseException, status: int, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    def work(program: str, arguments: list[str]) -> int:
        raise raised

    assert command_line.run("package", work, "all is kept") == status
    assert capsys.readouterr().err == said


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_that_ends_is_one_line_too_and_passes_by_what_puts_things_in_order(
    number: int, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    in_order = []

    def work(program: str, arguments: list[str]) -> int:
        try:
            signal.raise_signal(number)
        finally:
            in_order.append(True)
        return 0

    before = signal.signal(number, signal.SIG_DFL)
    try:
        assert command_line.run("package", work, "all is kept") == 128 + number
        assert signal.getsignal(number) is signal.SIG_DFL and in_order
        assert capsys.readouterr().err == "\ninterrupted: all is kept\n"
        signal.signal(number, signal.SIG_IGN)  # by nohup
        assert command_line.run("package", work, "all is kept") == 0
        assert signal.getsignal(number) is signal.SIG_IGN
    finally:
        signal.signal(number, before)


def test_an_output_that_was_closed_before_the_start_is_no_error() -> None:
    done = _shell(f"{sys.executable} -m expressivity --version >&-", PATH=os.environ["PATH"])
    assert (done.returncode, done.stderr) == (0, b"")


@pytest.mark.parametrize(
    ("module", "extra"),
    [
        ("PIL.Image", "experiments"),
        ("sklearn", "experiments"),
        ("matplotlib.figure", "figures"),
        ("torch", "experiments"),
        ("sympy", "proofs"),
        ("dask", None),
        ("nosuch", None),
    ],
)
def test_an_extra_is_known_by_what_it_brings(module: str, extra: str | None) -> None:
    try:
        distribution(command_line.DISTRIBUTION)
    except PackageNotFoundError:
        pytest.skip("the package is not installed under its name")
    assert command_line.extra_with(module, "experiments") == extra


def _shell(line: str, **environment: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(["bash", "-c", line], capture_output=True, env=environment)


PRINTS = """
import sys
from expressivity import command_line
def work(program, arguments):
    for k in range(100_000): print(k, {text!r})
    return 0
sys.exit(command_line.run("package", work))
"""


def _script(folder: Path, text: str) -> Path:
    path = folder / "prints.py"
    path.write_text(PRINTS.format(text=text))
    return path


def test_a_closed_pipe_is_no_error(tmp_path: Path) -> None:
    script = _script(tmp_path, "x")
    done = _shell(
        f"{sys.executable} {script} | head -1; exit ${{PIPESTATUS[0]}}", PATH="/usr/bin:/bin"
    )
    assert (done.returncode, done.stdout, done.stderr) == (141, b"0 x\n", b"")


def test_a_console_that_lacks_characters_gets_others(tmp_path: Path) -> None:
    script = _script(tmp_path, "α ─ R²")
    done = _shell(f"{sys.executable} {script}", PYTHONIOENCODING="cp1252")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("0 ? ? R²".encode("cp1252"))


def test_programs_of_their_own_say_their_own_name() -> None:
    sys.argv = ["/usr/local/bin/expressivity-figures"]
    names: list[str] = []

    def work(program: str, arguments: list[str]) -> int:
        names.append(program)
        return 0

    command_line.run("paper_figures", work)
    sys.argv = ["/somewhere/paper_figures/__main__.py"]
    command_line.run("paper_figures", work)
    assert names == ["expressivity-figures", "python -m paper_figures"]


def _python(*arguments: str, **options: Any) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, **options)


def test_a_closed_standard_error_keeps_no_work_from_being_done(tmp_path: Path) -> None:
    shell = f"{sys.executable} -m expressivity verify --n 20 2>&-"
    done = subprocess.run(["sh", "-c", shell], capture_output=True, text=True, check=False)
    assert done.returncode == 0 and "residual" in done.stdout
    command = f"import sys; sys.stderr = None\n{LITERAL}"
    assert _python("-c", command).stdout.split() == ["0", "1", "2"]


LITERAL = "from expressivity.progress import progress; print(*progress([0, 1, 2], 'parts'))"


def test_the_overview_needs_no_docstrings() -> None:
    done = _python("-OO", "-m", "expressivity", "--help")
    assert done.returncode == 0 and "verify" in done.stdout


def test_a_file_whose_name_begins_with_a_tilde_is_that_file(tmp_path: Path) -> None:
    np.savetxt(tmp_path / "~points.csv", np.arange(9.0).reshape(3, 3), delimiter=",")
    where = {"cwd": tmp_path, "env": {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}}
    name = f"{'é' * 115}.safetensors"  # as long as names can be, in bytes
    done = _python("-m", "expressivity", "build", "./~points.csv", "--out", name, **where)
    assert done.returncode == 0, done.stderr
    assert sorted(p.name for p in tmp_path.iterdir()) == sorted(["~points.csv", name])
