"""The command that tests a model of the user's own."""

from __future__ import annotations

import io
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import tyro

from experiments.commands.arguments import WITHOUT, DataName, Records, Seeds
from experiments.datasets import load
from experiments.randomization.factory import load_factory
from experiments.randomization.optimizer import Optimizer, read_optimizer
from experiments.randomization.randomize import LEVELS, SEEDS
from experiments.randomization.randomize import randomize as randomization_test
from experiments.randomization.recipe import default_recipe
from experiments.randomization.verdict import Verdict
from experiments.sweeps.memory import limit_to_physical
from experiments.sweeps.store import LOCAL
from experiments.training.recipe import Precision, Recipe
from expressivity.files import check_writable, make_folder, write_atomically
from expressivity.ranges import Positive, Range, Seed, Share


@dataclass(frozen=True)
class Options:
    """What of the recipe is asked for; the size of the sample decides the rest."""

    learning_rate: Annotated[float | None, WITHOUT, Range(0, above=True)] = None
    """0.01 for SGD and 0.001 for Adam where none is given"""
    momentum: Share = 0.9
    """of SGD, and beta_1 of Adam"""
    decay: Positive = 1.0
    """the factor of the rate after each epoch; the paper's is 0.95"""
    batch_size: Annotated[int | None, WITHOUT, Range(1)] = None
    """32 where none is given, 128 from 5,000 examples on"""
    weight_decay: Annotated[float, Range(0)] = 0.0
    """the coefficient of the l2 penalty"""
    epoch_limit: Annotated[int | None, WITHOUT, Range(1)] = None
    """where a training stops; 100 epochs or 10,000 steps, the later, where none is given"""
    precision: Precision = "fp32"
    """of the products"""
    early_stopping: bool = False
    """record the test accuracy of every epoch"""

    def of(self, n: int, optimizer: Optimizer) -> Recipe | None:
        """Return the recipe for n examples; None where nothing was asked for."""
        return None if self == Options() else default_recipe(n, optimizer, **vars(self))


Flags = Annotated[Options, tyro.conf.arg(name="")]
NO_OPTIONS = Options()


def randomize(
    model: str,
    data: DataName,
    recipe: Flags = NO_OPTIONS,
    optimizer: str = "sgd",
    levels: Annotated[tuple[float, ...], Range(0, 1, empty=True)] = LEVELS,
    seeds: Seeds = SEEDS,
    test_share: Share = 0.2,
    split_seed: Seed = 0,
    device: str | None = None,
    picture: Path | None = None,
    records: Records = LOCAL,
) -> int:
    """The randomization test on a model and data of your own, with a verdict and a picture.

    Does the model fit random labels, in how many epochs compared with true ones, and at which level
    of corruption does it stop generalizing? Finished trainings are kept and an interrupted one goes
    on.

    Example: python -m experiments randomize --model mine.models:small_net --data mine.npz

    Args:
        model: package.module:factory; the factory returns a new torch.nn.Module or a scikit-learn
            classifier. Images of bytes arrive standardized, as (batch, channels, height, width), or
            as rows for a classifier, all else as it is.
        data: a file: .npz with images and labels, and test_images and test_labels or a share of
            each class is held out; or a table, .csv, .tsv, .parquet or .npy, its label in the last
            column or in the one that is named, mine.csv@species. Or the name of a data set.
        recipe: of the training.
        optimizer: sgd, adam, or package.module:function, which makes one of the parameters.
        levels: levels of label corruption, besides true and random labels.
        seeds: one labeling, first weights and order of the examples for each.
        test_share: share of each class that is held out where the file has no test split.
        split_seed: seed of which examples these are.
        device: of the training, cpu or cuda; a GPU where there is one.
        picture: the file to draw to, .svg, .pdf or .png; in results, by the model's name, where
            none is given.
    """
    limit_to_physical()
    if picture is not None and picture.suffix.lower() not in (".svg", ".pdf", ".png"):
        raise ValueError(f"picture is {picture}: give a name that ends in .svg, .pdf or .png")
    if picture is not None:
        make_folder(picture.parent)
        check_writable(picture)
    given, chosen = load(data, None, test_share, split_seed), read_optimizer(optimizer)
    verdict = randomization_test(
        load_factory(model),
        given,
        levels=levels,
        seeds=seeds,
        records=records,
        recipe=recipe.of(len(given.train_labels), chosen),
        optimizer=chosen,
        device=device,
    )
    print(verdict, flush=True)
    draw(verdict, picture)
    return 0


def draw(verdict: Verdict, target: Path | None) -> None:
    """Draw the verdict, or say what is missing for it: the words are there already."""
    try:
        from experiments.randomization.picture import picture_path
    except ImportError:
        print("no picture: it needs matplotlib (pip install matplotlib)", file=sys.stderr)
        return
    path = target or picture_path(verdict.records)
    make_folder(path.parent)
    content = io.BytesIO()
    verdict.draw().savefig(content, format=path.suffix[1:] or "png")
    write_atomically(path, content.getbuffer())
    print(f"\npicture: {path}")
