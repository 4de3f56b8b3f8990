"""Table 4: fitting random labels on CIFAR-10 with regularizers switched on."""

from __future__ import annotations

from typing import Any

from paper_figures import paper
from paper_figures.cells import PROVENANCE, columns_compared, compared, cost, percent, provenance
from paper_figures.findings import listed
from paper_figures.records import (
    CIFAR,
    NETWORKS,
    UNREGULARIZED,
    Record,
    in_rows,
    of_recipe,
    select,
    whole_and_subsets,
)

CHAPTER = "The paper"
TITLE = "Table 4: fitting random labels with regularizers on"
CAPTION = (
    "Training accuracy on random labels in percent, the paper's beside ours. Weight decay is 5e-4, "
    "a choice of public reproductions that the paper does not state. A row with n is a subset."
)
COMMAND = """python -m experiments run table4 --data cifar10-jpeg
python -m experiments run table4 --data cifar10-jpeg --size full --only inception
python -m experiments run framework --data cifar10-jpeg"""
RECORDS = of_recipe(
    data=CIFAR,
    network=tuple(NETWORKS),
    level=1.0,
    pixels="true",
    weight_decay=(0.0, 5e-4),
    random_crop=(False, True),
    flip=(False, True),
    rotation=(0.0, 25.0),
    to_the_limit=(None, True),
)
REGULARIZERS: dict[str, dict[str, Any]] = {
    "weight decay": {"weight_decay": 5e-4},
    "random cropping": {"random_crop": True},
    "full augmentation (flip; rotation up to 25 degrees; crop)": {
        "random_crop": True,
        "flip": True,
        "rotation": 25.0,
    },
}
COLUMNS = {
    "model": "model",
    "regularizer": "regularizer",
    **columns_compared("train", "training accuracy (%)"),
    **PROVENANCE,
}


def rows(records: list[Record]) -> list[dict[str, str]]:
    """Return a row for each of the paper's, and one for each subset that was run."""
    found = []
    for cell in paper.values("table4_regularizers_random_labels"):
        wanted = _wanted(cell)
        whole, subsets = whole_and_subsets(select(records, **wanted))
        found.append(_row(cell, *whole, cost(wanted["network"])))
        blank = {**cell, "train_accuracy": ""}
        found += [_row(blank, name, group) for name, group in subsets.items()]
    return found


def drawn(records: list[Record]) -> list[Record]:
    """Return the records that stand in a row: those of a network that the paper regularized so."""
    return in_rows(records, map(_wanted, paper.values("table4_regularizers_random_labels")))


def findings(records: list[Record]) -> str:
    """Say which of the networks that were run fit random labels under a regularizer."""
    found = [row for row in rows(records) if row["train_paper"]]
    run = [
        f"{r['model']} with {r['regularizer']} fits {r['train_ours']} % (paper: {r['train_paper']})"
        for r in found
        if r["seeds"]
    ]
    return f"Of the paper's {len(found)} rows {len(run)} were run: {listed(run)}." if run else ""


def _wanted(cell: dict[str, str]) -> dict[str, Any]:
    """Return the specification of one of the paper's rows."""
    network = next(name for name, model in NETWORKS.items() if model == cell["model"])
    switched = {**UNREGULARIZED, **REGULARIZERS[cell["regularizer"]]}
    return {"network": network, **switched, "to_the_limit": switched["random_crop"] or None}


def _row(cell: dict[str, str], sample: str, chosen: list[Record], cost: str = "") -> dict[str, str]:
    return {
        **{key: cell[key] for key in ("model", "regularizer")},
        **compared("train", cell["train_accuracy"], percent(chosen, "train_accuracy"), sample),
        **provenance(sample, chosen, cost),
    }
