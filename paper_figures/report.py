"""Everything from the records: figures, tables, and one self-contained page."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from matplotlib import rc_context

from paper_figures import figures, tables
from paper_figures.explorable import explorable
from paper_figures.figures import FigureModule
from paper_figures.hover import curves
from paper_figures.page import Section, page
from paper_figures.records import Record
from paper_figures.style import RC, render, write
from paper_figures.table import as_csv, as_latex
from paper_figures.tables import TableModule


def regenerate(records: list[Record], out: Path) -> list[Path]:
    """Write every figure (SVG, PDF, PNG), every table (CSV, LaTeX) and the pages.

    A figure whose records are not there is left out, and the page says which command makes them;
    a table keeps its empty cells. The same records give the same bytes, in whatever order they
    come. Raises ValueError if there is no record at all.
    """
    if not records:
        raise ValueError(
            "there is no record to draw: run `python -m experiments run comparison` first"
        )
    records = sorted(records, key=lambda record: record["hash"])
    written: list[Path] = []
    sections = []
    for name, module in figures.discover().items():
        section, files = _figure(name, module, records)
        sections.append(section)
        written += [write(out / file, content) for file, content in files.items()]
    for name, module in tables.discover().items():
        section, files = _table(name, module, records)
        sections.append(section)
        written += [write(out / file, content) for file, content in files.items()]
    written.append(write(out / "report.html", page(sections, records).encode()))
    written.append(write(out / "explorable.html", explorable().encode()))
    return written


def _figure(
    name: str, module: FigureModule, records: Iterable[Record]
) -> tuple[Section, dict[str, bytes]]:
    chosen = [record for record in records if module.RECORDS(record)]
    with rc_context(RC):
        figure = module.draw(chosen) if chosen else None
    if figure is None:
        return Section(name, module, []), {}
    svg = render(figure, "svg", name)
    # Laid out once, all three have the layout that the values below are read from.
    figure.set_layout_engine("none")
    drawn: dict[str, Any] = {"svg": svg.decode(), "curves": curves(figure)}
    files = {f"{name}.svg": svg}
    files |= {f"{name}.{kind}": render(figure, kind, name) for kind in ("pdf", "png")}
    return Section(name, module, chosen, **drawn), files


def _table(
    name: str, module: TableModule, records: Iterable[Record]
) -> tuple[Section, dict[str, bytes]]:
    chosen = [record for record in records if module.RECORDS(record)]
    rows = module.rows(chosen)
    files = {
        f"{name}.csv": as_csv(module.COLUMNS, rows).encode(),
        f"{name}.tex": as_latex(module.COLUMNS, rows).encode(),
    }
    return Section(name, module, chosen, columns=module.COLUMNS, rows=rows), files
