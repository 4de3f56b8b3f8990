"""Whether details in which PyTorch and TensorFlow differ change what is fitted and learned."""

from __future__ import annotations

from paper_figures.cells import PROVENANCE, percent, provenance, spread
from paper_figures.findings import listed
from paper_figures.records import (
    CIFAR,
    Record,
    epochs_to_fit,
    largest_sample,
    of_recipe,
    select,
)

CHAPTER = "Beyond the paper"
TITLE = "AlexNet with the details of PyTorch and of TensorFlow"
CAPTION = (
    "AlexNet on a subset, with the weight decay of public reproductions. PyTorch's details are "
    "those of every other row on this page. The authors' framework was TensorFlow: it pads strided "
    "windows of even sides to the right and below, and TensorFlow-slim spares biases from decay. "
    "The third difference, BatchNorm's averages, does not concern AlexNet."
)
COMMAND = "python -m experiments run framework --data cifar10-jpeg"
DETAILS = {None: "PyTorch", "tensorflow": "TensorFlow"}
LABELS = {0.0: "true", 1.0: "random"}
RECORDS = of_recipe(
    weight_decay=5e-4,
    framework=tuple(DETAILS),
    data=CIFAR,
    network="alexnet",
    n=2500,
    level=tuple(LABELS),
    pixels="true",
)
COLUMNS = {
    "labels": "labels",
    "details": "details",
    "train": "training accuracy (%)",
    "test": "test accuracy (%)",
    "epochs": "epochs to fit every label",
    **PROVENANCE,
}


def rows(records: list[Record]) -> list[dict[str, str]]:
    """Return a row for each labeling and framework that was run."""
    found = []
    for level, labels in LABELS.items():
        for framework, name in DETAILS.items():
            sample, chosen = largest_sample(select(records, level=level, framework=framework))
            if chosen:
                found.append({"labels": labels, "details": name, **_row(sample, chosen)})
    return found


def findings(records: list[Record]) -> str:
    """Set the epochs and test accuracies of both beside each other, for each labeling."""
    found = []
    for labels in LABELS.values():
        same = [row for row in rows(records) if row["labels"] == labels]
        if len(same) == len(DETAILS):
            both = " and ".join(
                f"{row['epochs']} epochs with {row['details']}'s ({row['test']} % of test images "
                "right)"
                for row in same
            )
            found.append(f"{labels} labels take {both}")
    return f"To be fitted, {listed(found)}." if found else ""


def _row(sample: str, chosen: list[Record]) -> dict[str, str]:
    epochs = epochs_to_fit(chosen)
    return {
        "train": spread(percent(chosen, "train_accuracy")),
        "test": spread(percent(chosen, "test_accuracy")),
        "epochs": spread(epochs, "{:.0f}") if len(epochs) == len(chosen) else "not all fitted",
        **provenance(sample, chosen),
    }
