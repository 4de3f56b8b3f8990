"""What `python -m paper_figures` does."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from tyro.conf import arg

from experiments.sweeps.store import LOCAL, load_records
from paper_figures.findings import drawn
from paper_figures.report import Format, Size, regenerate, write_one
from paper_figures.table import as_text
from paper_figures.tables import discover


def draw(
    records: Annotated[Path, arg(metavar="FILE")] = LOCAL,
    out: Path = Path("results/report"),
    only: str | None = None,
    format: Annotated[tuple[Format, ...], arg(help_behavior_hint="")] = (),
    width: Annotated[Size | None, arg(name="size", aliases=["--width"])] = None,
) -> int:
    """Draw every figure and table and the page from stored records; nothing is ever rerun.

    The committed records are taken too; where both have a run, the one that finished later.

    Example: python -m paper_figures --only theorem_gaps --format pdf --width page

    Args:
        records: the database of your own records; need not exist.
        out: the folder to write to.
        only: one figure or table, by the name of its file; all without it.
        format: of that figure, all three without it; a table is written as CSV and LaTeX.
        width: of that figure, a column (3.35 inches) or a page (6.9 inches); its own without it.
            One drawn for a page needs it.
    """
    found = load_records(records)
    if only is not None:
        written = write_one(only, found, out, format, width)
        print("\n".join(str(path) for path in written))
        return 0
    for name, given in (("format", " ".join(format)), ("size", width)):
        if given:
            raise ValueError(
                f"{name} is {given!r} and only is not given: name the figure, --only figure1c"
            )
    written = regenerate(found, out)
    for module in discover().values():
        if chosen := drawn(module, found):
            print(f"{module.TITLE}\n\n{as_text(module.COLUMNS, module.rows(chosen))}\n")
    print("\n".join(str(path) for path in written))
    return 0
