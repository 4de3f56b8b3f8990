"""Test error of the kernel interpolant on CIFAR-10 against the number of random filters."""

from __future__ import annotations

from typing import Any

from matplotlib.figure import Figure

from paper_figures import paper
from paper_figures.records import CIFAR, Record, by_sample, select, where
from paper_figures.style import COLUMN, PAPER

CHAPTER = "The paper"
TITLE = "Random filters before the kernel: test error against their number"
CAPTION = (
    "Test error on CIFAR-10 of the minimum-norm interpolant after one layer of random "
    "convolutional filters, against the number of filters; one line for each size of the sample, "
    "without and with a ridge chosen on held-out training images. Star: the paper's 32,000 "
    "filters. Mean over the seeds, whiskers from the least to the greatest."
)
COMMAND = "python -m experiments run table3"
RECORDS = where(
    contestant="kernel", data=CIFAR, level=0.0, pixels="true", features="random-convolution"
)
LOOKS = (("#0072B2", "-", "o"), ("#D55E00", "--", "s"), ("#009E73", "-.", "^"))
LOOKS += (("#E69F00", ":", "D"), ("#CC79A7", "-", "v"))


def draw(records: list[Record]) -> Figure | None:
    """Draw a line for each sample, without and with a ridge."""
    figure = Figure(figsize=(COLUMN, 2.7))
    panel = figure.subplots()
    lines = [
        (sample, ridge, select(there, regularized=ridge))
        for sample, there in by_sample(records).items()
        for ridge in (False, True)
        if select(there, regularized=ridge)
    ]
    for k, (sample, ridge, same) in enumerate(lines):
        colour, line, marker = LOOKS[k % len(LOOKS)]
        errors: dict[int, list[float]] = {}
        for record in same:
            number = record["specification"]["n_filters"]
            errors.setdefault(number, []).append(100 * (1 - record["test_accuracy"]))
        numbers = sorted(errors)
        name = sample + (", ridge" if ridge else "")
        means = [sum(errors[number]) / len(errors[number]) for number in numbers]
        look: dict[str, Any] = {"ls": line, "marker": marker, "color": colour}
        panel.plot(numbers, means, lw=1.2, ms=4, label=name, **look)
        for number in numbers:
            panel.plot([number] * 2, [min(errors[number]), max(errors[number])], color=colour, lw=1)
    for row in paper.values("table3_kernels"):
        if row["preprocessing"].startswith("random convolutional"):
            number, error = 32_000, float(row["test_error_percent"])
            panel.plot([number], [error], ls="", **PAPER, label="paper")
    panel.set_xscale("log")
    panel.set_xlabel("number of random filters")
    panel.set_ylabel("test error (%)")
    panel.set_ylim(0, None)
    panel.legend(loc="lower left", fontsize=7)
    return figure
