"""A table of cells as text, CSV and LaTeX: columns are {key: heading}, rows {key: cell}."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from itertools import groupby

Columns = dict[str, str]
Rows = Sequence[dict[str, str]]
# Too wide for paper and terminal; CSV and the page have them.
WIDE = ("machine", "norm_name", "note")
WITHOUT = ("", "not run", "not all fitted", "never, in 100", "failed to converge")
NUMBER = re.compile(r"(> )?[+-]?[\d.,]+(e[+-]?\d+)?( \[.*\])?( on JPEG)?( \(in .*\))?$")


def as_csv(columns: Columns, rows: Rows) -> str:
    """Return the table as CSV with a line of headings; one of a triple names its quantity."""
    target = io.StringIO()
    writer = csv.writer(target, lineterminator="\n")
    writer.writerow(_full(columns).values())
    writer.writerows([row[key] for key in columns] for row in rows)
    return target.getvalue()


def as_latex(columns: Columns, rows: Rows) -> str:
    """Return the table as a LaTeX tabular (booktabs), without the widest columns.

    The paper's value, ours and the difference stand under the name of their quantity.
    """
    keys = _narrow(columns)
    head = [columns[key].removeprefix(f"{_quantity(columns, key)}: ") for key in keys]
    body = [[row[key] for key in keys] for row in rows]
    align = "".join("r" if numeric(rows, key) else "l" for key in keys)
    top = [rf"\begin{{tabular}}{{{align}}}", r"\toprule", *_over(columns, keys)]
    lines = [" & ".join(map(_escape, line)) + r" \\" for line in [head, *body]]
    notes = [
        rf"\multicolumn{{{len(keys)}}}{{l}}{{{_escape(note)}}} \\" for note in _costs(columns, rows)
    ]
    return "\n".join(
        [*top, lines[0], r"\midrule", *lines[1:], r"\bottomrule", *notes, r"\end{tabular}", ""]
    )


def _over(columns: Columns, keys: list[str]) -> list[str]:
    """Return the line above the headings, which names each group of columns, and its rules."""
    cells, rules, place = [], [], 1
    for quantity, group in groupby(keys, lambda key: _quantity(columns, key)):
        width = len(list(group))
        if quantity:
            cells.append(rf"\multicolumn{{{width}}}{{c}}{{{_escape(quantity)}}}")
            rules.append(rf"\cmidrule(lr){{{place}-{place + width - 1}}}")
        else:
            cells += [""] * width
        place += width
    return [" & ".join(cells) + r" \\", "".join(rules)] if rules else []


def _quantity(columns: Columns, key: str) -> str:
    """Return the quantity of which a column holds the paper's value, ours or the difference."""
    full = _full(columns)[key]
    quantity, _, kind = full.rpartition(": ")
    return quantity if kind in ("paper", "ours", "difference") else ""


def as_text(columns: Columns, rows: Rows) -> str:
    """Return the columns that fit a terminal as text."""
    keys = _narrow(columns)
    lines = [[columns[key] for key in keys], *([row[key] for key in keys] for row in rows)]
    widths = [max(len(line[k]) for line in lines) for k in range(len(keys))]
    text = [
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    ]
    return "\n".join([*text, *_costs(columns, rows)])


def _full(columns: Columns) -> Columns:
    """Give "ours" and "difference" the name of the quantity that stands before them."""
    full, quantity = {}, ""
    for key, title in columns.items():
        if title.endswith(": paper"):
            quantity = title.removesuffix(": paper")
        full[key] = f"{quantity}: {title}" if title in ("ours", "difference") else title
    return full


def _costs(columns: Columns, rows: Rows) -> list[str]:
    """Say what rows that were not run would take: that stands in a column that is left out."""
    if not {"machine", "seeds"} <= set(columns):
        return []
    costs = dict.fromkeys(row["machine"] for row in rows if row["machine"] and not row["seeds"])
    return [f"not run: {cost}" for cost in costs]


def _narrow(columns: Columns) -> list[str]:
    return [key for key in columns if key not in WIDE]


def numeric(rows: Rows, key: str) -> bool:
    """Say whether a column holds numbers, but for cells that say why there is none."""
    cells = [row[key] for row in rows if row[key] not in WITHOUT]
    return bool(cells) and all(NUMBER.match(cell) for cell in cells)


def _escape(text: str) -> str:
    special = {**{c: rf"\{c}" for c in "%_&#${}"}, "^": r"\textasciicircum{}"}
    special |= {"~": r"\textasciitilde{}", "\\": r"\textbackslash{}"}
    return text.translate(str.maketrans(special))
