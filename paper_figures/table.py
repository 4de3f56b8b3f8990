"""The comparison as a table: rows from records, as text, CSV and LaTeX."""

from __future__ import annotations

import csv
import io
from typing import Any

import numpy as np

CONTESTANTS = {
    "explicit": "explicit network",
    "kernel": "kernel interpolant",
    "trained": "trained network",
}
CONDITIONS = ("true labels", "random labels")
COLUMNS = {
    "contestant": "contestant",
    "condition": "labels",
    "n_weights": "weights",
    "seconds": "seconds",
    "train_accuracy": "training accuracy (%)",
    "clean_train_accuracy": "accuracy on the training images' true labels (%)",
    "test_accuracy": "clean test accuracy (%)",
    "norm": "norm",
    "norm_name": "which norm",
    "residual": "largest residual",
    "seeds": "seeds",
    "machine": "machine",
}
FORMATS = {"n_weights": "{:,.0f}", "seconds": "{:.3g}", "norm": "{:.3g}", "residual": "{:.1e}"}


def select(records: list[dict[str, Any]], contestant: str, condition: str) -> list[dict[str, Any]]:
    """Return the records of a contestant on all the digits under a condition, by seed."""
    chosen = [
        record
        for record in records
        if record["specification"]["contestant"] == contestant
        and record["specification"]["data"] == "digits"
        and record["specification"]["n"] is None
        and record["condition"] == condition
    ]
    return sorted(chosen, key=lambda record: record["specification"]["seed"])


def rows(records: list[dict[str, Any]]) -> list[dict[str, str]]:
    """Return one row a contestant and labeling, formatted; an empty cell where nothing was run.

    Numbers are means over the seeds, with the least and greatest in brackets where they differ.
    """
    return [
        _row(contestant, condition, select(records, contestant, condition))
        for contestant in CONTESTANTS
        for condition in CONDITIONS
    ]


def _row(contestant: str, condition: str, chosen: list[dict[str, Any]]) -> dict[str, str]:
    row = dict.fromkeys(COLUMNS, "")
    row |= {"contestant": CONTESTANTS[contestant], "condition": condition.removesuffix(" labels")}
    row["seeds"] = str(len(chosen))
    if not chosen:
        return row
    for key in COLUMNS:
        values = [record[key] for record in chosen if isinstance(record.get(key), int | float)]
        if values:
            row[key] = _spread(np.array(values, dtype=float), key)
    row["norm_name"] = chosen[0]["norm_name"]
    machines = {f"{r['machine']['processor']}, {r['machine']['cores']} cores" for r in chosen}
    row["machine"] = "; ".join(sorted(machines))
    return row


def _spread(values: np.ndarray, key: str) -> str:
    form = FORMATS.get(key, "{:.1f}")
    scaled = 100 * values if key.endswith("accuracy") else values
    mean, low, high = (form.format(f(scaled)) for f in (np.mean, np.min, np.max))
    return mean if low == high else f"{mean} [{low}, {high}]"


def as_csv(table: list[dict[str, str]]) -> str:
    """Return the table as CSV with a line of column names."""
    target = io.StringIO()
    writer = csv.DictWriter(target, COLUMNS, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(table)
    return target.getvalue()


def as_latex(table: list[dict[str, str]]) -> str:
    """Return the table as a LaTeX tabular (booktabs), without the machine."""
    keys = [key for key in COLUMNS if key not in ("machine", "norm_name")]
    escape = str.maketrans({"%": r"\%", "_": r"\_", "&": r"\&", "#": r"\#"})
    lines = [" & ".join(COLUMNS[key].translate(escape) for key in keys)]
    lines += [" & ".join(row[key].translate(escape) for key in keys) for row in table]
    head, *body = (line + r" \\" for line in lines)
    top = [rf"\begin{{tabular}}{{{'ll' + 'r' * (len(keys) - 2)}}}", r"\toprule"]
    bottom = [r"\bottomrule", r"\end{tabular}", ""]
    return "\n".join([*top, head, r"\midrule", *body, *bottom])


def as_text(table: list[dict[str, str]]) -> str:
    """Return the columns that fit a terminal as text."""
    keys = ["contestant", "condition", "n_weights", "seconds", "train_accuracy", "test_accuracy"]
    keys += ["norm", "residual", "seeds"]
    names = {**COLUMNS, "train_accuracy": "training %", "test_accuracy": "test %"}
    lines = [[names[key] for key in keys], *([row[key] for key in keys] for row in table)]
    widths = [max(len(line[k]) for line in lines) for k in range(len(keys))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    )
