"""What the README shows runs as it stands."""

from __future__ import annotations

import doctest
from pathlib import Path


def test_readme_examples_run() -> None:
    readme = Path(__file__).parents[1] / "README.md"
    result = doctest.testfile(str(readme), module_relative=False)
    assert result.attempted >= 5
    assert result.failed == 0
