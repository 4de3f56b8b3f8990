"""Measures against the level of label corruption, beside the gap they are to explain."""

from __future__ import annotations

from collections.abc import Callable
from statistics import fmean
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from paper_figures.measures import (
    CONTROLS,
    OF_KERNELS,
    SCORES,
    SIGNS,
    Measure,
    gap,
    on_digits,
    tau_over_levels,
)
from paper_figures.records import Record, select, where
from paper_figures.style import INK, PAGE
from paper_figures.sweep import Levels, by_level

CHAPTER = "Beyond the paper"
TITLE = "Measures of complexity against the level of label corruption"
CAPTION = (
    "Networks (one hidden layer of 512 units) and kernel interpolants that fit every label of the "
    "digits. Left: what does not depend on labels, lower limits of the Rademacher complexity (by "
    "fitting random signs) and of uniform stability (by fitting random labels), and the gap "
    "between training and test accuracy, which does. Right: scores of the trained networks and of "
    "a kernel, over their mean with true labels; the number of epochs is the control. Means over "
    "the seeds, whiskers from least to greatest."
)
COMMAND = "python -m experiments run measures"
NAMED = {measure.name: measure for measure in (*SCORES, *OF_KERNELS, *CONTROLS)}
DRAWN: dict[str, tuple[str, str, Any, str]] = {
    "spectral complexity / margin": ("spectral complexity", "#D55E00", "-", "o"),
    "path norm, l2 / margin": ("path norm / margin", "#0072B2", "-", "s"),
    "product of Frobenius norms / margin": ("Frobenius / margin", "#E69F00", "--", "D"),
    "distance from initialization": ("distance", "#009E73", "-.", "^"),
    "sharpness, magnitude-aware": ("sharpness, by magnitude", "#CC79A7", "-", "v"),
    "label alignment, H infinity": ("label alignment, H infinity", "#56B4E9", "--", "P"),
    "control: number of epochs": ("number of epochs", INK, ":", "x"),
    "control: Fisher-Rao norm": ("Fisher-Rao norm", "#8a8a8a", ":", "+"),
}


def RECORDS(record: Record) -> bool:  # noqa: N802
    """Take the networks and the one kernel whose scores are drawn, on all digits."""
    scored = any(NAMED[name].holds(record) for name in DRAWN)
    return where(data="digits", n=None)(record) and (scored or SIGNS(record))


def findings(records: list[Record]) -> str:
    """Say how much the gap grows, and which score follows it best beside epochs."""
    gaps = by_level(_networks(records), gap)
    taus = {name: tau_over_levels(records, NAMED[name]) for name in DRAWN}
    known = {name: tau for name, tau in taus.items() if tau is not None}
    if not {0.0, 1.0} <= set(gaps) or not known:
        return ""
    said = ", ".join(f"{DRAWN[name][0]} {tau:+.2f}" for name, tau in known.items())
    return (
        f"The gap grows from {100 * fmean(gaps[0.0]):.1f} to {100 * fmean(gaps[1.0]):.1f} points. "
        f"Kendall's tau with it: {said}."
    )


def draw(records: list[Record]) -> Figure | None:
    """Draw both panels; None without true labels, over which the scores are drawn."""
    networks = _networks(records)
    if not select(networks, level=0.0):
        return None
    figure = Figure(figsize=(PAGE, 3.2))
    flat, scores = figure.subplots(1, 2, width_ratios=(1, 1.35))
    _flat(flat, records)
    _line(flat, by_level(networks, gap), "gap", color="#D55E00", marker="o", ls="-")
    flat.set_ylim(0, 1.35)
    flat.set_yticks([0, 0.2, 0.4, 0.6, 0.8, 1])
    flat.set_ylabel("limits, and gap (share)")
    flat.legend(loc="upper left", fontsize=7)
    for name, (said, colour, line, marker) in DRAWN.items():
        measure = NAMED[name]
        levels = by_level(on_digits(records, measure), measure.value)
        if 0.0 in levels:
            first = fmean(levels[0.0])
            scaled = {level: [v / first for v in values] for level, values in levels.items()}
            _line(scores, scaled, said, color=colour, marker=marker, ls=line)
    scores.set_yscale("log")
    scores.set_yticks([1, 2, 5, 10], ["1", "2", "5", "10"])
    scores.minorticks_off()
    scores.set_ylabel("over its mean with true labels")
    scores.legend(loc="center left", bbox_to_anchor=(1.0, 0.5), fontsize=7)
    for panel in (flat, scores):
        panel.set_xlim(0, 1)
        panel.set_xlabel("level of label corruption")
    return figure


def _flat(panel: Axes, records: list[Record]) -> None:
    """Draw what is the same for every labeling as lines across."""
    signs = select(filter(SIGNS, records))
    random = select(_networks(records), level=1.0)
    constants: tuple[tuple[str, list[Record], Callable[[Record], float], str, Any], ...] = (
        ("Rademacher, at least", signs, lambda r: r["complexity_lower"], "#0072B2", "-"),
        ("stability, at least", random, lambda r: r["train_accuracy"] - 0.1, INK, "--"),
    )
    for name, same, value, colour, line in constants:
        if same:
            lower = fmean(map(value, same))
            panel.plot([0, 1], [lower, lower], color=colour, ls=line, lw=1.4, label=name)


def _line(panel: Axes, levels: Levels, name: str, **look: Any) -> None:
    means = [fmean(values) for values in levels.values()]
    panel.plot(list(levels), means, label=name, lw=1.2, ms=4.5, clip_on=False, **look)
    for level, values in levels.items():
        if len(values) > 1:
            ends = [min(values), max(values)]
            panel.plot([level, level], ends, color=look["color"], lw=1, marker="_", ms=5)


def _networks(records: list[Record]) -> list[Record]:
    measure: Measure = SCORES[0]
    return on_digits(records, measure)
