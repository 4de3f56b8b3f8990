"""Uniform stability of convex SGD: the theorem's bound beside what one replaced example changes."""

from __future__ import annotations

from paper_figures.cells import PROVENANCE, provenance, spread
from paper_figures.records import Record, by_sample, largest_sample, only, select

CHAPTER = "Beyond the paper"
TITLE = "What is proved of the stability of SGD, beside what was measured"
CAPTION = (
    "Softmax regression by SGD, one example a step, on points of norm 1, and again with one "
    "example replaced, in the same order. Bounds of Hardt, Recht and Singer 2016 for convex "
    "losses, the same for all labels; the largest change of the loss, over every image with every "
    "label, and of the weights, over the replacements tried: at most the bounds, and lower limits "
    "of the suprema of which these are. Deep networks have the theorem for losses that are not "
    "convex only, which at a constant rate tends to the number of epochs: it says nothing."
)
COMMAND = "python -m experiments run stability"
RECORDS = only(
    *("n", "learning_rate", "epochs"),
    contestant="coupled-sgd",
    data="digits",
    level=(0.0, 1.0),
    pixels="true",
    replicas=20,
)
LABELS = {0.0: "true labels", 1.0: "random labels"}
COLUMNS = {
    "training": "rate, epochs",
    "bound": "loss: bound",
    "true": "loss: true labels",
    "random": "loss: random labels",
    "distance": "weights: bound",
    "true_distance": "weights: true labels",
    "random_distance": "weights: random labels",
    **PROVENANCE,
}


def rows(records: list[Record]) -> list[dict[str, str]]:
    """Return a row for each rate and number of epochs."""
    found = []
    for sample, there in by_sample(select(records)).items():
        for (rate, epochs), same in _trainings(there).items():
            true, random = (select(same, level=level) for level in LABELS)
            found.append(
                {
                    "training": f"{rate:g}, {epochs}",
                    "bound": f"{same[0]['bound']:.3g}",
                    "true": _seen(true, "largest_change"),
                    "random": _seen(random, "largest_change"),
                    "distance": f"{same[0]['distance_bound']:.3g}",
                    "true_distance": _seen(true, "largest_distance"),
                    "random_distance": _seen(random, "largest_distance"),
                    **provenance(sample, same),
                    "seeds": str(len({record["specification"]["seed"] for record in same})),
                }
            )
    return found


def findings(records: list[Record]) -> str:
    """Say how far the bound is off, and whether true labels are the more stable."""
    _, chosen = largest_sample(select(records))
    if not chosen:
        return ""
    changes = [record["largest_change"] for record in chosen]
    off = [r["bound"] / r["largest_change"] for r in chosen if r["largest_change"]]
    said = (
        f"One replaced example changes the loss by {min(changes):.2g} to {max(changes):.2g} "
        f"({len(chosen)} runs)"
    )
    if off:
        said += f", and the bound is {min(off):.2g} to {max(off):.2g} times that"
    pairs = []
    for same in _trainings(chosen).values():
        values = [[r["largest_change"] for r in select(same, level=level)] for level in LABELS]
        if all(values):
            pairs.append(max(values[0]) < min(values[1]))
    if not pairs:
        return f"{said}."
    return (
        f"{said}; with true labels less changes than with random ones in {sum(pairs)} of "
        f"{len(pairs)} trainings."
    )


def _trainings(records: list[Record]) -> dict[tuple[float, int], list[Record]]:
    found: dict[tuple[float, int], list[Record]] = {}
    for record in records:
        what = record["specification"]
        found.setdefault((what["learning_rate"], what["epochs"]), []).append(record)
    return dict(sorted(found.items()))


def _seen(records: list[Record], key: str) -> str:
    return spread([record[key] for record in records], "{:.3g}")
