"""The least gap between projections, by the way the direction is chosen."""

from __future__ import annotations

from matplotlib.figure import Figure

from paper_figures.against_n import draw_against_n
from paper_figures.records import Record, where
from paper_figures.style import COLUMN, headroom

CHAPTER = "The theorem"
TITLE = "The least gap by direction"
CAPTION = (
    "Least gap between the projections of n random images of 784 pixels, in units of range / n², "
    "where a random direction leaves it whatever n is. Random directions have Gaussian entries, or "
    "the same ones rounded to integers, which leaves the gaps as they are; widened ones push the "
    "closest pairs apart; projections can be equally spaced only while n is at most d + 1. Median "
    "over the seeds, band from least to greatest."
)
COMMAND = "python -m experiments run theorem"
RECORDS = where(contestant="construction", d=784)
LOOKS = {
    "equally-spaced": ("equally spaced", "#009E73", "-", "D"),
    "widened": ("widened", "#0072B2", "-", "o"),
    "integer": ("random, integer", "#E69F00", "-.", "v"),
    "gaussian": ("random, Gaussian", "#D55E00", "--", "s"),
}


def draw(records: list[Record]) -> Figure | None:
    """Draw a line for each direction."""
    figure = Figure(figsize=(COLUMN, 2.9))
    panel = figure.subplots()
    for key, (name, colour, line, marker) in LOOKS.items():
        # Two lines coincide: the one below shows around the other.
        look = {"color": colour, "ls": line, "marker": marker, "ms": 8 if key == "integer" else 4}
        draw_against_n(panel, records, lambda r, k=key: _gap(r, k), name, **look)
    panel.set_ylabel("least gap (range / n²)")
    headroom(panel, 0.3)
    panel.legend(loc="upper left", fontsize=7)
    return figure


def _gap(record: Record, direction: str) -> float | None:
    return record["directions"].get(direction, {}).get("least_gap")
