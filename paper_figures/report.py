"""Everything from the records: figures, tables, and one self-contained page."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from matplotlib import rc_context

from paper_figures.figures import discover
from paper_figures.style import RC, render, write
from paper_figures.table import COLUMNS, as_csv, as_latex, rows


def regenerate(records: list[dict[str, Any]], out: Path) -> list[Path]:
    """Write every figure (SVG, PDF, PNG), the table (CSV, LaTeX) and report.html.

    A figure whose records are not there is left out, and the page says which command makes them.
    The same records give the same bytes. Raises ValueError if there is no record at all.
    """
    if not records:
        raise ValueError(
            "there is no record to draw: run `python -m experiments run comparison` first"
        )
    written: list[Path] = []
    figures = []
    for name, module in discover().items():
        with rc_context(RC):
            figure = module.draw(records)
        entry = {"name": name, "title": module.TITLE, "caption": module.CAPTION}
        entry |= {"command": module.COMMAND, "svg": None}
        if figure is not None:
            files = {kind: render(figure, kind, name) for kind in ("svg", "pdf", "png")}
            written += [write(out / f"{name}.{kind}", data) for kind, data in files.items()]
            # An <svg> element stands in a page by itself; the XML declaration does not.
            svg = files["svg"].decode()
            entry["svg"] = Markup(svg[svg.index("<svg") :])
        figures.append(entry)
    table = rows(records)
    written.append(write(out / "comparison.csv", as_csv(table).encode()))
    written.append(write(out / "comparison.tex", as_latex(table).encode()))
    page = _page(records, figures, table)
    written.append(write(out / "report.html", page.encode()))
    return written


def _page(
    records: list[dict[str, Any]], figures: list[dict[str, Any]], table: list[dict[str, str]]
) -> str:
    environment = Environment(
        loader=PackageLoader("paper_figures"), autoescape=True, undefined=StrictUndefined
    )
    csv = base64.b64encode(as_csv(table).encode()).decode()
    versions = sorted({f"{k} {v}" for record in records for k, v in record["versions"].items()})
    return environment.get_template("report.html").render(
        figures=figures,
        columns=COLUMNS,
        table=table,
        csv=f"data:text/csv;base64,{csv}",
        records=sorted(records, key=lambda r: (r["specification"]["contestant"], r["hash"])),
        versions=versions,
    )
