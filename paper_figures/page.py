"""One self-contained page: every figure and table with its caption, command and records."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass, field
from typing import Any, Protocol

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from expressivity.rounding import percentage
from paper_figures import reproduced
from paper_figures.cells import machine
from paper_figures.records import Record, by_meaning
from paper_figures.table import as_csv, numeric

CHAPTERS = (
    "Three ways to fit the same sample",
    "The paper",
    "The theorem",
    "Beyond the paper",
)
RECORD_COLUMNS = {
    "what": "what",
    "data": "data",
    "condition": "condition",
    "seed": "seed",
    "n": "n",
    "weights": "weights",
    "train": "training accuracy (%)",
    "test": "test accuracy (%)",
    "seconds": "seconds",
    "fitted": "fitted",
    "finished": "finished",
    "machine": "machine",
    "hash": "hash",
}


class Module(Protocol):
    """What the page says of a figure or a table."""

    CHAPTER: str
    TITLE: str
    CAPTION: str
    COMMAND: str


@dataclass(frozen=True)
class Section:
    """A figure (its SVG and the values of its curves) or a table, and the records behind it."""

    name: str
    module: Module
    records: list[Record]
    svg: str = ""
    curves: list[dict[str, Any]] = field(default_factory=list)
    columns: dict[str, str] = field(default_factory=dict)
    rows: list[dict[str, str]] = field(default_factory=list)
    caption: str = ""

    @property
    def id(self) -> str:
        """The name of the section's place in the page, which links may keep."""
        return f"{self.name}-{'table' if self.columns else 'figure'}"

    @property
    def picture(self) -> Markup:
        """An <svg> element stands in a page by itself; the XML declaration does not."""
        return Markup(self.svg[self.svg.index("<svg") :])

    @property
    def download(self) -> str:
        """The picture as a link that needs no other file."""
        return _data_uri(self.svg, "image/svg+xml")

    @property
    def width(self) -> float:
        """The picture's width in points: 241 for a column of a paper, 497 for a page."""
        return float(self.svg.split('width="', 1)[1].split("pt", 1)[0])

    @property
    def values(self) -> Markup:
        """The curves for the script that shows them under the pointer."""
        return Markup(json.dumps(self.curves).replace("<", "\\u003c"))


def page(sections: list[Section], records: list[Record]) -> str:
    """Return the page as HTML that needs nothing from outside it."""
    environment = Environment(
        loader=PackageLoader("paper_figures"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals |= {
        "record_columns": RECORD_COLUMNS,
        "record_rows": lambda chosen: [record_row(r) for r in sorted(chosen, key=by_meaning)],
        "download": lambda columns, rows: _data_uri(as_csv(columns, rows), "text/csv"),
        "numeric": lambda columns, rows: [key for key in columns if numeric(rows, key)],
        "filled": lambda columns, rows: {
            k: v for k, v in columns.items() if any(r[k] for r in rows)
        },
        "sentences": reproduced.sentences(records),
        "reproduced_columns": reproduced.COLUMNS,
        "reproduced_rows": reproduced.rows(records),
    }
    names = [*CHAPTERS, *sorted({s.module.CHAPTER for s in sections} - set(CHAPTERS))]
    chapters = {name: [s for s in sections if name == s.module.CHAPTER] for name in names}
    versions = sorted({f"{k} {v}" for record in records for k, v in record["versions"].items()})
    return environment.get_template("report.html").render(
        chapters={name: found for name, found in chapters.items() if found},
        drawn=len({record["hash"] for section in sections for record in section.records}),
        records=records,
        versions=versions,
    )


def _seconds(seconds: float) -> str:
    return f"{seconds:,.0f}" if seconds >= 100 else f"{seconds:.3g}"


def record_row(record: Record) -> dict[str, str]:
    """Return a record as a row of cells, "" for what it does not have."""
    what = record["specification"]
    shares = {
        key: percentage(100 * record[name], 2) if record.get(name) is not None else ""
        for key, name in (("train", "train_accuracy"), ("test", "test_accuracy"))
    }
    return {
        "what": record["title"],
        "data": record["data_name"],
        "condition": record["condition"],
        "seed": str(what["seed"]),
        "n": f"{record['n']:,}" if "n" in record else "",
        "weights": f"{record['n_weights']:,}" if "n_weights" in record else "",
        **shares,
        "seconds": _seconds(record["seconds"]),
        "fitted": "yes" if record["fitted"] else "no",
        "finished": record["finished"],
        "machine": machine(record),
        "hash": record["hash"],
    }


def _data_uri(text: str, kind: str) -> str:
    return f"data:{kind};charset=utf-8;base64,{base64.b64encode(text.encode()).decode()}"
