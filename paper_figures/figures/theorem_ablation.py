"""What the direction does and what the knots do, one at a time: weights and residual."""

from __future__ import annotations

from matplotlib.figure import Figure

from paper_figures.against_n import draw_draws, quantiles
from paper_figures.findings import listed
from paper_figures.records import ABLATION, Record
from paper_figures.style import INK, PAGE

CHAPTER = "The theorem"
TITLE = "Direction and knots, one at a time"
CAPTION = (
    "Networks of 2n + d weights for random labels of n random images of 784 pixels, one sample of "
    "each n, along 100 random directions or the same ones widened, with knots at the previous "
    "projection (slopes in closed form) or in the middle of the gaps (A w = y by forward "
    "substitution, up to n = 4,096). Left: largest weight, for a direction of length 1. Right: "
    "largest residual of the literal network in double precision; above the dotted line a label "
    "can come out wrong. Median, band from the 5th to the 95th percentile."
)
COMMAND = "python -m experiments run theorem"
RECORDS = ABLATION
LOOKS = {
    "random, middle": ("#D55E00", "--", "s"),
    "random, projections": ("#E69F00", "-.", "v"),
    "widened, middle": ("#CC79A7", ":", "D"),
    "widened, projections": ("#0072B2", "-", "o"),
}
PANELS = {
    "largest_weight": r"largest $|w_j|$ for $\|a\| = 1$",
    "residual": "largest residual (classes are 1 apart)",
}


def draw(records: list[Record]) -> Figure | None:
    """Draw largest weight and residual, a line for each of the four pairs."""
    figure = Figure(figsize=(PAGE, 2.9))
    panels = figure.subplots(1, 2)
    for panel, (key, title) in zip(panels, PANELS.items(), strict=True):
        for pair, (colour, line, marker) in LOOKS.items():
            there = [record for record in records if pair in record["pairs"]]
            look = {"color": colour, "ls": line, "marker": marker}
            draw_draws(panel, there, lambda r, p=pair, k=key: r["pairs"][p][k], pair, **look)
        panel.set_ylabel(title)
    panels[1].axhline(0.5, color=INK, lw=0.8, ls=":")
    ends = panels[1].get_yaxis_transform()
    panels[1].text(1, 0.6, "1/2", ha="right", va="bottom", transform=ends)
    handles, labels = panels[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper center", ncols=4)
    return figure


def findings(records: list[Record]) -> str:
    """Say what each of the two changes alone, at the largest n that has all four pairs."""
    whole = [record for record in records if set(LOOKS) <= set(record["pairs"])]
    if not whole:
        return ""
    record = max(whole, key=lambda r: r["n"])
    medians = [f"{quantiles(record['pairs'][pair]['residual'])[1]:.1e} ({pair})" for pair in LOOKS]
    return f"Median residuals at n = {record['n']:,}: {listed(medians)}."
