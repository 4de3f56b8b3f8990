"""The shape of a value read from JSON: what it must be, and what an object in it must hold."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

NUMBER = (int, float)
LARGEST = 2**63 - 1
"""Integers beyond it are objects to NumPy, and stop whoever draws or divides them."""


@dataclass(frozen=True)
class ListOf:
    """A list of at least so many items, each of which has a shape."""

    item: Shape
    least: int = 0


@dataclass(frozen=True)
class Each:
    """An object with at least these names and any others, each value of which has a shape."""

    value: Shape
    names: tuple[str, ...] = ()


@dataclass(frozen=True)
class Maybe:
    """A field that may be missing, or null; otherwise it has a shape."""

    present: Shape


Shape = type | tuple[type, ...] | dict[str, "Shape"] | ListOf | Each | Maybe
"""A kind or kinds; an object with at least these fields; or one of the above."""


def check_shape(value: Any, shape: Shape, where: str = "") -> None:
    """Return if a value has a shape.

    Raises ValueError that names the place and what is there: "course.loss[3] is 'x', which is no
    int or float". True is no number, and neither is NaN or infinity. Cost: one look at each value.
    """
    if isinstance(shape, Maybe):
        if value is not None:
            check_shape(value, shape.present, where)
    elif isinstance(shape, ListOf):
        _is(value, list, where)
        if len(value) < shape.least:
            raise ValueError(f"{where} has {len(value)} items, and needs at least {shape.least}")
        for place, item in enumerate(value):
            check_shape(item, shape.item, f"{where}[{place}]")
    elif isinstance(shape, Each):
        _is(value, dict, where)
        check_shape(value, dict.fromkeys(shape.names, shape.value), where)
        for name, inner in value.items():
            check_shape(inner, shape.value, _within(where, name))
    elif isinstance(shape, dict):
        _is(value, dict, where)
        for name, inner in shape.items():
            if name not in value and not isinstance(inner, Maybe):
                raise ValueError(f"{_within(where, name)} is missing")
            check_shape(value.get(name), inner, _within(where, name))
    else:
        _is(value, shape, where)


def _is(value: Any, kind: type | tuple[type, ...], where: str) -> None:
    # True is an int to Python, and no number to anyone.
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
        raise ValueError(f"{where} is {_shown(value)}, which is no {_named(kind)}")
    if isinstance(value, int) and abs(value) > LARGEST:
        raise ValueError(f"{where} is an integer of more than 64 bits")
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError(f"{where} is {value}, which is no number")


def _within(where: str, name: str) -> str:
    return f"{where}.{name}" if where else name


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


def _named(kind: type | tuple[type, ...]) -> str:
    kinds = kind if isinstance(kind, tuple) else (kind,)
    return " or ".join({"NoneType": "null"}.get(one.__name__, one.__name__) for one in kinds)
