"""Bounds on the error against the true error, with the line from which they say nothing."""

from __future__ import annotations

from statistics import fmean

from matplotlib.figure import Figure

from paper_figures.findings import listed
from paper_figures.measures import BOUNDS, ON_DIGITS, Measure, on_digits
from paper_figures.records import CONDITIONS, Record, select, where
from paper_figures.style import CONDITIONS as LOOKS
from paper_figures.style import INK, PAGE

CHAPTER = "Beyond the paper"
TITLE = "Bounds on the error, and the error"
CAPTION = (
    "Bounds with all their constants, each for 95 %, on the test error of networks (one hidden "
    "layer of 512 units) that fit every label of the digits, before a union over margins and "
    "norms, and the test error itself; stars: chance. From 1 on, to the right of the line, a bound "
    "says nothing. The PAC-Bayes bound is of the network whose weights are given noise. Means over "
    "the seeds, bars from least to greatest."
)
COMMAND = "python -m experiments run measures"


def RECORDS(record: Record) -> bool:  # noqa: N802
    """Take the networks on all digits, with true and with random labels."""
    return ON_DIGITS(record) and where(n=None, level=(0.0, 1.0))(record)


def findings(records: list[Record]) -> str:
    """Say what each bound is beside the error with true labels, and which there is none of."""
    there = {m.name: _values(records, m, "true labels") for m in BOUNDS}
    errors = _errors(records, "true labels")
    if not errors:
        return ""
    said = [f"{name} {_rounded(fmean(values))}" for name, values in there.items() if values]
    found = f"With true labels the error is {fmean(errors):.3f}; {listed(said)}."
    for measure in BOUNDS:
        if not there[measure.name]:
            chosen = select(on_digits(records, measure), level=0.0)
            found += f" There is no {measure.name}: {measure.missing(chosen)}."
    return found


def draw(records: list[Record]) -> Figure | None:
    """Draw a row for each bound that has a value, and one for the error."""
    rows = [m for m in BOUNDS if any(_values(records, m, c) for c in CONDITIONS)]
    if not rows:
        return None
    figure = Figure(figsize=(PAGE, 2.4))
    panel = figure.subplots()
    names = ["test error", *(m.name for m in rows)]
    for k, condition in enumerate(CONDITIONS):
        colour, _, marker = LOOKS[condition]
        series = [_errors(records, condition), *(_values(records, m, condition) for m in rows)]
        for place, values in enumerate(series):
            if not values:
                continue
            y = place + 0.16 * (2 * k - 1)
            label = condition if place == 0 else f"_{names[place]}, {condition}"
            panel.plot([min(values), max(values)], [y, y], color=colour, lw=1.5)
            panel.plot([fmean(values)], [y], marker, color=colour, ms=6, label=label)
            panel.annotate(
                *(_rounded(fmean(values)), (max(values), y), (7, 0)),
                textcoords="offset points",
                va="center",
                fontsize=7,
            )
    panel.axvline(1, color=INK, lw=1.2)
    panel.text(1.15, len(names) - 0.55, "says nothing from here on", fontsize=7, va="bottom")
    panel.plot([0.9], [0], "*", color="white", markeredgecolor=INK, ms=9, label="chance")
    panel.set_xscale("log")
    panel.set_xlim(right=panel.get_xlim()[1] * 6)
    panel.set_ylim(-0.5, len(names) - 0.2)
    panel.set_yticks(range(len(names)), names)
    panel.grid(axis="y", visible=False)
    panel.set_xlabel("error, and bounds on it")
    figure.legend(loc="outside upper center", ncols=3)
    return figure


def _rounded(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3f}"


def _values(records: list[Record], measure: Measure, condition: str) -> list[float]:
    same = [r for r in on_digits(records, measure) if r["condition"] == condition]
    return [value for record in same if (value := measure.value(record)) is not None]


def _errors(records: list[Record], condition: str) -> list[float]:
    same = select(on_digits(records, BOUNDS[0]))
    return [1 - r["test_accuracy"] for r in same if r["condition"] == condition]
