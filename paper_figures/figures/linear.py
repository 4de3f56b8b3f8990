"""Gradient descent on a linear model finds the interpolant nearest to its start."""

from __future__ import annotations

from matplotlib.figure import Figure

from expressivity.rounding import upwards
from paper_figures.records import Record, only
from paper_figures.style import INK, PAGE

CHAPTER = "Beyond the paper"
TITLE = "Where gradient descent on a linear model ends"
CAPTION = (
    "Least squares with fewer images than pixels, digits (left) and Gaussian images (right). "
    "Upper curves: distance of w from its limit, which is pinv(X) y from zero and the projection "
    "of the start on the solutions from elsewhere, by the limit's norm. Lower curves, paler and of "
    "the same colours: the part of w that left the span of the images, which is 0 without "
    "rounding and drawn at 1e-17 where it is. Dotted: 1e-10, to read the ends by. One seed."
)
COMMAND = "python -m experiments linear"
RECORDS = only(
    contestant="linear",
    data="digits",
    n=20,
    level=0.0,
    pixels=("true", "gaussian"),
    limit=1_000_000,
)
LOOKS = {
    "gradient descent from zero": ("#0072B2", "-"),
    "SGD from zero": ("#D55E00", "--"),
    "gradient descent from elsewhere": ("#009E73", "-."),
}
ROUNDING = 1e-17  # zero is drawn here


def drawn(records: list[Record]) -> list[Record]:
    """Return the records of the first seed."""
    first = min(record["specification"]["seed"] for record in records)
    return [record for record in records if record["specification"]["seed"] == first]


def findings(records: list[Record]) -> str:
    """Say how near to its limit each way ends at the worst."""
    ends = [r["courses"][name]["distance"][-1] for r in records for name in LOOKS]
    worst = upwards(max(ends), 2)
    return f"At the end all {len(ends)} are within {worst} of their limit, by its norm."


def draw(records: list[Record]) -> Figure | None:
    """Draw one panel for each kind of images, of the first seed."""
    chosen = sorted(records, key=lambda r: r["specification"]["pixels"], reverse=True)
    figure = Figure(figsize=(PAGE, 3.0))
    panels = figure.subplots(1, len(chosen), sharey=True, squeeze=False)[0]
    for panel, record in zip(panels, chosen, strict=True):
        for name, (colour, line) in LOOKS.items():
            course = record["courses"][name]
            steps = [step + 1 for step in course["step"]]
            panel.plot(steps, course["distance"], line, color=colour, lw=1.3, label=name)
            outside = [max(value, ROUNDING) for value in course["outside"]]
            panel.plot(steps, outside, line, color=colour, lw=0.9, alpha=0.7)
        panel.axhline(1e-10, color=INK, lw=0.8, ls=":")
        for height, words in ((3e-10, r"$10^{-10}$"), (3e-14, "off the span of the images")):
            panel.text(0.02, height, words, fontsize=7, transform=panel.get_yaxis_transform())
        panel.set_xscale("log")
        panel.set_yscale("log")
        panel.set_ylim(ROUNDING / 3, 1e1)
        panel.set_xlabel("steps + 1")
        images = "Gaussian images" if record["specification"]["pixels"] == "gaussian" else "digits"
        panel.set_title(f"{images}: n = {record['n']}, d = {record['d']}")
    panels[0].set_ylabel("relative distance")
    handles, labels = panels[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper center", ncols=3)
    return figure
