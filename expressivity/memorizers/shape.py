"""The shape of a network, layer by layer: what formulas count."""

from __future__ import annotations

from dataclasses import dataclass

from expressivity.memorizers.layer import Size


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
