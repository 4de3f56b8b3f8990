"""Figure 2a: accuracy by step with and without explicit regularizers, and early stopping."""

from __future__ import annotations

from matplotlib.figure import Figure

from paper_figures import paper
from paper_figures.cells import cost
from paper_figures.courses import draw_courses
from paper_figures.records import CIFAR, Record, by_sample, of_recipe, select
from paper_figures.style import COLUMN, PAPER

CHAPTER = "The paper"
TITLE = "Figure 2a: with and without explicit regularizers, and early stopping"
CAPTION = (
    "Training accuracy (dashed) and test accuracy (solid) of Inception by step, with true labels; "
    "shaded from the test accuracy to its best so far, which early stopping could keep at best: an "
    "oracle's, which looks at the test. Drawn for ImageNet as in the paper where it was run, else "
    "for CIFAR-10: the heading says which. Training goes on to the limit of epochs. Stars: the "
    "paper's test accuracies at the end (Table 2), on ImageNet only."
)
COMMAND = "python -m experiments run figure2 --data cifar10-jpeg --size full"
COST = f"days an epoch on two cores with ImageNet, {cost('inception', 'inception')} with CIFAR-10"
RECORDS = of_recipe(
    network=("inception-v3", "inception"),
    data=("imagenet", *CIFAR),
    level=0.0,
    pixels="true",
    early_stopping=True,
    to_the_limit=True,
    weight_decay=(0.0, 4e-5, 5e-4),
    dropout=(0.0, 0.2),
    random_crop=(False, True),
    flip=(False, True),
)
LOOKS = {"regularized": "#0072B2", "not regularized": "#D55E00"}


def draw(records: list[Record]) -> Figure | None:
    """Draw both courses on ImageNet, or on CIFAR-10."""
    imagenet = select(records, data="imagenet")
    samples = by_sample(imagenet or records)
    sample, chosen = next(iter(samples.items()))
    figure = Figure(figsize=(COLUMN, 2.9))
    panel = figure.subplots()
    for name, colour in LOOKS.items():
        on = name == "regularized"
        same = [r for r in chosen if all(map(bool, _switches(r))) == on and any(_switches(r)) == on]
        draw_courses(panel, same, name, colour)
        if same and imagenet:
            switch = "yes" if on else "no"
            for row in paper.values("table2_imagenet"):
                plain = row["data_augmentation"] == row["weight_decay"] == switch
                if row["labels"] == "true" and plain and row["dropout"] == switch:
                    end = same[0]["course"]["step"][-1] / 1000
                    top = float(row["top1_test"])
                    look = {**PAPER, "color": colour}
                    panel.plot([end], [top], ls="", **look, label=f"_{name}, paper's end")
    panel.set_title(f"{'Inception V3' if imagenet else 'Inception'}, {sample}")
    panel.legend(loc="lower right", fontsize=7)
    return figure


def _switches(record: Record) -> list[float]:
    """Return the regularizers that the two runs differ in."""
    what = record["specification"]
    keys = ("weight_decay", "random_crop", "flip")
    return [what[key] for key in keys]
