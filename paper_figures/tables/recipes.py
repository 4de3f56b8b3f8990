"""What rates, batch size and precision, on which the paper is silent or strict, change."""

from __future__ import annotations

from typing import Any

from paper_figures import paper
from paper_figures.cells import PROVENANCE, percent, provenance, spread
from paper_figures.findings import listed
from paper_figures.records import (
    CIFAR,
    NETWORKS,
    RECIPE,
    Record,
    epochs_to_fit,
    largest_sample,
    select,
    where,
)

CHAPTER = "Beyond the paper"
TITLE = "The paper's recipe and its variants: rates, batch size, precision"
CAPTION = (
    "Training and test accuracy in percent for 100 epochs at most, on all training images. The "
    "paper's recipe: rates that fall by 0.95 an epoch, here with batches of 128 and products in "
    "bfloat16, on which the paper is silent. Each variant changes one of these: rates that fall by "
    "0.99, so that they are not spent before the last labels are fitted; batches of 64; products "
    "in single precision."
)
COMMAND = """python -m experiments run table1 --data cifar10-jpeg
python -m experiments run three-ways --data mnist
python -m experiments run slower-decay --data cifar10-jpeg
python -m experiments run slower-decay --data mnist
python -m experiments run batch-size --data cifar10-jpeg
python -m experiments run precision --data cifar10-jpeg"""
VARIANTS: dict[str, dict[str, Any]] = {
    "the paper's recipe": {},
    "rates x 0.99": {"decay": 0.99},
    "batches of 64": {"batch_size": 64},
    "single precision": {"precision": "fp32"},
}
DATA = {"CIFAR-10": CIFAR, "MNIST": ("mnist",)}
KNOWN = [where(**{**RECIPE, **variant}) for variant in VARIANTS.values()]
SAMPLE = where(data=(*CIFAR, "mnist"), n=None, pixels="true", level=(0.0, 1.0))
COLUMNS = {
    "model": "model",
    "labels": "labels",
    "recipe": "recipe",
    "paper": "training accuracy (%), paper",
    "train": "training accuracy (%), ours",
    "test": "test accuracy (%), ours",
    "fit": "epochs to fit every label",
    **PROVENANCE,
}


def RECORDS(record: Record) -> bool:  # noqa: N802
    """Take the paper's recipe and what differs from it in one variant."""
    return SAMPLE(record) and any(holds(record) for holds in KNOWN)


def rows(records: list[Record]) -> list[dict[str, str]]:
    """Return a row for each network, data set, labeling and variant that was run."""
    found = []
    for cell in paper.values("table1_cifar10"):
        network = next(name for name, model in NETWORKS.items() if model == cell["model"])
        if cell["random_crop"] != "no" or cell["weight_decay"] != "no":
            continue
        level = 1.0 if cell["labels"] == "random" else 0.0
        for data, names in DATA.items():
            for name, variant in VARIANTS.items():
                wanted = {**RECIPE, **variant, "network": network, "level": level, "data": names}
                sample, chosen = largest_sample(select(records, **wanted))
                if chosen:
                    paper_says = cell["train_accuracy"] if data == "CIFAR-10" else ""
                    found.append(_row(cell, name, paper_says, sample, chosen))
    return found


def findings(records: list[Record]) -> str:
    """Compare the variants of MLP 1x512 on random labels, the row that falls short."""
    same = [
        row
        for row in rows(records)
        if row["model"] == "MLP 1x512" and row["labels"] == "random" and row["paper"]
    ]
    if len(same) < 2:
        return ""
    shares = listed([f"{row['train']} % with {row['recipe']}" for row in same])
    return f"Of random labels MLP 1x512 fits {shares}; the paper's fits {same[0]['paper']} %."


def _row(
    cell: dict[str, str], recipe: str, paper_says: str, sample: str, chosen: list[Record]
) -> dict[str, str]:
    epochs = epochs_to_fit(chosen)
    some = f" (in {len(epochs)} of {len(chosen)})" if 0 < len(epochs) < len(chosen) else ""
    return {
        "model": cell["model"],
        "labels": cell["labels"],
        "recipe": recipe,
        "paper": paper_says,
        "train": spread(percent(chosen, "train_accuracy")),
        "test": spread(percent(chosen, "test_accuracy")),
        "fit": spread(epochs, "{:.0f}") + some if epochs else "never, in 100",
        **provenance(sample, chosen),
    }
