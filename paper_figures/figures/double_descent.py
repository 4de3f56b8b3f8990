"""Test error and minimum norm of random features across the interpolation threshold."""

from __future__ import annotations

from statistics import median
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from paper_figures.records import Record, only
from paper_figures.style import INK, PAGE

CHAPTER = "Beyond the paper"
TITLE = "Double descent: random features across the interpolation threshold"
CAPTION = (
    "Least squares of least norm on N random ReLU features of n images of digits, with true labels "
    "and with a part of them corrupted. Left: error on the 360 test images (solid) and on those of "
    "training (dashed). Right: the l2 norm of the solution. Dotted: N = n; a feature that is "
    "negative on all images is 0 there, so that the rank may reach n only beyond. Median over the "
    "seeds, band from least to greatest."
)
COMMAND = "python -m experiments run double-descent"
LOOKS = {0.0: ("#0072B2", "o"), 0.2: ("#D55E00", "s")}
SHARES = [0.02, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 0.9, 0.95, 1.0, 1.05, 1.1, 1.2, 1.5, 2, 3, 5, 8, 16]
RECORDS = only(
    "n",
    contestant="random-features",
    data="digits",
    level=tuple(LOOKS),
    pixels="true",
    shares=(SHARES,),
)


def drawn(records: list[Record]) -> list[Record]:
    """Return the runs on the most points."""
    n = max(record["n"] for record in records)
    return [record for record in records if record["n"] == n]


def findings(records: list[Record]) -> str:
    """Say where the error is largest, and how small before and beyond."""
    found = []
    for level in LOOKS:
        same = [r for r in records if r["specification"]["level"] == level]
        if not same:
            continue
        features = same[0]["features"]
        columns = zip(*(record["course"]["test_error"] for record in same), strict=True)
        error = [100 * median(column) for column in columns]
        interior = range(1, len(features) - 1)
        peak = max(interior, key=lambda k: error[k])
        before, beyond = min(error[:peak]), min(error[peak + 1 :])
        found.append(
            f"{same[0]['condition']}, {len(same)} seeds: the median test error is largest at "
            f"N = {features[peak]} ({error[peak]:.1f} %); at best {before:.1f} % before and "
            f"{beyond:.1f} % beyond."
        )
    return " ".join(found)


def draw(records: list[Record]) -> Figure | None:
    """Draw errors and norms of the runs on the most points."""
    n = records[0]["n"]
    figure = Figure(figsize=(PAGE, 2.8))
    errors, norms = figure.subplots(1, 2)
    for level, (colour, marker) in LOOKS.items():
        same = [r for r in records if r["specification"]["level"] == level]
        if same:
            name = same[0]["condition"]
            look = {"color": colour, "lw": 1.2}
            _band(errors, same, "test_error", 100, name, marker=marker, ms=3.5, **look)
            _band(errors, same, "train_error", 100, f"_training, {name}", ls="--", **look)
            _band(norms, same, "norm", 1, name, marker=marker, ms=3.5, **look)
    errors.plot([], [], color=INK, ls="--", lw=1.2, label="training (dashed)")
    for panel in (errors, norms):
        panel.axvline(n, color=INK, lw=0.8, ls=":")
        panel.set_xscale("log")
        panel.set_xlabel(f"number of features N (n = {n:,} points)")
        above = {"ha": "center", "va": "bottom", "fontsize": 7}
        panel.text(n, 1.01, "N = n", transform=panel.get_xaxis_transform(), **above)
    errors.set_ylabel("error (%)")
    errors.set_ylim(bottom=0)
    errors.axhline(90, color=INK, lw=0.8, ls="-.")
    errors.text(1, 91, "chance", ha="right", transform=errors.get_yaxis_transform())
    errors.set_yticks(range(0, 101, 20))
    norms.set_yscale("log")
    norms.set_ylabel("l2 norm of the solution")
    figure.legend(*errors.get_legend_handles_labels(), loc="outside upper center", ncols=3)
    return figure


def _band(panel: Axes, records: list[Record], key: str, scale: int, name: str, **look: Any) -> None:
    features = records[0]["features"]
    columns = list(zip(*(record["course"][key] for record in records), strict=True))
    middle, low, high = ([scale * f(c) for c in columns] for f in (median, min, max))
    panel.plot(features, middle, label=name, **look)
    panel.fill_between(features, low, high, color=look["color"], alpha=0.2, lw=0)
