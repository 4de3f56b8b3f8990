"""The construction of Theorem 1 step by step, on a sample small enough to draw."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from experiments.sweeps.record import finished_at
from paper_figures.records import Record, only
from paper_figures.style import COLOURS, FAINT, INK, PAGE

CHAPTER = "The theorem"
TITLE = "The construction, step by step"
CAPTION = (
    "1: every image is projected onto one direction, so that all projections t differ. 2: a knot b "
    "lies before each projection and not before the previous one; here at the previous one. 3: the "
    "matrix of the hidden units at the sample is lower triangular with a positive diagonal, hence "
    "invertible. 4: its solution w, one weight a unit. 5: adding one unit after the other fits one "
    "point after the other and leaves the earlier ones where they are. 6: the sum of all units "
    "passes through every target. Projections are in units of their range, from the first one."
)
COMMAND = "python -m experiments run comparison"
RECORDS = only(contestant="theorem", data="digits", n=None, level=0.0, pixels="true", points=8)


@dataclass(frozen=True)
class Construction:
    """Sorted projections t, knots b, weights w and targets y, each (n,); t has range 1."""

    t: NDArray[np.float64]
    b: NDArray[np.float64]
    w: NDArray[np.float64]
    y: NDArray[np.float64]

    def value(self, x: NDArray[np.float64], units: int) -> NDArray[np.float64]:
        """Return the sum of the first hidden units at x."""
        return np.maximum(x[:, None] - self.b[:units], 0) @ self.w[:units]


def drawn(records: list[Record]) -> list[Record]:
    """Return the newest."""
    return [max(records, key=lambda r: (finished_at(r), r["hash"]))]


def draw(records: list[Record]) -> Figure | None:
    """Draw the four steps of the proof, the sum growing unit by unit, and the function."""
    (record,) = records
    t, b, w, y = (np.array(record[key], dtype=float) for key in ("t", "b", "w", "y"))
    if len(t) < 2:
        return None
    unit = np.ptp(t)
    made = Construction((t - t[0]) / unit, (b - t[0]) / unit, w * unit, y)
    figure = Figure(figsize=(PAGE, 4.3))
    panels = figure.subplots(2, 3).ravel()
    steps = (_projections, _knots, _matrix, _weights, _partial_sums, _function)
    for panel, step in zip(panels, steps, strict=True):
        step(panel, made)
    return figure


def _projections(panel: Axes, made: Construction) -> None:
    panel.set_title("1  distinct projections")
    panel.plot(made.t, made.y, "o", color=COLOURS["explicit"], ms=4.5, label="_sample")
    panel.vlines(made.t, -1.2, made.y, color=FAINT, lw=0.7, ls=":")
    panel.plot(made.t, np.full_like(made.t, -1.2), "|", color=INK, ms=9)
    panel.set_xlabel("projection t = ⟨a, z⟩")
    panel.set_ylabel("target y (class number)")


def _knots(panel: Axes, made: Construction) -> None:
    panel.set_title("2  interleaved knots")
    n = len(made.t)
    j = np.arange(1, n + 1)
    panel.hlines(j, made.b, made.t, color=FAINT, lw=1)
    panel.plot(made.b, j, "|", color=COLOURS["kernel"], ms=9, mew=2, label="knot $b_j$")
    panel.plot(made.t, j, "o", color=COLOURS["explicit"], ms=4.5, label="projection $t_j$")
    panel.set_ylim(n + 0.7, 0.3)
    panel.set_yticks(j)
    panel.set_xlabel("t")
    panel.set_ylabel("hidden unit j")
    panel.legend(loc="lower left", fontsize=7)


def _matrix(panel: Axes, made: Construction) -> None:
    n = len(made.t)
    panel.set_title("3  $A_{ij} = \\max(t_i - b_j, 0)$")
    A = np.maximum(made.t[:, None] - made.b, 0)
    image = panel.pcolormesh(np.ma.masked_equal(A, 0), cmap="Blues", vmin=0, ec="white", lw=0.5)
    panel.set_ylim(n, 0)
    panel.set_aspect("equal")
    panel.set_xticks(np.arange(n) + 0.5, [str(j) for j in range(1, n + 1)])
    panel.set_yticks(np.arange(n) + 0.5, [str(j) for j in range(1, n + 1)])
    panel.tick_params(length=0)
    panel.grid(False)
    panel.set_xlabel("hidden unit j")
    panel.set_ylabel("point i")
    panel.figure.colorbar(image, ax=panel, shrink=0.85)


def _weights(panel: Axes, made: Construction) -> None:
    panel.set_title("4  solve $A w = y$")
    j = np.arange(1, len(made.w) + 1)
    panel.vlines(j, 0, made.w, color=COLOURS["explicit"], lw=1.5)
    panel.plot(j, made.w, "o", color=COLOURS["explicit"], ms=4.5, label="_weights")
    panel.axhline(0, color=INK, lw=0.8)
    panel.set_xticks(j)
    panel.set_xlabel("hidden unit j")
    panel.set_ylabel("weight $w_j$")


def _partial_sums(panel: Axes, made: Construction) -> None:
    panel.set_title("5  one unit after the other")
    x = np.unique(np.concatenate((np.linspace(made.b[0] - 0.1, 1.1, 300), made.b, made.t)))
    n = len(made.t)
    shown = sorted({1, max(2, n // 3), max(2, 2 * n // 3)})
    for units, line in zip(shown, (":", "--", "-."), strict=False):
        name = f"{units} unit{'s' if units > 1 else ''}"
        panel.plot(x, made.value(x, units), ls=line, color=INK, lw=1.1, label=name)
    _frame(panel, made)
    panel.legend(loc="upper left", fontsize=7)


def _function(panel: Axes, made: Construction) -> None:
    panel.set_title("6  the sum of all units")
    x = np.unique(np.concatenate((np.linspace(made.b[0] - 0.1, 1.1, 300), made.b, made.t)))
    for knot in made.b:
        panel.axvline(knot, color=COLOURS["kernel"], lw=0.8, ls=":")
    panel.plot(x, made.value(x, len(made.t)), color=INK, lw=1.2, label="_network")
    _frame(panel, made)


def _frame(panel: Axes, made: Construction) -> None:
    panel.plot(made.t, made.y, "o", color=COLOURS["explicit"], ms=4.5, label="_sample", zorder=3)
    low, high = min(made.y.min(), 0), max(made.y.max(), 0)
    room = high - low + 1
    panel.set_ylim(low - 0.2 * room, high + 0.45 * room)
    panel.set_xlim(made.b[0] - 0.1, 1.1)
    panel.set_xlabel("t")
    panel.set_ylabel("output")
