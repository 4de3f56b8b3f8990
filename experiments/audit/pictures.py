"""The pictures of an audit, as SVG elements that stand in a page; they need matplotlib."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from html import escape
from typing import Any

import numpy as np
from matplotlib import style
from matplotlib.figure import Figure

from experiments.audit.suspects import MEMORIZED
from experiments.audit.true_and_random import LEVELS
from experiments.audit.verdict import Numbers, kind_of, ratios_of
from expressivity.rounding import percentage

TRUE, RANDOM, OTHER, INK = "#009E73", "#D55E00", "#0072B2", "#222222"
LOOKS = {"true labels": (TRUE, "-", "o"), "random labels": (RANDOM, "--", "s")}
RC: dict[Any, Any] = {
    "axes.spines.right": False,
    "axes.spines.top": False,
    "font.size": 9,
    "font.sans-serif": ["DejaVu Sans", "Verdana", "Arial"],
    "legend.frameon": False,
    "svg.fonttype": "none",
}


def pictures(numbers: Numbers) -> dict[str, str]:
    """Return the pictures there is something to draw for, by the name of their section."""
    drawn = {
        "randomization": ("What it fits, and what it gets right on the test", draw_accuracies),
        "panel": ("Measures on random labels, relative to true ones", draw_ratios),
        "alignment": ("How simple the inputs find the labels", draw_alignment),
        "suspects": ("Memorization, and labels that others would give otherwise", draw_scores),
    }
    found = {key: _svg(key, title, draw, numbers) for key, (title, draw) in drawn.items()}
    return {key: svg for key, svg in found.items() if svg}


def draw_accuracies(numbers: Numbers) -> Figure | None:
    """Draw training accuracies by epoch, where there are epochs, and accuracies at the end."""
    records = {name: numbers["randomization"].get(name) for name in LEVELS}
    there = {name: record for name, record in records.items() if record}
    if not there:
        return None
    epochs = any("course" in record for record in there.values())
    figure = Figure(figsize=(6.4 if epochs else 3.4, 2.5), layout="constrained")
    panels = figure.subplots(1, 2 if epochs else 1, squeeze=False)[0]
    if epochs:
        for name, record in there.items():
            accuracy = 100 * np.array(record["course"]["running_accuracy"])
            colour, line, _ = LOOKS[name]
            panels[0].plot(
                np.arange(1, len(accuracy) + 1), accuracy, line, color=colour, label=name
            )
        panels[0].set(xlabel="epoch", ylabel="training accuracy (%)", ylim=(0, 103))
        panels[0].legend()
    last, width = panels[-1], 0.38
    for k, (name, record) in enumerate(there.items()):
        heights = [100 * record[key] for key in ("train_accuracy", "test_accuracy")]
        places = np.arange(2) + (k - (len(there) - 1) / 2) * width
        bars = last.bar(places, heights, width, color=LOOKS[name][0], label=name)
        last.bar_label(bars, fmt=percentage, fontsize=8)
    chance = 100 / len(numbers["classes"])
    last.axhline(chance, color=INK, linewidth=0.8, linestyle=":")
    last.text(1.62, chance, " chance", fontsize=8, va="bottom", ha="right")
    last.set(xticks=[0, 1], xticklabels=["training", "test"], ylabel="accuracy (%)", ylim=(0, 112))
    if not epochs:
        last.legend(loc="upper center", bbox_to_anchor=(0.5, 1.25), ncols=2)
    return figure


def draw_ratios(numbers: Numbers) -> Figure | None:
    """Draw each measure on random labels over that on true ones, controls apart from measures."""
    ratios = ratios_of(numbers["panel"])
    if not ratios:
        return None
    names = sorted(ratios, key=lambda name: ratios[name])
    figure = Figure(figsize=(6.4, 0.7 + 0.24 * len(names)), layout="constrained")
    panel = figure.subplots()
    for row, name in enumerate(names):
        control = kind_of(numbers["panel"], name) == "control"
        colour, marker = (INK, "D") if control else (OTHER, "o")
        panel.plot([1, ratios[name]], [row, row], "-", color=colour, linewidth=0.8)
        panel.plot(ratios[name], row, marker, color=colour, markersize=5)
    panel.axvline(1, color=INK, linewidth=0.8)
    panel.set_xscale("log")
    panel.xaxis.set_major_formatter("{x:g}")
    panel.xaxis.set_minor_formatter("{x:g}")
    panel.set_yticks(range(len(names)), names)
    panel.set_xlabel("random / true (diamonds: controls)")
    return figure


def draw_alignment(numbers: Numbers) -> Figure | None:
    """Draw A_K of the labels beside that of random labelings."""
    found = numbers["alignment"]
    if not found:
        return None
    figure = Figure(figsize=(6.4, 1.2), layout="constrained")
    panel = figure.subplots()
    random = found["random_labels"]
    panel.plot(random, np.zeros(len(random)), "|", color=RANDOM, markersize=16)
    panel.plot(found["labels"], 0, "o", color=TRUE, markersize=8)
    panel.annotate(
        "these labels", (found["labels"], 0), (0, 10), textcoords="offset points", ha="center"
    )
    panel.annotate(
        "random ones", (float(np.mean(random)), 0), (0, 13), textcoords="offset points", ha="center"
    )
    panel.set(xlim=(0, None), ylim=(-1, 2), yticks=[], xlabel="label alignment, small is simple")
    panel.spines["left"].set_visible(False)
    return figure


def draw_scores(numbers: Numbers) -> Figure | None:
    """Draw memorization scores, and the scores of the labels, those that are listed apart."""
    found = numbers["suspects"]
    if not found:
        return None
    figure = Figure(figsize=(6.4, 2.3), layout="constrained")
    left, right = figure.subplots(1, 2)
    left.hist(found["memorization"], np.linspace(-1, 1, 41), color=OTHER)
    left.axvline(MEMORIZED, color=INK, linewidth=0.8, linestyle=":")
    left.set(xlabel="memorization score", ylabel="training examples")
    scores = np.array(found["scores"])
    listed = np.zeros(len(scores), dtype=bool)
    listed[[row["place"] for row in found["labels"] if row["split"] == "training"]] = True
    bins = np.linspace(0, 1, 41)
    right.hist([scores[~listed], scores[listed]], bins, stacked=True, color=[TRUE, RANDOM])
    right.legend(["agreed with", "listed"])
    right.set(xlabel="score of the label: 1 - probability", ylabel="training examples")
    for panel in (left, right):
        panel.set_yscale("symlog", linthresh=10)
        panel.set_ylim(bottom=0)
    return figure


def _svg(
    name: str, title: str, draw: Callable[[Numbers], Figure | None], numbers: Numbers
) -> str | None:
    """Return a figure as an SVG element with a role, a title, and ids of its own."""
    with style.context(["default", {**RC, "svg.hashsalt": name}]):  # not the user's own
        figure, target = draw(numbers), io.StringIO()
        if figure is None:
            return None
        figure.savefig(target, format="svg", metadata={"Date": None}, facecolor="white")
    text = re.sub("<metadata>.*?</metadata>", "", target.getvalue(), flags=re.S)
    svg = re.sub(r'(\bid="|url\(#|href="#)', rf"\g<1>{name}-", text[text.index("<svg") :])
    head, rest = svg.split(">", 1)
    return f'{head} role="img" aria-label="{escape(title)}"><title>{escape(title)}</title>{rest}'
