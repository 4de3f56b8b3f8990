"""The paper's own values, as CSV, with what could not be confirmed marked in the files."""

from __future__ import annotations

import csv
from importlib.resources import files


def values(name: str) -> list[dict[str, str]]:
    """Return the rows of `name`.csv by column; a cell without a value is "".

    Raises FileNotFoundError if the paper's values hold no such table.
    """
    text = files(__name__).joinpath(f"{name}.csv").read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))
