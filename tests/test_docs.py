"""Every code block of the documentation runs, and every command in it is one that exists."""

from __future__ import annotations

import doctest
import importlib.util
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]
PAGES = sorted((ROOT / "docs").glob("*.md"))
TEXTS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *PAGES]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_examples_run(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    result = doctest.testfile(str(page), module_relative=False)
    assert result.failed == 0


def blocks(page: Path, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", page.read_text(), re.M | re.S)


def templates() -> dict[str, str]:
    """Return the templates of docs/extend.md by the heading above each."""
    text = (ROOT / "docs" / "extend.md").read_text()
    return dict(re.findall(r"^## (.*?)\n.*?```python\n(.*?)```", text, re.M | re.S))


def loaded(name: str, code: str, folder: Path) -> Any:
    """Return the module that a template is."""
    path = folder / f"{name}.py"
    path.write_text(code)
    specification = importlib.util.spec_from_file_location(name, path)
    assert specification is not None and specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    sys.modules[name] = module
    specification.loader.exec_module(module)
    return module


def test_the_template_of_a_figure_draws(tmp_path: Path) -> None:
    from experiments.sweeps.store import load_records

    module = loaded("template_figure", templates()["A figure"], tmp_path)
    chosen = [record for record in load_records(tmp_path / "none") if module.RECORDS(record)]
    assert chosen and module.draw(chosen).axes[0].lines


def test_the_templates_of_a_data_set_and_a_contestant_make_a_record(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from experiments import datasets
    from experiments.datasets.sample import draw

    stripes = loaded("template_data_set", templates()["A data set"], tmp_path)
    data = stripes.read(None)
    assert data.train_images.shape[1:3] == (8, 8) and len(data.classes) == 2
    monkeypatch.setattr(datasets, "load", lambda name, folder=None: data)
    contestant = loaded("template_contestant", templates()["A contestant"], tmp_path)
    (sample,) = draw([contestant.MostCommon("digits")])
    assert 0 < contestant.MostCommon("digits").fit(sample)["test_accuracy"] < 1


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


def test_every_page_is_in_the_table_of_contents() -> None:
    contents = [
        line
        for page in PAGES
        for block in blocks(page, r"\{toctree\}")
        for line in block.splitlines()
    ]
    assert [page.stem for page in PAGES if page.stem not in ["index", *contents]] == []
