"""Three ways to fit the same sample, as a table."""

from __future__ import annotations

from paper_figures.cells import NOT_RUN, PROVENANCE, cost, percent, provenance, spread
from paper_figures.records import Record
from paper_figures.three_ways import COMMAND, Way, drawn, is_way, ways

__all__ = ["CAPTION", "CHAPTER", "COLUMNS", "COMMAND", "RECORDS", "TITLE", "drawn", "rows"]

CHAPTER = "Three ways to fit the same sample"
TITLE = "Weights, seconds, accuracies and norms"
CAPTION = (
    "Means over the seeds, the least and the greatest in brackets. The explicit network fits the "
    "class number as one real output; weights of the kernel interpolant are its coefficients. "
    "Norms of different kinds do not compare. Seconds are of one machine, the one that trained "
    "with most of both labels. Where fitted says no, they are those until the limit of epochs; "
    "seconds of a kernel are of all labelings that share its factorization. Those of the committed "
    "CIFAR-10 (JPEG) records were taken while other work ran: upper bounds."
)
RECORDS = is_way
COLUMNS = {
    "sample": "sample",
    "way": "fitted by",
    "condition": "labels",
    "n_weights": "weights",
    "seconds": "seconds",
    "fitted": "fitted",
    "train_accuracy": "training accuracy (%)",
    "clean_train_accuracy": "accuracy on the training images' true labels (%)",
    "test_accuracy": "clean test accuracy (%)",
    "norm": "norm",
    "norm_name": "which norm",
    "residual": "largest residual",
    "seeds": "seeds",
    "machine": PROVENANCE["machine"],
}
FORMS = {"n_weights": "{:,.0f}", "seconds": "{:.3g}", "norm": "{:.3g}", "residual": "{:.1e}"}


def rows(records: list[Record]) -> list[dict[str, str]]:
    """Return one row a way, sample and labeling."""
    found = []
    for way in ways(records):
        for condition, chosen in way.by_condition.items():
            row = {"sample": way.sample, "way": way.name, "condition": condition.split()[0]}
            for key in ("train_accuracy", "clean_train_accuracy", "test_accuracy"):
                row[key] = spread(percent(chosen, key))
            for key, form in FORMS.items():
                values = [r[key] for r in chosen if r.get(key) is not None]
                values = way.seconds[condition] if key == "seconds" else values
                whole = key == "seconds" and min(values, default=0) >= 1000
                row[key] = spread(values, "{:,.0f}" if whole else form)
            row["fitted"] = _fitted(chosen)
            row["norm_name"] = chosen[0]["norm_name"] if chosen else ""
            made = provenance(way.sample, chosen, _cost(way))
            found.append({**row, "seeds": made["seeds"], "machine": made["machine"]})
    return found


def _fitted(chosen: list[Record]) -> str:
    """Say for how many of the seeds every label was fitted."""
    fitted = sum(record["train_accuracy"] == 1 for record in chosen)
    if not chosen:
        return NOT_RUN
    return {0: "no", len(chosen): "yes"}.get(fitted, f"{fitted} of {len(chosen)}")


def _cost(way: Way) -> str:
    """Say what a training with the other labels would take."""
    network = way.records[0]["specification"].get("network")
    return cost(network) if network else ""
