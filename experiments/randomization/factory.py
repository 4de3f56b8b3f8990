"""A model of the user's own, from the function that makes it."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING, Any

from experiments.randomization.contained import contained
from experiments.randomization.identity import name_of
from experiments.sweeps.reason import reason

if TYPE_CHECKING:  # torch is imported where it is used
    import torch

Factory = Callable[[], "torch.nn.Module"]
"""Returns a new module at every call."""


def make_model(factory: Factory, seed: int, batch: torch.Tensor | None = None) -> torch.nn.Module:
    """Call the factory with the generators seeded, and leave the process as it was.

    Parameters
    ----------
    factory : a function, class or callable object without arguments
    seed : at least 0
    batch : inputs (B, ...) by which lazy layers learn their sizes

    Raises ValueError if it fails and if what comes back is no module with weights; lazy layers stay
    as they are without a batch.
    """
    import torch

    with contained(seed):
        try:
            model = factory()
            weights = isinstance(model, torch.nn.Module) and [*model.parameters()]
        except (Exception, SystemExit) as error:
            raise ValueError(
                f"model {name_of(factory)} cannot be made ({reason(error)}): give a function "
                "without arguments that returns a new torch.nn.Module, for example "
                "functools.partial(Net, 64)"
            ) from error
        if not weights:
            raise ValueError(
                f"the factory returned {type(model).__name__}: it must return a torch.nn.Module "
                "with weights, or a scikit-learn classifier, new at every call"
            )
        if is_lazy(model) and batch is not None:
            with torch.no_grad():
                model.eval()(batch)
            model.train()
    return model


def is_lazy(model: torch.nn.Module) -> bool:
    """Tell whether layers of the model wait for a batch to learn their sizes."""
    import torch

    every = [*model.parameters(), *model.buffers()]
    return any(torch.nn.parameter.is_lazy(tensor) for tensor in every)


def load_factory(name: str) -> Callable[..., Any]:
    """Import "package.module:factory", from the current folder too.

    What the module sets for the process stays set, but for the current folder. Raises ValueError,
    naming it, if there is none.
    """
    module_name, _, attribute = name.partition(":")
    folder = os.getcwd()
    if "" not in sys.path:
        sys.path.insert(0, "")
    try:
        return getattr(import_module(module_name), attribute)
    except (Exception, SystemExit) as error:  # whatever the user's module does when it is imported
        raise ValueError(
            f"{name!r} cannot be imported ({reason(error)}): give package.module:factory, a "
            "function without arguments that returns a torch.nn.Module or a scikit-learn classifier"
        ) from error
    finally:
        os.chdir(folder)
