"""The command that tests a model of the user's own."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import tyro

from experiments.datasets import load
from experiments.randomization.randomize import LEVELS
from experiments.randomization.randomize import randomize as randomization_test
from experiments.randomization.randomized import load_factory
from experiments.sweeps.memory import limit_to_physical
from experiments.sweeps.store import LOCAL
from experiments.training.recipe import Recipe

DEFAULT = Recipe()


def randomize(
    model: str,
    data: str,
    recipe: Annotated[Recipe, tyro.conf.arg(name="")] = DEFAULT,
    levels: tuple[float, ...] = LEVELS,
    seed: int = 0,
    picture: Path = Path("results/randomize.svg"),
    records: Path = LOCAL,
) -> int:
    """The randomization test on a model and data of your own, with a verdict and a picture.

    Does the model fit random labels, in how many epochs compared with true ones, and at which level
    of corruption does it stop generalizing? Finished trainings are kept and an interrupted one goes
    on.

    Example: python -m experiments randomize --model mine.models:small_net --data mine.npz

    Args:
        model: package.module:factory; the factory returns a new torch.nn.Module. Images of bytes
            arrive standardized, as (batch, channels, height, width), floats as they are.
        data: an .npz file with images and labels, and test_images and test_labels or a fifth is
            held out; or the name of a data set.
        recipe: of SGD.
        levels: levels of label corruption, besides true and random labels.
        seed: seed of labels, weights and order.
        picture: the file to draw to, .svg, .pdf or .png.
        records: the database of records, made if it is not there.
    """
    limit_to_physical()
    verdict = randomization_test(load_factory(model), load(data), recipe, levels, seed, records)
    picture.parent.mkdir(parents=True, exist_ok=True)
    print(verdict)
    verdict.draw().savefig(picture)
    print(f"\npicture: {picture}")
    return 0
