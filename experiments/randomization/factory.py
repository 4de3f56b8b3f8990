"""A model of the user's own: the function that makes it, its name, and what it is known by."""

from __future__ import annotations

import ast
import hashlib
import inspect
import os
import random
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:  # torch is imported where it is used
    import torch

Factory = Callable[[], "torch.nn.Module"]
"""Returns a new module at every call."""


def make_model(factory: Factory, seed: int, batch: torch.Tensor | None = None) -> torch.nn.Module:
    """Call the factory with the generators seeded, and leave them and all settings as they were.

    Parameters
    ----------
    factory : a function, class or callable object without arguments
    seed : at least 0
    batch : inputs (B, ...) by which lazy layers learn their sizes

    Raises ValueError if it fails, if what comes back is no module with weights, and for lazy layers
    without a batch.
    """
    import torch

    with seeded(seed):
        try:
            with contained():
                model = factory()
                weights = isinstance(model, torch.nn.Module) and [*model.parameters()]
        except Exception as error:
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


@contextmanager
def seeded(seed: int) -> Iterator[None]:
    """Seed every generator that code of the user's may draw from, and contain what it sets.

    At the end the generators are as before, and so are torch's default dtype and device, gradients
    and threads, NumPy's errors, and what `contained` puts back.
    """
    import torch

    of_numpy, of_python = np.random.get_state(), random.getstate()
    dtype, device = torch.get_default_dtype(), torch.get_default_device()
    threads = torch.get_num_threads()
    with (
        contained(),
        np.errstate(),
        torch.set_grad_enabled(torch.is_grad_enabled()),
        torch.random.fork_rng(),
    ):
        torch.manual_seed(seed)
        np.random.seed(seed % 2**32)
        random.seed(seed)
        try:
            yield
        finally:
            np.random.set_state(of_numpy)
            random.setstate(of_python)
            torch.set_default_dtype(dtype)
            torch.set_num_threads(threads)
            if torch.get_default_device() != device:
                torch.set_default_device(None if device.type == "cpu" else device)


@contextmanager
def contained() -> Iterator[None]:
    """Run code of the user's: the current folder stays what it is, and an exit is an error.

    Raises RuntimeError for sys.exit, which would end everything without a word.
    """
    folder = os.getcwd()
    try:
        yield
    except SystemExit as error:
        raise RuntimeError(f"it calls sys.exit({error.code!r})") from error
    finally:
        os.chdir(folder)


def load_factory(name: str) -> Callable[..., Any]:
    """Import "package.module:factory", from the current folder too.

    Raises ValueError, naming it, if there is none.
    """
    module_name, _, attribute = name.partition(":")
    if "" not in sys.path:
        sys.path.insert(0, "")
    try:
        with contained():
            return getattr(import_module(module_name), attribute)
    except Exception as error:  # whatever the user's module raises when it is imported
        raise ValueError(
            f"{name!r} cannot be imported ({reason(error)}): give package.module:factory, a "
            "function without arguments that returns a torch.nn.Module or a scikit-learn classifier"
        ) from error


def name_of(factory: Callable[..., Any]) -> str:
    """Return module:function; of a partial its arguments too, of a callable object its class."""
    if isinstance(factory, partial):
        given = [repr(a) for a in factory.args]
        given += [f"{key}={value!r}" for key, value in factory.keywords.items()]
        return f"{name_of(factory.func)}({', '.join(given)})"
    named = factory if hasattr(factory, "__qualname__") else type(factory)
    return f"{getattr(named, '__module__', None) or ''}:{named.__qualname__}".lstrip(":")


def model_hash(factory: Factory, model: torch.nn.Module, weights: bool = True) -> str:
    """Return 16 hex digits that change with the source, structure or initialization of a model.

    Comments and line breaks of the source do not count. `weights` is False where the first weights
    are other ones at every call, so that they cannot tell models apart.
    """
    import torch

    digest = hashlib.sha256(without_addresses(repr(model)).encode())
    digest.update(without_addresses(name_of(factory)).encode())
    for made_by in (unwrapped(factory), type(model)):
        digest.update(source_of(made_by).encode())
    for name, value in sorted(model.state_dict().items()):
        digest.update(name.encode())
        if weights and isinstance(value, torch.Tensor):
            digest.update(value.detach().cpu().double().numpy().tobytes())
    return digest.hexdigest()[:16]


def source_of(thing: object) -> str:
    """Return the parsed source of the module that defines a thing, or of the thing; "" for none."""
    for part in (inspect.getmodule(thing), thing):
        try:
            return ast.dump(ast.parse(inspect.getsource(part)))  # pyright: ignore[reportArgumentType]
        except (OSError, TypeError, SyntaxError):  # typed at a prompt, built in, or indented
            continue
    return ""


def reason(error: BaseException) -> str:
    """Return the first line of what an error says, with its kind where that says more."""
    first = next((line.strip() for line in str(error).splitlines() if line.strip()), "")
    kind = type(error).__name__
    plain = isinstance(error, ValueError | RuntimeError | ImportError) and first
    return first if plain else f"{kind}: {first}".rstrip(": ")


def unwrapped(factory: Callable[..., Any]) -> Callable[..., Any]:
    """Return the function or class that a partial or a callable object stands for."""
    while isinstance(factory, partial):
        factory = factory.func
    return factory if hasattr(factory, "__qualname__") else type(factory)


def without_addresses(text: str) -> str:
    """Return a printed object without where in memory it lay."""
    return re.sub(r"0x[0-9a-fA-F]+", "", text)
