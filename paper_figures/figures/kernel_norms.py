"""Norms of kernel interpolants: true and random labels, raw pixels and Gabor wavelets."""

from __future__ import annotations

from matplotlib.figure import Figure

from paper_figures import paper
from paper_figures.records import CONDITIONS, Record, by_sample, where
from paper_figures.style import COLUMN, INK, PAPER, headroom
from paper_figures.style import CONDITIONS as LOOKS

CHAPTER = "The paper"
TITLE = "The norm does not predict generalization: kernel interpolants of MNIST"
CAPTION = (
    "Norm of the minimum-norm interpolant on all of MNIST (else on the largest subset that was "
    "run, as the heading says), for raw pixels and for Gabor wavelets, with true and with random "
    "labels; the test error stands beside each mark. Stars: the paper's norms, about 220 and 390, "
    "drawn for all training images only. Mean over the seeds."
)
COMMAND = "python -m experiments run table3"
SHARED = {"contestant": "kernel", "data": "mnist", "level": (0.0, 1.0), "pixels": "true"}
# By the paper's name: the heading of the column, and the paper's bandwidth where it states one.
FEATURES = {
    "none": ("raw pixels", where(**SHARED, features=(None, "raw"), gamma=0.02)),
    "Gabor wavelets": ("Gabor wavelets", where(**SHARED, features="gabor")),
}


def RECORDS(record: Record) -> bool:  # noqa: N802
    """Take what stands in either column."""
    return any(column(record) for _, column in FEATURES.values())


def draw(records: list[Record]) -> Figure | None:
    """Draw a column for each preprocessing."""
    sample, chosen = next(iter(by_sample(records).items()))
    figure = Figure(figsize=(COLUMN, 2.7))
    panel = figure.subplots()
    for k, (_, column) in enumerate(FEATURES.values()):
        for condition in CONDITIONS:
            same = [r for r in chosen if column(r) and r["condition"] == condition]
            if not same:
                continue
            colour, _, marker = LOOKS[condition]
            norm = sum(r["norm"] for r in same) / len(same)
            error = sum(100 * (1 - r["test_accuracy"]) for r in same) / len(same)
            panel.plot([k], [norm], marker, color=colour, ms=6, label=f"_{condition}")
            note = f"{error:.1f} % test error"
            panel.annotate(
                note, (k, norm), (8, 0), textcoords="offset points", va="center", fontsize=7
            )
    if chosen[0]["specification"]["n"] is None:
        for row in paper.values("kernel_norms"):
            k = list(FEATURES).index(row["preprocessing"])
            name = f"_paper, {row['note']}"
            panel.plot([k - 0.12], [float(row["l2_norm"])], ls="", **PAPER, label=name)
        panel.plot([], [], ls="", **PAPER, label="paper, true labels")
    for condition in CONDITIONS:
        colour, _, marker = LOOKS[condition]
        panel.plot([], [], marker, color=colour, label=condition)
    panel.set_title(sample)
    panel.set_yscale("log")
    panel.set_ylabel("norm of the interpolant", color=INK)
    panel.set_xticks(range(len(FEATURES)), [name for name, _ in FEATURES.values()])
    panel.set_xlim(-0.4, len(FEATURES) - 0.15)
    panel.margins(y=0.12)
    headroom(panel, 0.5)
    panel.legend(loc="upper left", fontsize=7)
    return figure
