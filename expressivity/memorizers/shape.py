"""The shape of a network, layer by layer: what formulas count."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from inspect import signature
from typing import ParamSpec

from expressivity.memorizers.layer import Size
from expressivity.whole import whole

P = ParamSpec("P")


def of_counts(size: Callable[P, Size]) -> Callable[P, Size]:
    """Let a formula refuse, by name, what counts nothing.

    n, d and what has a number as its default are whole numbers of at least 1; what is optional is
    None, or one of at least 0, `classes` of at least 1. Raises ValueError.
    """
    parameters = signature(size)

    @wraps(size)
    def checked(*counts: P.args, **named: P.kwargs) -> Size:
        given = parameters.bind(*counts, **named)
        for name, value in given.arguments.items():
            optional = parameters.parameters[name].default is None
            if value is not None or not optional:
                least = 0 if optional and name != "classes" else 1
                given.arguments[name] = whole(value, name, least)
        return size(*given.args, **given.kwargs)

    return checked


@dataclass(frozen=True)
class LayerShape:
    """How many entries one layer stores.

    Attributes
    ----------
    inputs, units : the columns and rows of its matrix
    shared : weights and biases, a repeated direction counted once
    nonzero : weights and biases, each direction counted for every unit that has it
    """

    inputs: int
    units: int
    shared: int
    nonzero: int


def shape_of(inputs: int, *directions: tuple[int, int, int]) -> LayerShape:
    """Put a layer's shape together from its directions: (entries, units, biases) of each."""
    return LayerShape(
        inputs,
        units=sum(units for _, units, _ in directions),
        shared=sum(entries + biases for entries, _, biases in directions),
        nonzero=sum(entries * units + biases for entries, units, biases in directions),
    )


def size_of(shapes: list[LayerShape]) -> Size:
    """Count the network with these layers."""
    hidden = [layer.units for layer in shapes[:-1]]
    return Size(
        n_weights=sum(layer.shared for layer in shapes),
        n_nonzero=sum(layer.nonzero for layer in shapes),
        n_dense=sum(layer.units * (layer.inputs + 1) for layer in shapes),
        n_hidden=sum(hidden),
        width=max(hidden, default=0),
        depth=len(shapes),
    )
