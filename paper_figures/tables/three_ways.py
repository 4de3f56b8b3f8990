"""Three ways to fit the same sample, as a table."""

from __future__ import annotations

from paper_figures.cells import percent, provenance, spread
from paper_figures.records import Record
from paper_figures.three_ways import is_way, ways

CHAPTER = "Three ways to fit the same sample"
TITLE = "Weights, seconds, accuracies and norms"
CAPTION = (
    "Means over the seeds, the least and the greatest in brackets. The explicit network fits the "
    "class number as one real output; weights of the kernel interpolant are its coefficients. "
    "Norms of different kinds do not compare. Seconds of the committed CIFAR-10 (JPEG) records "
    "were taken while other work ran on the machine: they are upper bounds."
)
COMMAND = "python -m experiments run three-ways --data mnist"
RECORDS = is_way
COLUMNS = {
    "sample": "sample",
    "way": "fitted by",
    "condition": "labels",
    "n_weights": "weights",
    "seconds": "seconds",
    "train_accuracy": "training accuracy (%)",
    "clean_train_accuracy": "accuracy on the training images' true labels (%)",
    "test_accuracy": "clean test accuracy (%)",
    "norm": "norm",
    "norm_name": "which norm",
    "residual": "largest residual",
    "seeds": "seeds",
    "machine": "machine",
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
                row[key] = spread([r[key] for r in chosen if r.get(key) is not None], form)
            row["norm_name"] = chosen[0]["norm_name"] if chosen else ""
            made = provenance(way.sample, chosen)
            found.append({**row, "seeds": made["seeds"], "machine": made["machine"]})
    return found
