"""Table 1: accuracy on CIFAR-10 with and without regularizers, true and random labels."""

from __future__ import annotations

from statistics import mean
from typing import Any

from paper_figures import paper
from paper_figures.cells import PROVENANCE, columns_compared, compared, cost, percent, provenance
from paper_figures.findings import interval, listed
from paper_figures.records import (
    CIFAR,
    NETWORKS,
    Record,
    called,
    in_rows,
    largest_sample,
    of_recipe,
    select,
    whole_and_subsets,
)

CHAPTER = "The paper"
TITLE = "Table 1: training and test accuracy on CIFAR-10"
CAPTION = (
    "Accuracies in percent, the paper's beside ours: the mean over the seeds, with the least and "
    "the greatest in brackets. CIFAR-10 (JPEG) is a lossy copy of the paper's data: differences "
    "on it are not of the training alone. A training ends with the first epoch after which every "
    "label is fitted, or after 100; one with crops after 100. Weight decay is 5e-4, a "
    "choice of public reproductions that the paper does not state; products are in bfloat16, "
    "batches of 128. A row with n is a subset of the training images: another experiment, without "
    "a counterpart in the paper."
)
COMMAND = """python -m experiments run table1 --data cifar10-jpeg
python -m experiments run table1 --data cifar10-jpeg --size full --only inception
python -m experiments run subset --data cifar10-jpeg
python -m experiments run framework --data cifar10-jpeg"""
RECORDS = of_recipe(
    data=CIFAR,
    network=tuple(NETWORKS),
    level=(0.0, 1.0),
    pixels="true",
    weight_decay=(0.0, 5e-4),
    random_crop=(False, True),
    to_the_limit=(None, True),
)
COLUMNS = {
    "model": "model",
    "parameters_paper": "weights: paper",
    "parameters_ours": "ours",
    "random_crop": "random crop",
    "weight_decay": "weight decay",
    "labels": "labels",
    **columns_compared("train", "training accuracy (%)"),
    **columns_compared("test", "test accuracy (%)"),
    **PROVENANCE,
}


def rows(records: list[Record]) -> list[dict[str, str]]:
    """Return a row for each of the paper's, and one for each subset that was run."""
    found = []
    for cell in paper.values("table1_cifar10"):
        wanted = _wanted(cell)
        whole, subsets = whole_and_subsets(select(records, **wanted))
        found.append(_row(cell, *whole, cost(wanted["network"])))
        blank = {**cell, "train_accuracy": "", "test_accuracy": ""}
        found += [_row(blank, name, group) for name, group in subsets.items()]
    return found


def drawn(records: list[Record]) -> list[Record]:
    """Return the records that stand in a row."""
    return in_rows(records, map(_wanted, paper.values("table1_cifar10")))


def findings(records: list[Record]) -> str:
    """Say how many of the paper's rows were run, and which of ours do not fit every label."""
    found = rows(records)
    known = [row for row in found if row["train_paper"]]
    run = [row for row in known if row["seeds"]]
    short = [
        f"{row['model']} on {row['labels']} labels{_regularized(row)} "
        f"({row['train_ours']} %, paper {row['train_paper']})"
        for row in run
        if not row["train_ours"].startswith("100.00")
    ]
    less = f" Less than 100 % of the given labels are fitted by {listed(short)}." if short else ""
    said = f"Of the paper's {len(known)} rows {len(run)} were run on all training images.{less}"
    paired = [gap for network in NETWORKS if (gap := _gap(records, network))]
    return said + (
        " What random labels cost in test accuracy, seed by seed (with three seeds or more a 95 % "
        f"interval of their mean): {listed(paired)}."
        if paired
        else ""
    )


def _regularized(row: dict[str, str]) -> str:
    names = {"random_crop": "crops", "weight_decay": "weight decay"}
    on = [name for key, name in names.items() if row[key] == "yes"]
    return f" with {listed(on)}" if on else ""


def _gap(records: list[Record], network: str) -> str:
    """Return the mean difference of test accuracies, true minus random labels of one seed."""
    _, chosen = largest_sample(
        select(records, network=network, weight_decay=0.0, random_crop=False)
    )
    true, random = (
        {r["specification"]["seed"]: 100 * r["test_accuracy"] for r in select(chosen, level=level)}
        for level in (0.0, 1.0)
    )
    gaps = [true[seed] - random[seed] for seed in sorted(set(true) & set(random))]
    if not gaps:
        return ""
    low, high = interval(gaps)
    around = f" [{low:.1f}, {high:.1f}]" if len(gaps) > 2 else f" ({len(gaps)} seed)"
    return f"{called(network, chosen)} {mean(gaps):.1f} points{around}"


def _wanted(cell: dict[str, str]) -> dict[str, Any]:
    """Return the specification of one of the paper's rows."""
    crop = cell["random_crop"] == "yes"
    return {
        "network": next(name for name, model in NETWORKS.items() if model == cell["model"]),
        "level": 1.0 if cell["labels"] == "random" else 0.0,
        "weight_decay": 0.0 if cell["weight_decay"] == "no" else 5e-4,
        "random_crop": crop,
        "to_the_limit": crop or None,
    }


def _row(cell: dict[str, str], sample: str, chosen: list[Record], cost: str = "") -> dict[str, str]:
    weights = {f"{record['n_weights']:,}" for record in chosen}
    return {
        **{key: cell[key] for key in ("model", "random_crop", "weight_decay", "labels")},
        "parameters_paper": f"{int(cell['parameters']):,}",
        "parameters_ours": "; ".join(sorted(weights)),
        **compared("train", cell["train_accuracy"], percent(chosen, "train_accuracy"), sample),
        **compared("test", cell["test_accuracy"], percent(chosen, "test_accuracy"), sample),
        **provenance(sample, chosen, cost),
    }
