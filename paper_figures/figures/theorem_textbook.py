"""The textbook's solution of the triangular system beside the closed form, against n."""

from __future__ import annotations

from matplotlib.figure import Figure

from paper_figures.against_n import draw_against_n
from paper_figures.records import Record, where
from paper_figures.style import INK, PAGE, headroom

CHAPTER = "The theorem"
TITLE = "The textbook's way and ours: weights and residual"
CAPTION = (
    "Networks for random labels of n random images of 784 pixels. The textbook's: a random "
    "direction, knots in the middle of the gaps, A w = y by forward substitution with the dense "
    "matrix. Ours: a direction with wide gaps, knots at the projections, slopes in closed form. "
    "Left: numbers that are stored; both networks have 2n + d weights, the dense matrix n² "
    "entries. Middle: largest weight, for a direction of length 1. Right: largest residual of the "
    "literal network in double precision. Median over the seeds, band from least to greatest."
)
COMMAND = "python -m experiments run theorem"
RECORDS = where(contestant="construction", d=784)
OURS = {"color": "#0072B2", "ls": "-", "marker": "o"}
TEXTBOOK = {"color": "#D55E00", "ls": "--", "marker": "s"}


def draw(records: list[Record]) -> Figure | None:
    """Draw numbers stored, largest weight and residual."""
    figure = Figure(figsize=(PAGE, 2.6))
    stored, weight, residual = figure.subplots(1, 3)
    draw_against_n(stored, records, lambda r: r["n_weights"], "weights, 2n + d", **OURS)
    draw_against_n(stored, records, lambda r: _dense(r), "dense matrix, n²", **TEXTBOOK)
    stored.set_ylabel("numbers stored")
    for panel, key, title in (
        (weight, "largest_weight", r"largest $|w_j|$ for $\|a\| = 1$"),
        (residual, "double", "largest residual (classes are 1 apart)"),
    ):
        draw_against_n(
            panel, records, lambda r, k=key: r["directions"]["default"][k], "ours", **OURS
        )
        draw_against_n(panel, records, lambda r, k=key: _textbook(r, k), "textbook", **TEXTBOOK)
        panel.set_ylabel(title)
    residual.axhline(0.5, color=INK, lw=0.8, ls=":")
    for panel in (stored, weight):
        headroom(panel, 0.25)
        panel.legend(loc="upper left", fontsize=7)
    return figure


def _textbook(record: Record, key: str) -> float | None:
    return record["textbook"][key] if record["textbook"] else None


def _dense(record: Record) -> int | None:
    return record["n"] ** 2 if record["textbook"] else None
