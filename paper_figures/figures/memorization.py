"""Memorization scores by kind of label, and what corrupted examples are answered while training."""

from __future__ import annotations

from statistics import fmean
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from paper_figures.findings import between
from paper_figures.measures import MEMORIZATION, ON_DIGITS, most_models
from paper_figures.records import Record, select, where
from paper_figures.style import CONDITIONS, INK, PAGE

CHAPTER = "Beyond the paper"
TITLE = "What is memorized, and when"
CAPTION = (
    "Left: memorization scores of the digits' examples by kind of label, the share of networks "
    "that answer an example with its label when it is in their part of the sample, less that of "
    "those that did not see it (Feldman and Zhang 2020); histogram over [-1, 1], all seeds. Right: "
    "networks trained on partly random labels; the share of the examples with a wrong label that "
    "are answered with the true one (solid), and of all examples that are answered with the label "
    "given (dashed), by epoch, one line a seed."
)
COMMAND = "python -m experiments run measures"
COURSE = 0.5  # level of the early-learning curves
KINDS = (
    ("true labels", 0.0, "unchanged", CONDITIONS["true labels"]),
    ("unchanged, where a part is random", 0.2, "unchanged", CONDITIONS["shuffled pixels"]),
    ("changed, where a part is random", 0.2, "changed", CONDITIONS["random pixels"]),
    ("random labels", 1.0, "changed", CONDITIONS["random labels"]),
)


def RECORDS(record: Record) -> bool:  # noqa: N802
    """Take scores, and the courses of one level."""
    return MEMORIZATION(record) or _of_course(record)


def drawn(records: list[Record]) -> list[Record]:
    """Return the scores of the most models; of a course, only where a label was changed."""
    scores = most_models(list(filter(MEMORIZATION, records)))
    return [*scores, *(r for r in records if _of_course(r) and r["labels_changed"])]


def findings(records: list[Record]) -> str:
    """Say the mean score of each kind, how well the scores find changed labels, what is early."""
    said = []
    for name, level, kind, _ in KINDS:
        same = _of_kind(records, level, kind)
        if same:
            said.append(f"{name} {fmean(each['mean'] for each in same):.3f}")
    found = f"Mean scores: {'; '.join(said)}." if said else ""
    auc = [r["auc"] for r in select(records, contestant="memorization", level=0.2)]
    auc = [area for area in auc if area is not None]
    if auc:
        found += f" The scores find the changed labels with an area of {between(auc, '{:.3f}')}."
    courses = select(filter(_of_course, records))
    if courses:
        best = [100 * max(_answered(record)) for record in courses]
        last = [100 * _answered(record)[-1] for record in courses]
        found += (
            f" At best {between(best)} % of the changed examples are answered with their true "
            f"label; at the end {between(last)} %."
        )
    return found.strip()


def draw(records: list[Record]) -> Figure | None:
    """Draw both panels."""
    figure = Figure(figsize=(PAGE, 3.0))
    scores, courses = figure.subplots(1, 2)
    if not _scores(scores, records) or not _courses(courses, records):
        return None
    return figure


def _scores(panel: Axes, records: list[Record]) -> bool:
    kinds = [(*each, _of_kind(records, each[1], each[2])) for each in KINDS]
    if not any(same for *_, same in kinds):
        return False
    for name, _, _, (colour, line, _), same in kinds:
        if not same:
            continue
        counts = np.sum([each["histogram"] for each in same], axis=0)
        edges = np.linspace(-1, 1, len(counts) + 1)
        share = 100 * counts / counts.sum()
        look: dict[str, Any] = {"color": colour, "ls": line, "lw": 1.6}
        panel.stairs(share, edges, label=name, **look)
    panel.set_xlim(-0.3, 1)
    panel.set_ylim(0, 150)
    panel.set_yticks(range(0, 101, 20))
    panel.set_xlabel("memorization score")
    panel.set_ylabel("share of the examples (%)")
    panel.legend(loc="upper center", fontsize=7)
    return True


def _courses(panel: Axes, records: list[Record]) -> bool:
    same = select(filter(_of_course, records))
    if not same:
        return False
    for k, record in enumerate(same):
        epochs = range(1, record["epochs"] + 1)
        hidden = "_" if k else ""
        early = [100 * share for share in _answered(record)]
        fitted = [100 * share for share in record["course"]["running_accuracy"]]
        colour, other = CONDITIONS["random pixels"][0], INK
        name = f"{hidden}changed examples: true label"
        panel.plot(epochs, early, "-", color=colour, lw=1.5, label=name)
        panel.plot(epochs, fitted, "--", color=other, lw=1, label=f"{hidden}all: label given")
    panel.set_xscale("log")
    panel.set_xlim(left=1)
    panel.set_ylim(0, 150)
    panel.set_yticks(range(0, 101, 20))
    panel.set_xlabel("epoch")
    panel.set_ylabel("answers (%)")
    panel.legend(loc="upper center", fontsize=7)
    return True


def _of_course(record: Record) -> bool:
    return ON_DIGITS(record) and where(level=COURSE, n=None)(record)


def _answered(record: Record) -> list[float]:
    """Return the share of the changed examples that are answered with their true label."""
    return [share / record["labels_changed"] for share in record["course"]["watched_accuracy"]]


def _of_kind(records: list[Record], level: float, kind: str) -> list[dict[str, Any]]:
    same = select(records, contestant="memorization", level=level, n=None)
    return [r["kinds"][kind] for r in same if r["kinds"][kind]["n"]]
