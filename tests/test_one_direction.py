"""Three packages, one direction: paper_figures -> experiments -> expressivity."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FORBIDDEN = {
    "expressivity": {"experiments", "paper_figures"},
    "experiments": {"paper_figures"},
    "paper_figures": {"expressivity", "torch"},
}


@pytest.mark.parametrize("package", sorted(FORBIDDEN))
def test_nothing_points_back(package: str) -> None:
    for path in (ROOT / package).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Import):
                names = {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                names = {node.module or ""}
            else:
                continue
            back = {name.split(".")[0] for name in names} & FORBIDDEN[package]
            assert not back, f"{path.relative_to(ROOT)} imports {back}"
