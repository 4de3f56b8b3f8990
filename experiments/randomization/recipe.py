"""The recipe where none is given: enough steps for a small sample, and a rate that stays."""

from __future__ import annotations

import math
from typing import Any

from experiments.randomization.optimizer import Optimizer
from experiments.training.recipe import Recipe

STEPS, EPOCHS = 10_000, 100
SMALL = 5_000  # examples below which batches are small, so that an epoch has some steps
RATES = {"adam": 1e-3}


def default_recipe(n: int, optimizer: Optimizer = "sgd", **given: Any) -> Recipe:
    """Return the recipe for n examples, with what is given (and not None) in place of its own.

    The rate does not decay, and the limit of epochs is 100 or 10,000 steps, whichever is later: the
    paper's decay of 0.95 an epoch would end the training of 142 examples after some 200 steps.
    Raises ValueError as `Recipe`.
    """
    chosen = {key: value for key, value in given.items() if value is not None}
    rate = RATES.get(optimizer, 0.01) if isinstance(optimizer, str) else 0.01
    recipe = Recipe(
        **{"learning_rate": rate, "decay": 1.0, "batch_size": 32 if n < SMALL else 128, **chosen}
    )
    if "epoch_limit" in chosen:
        return recipe
    steps_per_epoch = math.ceil(n / recipe.batch_size)
    limit = max(EPOCHS, math.ceil(STEPS / steps_per_epoch))
    return Recipe(**{**vars(recipe), "epoch_limit": limit})
