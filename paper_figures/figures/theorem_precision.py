"""The error of the literal network in double and in single precision, against n."""

from __future__ import annotations

from matplotlib.figure import Figure

from paper_figures.against_n import draw_against_n
from paper_figures.records import Record, where
from paper_figures.style import COLUMN, FAINT, INK, headroom

CHAPTER = "The theorem"
TITLE = "The literal network in double and single precision"
CAPTION = (
    "Largest residual of the sum of ReLUs over its own sample, n random images of 784 pixels with "
    "random labels, for the default direction; above the dotted line a label can come out wrong. "
    "The bound is the one that the network states, before any evaluation. The jump lies where "
    "n exceeds d + 1 and projections can no longer be equally spaced. Median over the seeds, band "
    "from least to greatest."
)
COMMAND = "python -m experiments run theorem"
RECORDS = where(contestant="construction", d=784)


def draw(records: list[Record]) -> Figure | None:
    """Draw both residuals and the bound."""
    figure = Figure(figsize=(COLUMN, 2.9))
    panel = figure.subplots()
    looks = {"single": ("#D55E00", "s", "single precision"), "double": ("#0072B2", "o", "double")}
    for key, (colour, marker, name) in looks.items():
        look = {"color": colour, "marker": marker, "ls": "-" if key == "double" else "--"}
        draw_against_n(panel, records, lambda r, k=key: r["directions"]["default"][k], name, **look)
    draw_against_n(panel, records, lambda r: r["bound"], "bound for double", color=FAINT, ls="-.")
    panel.axhline(0.5, color=INK, lw=0.8, ls=":")
    panel.set_ylabel("largest residual (classes are 1 apart)")
    headroom(panel, 0.28)
    panel.legend(loc="upper left", fontsize=7)
    return figure
