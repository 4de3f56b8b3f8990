"""Table 1: accuracy on CIFAR-10 with and without regularizers, true and random labels."""

from __future__ import annotations

from paper_figures import paper
from paper_figures.cells import PROVENANCE, columns_compared, compared, percent, provenance
from paper_figures.records import CIFAR, NETWORKS, RECIPE, Record, select, where, whole_and_subsets

CHAPTER = "The paper"
TITLE = "Table 1: training and test accuracy on CIFAR-10"
CAPTION = (
    "Accuracies in percent, the paper's beside ours: the mean over the seeds, with the least and "
    "the greatest in brackets. An empty cell was not run. Weight decay is 5e-4, a choice of public "
    "reproductions that the paper does not state; products are in bfloat16. A row with n is a "
    "subset of the training images and has no counterpart in the paper."
)
COMMAND = "python -m experiments run table1 --data cifar10-jpeg"
FREE = ("weight_decay", "random_crop")
FIXED = {key: value for key, value in RECIPE.items() if key not in FREE}
RECORDS = where(**FIXED, data=CIFAR, pixels="true", level=(0.0, 1.0), network=tuple(NETWORKS))
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
        decay = (0.0,) if cell["weight_decay"] == "no" else (5e-4,)
        crop, level = cell["random_crop"] == "yes", 1.0 if cell["labels"] == "random" else 0.0
        network = next(name for name, model in NETWORKS.items() if model == cell["model"])
        chosen = select(records, network=network, weight_decay=decay, random_crop=crop, level=level)
        whole, subsets = whole_and_subsets(chosen)
        found.append(_row(cell, *whole))
        blank = {**cell, "train_accuracy": "", "test_accuracy": ""}
        found += [_row(blank, name, group) for name, group in subsets.items()]
    return found


def _row(cell: dict[str, str], sample: str, chosen: list[Record]) -> dict[str, str]:
    weights = {f"{record['n_weights']:,}" for record in chosen}
    return {
        **{key: cell[key] for key in ("model", "random_crop", "weight_decay", "labels")},
        "parameters_paper": f"{int(cell['parameters']):,}",
        "parameters_ours": "; ".join(sorted(weights)),
        **compared("train", cell["train_accuracy"], percent(chosen, "train_accuracy")),
        **compared("test", cell["test_accuracy"], percent(chosen, "test_accuracy")),
        **provenance(sample, chosen),
    }
