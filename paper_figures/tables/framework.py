"""Whether details in which PyTorch and TensorFlow differ change what is fitted and learned."""

from __future__ import annotations

from itertools import product

from paper_figures.cells import PROVENANCE, percent, provenance, spread
from paper_figures.records import (
    CIFAR,
    NETWORKS,
    Record,
    by_sample,
    epochs_to_fit,
    of_recipe,
    select,
)

CHAPTER = "Beyond the paper"
TITLE = "Convolutional networks with the details of PyTorch and of TensorFlow"
CAPTION = (
    "Networks on a subset, with the weight decay of public reproductions. PyTorch's details are "
    "those of every other row on this page. The authors' framework was TensorFlow: it pads strided "
    "windows of even sides to the right and below, and TensorFlow-slim spares biases from decay. "
    "BatchNorm, which AlexNet lacks, averages over some 1,000 steps there and over some 10 in "
    "PyTorch; these averages stand for the batch's when a training is judged."
)
COMMAND = "python -m experiments run framework --data cifar10-jpeg"
DETAILS = {None: "PyTorch", "tensorflow": "TensorFlow"}
LABELS = {0.0: "true", 1.0: "random"}
RECORDS = of_recipe(
    weight_decay=5e-4,
    framework=tuple(DETAILS),
    data=CIFAR,
    network=("alexnet", "inception"),
    n=2500,
    level=tuple(LABELS),
    pixels="true",
)
UNFITTED = "not all fitted"
COLUMNS = {
    "model": "model",
    "labels": "labels",
    "details": "details",
    "train": "training accuracy (%)",
    "test": "test accuracy (%)",
    "epochs": "epochs to fit every label",
    **PROVENANCE,
}


def rows(records: list[Record]) -> list[dict[str, str]]:
    """Return a row for each network, labeling and framework that was run."""
    found = []
    for network, model in NETWORKS.items():
        for level, labels in LABELS.items():
            same = select(records, network=network, level=level)
            # One sample for both, the one where both were run if there is one.
            samples = by_sample(same).items()
            sample, there = max(samples, key=lambda s: len(_details(s[1])), default=("", []))
            for framework, details in DETAILS.items():
                if chosen := select(there, framework=framework):
                    row = {"model": model, "labels": labels, "details": details}
                    found.append({**row, **_row(sample, chosen)})
    return found


def findings(records: list[Record]) -> str:
    """Set epochs and test accuracies of both beside each other, for each network and labeling."""
    found, shown = [], rows(records)
    for network, labels in product(NETWORKS.values(), LABELS.values()):
        same = [row for row in shown if (row["model"], row["labels"]) == (network, labels)]
        if len(same) == len(DETAILS):
            fits = " and ".join(map(_fits, same))
            right = " and on ".join(f"{row['test']} %" for row in same)
            found.append(f"{network} fits {fits}, and is right on {right} of the test.")
    return " ".join(found)


def _details(records: list[Record]) -> set[str | None]:
    return {record["specification"].get("framework") for record in records}


def _fits(row: dict[str, str]) -> str:
    if row["epochs"] == UNFITTED:
        share = f"{row['train']} % of {row['labels']} labels in 100 epochs"
        return f"{share} with {row['details']}'s details"
    return f"all {row['labels']} labels in {row['epochs']} epochs with {row['details']}'s details"


def _row(sample: str, chosen: list[Record]) -> dict[str, str]:
    epochs = epochs_to_fit(chosen)
    return {
        "train": spread(percent(chosen, "train_accuracy")),
        "test": spread(percent(chosen, "test_accuracy")),
        "epochs": spread(epochs, "{:.0f}") if len(epochs) == len(chosen) else UNFITTED,
        **provenance(sample, chosen),
    }
