"""Docstrings are read in the source first: bars and stars in their formulas are no markup."""

from __future__ import annotations

import re
from typing import Any


def _escape(app: Any, what: str, name: str, thing: Any, options: Any, lines: list[str]) -> None:
    example = False
    for number, line in enumerate(lines):
        example = line.lstrip().startswith(">>>") or (example and bool(line.strip()))
        if not example:
            # What stands between backquotes is code already.
            parts = re.split(r"(`[^`]*`)", line)
            parts[::2] = [re.sub(r"(?<!\\)([|*])", r"\\\1", part) for part in parts[::2]]
            lines[number] = "".join(parts)


def setup(app: Any) -> dict[str, Any]:
    """Register the hook with Sphinx, before numpydoc takes the docstring apart."""
    app.connect("autodoc-process-docstring", _escape, priority=1)
    return {"parallel_read_safe": True}
