"""What is public is documented: each parameter, each error, and an example that runs."""

from __future__ import annotations

import ast
import doctest
import importlib
import importlib.util
import inspect
import pkgutil
import re
import textwrap
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from numpydoc.docscrape import FunctionDoc, NumpyDocString

import experiments
import expressivity
import paper_figures

ROOT = Path(__file__).parents[1]
# Compiles the theory for half a minute: `python3 bootstrap.py proof` does, and a slow test.
LONG = {"expressivity.proofs.formal.theory"}
FLAGS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
# `__all__` of these hands on what makes them a figure or a table.
PLUGINS = ("paper_figures.figures.", "paper_figures.tables.")


def listed() -> list[str]:
    """Return the names of the API reference."""
    return re.findall(r"^   (\w+(?:\.\w+)+)$", (ROOT / "docs" / "api.md").read_text(), re.M)


def named(path: str) -> Any:
    module, _, name = path.rpartition(".")
    return getattr(importlib.import_module(module), name)


def modules() -> Iterator[str]:
    for package in (expressivity, experiments, paper_figures):
        for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if not found.name.endswith("__main__"):
                yield found.name
        yield package.__name__


def source(module: str) -> str:
    specification = importlib.util.find_spec(module)
    assert specification is not None and specification.origin is not None
    return Path(specification.origin).read_text()


PUBLIC = {path: named(path) for path in listed()}
FUNCTIONS = {path: thing for path, thing in PUBLIC.items() if inspect.isfunction(thing)}
CLASSES = {path: thing for path, thing in PUBLIC.items() if inspect.isclass(thing)}
METHODS = {
    f"{path}.{name}": (thing, getattr(method, "__func__", method))
    for path, thing in CLASSES.items()
    for name, method in vars(thing).items()
    if not name.startswith("_") and inspect.isfunction(getattr(method, "__func__", method))
    # What a base class documents and calls is not said again where it is filled in.
    if method.__doc__ or not any(name in vars(base) for base in thing.__mro__[1:])
}
WITH_EXAMPLES = [name for name in modules() if ">>> " in source(name)]


@pytest.mark.parametrize("module", WITH_EXAMPLES)
def test_examples_run(module: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    found = doctest.testmod(importlib.import_module(module), optionflags=FLAGS)
    assert found.attempted and not found.failed
    assert not list(tmp_path.iterdir()), "an example leaves a file behind"


@pytest.mark.parametrize("path", PUBLIC)
def test_what_is_public_has_an_example(path: str) -> None:
    shown = NumpyDocString(inspect.getdoc(PUBLIC[path]) or "")["Examples"]
    assert path.rpartition(".")[2] in " ".join(shown), "no example uses it"
    run = [line for line in shown if line.startswith(">>> ") and "+SKIP" not in line]
    assert path in LONG or len(run) > 1 or (run and "import" not in run[0])


@pytest.mark.parametrize("path", METHODS)
def test_a_method_is_in_an_example_of_its_class_or_its_own(path: str) -> None:
    owner, method = METHODS[path]
    texts = [inspect.getdoc(owner) or "", inspect.getdoc(method) or ""]
    shown = [
        line for text in texts for line in text.splitlines() if line.startswith((">>>", "..."))
    ]
    name = path.rpartition(".")[2]
    # A contestant's `fit` is what `execute` calls.
    called = rf"\bexecute\(|\.{name}\b" if name in ("fit", "dataset", "fit_together") else name
    assert any(re.search(called, line) for line in shown)


def _parameters(function: Any) -> set[str]:
    found = inspect.signature(function).parameters.values()
    return {p.name for p in found} - {"self", "cls"}


def _documented(document: NumpyDocString, *sections: str) -> set[str]:
    entries = [entry.name for section in sections for entry in document[section]]
    return {name.strip(" *") for entry in entries for name in entry.partition(":")[0].split(",")}


@pytest.mark.parametrize("path", FUNCTIONS)
def test_each_parameter_and_the_result_are_documented(path: str) -> None:
    function = FUNCTIONS[path]
    document = FunctionDoc(function)
    assert _parameters(function) <= _documented(document, "Parameters")
    nothing = inspect.signature(function).return_annotation == "None"
    assert document["Returns"] or document["Yields"] or nothing


@pytest.mark.parametrize("path", METHODS)
def test_a_method_names_its_parameters(path: str) -> None:
    _, method = METHODS[path]
    text = inspect.getdoc(method) or ""
    assert text
    missing = [p for p in _parameters(method) if not re.search(rf"\b{p}\b", text)]
    given = {"path", "runs", "samples", "scratch", "sample"}  # said by their names
    assert set(missing) <= given


@pytest.mark.parametrize("path", CLASSES)
def test_each_field_of_a_class_is_documented(path: str) -> None:
    thing = CLASSES[path]
    if issubclass(thing, Exception) or getattr(thing, "_is_protocol", False):
        return
    known: set[str] = set()
    for base in thing.__mro__[:-1]:
        words = inspect.getdoc(base) or ""
        if base.__doc__ and words:
            known |= _documented(NumpyDocString(words), "Parameters", "Attributes")
        # A line of text below a field, as in `Recipe`.
        known |= set(re.findall(r'^    (\w+): .*\n    """', inspect.getsource(base), re.M))
    elsewhere = "Parameters and attributes as for" in (inspect.getdoc(thing) or "")
    assert elsewhere or _parameters(thing) <= known


@pytest.mark.parametrize("path", [*FUNCTIONS, *METHODS])
def test_what_a_function_raises_itself_is_said(path: str) -> None:
    function = FUNCTIONS.get(path) or METHODS[path][1]
    tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    calls = [n.exc for n in ast.walk(tree) if isinstance(n, ast.Raise)]
    raised = {c.func.id for c in calls if isinstance(c, ast.Call) and isinstance(c.func, ast.Name)}
    said = inspect.getdoc(function) or ""
    if "aises as" not in said:
        assert [name for name in raised if name not in said] == []


def test_the_reference_lists_all_that_packages_hand_out() -> None:
    missing = []
    reached = {id(thing) for thing in PUBLIC.values()}
    for name in modules():
        if "__all__" in source(name) and not name.startswith(PLUGINS):
            module: ModuleType = importlib.import_module(name)
            missing += [f"{name}.{v}" for v in module.__all__ if _outside(module, v, reached)]
    assert missing == []


def _outside(module: ModuleType, name: str, reached: set[int]) -> bool:
    thing = getattr(module, name)
    return (inspect.isfunction(thing) or inspect.isclass(thing)) and id(thing) not in reached


def test_the_reference_lists_what_the_readme_offers() -> None:
    text = (ROOT / "README.md").read_text()
    rows = re.findall(r"^\| `([\w.]+)` \| ((?:`\w+`(?:, )?)+) \|$", text, re.M)
    offered = [f"{module}.{name}" for module, names in rows for name in re.findall(r"\w+", names)]
    reached = {id(thing) for thing in PUBLIC.values()}
    assert [p for p in offered if callable(named(p)) and id(named(p)) not in reached] == []
