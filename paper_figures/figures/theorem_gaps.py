"""The least gap between projections, by the way the direction is chosen."""

from __future__ import annotations

from matplotlib.figure import Figure

from paper_figures.against_n import draw_against_n, draw_draws, quantiles
from paper_figures.findings import between
from paper_figures.records import ABLATION, CONSTRUCTION, Record, select
from paper_figures.style import COLUMN, headroom

CHAPTER = "The theorem"
TITLE = "The least gap by direction"
CAPTION = (
    "Least gap between the projections of n random images of 784 pixels, one sample of each n, in "
    "units of range / n², for 100 random (Gaussian) directions, and for the same after the closest "
    "pairs were pushed apart, widened: median and band from the 5th to the 95th percentile. "
    "Projections can be equally spaced only while n is at most d + 1."
)
COMMAND = "python -m experiments run theorem"
LOOKS = {"widened": ("#0072B2", "-", "o"), "random": ("#D55E00", "--", "s")}


def RECORDS(record: Record) -> bool:  # noqa: N802
    """Take many directions of each sample, and the network that was built for it."""
    return ABLATION(record) or CONSTRUCTION(record)


def drawn(records: list[Record]) -> list[Record]:
    """Return many directions, and of networks those whose projections are equally spaced."""
    return [r for r in records if ABLATION(r) or _equally_spaced(r) is not None]


def draw(records: list[Record]) -> Figure | None:
    """Draw a line for each direction."""
    draws = select(records, contestant="ablation")
    figure = Figure(figsize=(COLUMN, 2.9))
    panel = figure.subplots()
    spaced = {"color": "#009E73", "ls": "-", "marker": "D"}
    draw_against_n(panel, records, _equally_spaced, "equally spaced", **spaced)
    for name, (colour, line, marker) in LOOKS.items():
        look = {"color": colour, "ls": line, "marker": marker}
        draw_draws(panel, draws, lambda r, name=name: r["least_gap"][name], name, **look)
    if not panel.lines:
        return None
    panel.set_ylabel("least gap (range / n²)")
    headroom(panel, 0.3)
    panel.legend(loc="upper left")
    return figure


def findings(records: list[Record]) -> str:
    """Say where the medians of random directions lie, over all n."""
    draws = select(records, contestant="ablation")
    if not draws:
        return ""
    random = [quantiles(record["least_gap"]["random"])[1] for record in draws]
    wide = [quantiles(record["least_gap"]["widened"])[1] for record in draws]
    sizes = between([record["n"] for record in draws], "{:,.0f}")
    return (
        f"For n = {sizes} the medians of random directions are {between(random, '{:.2f}')}, of "
        f"widened ones {between(wide, '{:.1f}')}."
    )


def _equally_spaced(record: Record) -> float | None:
    return record.get("directions", {}).get("equally-spaced", {}).get("least_gap")
