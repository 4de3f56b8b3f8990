"""Norms of kernel interpolants: true and random labels, raw pixels and Gabor wavelets."""

from __future__ import annotations

from matplotlib.figure import Figure

from paper_figures import paper
from paper_figures.findings import listed
from paper_figures.records import CONDITIONS, GAMMA, Record, by_sample, only, select
from paper_figures.style import COLUMN, INK, PAPER
from paper_figures.style import CONDITIONS as LOOKS

CHAPTER = "The paper"
TITLE = "Norms and test errors of kernel interpolants of MNIST"
CAPTION = (
    "Norm of the minimum-norm interpolant of one-hot targets on all of MNIST (else on the largest "
    "subset that was run, as the heading says), with true and with random labels; the test error "
    "stands beside each mark. Raw pixels and Gabor wavelets have different kernels, so that their "
    "norms are of different spaces: the paper compares the two, with true labels, and finds the "
    "larger norm where the error is smaller. Stars: the paper's norms, about 220 and 390."
)
COMMAND = """python -m experiments run table3 --data cifar10-jpeg --only mnist
python -m experiments run ridge --seeds 0"""
SHARED = {"contestant": "kernel", "data": "mnist", "level": (0.0, 1.0), "pixels": "true"}
RAW, GABOR = {"features": (None, "raw"), "gamma": GAMMA}, {"features": "gabor", "gamma": None}
# By the paper's name: the heading of the panel, and the paper's bandwidth where it states one.
FEATURES = {
    "none": ("raw pixels", only("n", **SHARED, **RAW, ridge=None)),
    "Gabor wavelets": ("Gabor wavelets", only("n", **SHARED, **GABOR, ridge=None)),
}


def RECORDS(record: Record) -> bool:  # noqa: N802
    """Take what stands in either panel."""
    return any(panel(record) for _, panel in FEATURES.values())


def drawn(records: list[Record]) -> list[Record]:
    """Return the records of the largest sample, and the one that knows other definitions."""
    return [*_largest(records), *_definitions(records)]


def draw(records: list[Record]) -> Figure | None:
    """Draw a panel for each preprocessing: each is a space of its own."""
    chosen = _largest(records)
    figure = Figure(figsize=(COLUMN, 2.7))
    panels = figure.subplots(1, len(FEATURES), sharey=True)
    whole = chosen[0]["specification"]["n"] is None
    norms = {row["preprocessing"]: float(row["l2_norm"]) for row in paper.values("kernel_norms")}
    for panel, (key, (name, holds)) in zip(panels, FEATURES.items(), strict=True):
        for k, condition in enumerate(CONDITIONS):
            same = [r for r in chosen if holds(r) and r["condition"] == condition]
            if not same:
                continue
            colour, _, marker = LOOKS[condition]
            norm = sum(r["norm"] for r in same) / len(same)
            error = sum(100 * (1 - r["test_accuracy"]) for r in same) / len(same)
            panel.plot([k], [norm], marker, color=colour, ms=6, label=f"_{condition}")
            note = f"{norm:,.0f}\n{error:.1f} %"
            panel.annotate(note, (k, norm), (7, 0), textcoords="offset points", va="center")
        if whole:
            star = f"_paper, about {norms[key]:g}"
            panel.plot([-0.3], [norms[key]], ls="", **PAPER, label=star, zorder=4)
            above = {"xytext": (0, 6), "textcoords": "offset points", "fontsize": 7}
            panel.annotate("paper", (-0.3, norms[key]), ha="center", **above)
        panel.set_title(name)
        panel.set_yscale("log")
        panel.set_xticks(range(len(CONDITIONS)), [c.split()[0] + "\nlabels" for c in CONDITIONS])
        panel.set_xlim(-0.75, 2.1)
        panel.margins(y=0.12)
    panels[0].set_ylabel("norm, test error beside it", color=INK)
    return figure


def findings(records: list[Record]) -> str:
    """Compare within a space, then across, then with the paper by every definition tried."""
    chosen = _largest(records)
    found, true, inside = [], {}, []
    for key, (name, holds) in FEATURES.items():
        norm = {}
        for condition in CONDITIONS:
            same = [r for r in chosen if holds(r) and r["condition"] == condition]
            if same:
                norm[condition] = sum(r["norm"] for r in same) / len(same)
        if norm.get("true labels"):
            true[key] = norm["true labels"]
        if len(norm) == 2:
            ends = f"{norm['true labels']:,.0f} and {norm['random labels']:,.0f}"
            inside.append(f"{name} {ends}")
    if inside:
        found.append(f"Within one space, true labels beside random ones: {'; '.join(inside)}.")
    known = {row["preprocessing"]: float(row["l2_norm"]) for row in paper.values("kernel_norms")}
    if true and chosen[0]["specification"]["n"] is None:
        both = [f"{true[key]:,.0f} where the paper has about {known[key]:g}" for key in true]
        found.append(f"Ours are {listed(both)}.")
    for record in _definitions(records):
        each = [f"{value:,.0f} ({name})" for name, value in record["norms"].items()]
        grown = (
            f", and the norm drawn, {record['norm']:,.0f} there, is {true['none']:,.0f} on all of "
            "them: norms grow with n, and the other definitions were not computed on all"
            if "none" in true and record["n"] < max(r["n"] for r in chosen)
            else ""
        )
        found.append(
            f"The paper does not define its norm; with n = {record['n']:,} raw images the solve "
            f"gives {listed(each)}{grown}."
        )
    return " ".join(found)


def _largest(records: list[Record]) -> list[Record]:
    return next(iter(by_sample(records).values()))


def _definitions(records: list[Record]) -> list[Record]:
    """Return the record of most raw images with true labels that has more than one norm."""
    _, raw = FEATURES["none"]
    there = [r for r in select(records, level=0.0) if raw(r) and r.get("norms")]
    return sorted(there, key=lambda record: record["n"])[-1:]
