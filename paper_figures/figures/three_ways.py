"""Three ways to fit the same sample."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.figure import Figure

from paper_figures.style import COLOURS, INK, PAGE
from paper_figures.table import CONDITIONS, CONTESTANTS, select

TITLE = "Three ways to fit the same sample"
CAPTION = (
    "Accuracy on the training labels each was given (left) and on clean test labels (right), for "
    "true and for random training labels, on scikit-learn's handwritten digits; mean over seeds, "
    "whiskers from the least to the greatest. All three fit both labelings; with true labels the "
    "trained network and the kernel interpolant generalize, the explicit network does not."
)
COMMAND = "python -m experiments run comparison"


def draw(records: list[dict[str, Any]]) -> Figure | None:
    """Draw training and test accuracy by contestant and labeling."""
    if not any(select(records, contestant, "true labels") for contestant in CONTESTANTS):
        return None
    figure = Figure(figsize=(PAGE, 2.7))
    panels = figure.subplots(1, 2, sharey=True)
    for panel, key, title in zip(
        panels,
        ("train_accuracy", "test_accuracy"),
        ("on the training labels it was given", "on clean test labels"),
        strict=True,
    ):
        for k, contestant in enumerate(CONTESTANTS):
            for side, condition in enumerate(CONDITIONS):
                values = [100 * r[key] for r in select(records, contestant, condition)]
                if not values:
                    continue
                mean = float(np.mean(values))
                x = k + 0.4 * side - 0.2
                panel.bar(
                    x,
                    mean,
                    0.36,
                    color=COLOURS[contestant] if condition == "true labels" else "white",
                    edgecolor=COLOURS[contestant],
                    hatch=None if condition == "true labels" else "////",
                    yerr=[[max(mean - min(values), 0)], [max(max(values) - mean, 0)]],
                    error_kw={"elinewidth": 1, "capsize": 2, "ecolor": INK},
                )
                panel.text(x, max(values) + 2, f"{mean:.0f}", ha="center", color=INK)
        panel.set_title(title)
        panel.set_xticks(
            range(len(CONTESTANTS)), [name.replace(" ", "\n") for name in CONTESTANTS.values()]
        )
        panel.grid(False, axis="x")
        panel.set_ylim(0, 119)
        panel.set_yticks(range(0, 101, 20))
    panels[0].set_ylabel("accuracy (%)")
    panels[1].axhline(10, color=INK, linewidth=0.8, linestyle=":")
    panels[1].set_xlim(-0.5, 2.95)
    panels[1].text(2.93, 11.5, "chance", ha="right", va="bottom", color=INK, fontsize=7)
    for face, hatch, label in (("0.45", None, "true labels"), ("white", "////", "random labels")):
        panels[1].bar(0, 0, color=face, edgecolor="0.45", hatch=hatch, label=label)
    panels[1].legend(loc="upper right", ncols=2, bbox_to_anchor=(1.0, 1.03))
    return figure
