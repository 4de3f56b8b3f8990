"""The optimizer of a user's model: SGD as in the paper, Adam, or one of the user's own."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from experiments.randomization.contained import contained
from experiments.randomization.factory import load_factory
from experiments.randomization.identity import name_of
from experiments.sweeps.reason import reason

if TYPE_CHECKING:  # torch is imported where it is used
    import torch

    from experiments.training.recipe import Recipe

Optimizer = str | Callable[[Iterable[Any]], Any]
""""sgd", "adam", or a function of the parameters that returns a torch.optim.Optimizer."""

KNOWN = ("sgd", "adam")


def make_optimizer(
    optimizer: Optimizer, parameters: Iterable[torch.nn.Parameter], recipe: Recipe
) -> torch.optim.Optimizer:
    """Return an optimizer of these parameters.

    SGD has the recipe's momentum, Adam takes that as its beta_1; one of the user's own has a rate
    of its own, which decays as the recipe says. Raises ValueError for what is no optimizer.
    """
    import torch

    parameters = list(parameters)
    rate, penalty = recipe.learning_rate, recipe.weight_decay
    if optimizer == "sgd":
        return torch.optim.SGD(
            parameters, lr=rate, momentum=recipe.momentum, weight_decay=penalty, fused=False
        )
    if optimizer == "adam":
        betas = (recipe.momentum, 0.999)
        return torch.optim.Adam(parameters, lr=rate, betas=betas, weight_decay=penalty)
    assert not isinstance(optimizer, str)
    try:
        with contained():
            made = optimizer(parameters)
    except Exception as error:
        raise ValueError(
            f"optimizer {name_of(optimizer)} cannot be made ({reason(error)}): give a function of "
            "the parameters, for example lambda p: torch.optim.AdamW(p, lr=1e-3)"
        ) from error
    if not isinstance(made, torch.optim.Optimizer):
        raise ValueError(
            f"optimizer returned {type(made).__name__}: give a function of the parameters that "
            "returns a torch.optim.Optimizer"
        )
    return made


def read_optimizer(optimizer: object) -> Optimizer:
    """Return what was named: "sgd", "adam", or the function at package.module:function.

    Raises ValueError for anything else.
    """
    if isinstance(optimizer, str):
        if optimizer.lower() in KNOWN:
            return optimizer.lower()
        if ":" in optimizer:
            return load_factory(optimizer)
    elif callable(optimizer):
        return optimizer
    raise ValueError(
        f"optimizer is {optimizer!r}: give sgd, adam, or a function of the parameters that returns "
        "a torch.optim.Optimizer (package.module:function)"
    )
