"""Imports point one way: between the packages, between the rooms of CONTRIBUTING's map, within."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FORBIDDEN = {
    "expressivity": {"experiments", "paper_figures"},
    "experiments": {"paper_figures"},
    "paper_figures": {"expressivity", "torch"},
}
# How a command ends, and how a file is written, is the same in all three.
SHARED = ("expressivity.command_line", "expressivity.files", "expressivity.rounding")


def _modules(package: str) -> dict[str, Path]:
    """Return the files of a package by the names under which they are imported."""
    paths = (ROOT / package).rglob("*.py")
    names = ((path.relative_to(ROOT).with_suffix("").parts, path) for path in paths)
    return {".".join(parts).removesuffix(".__init__"): path for parts, path in names}


def _imported(path: Path) -> Iterator[str]:
    """Yield every name that a file imports, at its top or later: modules, or what is in them.

    What is imported for the types alone never runs, and is left out.
    """
    waiting: list[ast.AST] = [ast.parse(path.read_text(encoding="utf-8"))]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} has a relative import"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif not (isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"):
            waiting += ast.iter_child_nodes(node)


def _graph(package: str) -> dict[str, set[str]]:
    """Return which modules of a package each of its modules imports."""
    modules = _modules(package)

    def module(name: str) -> str:
        return name if name in modules else name.rpartition(".")[0]

    return {
        name: {module(target) for target in _imported(path)} & set(modules) - {name}
        for name, path in modules.items()
    }


def _map() -> dict[str, set[str]]:
    """Return the rooms of `experiments` from CONTRIBUTING's table, from the top floor down."""
    rows = re.findall(
        r"^\| `(\w+)` \|[^|]*\|([^|]*)\|$", (ROOT / "CONTRIBUTING.md").read_text(), re.M
    )
    return {room: set(re.findall(r"`(\w+)`", below)) for room, below in rows}


def _room(module: str) -> str:
    return module.split(".")[1] if "." in module else ""


@pytest.mark.parametrize("package", sorted(FORBIDDEN))
def test_nothing_points_back(package: str) -> None:
    for path in _modules(package).values():
        names = {name for name in _imported(path) if not name.startswith(SHARED)}
        back = {name for name in names if name.split(".")[0] in FORBIDDEN[package]}
        assert not back, f"{path.relative_to(ROOT)} imports {back}"


def test_the_map_shows_every_room_and_its_arrows_point_down() -> None:
    rooms = {_room(module) for module in _modules("experiments")} - {""}
    drawn = list(_map())
    assert set(drawn) == rooms
    for floor, (room, below) in enumerate(_map().items()):
        assert below <= set(drawn[floor + 1 :]), f"{room} may not import what stands above it"


@pytest.mark.parametrize("room", _map())
def test_a_room_imports_what_the_map_says(room: str) -> None:
    for module, targets in _graph("experiments").items():
        if _room(module) == room:
            beyond = {t for t in targets if _room(t) not in {room, *_map()[room]}}
            assert not beyond, f"{module} imports {beyond}: CONTRIBUTING's map does not"


@pytest.mark.parametrize("package", ["expressivity", "experiments", "paper_figures"])
def test_nothing_runs_in_a_circle(package: str) -> None:
    list(TopologicalSorter(_graph(package)).static_order())  # raises CycleError with the circle


def test_the_checker_imports_the_standard_library_alone() -> None:
    names = {name.split(".")[0] for name in _imported(ROOT / "expressivity" / "check.py")}
    assert names <= sys.stdlib_module_names
