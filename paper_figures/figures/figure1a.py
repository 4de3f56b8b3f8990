"""Figure 1a: training loss against steps under five conditions."""

from __future__ import annotations

from math import ceil

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from paper_figures.findings import listed
from paper_figures.records import (
    CIFAR,
    NETWORKS,
    Record,
    by_sample,
    of_recipe,
    select,
    steps_to_fit,
)
from paper_figures.style import COLUMN, CONDITIONS, INK, PAGE

CHAPTER = "The paper"
TITLE = "Figure 1a: training loss against steps"
CAPTION = (
    "Mean training loss of each epoch with true and random labels, shuffled pixels, random pixels "
    "and Gaussian images, one curve a seed. A curve ends where every label is fitted, at a dot, or "
    "after 100 epochs; the paper's go on. The paper draws Inception; the headings say which "
    "networks were run here, and on how many images. A perceptron cannot see a fixed permutation "
    "of the pixels, which only renames its inputs: for it, shuffled pixels are true labels again. "
    "Dotted: a loss of 0.1."
)
COMMAND = """python -m experiments run figure1 --data cifar10-jpeg
python -m experiments run table1 --data cifar10-jpeg --size full --only inception
python -m experiments run subset --data cifar10-jpeg"""
SHOWN = ("inception", "alexnet", "mlp-1x512")
PIXELS = ("true", "shuffled", "random", "gaussian")
OF_RECIPE = of_recipe(data=CIFAR, network=SHOWN, level=(0.0, 1.0), pixels=PIXELS)


def RECORDS(record: Record) -> bool:  # noqa: N802
    """Take one corruption at a time, of the labels or of the pixels."""
    return OF_RECIPE(record) and record["condition"] in CONDITIONS


def draw(records: list[Record]) -> Figure | None:
    """Draw a panel for each network that was run under at least two conditions."""
    panels = _panels(records)
    if not panels:
        return None
    columns = len(panels) if len(panels) < 4 else 2
    rows = ceil(len(panels) / columns)
    figure = Figure(figsize=(COLUMN + 0.6 if columns == 1 else PAGE, 2.9 * rows))
    grid = figure.subplots(rows, columns, squeeze=False, sharey=True).flat
    for place, panel in enumerate(grid):
        if place >= len(panels):
            panel.set_axis_off()
            continue
        title, chosen = panels[place]
        _panel(panel, chosen)
        panel.set_title(title.replace(", ", "\n", 1), fontsize=9)
        if place % columns == 0:
            panel.set_ylabel("training loss (nats)")
    figure.axes[len(panels) - 1].legend(loc="upper right")
    return figure


def drawn(records: list[Record]) -> list[Record]:
    """Return the records of the networks that were run under at least two conditions."""
    return [record for _, chosen in _panels(records) for record in chosen]


def findings(records: list[Record]) -> str:
    """Say in which order the conditions are fitted, network by network."""
    found = []
    for title, chosen in _panels(records):
        steps: dict[str, list[int]] = {}
        never = []
        for record in chosen:
            end = steps_to_fit(record)
            steps.setdefault(record["condition"], []).append(end or record["course"]["step"][-1])
            if end is None and record["condition"] not in never:
                never.append(record["condition"])
        means = {k: sum(v) / len(v) for k, v in steps.items() if k not in never}
        order = [f"{k} ({means[k] / 1000:.1f})" for k in sorted(means, key=lambda k: means[k])]
        text = f"{title}: thousand steps to fit every label: {listed(order)}" if order else title
        text += f"; not all fitted: {listed(never)}" if never else ""
        found.append(text + ".")
    return " ".join(found)


def _panels(records: list[Record]) -> list[tuple[str, list[Record]]]:
    panels = []
    for network in SHOWN:
        for sample, chosen in _of_conditions(select(records, network=network)):
            panels.append((f"{NETWORKS[network]}, {sample}", chosen))
    return panels


def _of_conditions(records: list[Record]) -> list[tuple[str, list[Record]]]:
    """Return samples, by name, on which two conditions or more were run.

    All images, and the subset of most conditions where no pixels were corrupted on all of them.
    """
    samples = by_sample(records)
    counts = {name: len({r["condition"] for r in group}) for name, group in samples.items()}
    names = sorted(samples, key=lambda name: -counts[name])
    whole = [name for name in names if samples[name][0]["specification"]["n"] is None][:1]
    subset = [name for name in names if samples[name][0]["specification"]["n"] is not None][:1]
    enough = max((counts[name] for name in whole), default=0)
    chosen = whole if enough > 2 else whole + [name for name in subset if counts[name] > enough]
    return [(name, samples[name]) for name in chosen if counts[name] > 1]


def _panel(panel: Axes, chosen: list[Record]) -> None:
    for condition, (colour, line, _) in CONDITIONS.items():
        same = [record for record in chosen if record["condition"] == condition]
        for k, record in enumerate(same):
            steps = [step / 1000 for step in record["course"]["step"]]
            label = condition if k == 0 else f"_{condition}"
            loss = record["course"]["loss"]
            panel.plot(steps, loss, ls=line, color=colour, lw=1.2, label=label)
            if record["stopped"] == "fitted":
                panel.plot(steps[-1:], loss[-1:], "o", color=colour, ms=3.5, clip_on=False)
    panel.axhline(0.1, color=INK, lw=0.6, ls=":")
    panel.set_xlim(left=0)
    panel.set_ylim(0, 2.6)
    panel.set_xlabel("thousand SGD steps (batch 128)")
