"""A table of cells as text, CSV and LaTeX: columns are {key: heading}, rows {key: cell}."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

Columns = dict[str, str]
Rows = Sequence[dict[str, str]]
# Too wide for paper and terminal; CSV and the page have them.
WIDE = ("machine", "norm_name", "note")


def as_csv(columns: Columns, rows: Rows) -> str:
    """Return the table as CSV with a line of headings; one of a triple names its quantity."""
    target = io.StringIO()
    writer = csv.writer(target, lineterminator="\n")
    writer.writerow(_full(columns).values())
    writer.writerows([row[key] for key in columns] for row in rows)
    return target.getvalue()


def as_latex(columns: Columns, rows: Rows) -> str:
    """Return the table as a LaTeX tabular (booktabs), without the widest columns."""
    keys = _narrow(columns)
    head, *body = (
        " & ".join(_escape(cell) for cell in line) + r" \\"
        for line in ([columns[key] for key in keys], *([row[key] for key in keys] for row in rows))
    )
    align = "".join("r" if _numeric(rows, key) else "l" for key in keys)
    top = [rf"\begin{{tabular}}{{{align}}}", r"\toprule", head, r"\midrule"]
    return "\n".join([*top, *body, r"\bottomrule", r"\end{tabular}", ""])


def as_text(columns: Columns, rows: Rows) -> str:
    """Return the columns that fit a terminal as text."""
    keys = _narrow(columns)
    lines = [[columns[key] for key in keys], *([row[key] for key in keys] for row in rows)]
    widths = [max(len(line[k]) for line in lines) for k in range(len(keys))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    )


def _full(columns: Columns) -> Columns:
    """Give "ours" and "difference" the name of the quantity that stands before them."""
    full, quantity = {}, ""
    for key, title in columns.items():
        if title.endswith(": paper"):
            quantity = title.removesuffix(": paper")
        full[key] = f"{quantity}: {title}" if title in ("ours", "difference") else title
    return full


def _narrow(columns: Columns) -> list[str]:
    return [key for key in columns if key not in WIDE]


def _numeric(rows: Rows, key: str) -> bool:
    cells = [row[key] for row in rows if row[key]]
    return bool(cells) and all(cell.lstrip("+-")[0].isdigit() for cell in cells)


def _escape(text: str) -> str:
    special = {**{c: rf"\{c}" for c in "%_&#$"}, "^": r"\textasciicircum{}"}
    return text.translate(str.maketrans(special))
