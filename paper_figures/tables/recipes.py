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
    "fitted; batches of 64; products in single precision; all 100 epochs, where others end "
    "with the fit."
)
COMMAND = """python -m experiments run table1 --data cifar10-jpeg
python -m experiments run three-ways --data mnist
python -m experiments run slower-decay --data cifar10-jpeg
python -m experiments run slower-decay --data mnist
python -m experiments run batch-size --data cifar10-jpeg
python -m experiments run subset --data cifar10-jpeg
python -m experiments run precision --data cifar10-jpeg
python -m experiments run to-the-limit --data cifar10-jpeg"""
VARIANTS: dict[str, dict[str, Any]] = {
    "the paper's recipe": {},
    "rates x 0.99": {"decay": 0.99},
    "batches of 64": {"batch_size": 64},
    "single precision": {"precision": "fp32"},
    "to the limit": {"to_the_limit": True},
}
DATA = (CIFAR, ("mnist",))
SHARED = {"data": (*CIFAR, "mnist"), "network": tuple(NETWORKS), "level": (0.0, 1.0)}
KNOWN = {name: of_recipe(**SHARED, pixels="true", **variant) for name, variant in VARIANTS.items()}
NEVER = "never, in 100"
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
    """Compare the variants where the row falls short, and the batch sizes where it does not."""
    shown = rows(records)
    found = []
    for labels in ("random", "true"):
        same = [
            row
            for row in shown
            if row["model"] == "MLP 1x512" and row["labels"] == labels and row["paper"]
        ]
        if len(same) > 1:
            shares = listed([f"{row['train']} % with {row['recipe']}" for row in same])
            theirs = f"the paper's fits {same[0]['paper']} %"
            found.append(f"Of {labels} labels MLP 1x512 fits {shares}; {theirs}.")
    pairs = [(row, of_paper) for row in shown for of_paper in shown if _comparable(row, of_paper)]
    return " ".join([*found, *(_beside(row, of_paper) for row, of_paper in pairs)])


def _comparable(row: dict[str, str], of_paper: dict[str, str]) -> bool:
    """Whether a variant fits every label of a sample, and the paper's recipe is there for it."""
    return (
        row["recipe"] in ("batches of 64", "to the limit")
        and of_paper["recipe"] == "the paper's recipe"
        and not row["fit"].startswith(NEVER)
        and all(row[key] == of_paper[key] for key in ("model", "labels", "data"))
    )


def _beside(row: dict[str, str], of_paper: dict[str, str]) -> str:
    who = f"{row['model']} on {row['data']}"
    if row["recipe"] == "to the limit":
        return (
            f"{who} is right on {of_paper['test']} % of the test when all {row['labels']} labels "
            f"are fitted, and on {row['test']} % after 100 epochs."
        )
    return (
        f"{who} fits all {row['labels']} labels in {row['fit']} epochs with batches of 64 and in "
        f"{of_paper['fit']} with 128, and is right on {row['test']} % and on {of_paper['test']} % "
        "of the test."
    )


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
        "fit": spread(epochs, "{:.0f}") + some if epochs else NEVER,
        **provenance(sample, chosen),
    }
