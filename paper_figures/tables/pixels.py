"""Accuracies under the five conditions of Figure 1a."""

from __future__ import annotations

from paper_figures import paper
from paper_figures.cells import PROVENANCE, cost, percent, provenance, spread
from paper_figures.figures import figure1a
from paper_figures.findings import accuracy, listed
from paper_figures.records import (
    NETWORKS,
    Record,
    by_sample,
    select,
    steps_to_fit,
    whole_and_subsets,
)

CHAPTER = "The paper"
TITLE = "The five conditions of Figure 1a: what is fitted, and what is learned"
CAPTION = (
    "Accuracy on the labels given and on test images of the same kind (permuted or noisy like the "
    "training images, with their true labels), and thousand SGD steps until every label is fitted. "
    "The paper publishes no such numbers; the last column has a public reproduction's steps to a "
    "loss of 0.1, of a network that it does not name. A perceptron cannot see a fixed permutation "
    "of the pixels: for it, shuffled pixels are true labels again. A row with n is a subset, "
    "another experiment."
)
COMMAND = """python -m experiments run figure1 --data cifar10-jpeg
python -m experiments run figure1 --data cifar10-jpeg --size full --only inception
python -m experiments run subset --data cifar10-jpeg"""
SHOWN, RECORDS = figure1a.SHOWN, figure1a.RECORDS
# As records and the paper's values name the conditions.
CONDITIONS = {
    "true labels": "true labels",
    "shuffled pixels": "shuffled pixels",
    "random pixels": "random pixels",
    "Gaussian": "gaussian",
    "random labels": "random labels",
}
COLUMNS = {
    "model": "model",
    "condition": "condition",
    "train": "training accuracy (%)",
    "test": "test accuracy (%)",
    "steps": "thousand steps to fit",
    **PROVENANCE,
    "reproduction": "a reproduction's thousand steps to loss 0.1",
}


def rows(records: list[Record]) -> list[dict[str, str]]:
    """Return a row for each network and condition, and one for each subset that was run."""
    known = {
        row["condition"]: row["thousand_steps_to_loss_0.1"]
        for row in paper.values("figure1a_steps_to_fit")
    }
    found = []
    for network in SHOWN:
        for condition, name in CONDITIONS.items():
            same = [r for r in select(records, network=network) if r["condition"] == condition]
            whole, subsets = whole_and_subsets(same)
            found.append(_row(network, condition, *whole, cost(network), known[name]))
            found += [_row(network, condition, *subset) for subset in subsets.items()]
    return found


def findings(records: list[Record]) -> str:
    """Say what each network fits of noise, and what it says on test images."""
    found = []
    for network in SHOWN:
        for sample, there in by_sample(select(records, network=network)).items():
            parts = []
            for condition in CONDITIONS:
                same = [record for record in there if record["condition"] == condition]
                train, test = percent(same, "train_accuracy"), percent(same, "test_accuracy")
                if same:
                    fitted = accuracy(sum(train) / len(train))
                    parts.append(f"{condition} {fitted} % and {sum(test) / len(test):.1f} %")
            if len(parts) > 2:
                found.append(f"{NETWORKS[network]} on {sample}, fitted and right on test images: ")
                found[-1] += f"{listed(parts)}."
    return " ".join(found)


def _row(
    network: str,
    condition: str,
    sample: str,
    chosen: list[Record],
    cost: str = "",
    reproduction: str = "",
) -> dict[str, str]:
    steps = [steps_to_fit(record) for record in chosen]
    known = [step / 1000 for step in steps if step]
    return {
        "model": NETWORKS[network],
        "condition": condition,
        "train": spread(percent(chosen, "train_accuracy")) or "not run",
        "test": spread(percent(chosen, "test_accuracy")),
        "steps": spread(known, "{:.1f}") if len(known) == len(steps) else "not all fitted",
        **provenance(sample, chosen, cost),
        "reproduction": reproduction,
    }
