"""What models, estimators and optimizers are known by: another one is not taken for the old."""

from __future__ import annotations

import ast
import hashlib
import inspect
import re
import sys
from collections.abc import Callable
from contextlib import suppress
from functools import lru_cache, partial
from types import CodeType, FunctionType
from typing import TYPE_CHECKING, Any

import numpy as np
import scipy.sparse

from experiments.datasets.corruption import array_hash

if TYPE_CHECKING:  # torch is imported where it is used
    import torch

FRAMES = {"pandas", "polars"}
LIBRARIES = {*sys.stdlib_module_names, *FRAMES, "numpy", "scipy", "sklearn", "torch", "torchvision"}
"""Of what comes from these the name is enough."""
BRIEF = 40  # characters of an argument in a name


def model_hash(factory: Callable[..., Any], first: torch.nn.Module, second: torch.nn.Module) -> str:
    """Return 16 hex digits that change with the sources, structure, attributes or first weights.

    Parameters
    ----------
    factory : what made the two; what it closes over and holds counts, where that stays the same
    first, second : modules from one seed; what differs between them, such as weights that no seed
        decides or the time, does not count

    Comments and line breaks of the sources, of every class in the model, do not count.
    """
    found, again = ({**_parts(each), "factory": identity(factory)} for each in (first, second))
    same = [f"{key}: {value}" for key, value in sorted(found.items()) if again.get(key) == value]
    return _digest(name_of(factory), source_of(unwrapped(factory)), repr(first), *same)


def estimator_hash(made: Any, factory: Callable[..., Any] | None) -> str:
    """Return 16 hex digits that change with the sources and the parameters of an estimator."""
    source = "" if factory is None else name_of(factory) + source_of(unwrapped(factory))
    return _digest(identity(made), source)


def optimizer_hash(
    optimizer: Callable[..., Any], made: torch.optim.Optimizer, model: torch.nn.Module
) -> str:
    """Return 16 hex digits that change with sources, rates and the weights that each is for.

    Parameters
    ----------
    optimizer : the user's function
    made : what it returned for the weights of `model`
    """
    names = {id(weight): name for name, weight in model.named_parameters()}
    groups = [[names.get(id(p), "") for p in group["params"]] for group in made.param_groups]
    return _digest(
        source_of(unwrapped(optimizer)), identity([optimizer, type(made), groups]), repr(made)
    )


def identity(value: Any, known: dict[int, tuple[str, Any]] | None = None) -> str:
    """Return 16 hex digits that tell a value from another one, the same in every process.

    Of functions and classes of the user's the source counts and what their functions close over, of
    estimators the parameters and what a fit has left, of other objects the attributes, of arrays
    every number. Each object is looked at once, however many others refer to it; `known` holds
    those that were.
    """
    known = {} if known is None else known
    if id(value) not in known:
        # With the value itself: a number that is free again would stand for another object.
        known[id(value)] = "itself", value
        known[id(value)] = _digest(_told(value, partial(identity, known=known))), value
    return known[id(value)][0]


def _told(value: Any, inner: Callable[[Any], str]) -> str:
    """Return what a value is, in words, with its parts by their identity."""
    import torch

    if isinstance(value, dict):
        return f"{{{', '.join(f'{inner(k)}: {inner(v)}' for k, v in value.items())}}}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(inner, value))}]"
    if isinstance(value, set | frozenset):
        return f"{{{', '.join(sorted(map(inner, value)))}}}"
    if isinstance(value, torch.Tensor):
        return inner(_numbers(value)) + f"{value.dtype}{tuple(value.shape)}"
    if isinstance(value, np.ndarray):
        return array_hash(value) if value.dtype != object else inner([value.shape, value.tolist()])
    if scipy.sparse.issparse(value):
        entries: Any = value.tocoo()
        return f"sparse {inner([entries.shape, *entries.coords, entries.data])}"
    if _library(type(value)) in FRAMES and hasattr(value, "to_numpy"):  # printed in part
        return f"{type(value).__name__} {inner([list(_columns(value)), value.to_numpy()])}"
    if isinstance(value, partial):
        return f"partial {inner([value.func, value.args, value.keywords])}"
    if isinstance(value, CodeType):
        return f"code {value.co_code.hex()} {inner(value.co_names)} {inner(value.co_consts)}"
    if isinstance(value, type):
        return (
            f"{value.__module__}.{value.__qualname__} {source_of(value)} {inner(_made_of(value))}"
        )
    if inspect.ismethod(value):
        return f"method {inner([value.__func__, value.__self__])}"
    if inspect.isfunction(value):
        if _of_library(value):
            return name_of(value)
        return f"{name_of(value)} {source_of(value)} {inner(_computed_by(value))}"
    if hasattr(value, "get_params") and hasattr(value, "set_params"):
        shown = inner([value.get_params(deep=False), _attributes(value)])  # pyright: ignore
    elif _library(type(value)) == "sklearn":
        shown = inner(_attributes(value) or value.__getstate__())  # as of a fitted tree
    elif isinstance(value, torch.nn.Module) or not _of_library(type(value)):
        own = _attributes(value)
        shown = inner(own) if own else without_addresses(repr(value))
    else:
        shown = without_addresses(repr(value))
    return f"{shown} {inner(type(value))}"


def _computed_by(function: FunctionType) -> list[Any]:
    """Return a function's code, its defaults and what it closes over."""
    found = [function.__code__, function.__defaults__, function.__kwdefaults__]
    for cell in function.__closure__ or ():
        with suppress(ValueError):  # nothing is in it yet
            found.append(cell.cell_contents)
    return found


def _made_of(kind: type) -> list[Any]:
    """Return what a user's class is made of beside its source: its bases and its functions."""
    if _of_library(kind):
        return []
    functions = [each for each in vars(kind).values() if inspect.isfunction(each)]
    return [*kind.__bases__, *map(_computed_by, functions)]


def _attributes(value: Any) -> dict[str, Any]:
    """Return the attributes that an object holds, in its slots too."""
    slots = [name for kind in type(value).__mro__ for name in _slots(kind) if hasattr(value, name)]
    return {**{name: getattr(value, name) for name in slots}, **getattr(value, "__dict__", {})}


def _slots(kind: type) -> list[str]:
    given = getattr(kind, "__slots__", ())
    names = [given] if isinstance(given, str) else list(given)
    return [name for name in names if name not in ("__dict__", "__weakref__")]


def _columns(frame: Any) -> Any:
    """Return the names of a frame's columns, that of a series alone."""
    return getattr(frame, "columns", [getattr(frame, "name", None)])


def name_of(factory: Callable[..., Any]) -> str:
    """Return module:function; of a partial its arguments too, of a callable object its class."""
    if isinstance(factory, partial):
        given = [_brief(a) for a in factory.args]
        given += [f"{key}={_brief(value)}" for key, value in factory.keywords.items()]
        return f"{name_of(factory.func)}({', '.join(given)})"
    named = factory if hasattr(factory, "__qualname__") else type(factory)
    return f"{getattr(named, '__module__', None) or ''}:{named.__qualname__}".lstrip(":")


def source_of(thing: Any) -> str:
    """Return a hash of the source of the module that defines a thing, or of the thing.

    Of what has none, being typed at a prompt, that of its code; "" of what is built in or of a
    library.
    """
    if _of_library(thing):
        return ""
    for part in (inspect.getmodule(thing), thing):
        try:
            return _parsed(inspect.getsource(part))  # pyright: ignore[reportArgumentType]
        except (OSError, TypeError, SyntaxError):  # typed at a prompt, built in, or indented
            continue
    functions = vars(thing).values() if isinstance(thing, type) else [thing]
    return identity([f.__code__ for f in functions if inspect.isfunction(f)])


def unwrapped(factory: Callable[..., Any]) -> Callable[..., Any]:
    """Return the function or class that a partial or a callable object stands for."""
    while isinstance(factory, partial):
        factory = factory.func
    return factory if hasattr(factory, "__qualname__") else type(factory)


def without_addresses(text: str) -> str:
    """Return a printed object without where in memory it lay."""
    return re.sub(r"( at )?0x[0-9a-fA-F]+", "", text)


def _parts(model: torch.nn.Module) -> dict[str, str]:
    """Return what a model is made of: classes, attributes that modules do not have, tensors."""
    import torch

    usual = vars(torch.nn.Module())
    found = {}
    for place, module in model.named_modules():
        found[f"{place} is"] = identity(type(module))
        for name, value in vars(module).items():
            if name not in usual:
                found[f"{place}.{name}"] = identity(value)
    # Also what no file of weights would hold: which are trained, buffers that are not kept.
    for name, value in (*model.named_buffers(), *model.state_dict().items()):
        found[f"{name} holds"] = identity(value)
    for name, weight in model.named_parameters():
        found[f"{name} is trained"] = str(weight.requires_grad)
    return found


def _numbers(tensor: torch.Tensor) -> Any:
    """Return the numbers of a tensor as bytes, of a sparse one where they are as well."""
    import torch

    tensor = tensor.detach().cpu()
    if tensor.layout != torch.strided:
        entries = tensor.to_sparse_coo().coalesce()
        return [entries.indices(), entries.values()]
    plain = tensor.resolve_conj().resolve_neg().contiguous()
    return plain.reshape(-1).view(torch.uint8).numpy()


def _brief(value: Any) -> str:
    text = value.__name__ if hasattr(value, "__name__") else without_addresses(repr(value))
    text = " ".join(text.split())
    return text if len(text) <= BRIEF else f"{text[: BRIEF - 3]}..."


def _of_library(thing: Any) -> bool:
    return _library(thing) in LIBRARIES


def _library(thing: Any) -> str:
    return (getattr(thing, "__module__", None) or "builtins").partition(".")[0]


@lru_cache(64)
def _parsed(source: str) -> str:
    return _digest(ast.dump(ast.parse(source)))


def _digest(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]
