"""Three ways to fit the same sample: accuracy."""

from __future__ import annotations

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from paper_figures.cells import NOT_RUN, percent
from paper_figures.findings import accuracies, between, listed
from paper_figures.records import CONDITIONS, Record, deterministic
from paper_figures.style import COLOURS, INK, PAGE
from paper_figures.three_ways import COMMAND, EXPLICIT, Way, drawn, is_way, ways

__all__ = ["CAPTION", "CHAPTER", "COMMAND", "RECORDS", "TITLE", "draw", "drawn", "findings"]

CHAPTER = "Three ways to fit the same sample"
TITLE = "Who fits which labels, and who is right on clean ones"
CAPTION = (
    "Accuracy on the training labels each was given (left) and on clean test labels (right), for "
    "true and for random training labels; mean over seeds, whiskers from the least to the "
    "greatest where there are several. The explicit network is that of the theorem, with one real "
    "output, the class number; it and the kernel interpolant fit by construction."
)
RECORDS = is_way
PANELS = {
    "train_accuracy": "the labels it was given",
    "test_accuracy": "clean test labels",
}


def draw(records: list[Record]) -> Figure | None:
    """Draw a row of panels for each sample."""
    by_sample: dict[str, list[Way]] = {}
    for way in ways(records):
        by_sample.setdefault(way.sample, []).append(way)
    figure = Figure(figsize=(PAGE, 0.4 + 2.1 * len(by_sample)))
    rows = figure.subplots(len(by_sample), 2, sharey=True, squeeze=False)
    for panels, (sample, there) in zip(rows, by_sample.items(), strict=True):
        for panel, (key, title) in zip(panels, PANELS.items(), strict=True):
            draw_bars(panel, there, key)
            panel.set_title(f"{sample}: {title}")
        panels[0].set_ylabel("accuracy (%)")
        panels[1].axhline(10, color=INK, lw=0.8, ls=":")
        beside = {"xytext": (3, 0), "textcoords": "offset points", "va": "center", "fontsize": 7}
        ends = panels[1].get_yaxis_transform()
        panels[1].annotate("chance", (1, 10), xycoords=ends, color=INK, **beside)
    legend(rows[0][0])
    return figure


def findings(records: list[Record]) -> str:
    """Say who fits which labels, and who does better than chance on clean ones."""
    short, true, random, sizes, missing = [], {}, [], {}, []
    for way in ways(records):
        sizes.setdefault(way.sample, set()).update(f"{record['n']:,}" for record in way.records)
        for condition, same in way.by_condition.items():
            if not same:
                missing.append(f"{way.name} on {way.sample}, {condition}")
                continue
            fitted = percent(same, "train_accuracy")
            if min(fitted) < 100:
                share = accuracies(fitted)
                short.append(f"{way.name} on {way.sample}, {condition}: {share} %")
            test = percent(same, "test_accuracy")
            if condition == "true labels":
                true.setdefault(way.name == EXPLICIT, []).extend(test)
            else:
                random += test
    counts = [f"{' or '.join(sorted(n))} of {sample}" for sample, n in sizes.items()]
    found = [f"Training images: {listed(counts)}."]
    if short:
        found.append(f"Not every given label is fitted by {'; '.join(short)}. By all others it is.")
    else:
        found.append("Every label is fitted, true or random, by each of them.")
    for explicit, name in ((False, "trained networks and kernels"), (True, "the explicit network")):
        if true.get(explicit):
            found.append(
                f"Clean test accuracy with true labels: {name} {between(true[explicit])} %."
            )
    if random:
        found.append(f"With random labels: {between(random)} %.")
    if missing:
        found.append(f"Not run: {'; '.join(missing)}.")
    return " ".join(found)


def draw_bars(panel: Axes, there: list[Way], key: str) -> None:
    """Draw a pair of bars for each way, true labels filled, random ones hatched."""
    for k, way in enumerate(there):
        for side, condition in enumerate(CONDITIONS):
            chosen = way.by_condition[condition]
            values, x = percent(chosen, key), k + 0.4 * side - 0.2
            if not values:
                look = {"ha": "center", "color": INK, "fontsize": 7, "rotation": 90}
                panel.text(x, 15, NOT_RUN, **look)
                continue
            mean, colour = sum(values) / len(values), COLOURS[way.kind]
            panel.bar(
                x,
                mean,
                0.36,
                color=colour if condition == "true labels" else "white",
                edgecolor=colour,
                hatch=None if condition == "true labels" else "////",
                label=f"_{way.name}, {condition}",
            )
            if len(values) > 1 and not all(map(deterministic, chosen)):
                ends = [[max(mean - min(values), 0)], [max(max(values) - mean, 0)]]
                panel.errorbar(x, mean, ends, color=INK, elinewidth=1, capsize=2)
            panel.text(x, max(values) + 2, _number(mean), ha="center", color=INK, fontsize=7)
    panel.set_xticks(
        range(len(there)), [way.name.replace(" ", "\n") for way in there], fontsize=6.5
    )
    panel.set_xlim(-0.55, len(there) - 0.45)
    panel.grid(False, axis="x")
    panel.set_ylim(0, 126)
    panel.set_yticks(range(0, 101, 20))


def legend(panel: Axes) -> None:
    """Say what filled and hatched bars mean."""
    for face, hatch, label in (("0.45", None, "true labels"), ("white", "////", "random labels")):
        panel.bar(0, 0, color=face, edgecolor="0.45", hatch=hatch, label=label)
    panel.legend(loc="upper left", ncols=2, bbox_to_anchor=(0, 1.03), fontsize=7)


def _number(mean: float) -> str:
    """Return a percentage of few digits; only what is exactly 100 is called so."""
    return f"{mean:.0f}" if mean == 100 or mean < 99 else f"{min(mean, 99.9):.1f}"
