"""The theorem itself, on a sample small enough to draw."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.figure import Figure

from paper_figures.style import COLOURS, FAINT, INK, PAGE

TITLE = "The theorem: projections, knots, and the function through the points"
CAPTION = (
    "Every image is projected onto one direction, t = <a, z> (dots on the line). A knot b_j (tick) "
    "lies before each projection and not before the previous one; here at the previous one. The "
    "sum of the n hidden units w_j max(t - b_j, 0) is piecewise linear, bends only at the knots, "
    "and passes through every target. Projections are drawn in units of their range."
)
COMMAND = "python -m experiments run comparison"


def draw(records: list[dict[str, Any]]) -> Figure | None:
    """Draw the projections with their knots, and the piecewise-linear function."""
    found = [r for r in records if r["specification"]["contestant"] == "theorem"]
    if not found:
        return None
    record = max(found, key=lambda r: r["finished"])
    t, b, w, y = (np.array(record[key], dtype=float) for key in ("t", "b", "w", "y"))
    origin, unit = t[0], (np.ptp(t) or 1.0)
    t, b, w = (t - origin) / unit, (b - origin) / unit, w * unit
    left, right = b[0] - 0.12, t[-1] + 0.12
    figure = Figure(figsize=(PAGE, 3.6))
    line, curve = figure.subplots(2, 1, sharex=True, height_ratios=(1, 3.2))

    line.axhline(0, color=FAINT, linewidth=1)
    line.plot(b, np.zeros_like(b), "|", color=COLOURS["kernel"], markersize=22, markeredgewidth=1.6)
    line.plot(t, np.zeros_like(t), "o", color=COLOURS["explicit"], markersize=5)
    line.set_ylim(-1, 1)
    line.set_yticks([])
    line.grid(False)
    line.spines["left"].set_visible(False)
    line.text(b[0], 0.62, "$b_1$", ha="center", color=INK)
    line.text(t[0], 0.62, "$t_1 = b_2$", ha="center", color=INK)
    if len(t) > 1:
        line.text(t[-1], 0.62, f"$t_{{{len(t)}}}$", ha="center", color=INK)

    x = np.unique(np.concatenate((np.linspace(left, right, 400), b, t)))
    value = np.maximum(x[:, None] - b, 0) @ w
    curve.plot(x, value, color=INK, linewidth=1.2, label=r"$\sum_j w_j\,\max(t - b_j, 0)$")
    curve.plot(t, y, "o", color=COLOURS["explicit"], label="targets $y_i$", zorder=3)
    for knot in b:
        curve.axvline(knot, color=COLOURS["kernel"], linewidth=0.8, linestyle=":")
    low, high = min(y.min(), 0), max(y.max(), 0)
    curve.set_ylim(low - 0.15 * (high - low + 1), high + 0.32 * (high - low + 1))
    curve.set_xlim(left, right)
    curve.set_xlabel("projection $t = \\langle a, z \\rangle$ (in units of its range, from $t_1$)")
    curve.set_ylabel("class number")
    curve.legend(loc="upper left", ncols=2)
    return figure
