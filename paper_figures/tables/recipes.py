"""What rates, batch size and precision, on which the paper is silent or strict, change."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
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
    "one of these: rates that fall by 0.99, in 100 epochs to 0.37 of the first where those of the "
    "paper fall to 0.006; batches of 64; products in single precision; all 100 epochs, where "
    "others end with the fit."
)
COMMAND = """python -m experiments run table1 --data cifar10-jpeg
python -m experiments run table1 --data cifar10-jpeg --size full --only inception
python -m experiments run three-ways --data mnist
python -m experiments run slower-decay --data cifar10-jpeg
python -m experiments run slower-decay --data mnist
python -m experiments run batch-size --data cifar10-jpeg
python -m experiments run subset --data cifar10-jpeg
python -m experiments run precision --data cifar10-jpeg
python -m experiments run to-the-limit --data cifar10-jpeg"""
PAPERS = "the paper's recipe"
VARIANTS: dict[str, dict[str, Any]] = {
    PAPERS: {},
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
    mine = [row for row in shown if row["model"] == "MLP 1x512" and row["paper"]]
    samples = list(dict.fromkeys(row["data"] for row in mine))
    for labels, sample in product(("random", "true"), samples):
        same = [row for row in mine if (row["labels"], row["data"]) == (labels, sample)]
        if len(same) > 1:
            shares = listed([f"{row['train']} % with {row['recipe']}" for row in same])
            theirs = f"the paper's fits {same[0]['paper']} %"
            on = f" on {sample}" if len(samples) > 1 else ""
            found.append(f"Of {labels} labels MLP 1x512 fits{on} {shares}; {theirs}.")
    runs = list(_runs(records))
    for cell, variant, sample, chosen in runs:
        by_recipe = [same for *key, same in runs if key == [cell, PAPERS, sample]]
        if by_recipe and variant in BESIDE:
            found += BESIDE[variant](cell, sample, chosen, by_recipe[0])
    return " ".join(found)


def _smaller_batches(
    cell: dict[str, str], sample: str, chosen: list[Record], by_recipe: list[Record]
) -> list[str]:
    """Say what batches of 64 change where every label is fitted."""
    small, large = (_row(cell, "", sample, same) for same in (chosen, by_recipe))
    if small["fit"] == NEVER:
        return []
    return [
        f"{cell['model']} on {sample} fits all {cell['labels']} labels in {small['fit']} epochs "
        f"with batches of 64 and in {large['fit']} with 128, and is right on {small['test']} % and "
        f"on {large['test']} % of the test."
    ]


def _after_the_fit(
    cell: dict[str, str], sample: str, chosen: list[Record], by_recipe: list[Record]
) -> list[str]:
    """Say what a test accuracy does after the fit, of the same seeds."""
    seeds = {record["specification"]["seed"] for record in chosen}
    ended = [record for record in by_recipe if record["specification"]["seed"] in seeds]
    if len(epochs_to_fit(ended)) < len(chosen):
        return []
    then, later = (spread(percent(same, "test_accuracy")) for same in (ended, chosen))
    return [
        f"{cell['model']} on {sample} is right on {then} % of the test when all {cell['labels']} "
        f"labels are fitted, and on {later} % after the 100 epochs of another training "
        f"({len(chosen)} seed{'s' if len(chosen) > 1 else ''})."
    ]


# What is said of a variant beside the paper's recipe on the same sample.
BESIDE = {"batches of 64": _smaller_batches, "to the limit": _after_the_fit}


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
