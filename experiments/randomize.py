"""The randomization test, by the name that users import it under."""

from experiments.randomization.randomize import LEVELS, randomize
from experiments.training.recipe import Recipe

__all__ = ["LEVELS", "Recipe", "randomize"]
