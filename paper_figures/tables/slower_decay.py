"""What the decay of the learning rate does to the training accuracy."""

from __future__ import annotations

from paper_figures import paper
from paper_figures.cells import PROVENANCE, percent, provenance, spread
from paper_figures.records import CIFAR, NETWORKS, RECIPE, Record, largest_sample, select, where

CHAPTER = "Beyond the paper"
TITLE = "The paper's rates and slower ones"
CAPTION = (
    "Training and test accuracy in percent where the learning rate falls by 0.95 an epoch, as in "
    "the paper, and by 0.99, so that it is not spent before the last labels are fitted; for "
    "100 epochs at most, on all training images. An empty cell was not run."
)
COMMAND = "python -m experiments run slower-decay --data cifar10-jpeg"
DECAYS = (0.95, 0.99)
SHARED = {**RECIPE, "decay": DECAYS}
RECORDS = where(**SHARED, data=CIFAR, n=None, pixels="true", level=(0.0, 1.0))
COLUMNS = {
    "model": "model",
    "labels": "labels",
    "decay": "decay",
    "paper": "training accuracy (%), paper",
    "train": "training accuracy (%), ours",
    "test": "test accuracy (%), ours",
    "epochs": "epochs",
    **PROVENANCE,
}


def rows(records: list[Record]) -> list[dict[str, str]]:
    """Return a row for each network, labeling and decay that the suite has."""
    found = []
    for cell in paper.values("table1_cifar10"):
        network = next(name for name, model in NETWORKS.items() if model == cell["model"])
        plain = cell["random_crop"] == cell["weight_decay"] == "no"
        if not plain or network.startswith("inception"):
            continue
        for decay in DECAYS:
            level = 1.0 if cell["labels"] == "random" else 0.0
            chosen = select(records, network=network, level=level, decay=decay)
            sample, chosen = largest_sample(chosen)
            found.append(
                {
                    "model": cell["model"],
                    "labels": cell["labels"],
                    "decay": f"{decay:g}",
                    "paper": cell["train_accuracy"] if decay == RECIPE["decay"] else "",
                    "train": spread(percent(chosen, "train_accuracy")),
                    "test": spread(percent(chosen, "test_accuracy")),
                    "epochs": spread([record["epochs"] for record in chosen], "{:.0f}"),
                    **provenance(sample, chosen),
                }
            )
    return found
