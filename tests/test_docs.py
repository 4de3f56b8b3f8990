"""Every code block of the documentation runs, and every command in it is one that exists."""

from __future__ import annotations

import doctest
import importlib
import re
import shlex
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import wraps
from itertools import takewhile
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
import tyro

import experiments.__main__
import expressivity.__main__
import paper_figures.__main__
from expressivity import command_line

ROOT = Path(__file__).parents[1]
PAGES = sorted((ROOT / "docs").glob("*.md"))
MAINS: dict[str, Callable[[], int]] = {
    "expressivity": expressivity.__main__.main,
    "experiments": experiments.__main__.main,
    "paper_figures": paper_figures.__main__.main,
}
TEXTS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *PAGES]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_examples_run(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    result = doctest.testfile(str(page), module_relative=False)
    assert result.failed == 0


def blocks(page: Path, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", page.read_text(), re.M | re.S)


@pytest.mark.parametrize("page", TEXTS, ids=lambda page: page.name)
def test_every_block_of_python_runs(page: Path) -> None:
    """As an example, above, or as a template, below."""
    known = templates().values()
    assert [b for b in blocks(page, "python") if ">>> " not in b and b not in known] == []


def templates() -> dict[str, str]:
    """Return the templates of docs/extend.md by the heading above each."""
    text = (ROOT / "docs" / "extend.md").read_text()
    return dict(re.findall(r"^## (.*?)\n.*?```python\n(.*?)```", text, re.M | re.S))


def placed(name: str, heading: str, package: ModuleType, folder: Path, patch: Any) -> Any:
    """Return a template as a module of a package, as if its file stood there."""
    (folder / f"{name}.py").write_text(templates()[heading])
    patch.setattr(package, "__path__", [*package.__path__, str(folder)])
    importlib.invalidate_caches()
    return importlib.import_module(f"{package.__name__}.{name}")


@pytest.fixture(autouse=True)
def forgotten() -> Iterator[None]:
    """What a template was is not there for the next test."""
    before = set(sys.modules)
    yield
    for name in {"accuracy", "stripes", "most_common", "levels", "hats"}:
        for module in [m for m in set(sys.modules) - before if m.rpartition(".")[2] == name]:
            del sys.modules[module]


def test_the_template_of_a_figure_is_found_and_draws(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from experiments.sweeps.store import load_records
    from paper_figures import figures
    from paper_figures.report import draw_figure

    placed("accuracy", "A figure", figures, tmp_path, monkeypatch)
    assert draw_figure("accuracy", load_records(tmp_path / "none")).axes[0].lines


def test_the_templates_of_a_data_set_and_a_contestant_make_a_record(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from experiments import contestants, datasets
    from experiments.sweeps.run import execute

    placed("stripes", "A data set", datasets, tmp_path, monkeypatch)
    assert "stripes" in datasets.names()
    contestant = placed("most_common", "A contestant", contestants, tmp_path, monkeypatch)
    (record,) = execute([contestant.MostCommon("stripes")])
    assert record["d"] == 64 and record["test_accuracy"] == 0.5


def test_the_template_of_a_suite_is_a_suite(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from experiments import suites

    module = placed("levels", "A suite", suites, tmp_path, monkeypatch)
    monkeypatch.setitem(suites.SUITES, "levels", module.levels)
    runs = suites.suite("levels", (0, 1), "smoke")
    assert [run.specification["level"] for run in runs] == [0.0, 0.0, 0.5, 0.5, 1.0, 1.0]


def test_the_template_of_a_construction_memorizes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from expressivity import certify, memorize, memorizers
    from expressivity.memorizers import construction

    module = placed("hats", "A construction", memorizers, tmp_path, monkeypatch)
    # Constructions are what stands in the folder of this file.
    monkeypatch.setattr(construction, "__file__", str(tmp_path / "construction.py"))
    construction.constructions.cache_clear()
    try:
        X, y = np.random.default_rng(0).standard_normal((30, 3)), np.arange(30.0) % 7
        net = memorize(X, y, "hats")
    finally:
        construction.constructions.cache_clear()
    assert net.size == module.size(30, 3, **net.options) and net.n_weights == 3 + 6 * 30
    assert certify(net, X, y)["interpolation"]["holds"]


COMMAND = re.compile(r"python3? -m (expressivity|experiments|paper_figures) ([a-z-]+)")


@pytest.mark.parametrize("package", ["expressivity", "experiments"])
def test_every_command_named_in_a_text_exists(package: str) -> None:
    shown = subprocess.run(
        [sys.executable, "-m", package, "--help"], capture_output=True, text=True, check=True
    ).stdout
    for page in TEXTS:
        for named, command in COMMAND.findall(page.read_text()):
            if named == package:
                assert re.search(rf"\b{command}\b", shown), f"{page.name}: {named} {command}"


def _typed() -> Iterator[tuple[str, list[str]]]:
    """Yield the commands in the texts that one can copy, by package, with their arguments."""
    for page in TEXTS:
        for block in blocks(page, "sh"):
            for line in block.replace("\\\n", " ").splitlines():
                words = shlex.split(line.replace("'", " "), comments=True)
                if "-m" in words and words[words.index("-m") + 1] in MAINS:
                    package, *arguments = words[words.index("-m") + 1 :]
                    yield package, list(takewhile(lambda word: word not in (">", "&"), arguments))


def test_commands_can_be_copied(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each is read as it stands in a text, with arguments that the command takes."""
    read = []

    def only_read(command: Any, program: str, arguments: list[str]) -> int:
        @wraps(command)
        def nothing(*values: Any, **named: Any) -> int:
            return 0

        read.append((program, arguments))
        return tyro.cli(nothing, args=arguments, config=command_line.reading())

    monkeypatch.setattr(command_line, "call", only_read)
    typed = list(_typed())
    for package, arguments in typed:
        monkeypatch.setattr(sys, "argv", ["__main__.py", *arguments])
        assert MAINS[package]() == 0, arguments
    assert len(read) == len(typed) > 30


def test_every_page_is_in_the_table_of_contents() -> None:
    contents = [
        line
        for page in PAGES
        for block in blocks(page, r"\{toctree\}")
        for line in block.splitlines()
    ]
    assert [page.stem for page in PAGES if page.stem not in ["index", *contents]] == []
