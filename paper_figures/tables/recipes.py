"""What rates, batch size and precision, on which the paper is silent or strict, change."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from paper_figures import paper
from paper_figures.cells import PROVENANCE, percent, provenance, spread
from paper_figures.findings import listed
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
TITLE = "The paper's recipe and its variants: rates, batch size, precision"
CAPTION = (
    "Training and test accuracy in percent for 100 epochs at most, on all training images, or on "
    "the n of a row that says so. The paper's recipe: rates that fall by 0.95 an epoch, here with "
    "batches of 128 and products in bfloat16, on which the paper is silent. Each variant changes "
    "one of these: rates that fall by 0.99, so that they are not spent before the last labels are "
    "fitted; batches of 64; products in single precision."
)
COMMAND = """python -m experiments run table1 --data cifar10-jpeg
python -m experiments run three-ways --data mnist
python -m experiments run slower-decay --data cifar10-jpeg
python -m experiments run slower-decay --data mnist
python -m experiments run batch-size --data cifar10-jpeg
python -m experiments run subset --data cifar10-jpeg
python -m experiments run precision --data cifar10-jpeg"""
VARIANTS: dict[str, dict[str, Any]] = {
    "the paper's recipe": {},
    "rates x 0.99": {"decay": 0.99},
    "batches of 64": {"batch_size": 64},
    "single precision": {"precision": "fp32"},
}
DATA = (CIFAR, ("mnist",))
SHARED = {"data": (*CIFAR, "mnist"), "network": tuple(NETWORKS), "level": (0.0, 1.0)}
KNOWN = {name: of_recipe(**SHARED, pixels="true", **variant) for name, variant in VARIANTS.items()}
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
    return any(holds(record) for holds in KNOWN.values())


def rows(records: list[Record]) -> list[dict[str, str]]:
    """Return a row for each network, data set, labeling and variant that was run."""
    return [_row(cell, name, sample, chosen) for cell, name, sample, chosen in _runs(records)]


def drawn(records: list[Record]) -> list[Record]:
    """Return the records that stand in a row."""
    return [record for *_, chosen in _runs(records) for record in chosen]


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


def _runs(records: list[Record]) -> Iterator[tuple[dict[str, str], str, str, list[Record]]]:
    """Yield the paper's row, variant, sample and records; of a subset if several variants were."""
    for cell in paper.values("table1_cifar10"):
        network = next(name for name, model in NETWORKS.items() if model == cell["model"])
        if cell["random_crop"] != "no" or cell["weight_decay"] != "no":
            continue
        level = 1.0 if cell["labels"] == "random" else 0.0
        for names in DATA:
            same = by_sample(select(records, network=network, level=level, data=names))
            for k, (sample, there) in enumerate(same.items()):
                runs = {name: list(filter(holds, there)) for name, holds in KNOWN.items()}
                runs = {name: chosen for name, chosen in runs.items() if chosen}
                if (k == 0 and select(there, n=None)) or len(runs) > 1:
                    yield from ((cell, name, sample, chosen) for name, chosen in runs.items())


def _row(cell: dict[str, str], recipe: str, sample: str, chosen: list[Record]) -> dict[str, str]:
    epochs = epochs_to_fit(chosen)
    # The paper has no subsets and no such rows of MNIST.
    theirs = bool(select(chosen, n=None, data=CIFAR))
    some = f" (in {len(epochs)} of {len(chosen)})" if 0 < len(epochs) < len(chosen) else ""
    return {
        "model": cell["model"],
        "labels": cell["labels"],
        "recipe": recipe,
        "paper": cell["train_accuracy"] if theirs else "",
        "train": spread(percent(chosen, "train_accuracy")),
        "test": spread(percent(chosen, "test_accuracy")),
        "fit": spread(epochs, "{:.0f}") + some if epochs else "never, in 100",
        **provenance(sample, chosen),
    }
