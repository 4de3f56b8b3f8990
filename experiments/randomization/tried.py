"""What a trial of a model finds out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Tried:
    """A model that was tried on a data set.

    Attributes
    ----------
    name : of the factory or estimator
    hash, optimizer_hash : of the model, and of an optimizer of the user's own, see
        `experiments.randomization.identity`
    inputs : the dtype in which inputs reach it
    seconds : that n examples may take: to the limit of epochs, or for a fit, at a guess
    """

    name: str
    hash: str
    inputs: str
    seconds: Callable[[int], float]
    optimizer_hash: str = ""
