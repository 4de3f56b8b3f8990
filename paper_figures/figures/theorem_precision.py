"""The error of the literal network in double and in single precision, against n."""

from __future__ import annotations

from matplotlib.figure import Figure

from expressivity.rounding import upwards
from paper_figures.against_n import draw_against_n
from paper_figures.records import CONSTRUCTION, Record
from paper_figures.style import COLUMN, FAINT, INK, headroom

CHAPTER = "The theorem"
TITLE = "The literal network in double and single precision"
CAPTION = (
    "Largest residual of the sum of ReLUs over its own sample, n random images of 784 pixels with "
    "random labels, for the default direction; above the dotted line, 1/2, a label can come out "
    "wrong. The bound is the one that the network states, before any evaluation. Beyond n = d + 1 "
    "projections can no longer be equally spaced. Median over the seeds, band from least to "
    "greatest."
)
COMMAND = "python -m experiments run theorem"
RECORDS = CONSTRUCTION


def findings(records: list[Record]) -> str:
    """Say whether the bound held, and from which size on single precision is wrong."""
    held = sum(r["directions"]["default"]["double"] <= r["bound"] for r in records)
    wrong = sorted({r["n"] for r in records if r["directions"]["default"]["single"] > 0.5})
    worst = max(record["directions"]["default"]["double"] for record in records)
    found = f"In double precision the residual is {upwards(worst, 2)} at most, and below its bound "
    found += f"in {held} of {len(records)} records."
    if wrong:
        found += f" In single precision it is above 1/2 for some seed from n = {wrong[0]:,} on."
    return found


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
    panel.text(1, 0.6, "1/2", ha="right", va="bottom", transform=panel.get_yaxis_transform())
    headroom(panel, 0.28)
    panel.legend(loc="upper left")
    return figure
