"""Table 2: Inception V3 on ImageNet, true and random labels, by regularizer."""

from __future__ import annotations

from paper_figures import paper
from paper_figures.cells import PROVENANCE, columns_compared, compared, percent, provenance
from paper_figures.records import Record, largest_sample, of_recipe, select

CHAPTER = "The paper"
TITLE = "Table 2: Inception V3 on ImageNet"
CAPTION = (
    "Top-1 and top-5 accuracies in percent, the paper's beside ours; best is the highest test "
    "accuracy of all epochs, which early stopping could find at best. The column confirmed says "
    "which of the paper's values could be checked. Dropout 0.2 and weight decay 4e-5 are not the "
    "paper's words."
)
COMMAND = "python -m experiments run table2 --size full"
RECORDS = of_recipe(
    network="inception-v3",
    data="imagenet",
    n=None,
    level=(0.0, 1.0),
    pixels="true",
    early_stopping=True,
    to_the_limit=True,
    weight_decay=(0.0, 4e-5),
    dropout=(0.0, 0.2),
    random_crop=(False, True),
    flip=(False, True),
)
# The paper's column and the field of a record that belongs beside it.
FIELDS = {
    "top1_train": ("training top-1 (%)", "train_accuracy"),
    "top5_train": ("training top-5 (%)", "train_top5_accuracy"),
    "top1_test": ("test top-1 (%)", "test_accuracy"),
    "top1_test_best": ("best test top-1 (%)", "best_test_accuracy"),
    "top5_test": ("test top-5 (%)", "test_top5_accuracy"),
    "top5_test_best": ("best test top-5 (%)", "best_test_top5_accuracy"),
}
SETTINGS = {
    "labels": "labels",
    "data_augmentation": "augmentation",
    "dropout": "dropout",
    "weight_decay": "weight decay",
}
COLUMNS = {
    **SETTINGS,
    **{
        k: v
        for name, (title, _) in FIELDS.items()
        for k, v in columns_compared(name, title).items()
    },
    "confirmed": "confirmed",
    **PROVENANCE,
}


def rows(records: list[Record]) -> list[dict[str, str]]:
    """Return a row for each of the paper's."""
    return [_row(cell, records) for cell in paper.values("table2_imagenet")]


def _row(cell: dict[str, str], records: list[Record]) -> dict[str, str]:
    level = 1.0 if cell["labels"] == "random" else 0.0
    augmented = cell["data_augmentation"] == "yes"
    chosen = [
        record
        for record in select(records, level=level, random_crop=augmented, flip=augmented)
        if bool(record["specification"]["dropout"]) == (cell["dropout"] == "yes")
        and bool(record["specification"]["weight_decay"]) == (cell["weight_decay"] == "yes")
    ]
    sample, chosen = largest_sample(chosen)
    cost = "not attempted: days an epoch on two cores"
    row = {key: cell[key] for key in (*SETTINGS, "confirmed")}
    for name, (_, field) in FIELDS.items():
        row |= compared(name, cell[name], percent(chosen, field))
    return row | provenance(sample, chosen, cost)
