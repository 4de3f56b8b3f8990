"""Weights, bits and depth of every construction, and the regions that no network reaches."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from paper_figures.records import Record, only
from paper_figures.style import FAINT, INK, PAGE

CHAPTER = "The theorem"
TITLE = "The capacity frontier"
CAPTION = (
    "Networks that give n random points their random labels, each built, and checked in exact "
    "arithmetic at all points or at as many as the table of constructions says. Left: "
    "weights and biases, a repeated direction counted once; filled markers for real labels, open "
    "ones for two classes, dotted lines for more. With real labels fewer than n weights "
    "are impossible for an architecture that must do all of them (light region); with two classes "
    "fewer than the bound by sign vectors at any depth, of networks that share no weight between "
    "layers and have no more units than weights (dark region), and with weights of 64 bits "
    "fewer than n / 64 (dotted line). Middle: total bits of the weights for each "
    "label of two classes, exact networks where the construction has them and doubles of 64 bits "
    "elsewhere; all labelings together need at least one. Right: weights against depth at the "
    "largest n where both were measured; group sizes trade one for the other."
)
COMMAND = "python -m expressivity frontier --seconds 25 --out experiments/records/frontier.jsonl"
RECORDS = only(*("construction", "classes", "options", "n", "d", "data"), contestant="memorizer")
LOOKS: dict[str, tuple[str, Any, str]] = {
    "zhang": ("#0072B2", "-", "o"),
    "inoue": ("#D55E00", "--", "s"),
    "yun": ("#CC79A7", "-.", "v"),
    "bubeck": ("#E69F00", (0, (4, 1, 1, 1)), "D"),
    "residual": ("#555555", (0, (1, 1)), "P"),
    "random-features": ("#999999", (0, (5, 3)), "X"),
    "baum": ("#56B4E9", "-", "^"),
    "bit-extraction": ("#009E73", "-", "<"),
    "one-knot": (INK, "-", ">"),
}
OTHER: tuple[str, Any, str] = (FAINT, "-", "*")


def drawn(records: list[Record]) -> list[Record]:
    """Return what was built and is right, in one dimension and of one seed."""
    built = [record for record in records if "n_weights" in record and record["fitted"]]
    return of_one_sample(built)


def of_one_sample(records: list[Record]) -> list[Record]:
    """Return the most records of one dimension and seed: counts in d = 8 and 16 make no line."""
    groups: dict[tuple[int, int], list[Record]] = {}
    for record in records:
        groups.setdefault((record["d"], record["specification"]["seed"]), []).append(record)
    return max((groups[key] for key in sorted(groups)), key=len, default=[])


def draw(records: list[Record]) -> Figure | None:
    """Draw the panels, the first alone without labels of two classes; None if nothing was built."""
    built = drawn(records)
    if not built:
        return None
    two = any(_classes(record) == 2 for record in built)
    parts = (_weights, _bits, _depth) if two else (_weights,)
    figure = Figure(figsize=(PAGE, 3.7))
    panels = figure.subplots(1, len(parts), squeeze=False, width_ratios=(1.35, 1, 1)[: len(parts)])
    handles: dict[str, Any] = {}
    for panel, part in zip(panels[0], parts, strict=True):
        part(panel, built)
        for handle, label in zip(*panel.get_legend_handles_labels(), strict=True):
            handles.setdefault(label, handle)
    figure.legend(
        handles.values(), handles.keys(), loc="outside lower center", ncols=5, fontsize=6.5
    )
    return figure


def _weights(panel: Axes, records: list[Record]) -> None:
    plain = [record for record in records if not _tuned(record)]
    kinds = sorted({_classes(record) for record in plain}, key=lambda classes: classes or 0)
    for name, look in _looks(plain):
        for classes in kinds:
            # Real labels where a construction does them: two classes need as many weights.
            wanted = [r for r in plain if _name(r) == name and _classes(r) == classes]
            if not wanted or (classes == 2 and _does_real_labels(plain, name)):
                continue
            many = classes is not None and classes > 2
            label = f"{name}, {classes} classes" if many else name
            style = _style(look, filled=classes is None)
            if many:
                style["ls"] = ":"
            _line(panel, wanted, "n", "n_weights", label, style)
    sizes, d = sorted({record["n"] for record in records}), records[0]["d"]
    # Bounds depend on n and on the kind of labels alone.
    real = {r["n"]: r["bounds"]["dimension"] for r in plain if "dimension" in r["bounds"]}
    two = {r["n"]: r["bounds"] for r in plain if _classes(r) == 2}
    panel.set_xscale("log")
    panel.set_yscale("log")
    low = panel.get_ylim()[0] / 4
    if two:
        at = sorted(two)
        floor = [two[n]["vc"] for n in at]
        low = min(low, min(floor) / 2)
        panel.fill_between(at, low, floor, color="#bdbdbd", lw=0, zorder=0)
        panel.plot(at, floor, color=INK, lw=0.8, label="_any depth, 2 classes")
        panel.plot(at, [two[n]["doubles"] for n in at], color=INK, lw=0.8, ls=":", label="_n / 64")
        last = (at[-1], two[at[-1]]["doubles"])
        above = {"xytext": (-4, 4), "textcoords": "offset points", "va": "bottom", "ha": "right"}
        panel.annotate("n / 64", last, fontsize=6.5, **above)
        panel.annotate("impossible", (at[-1], low * 1.15), fontsize=6.5, ha="right", va="bottom")
    if real:
        at = sorted(real)
        upper = [real[n] for n in at]
        lower = [two[n]["vc"] if n in two else low for n in at]
        panel.fill_between(at, lower, upper, color="#ececec", lw=0, zorder=0)
        panel.plot(at, upper, color=INK, lw=0.8, ls="--", label="_n, real labels")
        middle = at[len(at) // 2]
        height = (real[middle] * (two[middle]["vc"] if middle in two else low)) ** 0.5
        said = "impossible for\nreal labels"
        panel.annotate(said, (middle, height), fontsize=6.5, va="center", ha="center")
    panel.set_ylim(bottom=low)
    panel.set_xlim(sizes[0] / 1.15, sizes[-1] * 1.15)
    panel.set_xlabel(f"n (points of the sample, d = {d})")
    panel.set_ylabel("weights")


def _bits(panel: Axes, records: list[Record]) -> None:
    plain = [r for r in records if not _tuned(r) and _classes(r) == 2]
    for name, look in _looks(plain):
        wanted = [r for r in plain if _name(r) == name]
        style = _style(look, _does_real_labels(records, name))
        points = {r["n"]: r["total_bits"] / r["n"] for r in wanted}
        at = sorted(points)
        panel.plot(at, [points[n] for n in at], label=name, **style)
    panel.set_xscale("log")
    panel.set_yscale("log")
    panel.set_ylim(bottom=0.6)
    panel.axhspan(0.6, 1, color="#bdbdbd", lw=0, zorder=0)
    panel.set_xlabel("n (points of the sample)")
    panel.set_ylabel("total bits a label (2 classes)")


def _depth(panel: Axes, records: list[Record]) -> None:
    two = [r for r in records if _classes(r) == 2]
    tuned = {r["n"] for r in two if _tuned(r)}
    n = max(tuned or {r["n"] for r in two})
    chosen = [r for r in two if r["n"] == n]
    for name, look in _looks(chosen):
        wanted = [r for r in chosen if _name(r) == name]
        style = _style(look, _does_real_labels(records, name))
        _line(panel, wanted, "depth", "n_weights", name, style)
    panel.set_xscale("log")
    panel.set_yscale("log")
    panel.set_xlabel(f"depth (n = {n:,})")
    panel.set_ylabel("weights")


def _line(
    panel: Axes, records: list[Record], x: str, y: str, label: str, style: dict[str, Any]
) -> None:
    points: dict[int, list[int]] = defaultdict(list)
    for record in records:
        points[record[x]].append(record[y])
    at = sorted(points)
    panel.plot(at, [min(points[v]) for v in at], label=label, **style)


def _style(look: tuple[str, Any, str], filled: bool) -> dict[str, Any]:
    colour, line, marker = look
    return {
        "color": colour,
        "ls": line,
        "marker": marker,
        "ms": 4,
        "lw": 1.1,
        "mfc": colour if filled else "white",
    }


def _looks(records: list[Record]) -> list[tuple[str, tuple[str, Any, str]]]:
    """Return the constructions in the order of the looks, new ones after them."""
    names = {_name(record) for record in records}
    ordered = [name for name in LOOKS if name in names] + sorted(names - set(LOOKS))
    return [(name, LOOKS.get(name, OTHER)) for name in ordered]


def _name(record: Record) -> str:
    return record["specification"]["construction"]


def _classes(record: Record) -> int | None:
    return record["specification"]["classes"]


def _tuned(record: Record) -> bool:
    return "group_size" in record["specification"]["options"]


def _does_real_labels(records: list[Record], name: str) -> bool:
    return any(_name(r) == name and _classes(r) is None for r in records)
