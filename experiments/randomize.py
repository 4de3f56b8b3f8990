"""The randomization test, by the name that users import it under."""

from experiments.randomization.randomize import LEVELS, randomize

__all__ = ["LEVELS", "randomize"]
