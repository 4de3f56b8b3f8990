"""Everything from the records: figures, tables, and one self-contained page."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Literal, get_args

from matplotlib.figure import Figure

from expressivity.files import make_folder, write_atomically
from paper_figures import figures, tables
from paper_figures.explorable import explorable
from paper_figures.figures import FigureModule
from paper_figures.findings import caption, drawn
from paper_figures.hover import curves
from paper_figures.page import Section, page
from paper_figures.records import Record
from paper_figures.style import COLUMN, PAGE, look, render
from paper_figures.table import as_csv, as_latex
from paper_figures.tables import TableModule
from paper_figures.verdicts import verdicts

Format = Literal["pdf", "svg", "png"]
Size = Literal["column", "page"]
WIDTHS: dict[Size, float] = {"column": COLUMN, "page": PAGE}


def regenerate(records: list[Record], out: Path) -> list[Path]:
    """Write every figure (SVG, PDF, PNG), every table (CSV, LaTeX) and the pages.

    A figure whose records are not there is left out, and the page says which command makes them;
    a table says which cells were not run. Randomization tests on models of the reader's own follow,
    see `verdicts`. The same records give the same bytes, in whatever order
    they come.

    Parameters
    ----------
    records : of any kind; `experiments.sweeps.store.load_records` returns the committed ones
    out : the folder to write to

    Returns
    -------
    list of the files written

    Raises
    ------
    ValueError
        if there is no record at all.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from experiments.contestants import Theorem
    >>> from experiments.sweeps.run import execute
    >>> from paper_figures.report import regenerate
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     written = [path.name for path in regenerate(list(execute([Theorem()])), Path(folder))]
    >>> written[:3], written[-2:]
    (['theorem.svg', 'theorem.pdf', 'theorem.png'], ['report.html', 'explorable.html'])
    """
    records = _sorted(records)
    make_folder(out)
    written: list[Path] = []
    sections = []
    for name, module in figures.discover().items():
        section, files = _figure(name, module, records)
        sections.append(section)
        written += _write(out, files)
    for name, module in tables.discover().items():
        section, files = _table(name, module, records)
        sections.append(section)
        written += _write(out, files)
    for section, files in verdicts(records):
        sections.append(section)
        written += _write(out, files)
    pages = {"report.html": page(sections, records), "explorable.html": explorable()}
    return written + _write(out, {file: text.encode() for file, text in pages.items()})


def draw_figure(name: str, records: Iterable[Record], size: Size | None = None) -> Figure:
    """Draw one figure from the records that belong to it.

    Parameters
    ----------
    name : of its file in `paper_figures/figures`, for example "figure1c"
    records : of any kind; `experiments.sweeps.store.load_records` returns the committed ones
    size : "column" (3.35 inches) or "page" (6.9 inches) to change its width; its height stays

    Returns
    -------
    matplotlib Figure

    Raises
    ------
    ValueError
        for an unknown name, naming the nearest one, where the records do not suffice, and for a
        column where a figure needs a page.

    Examples
    --------
    >>> from experiments.sweeps.store import load_records
    >>> figure = draw_figure("training_loss", load_records(None), "column")
    >>> print(figure.get_figwidth())
    3.35
    """
    module = _named(name, figures.discover())
    chosen = drawn(module, _sorted(list(records)))
    with look():
        figure = module.draw(chosen) if chosen else None
    if figure is None:
        command = module.COMMAND.splitlines()[0]
        raise ValueError(f"there is no record to draw {name}: run `{command}` first")
    if size is not None:
        if size == "column" and figure.get_figwidth() == PAGE:
            raise ValueError(f"size is 'column', and {name} needs a page: leave it out")
        figure.set_figwidth(WIDTHS[size])
    return figure


def write_one(
    name: str,
    records: list[Record],
    out: Path,
    formats: Sequence[Format],
    size: Size | None = None,
) -> list[Path]:
    """Write a figure in some formats, a table as CSV and LaTeX, or both where they have one name.

    Without formats a figure is written in all of them. Raises as `draw_figure`, and ValueError for
    a table with a format or a size.
    """
    files: dict[str, bytes] = {}
    if name not in tables.discover() or name in figures.discover():
        figure, title = draw_figure(name, records, size), figures.discover()[name].TITLE
        kinds = formats or get_args(Format)
        files |= {f"{name}.{kind}": render(figure, kind, name, title) for kind in kinds}
    elif formats or size:
        given = " ".join([*formats, *filter(None, [size])])
        raise ValueError(f"{name} is a table, written as CSV and LaTeX: leave out {given}")
    if name in tables.discover():
        files |= _table(name, tables.discover()[name], _sorted(records))[1]
    return _write(out, files)


def _write(out: Path, files: dict[str, bytes]) -> list[Path]:
    """Write files into a folder, which is made, each whole or not at all."""
    make_folder(out)
    for file, content in files.items():
        write_atomically(out / file, content)
    return [out / file for file in files]


def _sorted(records: list[Record]) -> list[Record]:
    if not records:
        raise ValueError(
            "there is no record to draw: run `python -m experiments run comparison` first"
        )
    return sorted(records, key=lambda record: record["hash"])


def _named(name: str, modules: dict[str, FigureModule]) -> FigureModule:
    if name not in modules:
        if name in tables.discover():
            raise ValueError(f"{name} is a table: no figure has this name")
        known = sorted({*modules, *tables.discover()})
        near = get_close_matches(name, known, n=1)
        hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(known)}"
        raise ValueError(f"figure {name!r} is unknown: {hint}")
    return modules[name]


def _figure(
    name: str, module: FigureModule, records: list[Record]
) -> tuple[Section, dict[str, bytes]]:
    chosen = drawn(module, records)
    with look():
        figure = module.draw(chosen) if chosen else None
    if figure is None:
        return Section(name, module, []), {}
    svg = render(figure, "svg", name, module.TITLE)
    # Laid out once, all three have the layout that the values below are read from.
    figure.set_layout_engine("none")
    made: dict[str, Any] = {"svg": svg.decode(), "curves": curves(figure)}
    files = {f"{name}.svg": svg}
    files |= {f"{name}.{kind}": render(figure, kind, name) for kind in ("pdf", "png")}
    return Section(name, module, chosen, caption=caption(module, chosen), **made), files


def _table(
    name: str, module: TableModule, records: list[Record]
) -> tuple[Section, dict[str, bytes]]:
    chosen = drawn(module, records)
    rows = module.rows(chosen)
    files = {
        f"{name}.csv": as_csv(module.COLUMNS, rows).encode(),
        f"{name}.tex": as_latex(module.COLUMNS, rows).encode(),
    }
    said = caption(module, chosen)
    return Section(name, module, chosen, columns=module.COLUMNS, rows=rows, caption=said), files
