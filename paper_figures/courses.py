"""Training and test accuracy by step: the panels of Figure 2."""

from __future__ import annotations

from matplotlib.axes import Axes

from paper_figures.records import Record


def draw_courses(panel: Axes, records: list[Record], name: str, colour: str) -> None:
    """Draw training accuracy (dashed), test accuracy (solid) and its best so far (shaded)."""
    for k, record in enumerate(records):
        course = record["course"]
        steps = [step / 1000 for step in course["step"]]
        train, test = (
            [100 * value for value in course[key]] for key in ("running_accuracy", "test_accuracy")
        )
        best = [max(test[: k + 1]) for k in range(len(test))]
        hidden = "_" if k else ""
        panel.plot(steps, train, "--", color=colour, lw=1, label=f"{hidden}train, {name}")
        panel.plot(steps, test, "-", color=colour, lw=1.3, label=f"{hidden}test, {name}")
        panel.fill_between(steps, test, best, color=colour, alpha=0.25, lw=0)
    panel.set_xlim(left=0)
    panel.set_ylim(0, 102)
    panel.set_xlabel("thousand SGD steps")
    panel.set_ylabel("accuracy (%)")
