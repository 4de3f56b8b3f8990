"""Three ways to fit the same sample: weights, seconds and norms."""

from __future__ import annotations

from matplotlib.figure import Figure

from paper_figures.records import Record
from paper_figures.style import COLOURS, PAGE
from paper_figures.three_ways import COMMAND, Way, drawn, is_way, ways

__all__ = ["CAPTION", "CHAPTER", "COMMAND", "RECORDS", "TITLE", "draw", "drawn"]

CHAPTER = "Three ways to fit the same sample"
TITLE = "What the three ways take: weights, seconds, norms"
CAPTION = (
    "Number of weights, seconds and norm, mean over the seeds, on logarithmic axes; filled for "
    "true labels, open for random ones below; what was not run has no mark. An arrow: seconds of "
    "trainings that ended at their limit of epochs without having fitted every label. Seconds of a "
    "kernel are of all labelings that share its factorization. Norms are of different kinds (the "
    "weights of the explicit network for a direction of length 1, all weights of a trained "
    "network, the interpolant's in its Hilbert space): compare only the two marks of a row, whose "
    "seconds are of one machine. Those of the committed CIFAR-10 (JPEG) records were taken while "
    "other work ran: upper bounds."
)
RECORDS = is_way
PANELS = {"n_weights": "weights", "seconds": "seconds", "norm": "norm"}


def draw(records: list[Record]) -> Figure | None:
    """Draw a row for each way on each sample, in three panels."""
    rows = _with_headings(list(ways(records)))
    figure = Figure(figsize=(PAGE, 0.7 + 0.22 * len(rows)))
    panels = figure.subplots(1, 3, sharey=True)
    for panel, (key, title) in zip(panels, PANELS.items(), strict=True):
        for y, way in enumerate(rows):
            if isinstance(way, str):
                continue
            for shift, (condition, chosen) in zip(
                (-0.17, 0.17), way.by_condition.items(), strict=True
            ):
                # The axis is logarithmic.
                found = [r.get(key) or 0.0 for r in chosen]
                found = way.seconds[condition] if key == "seconds" else found
                values = [value for value in found if value > 0]
                if not values:
                    continue
                mean, colour = sum(values) / len(values), COLOURS[way.kind]
                face = colour if condition == "true labels" else "white"
                name = f"_{way.name}, {way.sample}, {condition}"
                look = {"markeredgecolor": colour, "markerfacecolor": face, "zorder": 3}
                marker = "o" if condition == "true labels" else "s"
                if key == "seconds" and not all(r["train_accuracy"] == 1 for r in chosen):
                    marker, name = ">", f"{name}, not fitted"
                panel.plot([min(values), max(values)], [y + shift] * 2, color=colour, lw=1)
                panel.plot([mean], [y + shift], marker, ms=4, label=name, **look)
        panel.set_xscale("log")
        panel.margins(x=0.12)
        panel.set_xlabel(title)
    names = [way if isinstance(way, str) else way.name for way in rows]
    panels[0].set_yticks(range(len(rows)), names, fontsize=7)
    for label, way in zip(panels[0].get_yticklabels(), rows, strict=True):
        label.set_fontweight("bold" if isinstance(way, str) else "normal")
    panels[0].set_ylim(len(rows) - 0.5, -0.5)
    keys = (("0.4", "o", "true labels"), ("white", "s", "random labels"))
    for face, marker, label in (*keys, ("0.4", ">", "not fitted when it ended")):
        look = {"markeredgecolor": "0.4", "markerfacecolor": face, "color": "0.4"}
        panels[0].plot([], [], ls="", marker=marker, ms=5, label=label, **look)
    figure.legend(*panels[0].get_legend_handles_labels(), loc="outside upper left", ncols=3)
    return figure


def _with_headings(found: list[Way]) -> list[Way | str]:
    """Put each sample's name before its ways."""
    rows: list[Way | str] = []
    for way in found:
        if way.sample not in rows:
            rows.append(way.sample)
        rows.append(way)
    return rows
