"""Test error of the kernel interpolant on CIFAR-10 against the number of random filters."""

from __future__ import annotations

from typing import Any

from matplotlib.figure import Figure

from paper_figures import paper
from paper_figures.records import CIFAR, Record, by_sample, only, select
from paper_figures.style import COLUMN, INK, PAPER

CHAPTER = "The paper"
TITLE = "Random filters before the kernel: test error against their number"
CAPTION = (
    "Test error on CIFAR-10 of the minimum-norm interpolant after one layer of random "
    "convolutional filters, against the number of filters; one line for each size of the sample, "
    "without and with a ridge chosen on held-out training images. Stars: the paper's, of 32,000 "
    "filters and all 50,000 images, 17 % and 15 % with a penalty. Mean over the seeds, whiskers "
    "from the least to the greatest where there are several."
)
COMMAND = "python -m experiments run table3 --data cifar10-jpeg"
RECORDS = only(
    *("n", "n_filters"),
    contestant="kernel",
    data=CIFAR,
    level=0.0,
    pixels="true",
    features="random-convolution",
    gamma=None,
    regularized=(False, True),
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
            if len(errors[number]) > 1:
                ends = [min(errors[number]), max(errors[number])]
                panel.plot([number] * 2, ends, color=colour, lw=1, marker="_", ms=5)
    for row in paper.values("table3_kernels"):
        if row["preprocessing"].startswith("random convolutional"):
            penalized = float(row["note"].split()[0])  # "15 with l2 regularization"
            stars = [float(row["test_error_percent"]), penalized]
            panel.plot([32_000] * 2, stars, ls="", **PAPER, label="paper, n = 50,000")
    panel.set_xscale("log")
    panel.set_xlabel("number of random filters")
    panel.set_ylabel("test error (%)")
    panel.axhline(90, color=INK, lw=0.8, ls=":")
    panel.text(1, 90.5, "chance", ha="right", color=INK, transform=panel.get_yaxis_transform())
    panel.set_ylim(0, 98)
    panel.legend(loc="upper center", bbox_to_anchor=(0.5, 0.93))
    return figure
