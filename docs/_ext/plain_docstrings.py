"""Docstrings are read in the source first; here they become what numpydoc expects.

Bars and stars in their formulas are no markup. `name : words` is a name and what is said of it, not
a name and its type. What follows the entries of a section after a blank line is a note.
"""

from __future__ import annotations

import re
from typing import Any

ENTRIES = {"Parameters", "Attributes"}
RESULTS = {"Returns", "Yields"}
RULE = re.compile(r"-{3,}$")


def _plain(app: Any, what: str, name: str, thing: Any, options: Any, lines: list[str]) -> None:
    lines[:] = _escaped(_sectioned(lines))


def _sectioned(lines: list[str]) -> list[str]:
    found: list[str] = []
    section, blank = "", False
    for number, line in enumerate(lines):
        following = lines[number + 1] if number + 1 < len(lines) else ""
        if RULE.match(line):
            found.append(line)
            continue
        if RULE.match(following):
            section, blank = line.strip(), False
            found.append(line)
            continue
        flush = bool(line.strip()) and not line[0].isspace()
        if flush and blank and section in {*ENTRIES, *RESULTS, "Raises"}:
            section = "Notes"
            found += ["Notes", "-----"]
        entry = re.match(r"(\*{0,2}\w+(?:, \*{0,2}\w+)*) : (.*)", line) if flush else None
        if entry and section in ENTRIES:
            found += [entry[1], f"    {entry[2]}"]
        elif flush and section in RESULTS and found[-1].strip() and not RULE.match(found[-1]):
            found[-1] += f" {line}"  # a result of several lines is one
        else:
            found.append(line)
        blank = not line.strip()
    return found


def _escaped(lines: list[str]) -> list[str]:
    found, example = [], False
    for line in lines:
        example = line.lstrip().startswith(">>>") or (example and bool(line.strip()))
        if not example:
            # What stands between backquotes is code already.
            parts = re.split(r"(`[^`]*`)", line)
            parts[::2] = [re.sub(r"(?<!\\)([|*])", r"\\\1", part) for part in parts[::2]]
            line = "".join(parts)
        found.append(line)
    return found


def setup(app: Any) -> dict[str, Any]:
    """Register the hook with Sphinx, before numpydoc takes the docstring apart."""
    app.connect("autodoc-process-docstring", _plain, priority=1)
    return {"parallel_read_safe": True}
