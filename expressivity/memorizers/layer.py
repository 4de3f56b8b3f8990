"""One layer of a network, its numbers, and the counts that networks are compared by."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Literal

import numpy as np
import scipy.sparse
from numpy.typing import ArrayLike, NDArray

from expressivity.frozen import Remade, frozen

Activation = Literal["relu", "threshold", "identity"]
Numbers = NDArray[Any]


@dataclass(frozen=True, eq=False)
class Layer(Remade):
    """One layer h -> activation(M h + c) of a network, with every repeated row of M stored once.

    The rows that differ are called directions; unit u has the row `unit[u]` of them. An entry is
    part of the layer if it is stored, even where its value happens to be 0 on some sample: so the
    counts are those of the architecture, and formulas can state them.

    Attributes
    ----------
    rows, columns : int64 arrays (e,), the place of each stored entry, sorted by row
    values : array (e,), its value: int64, Python integers or `fractions.Fraction` (dtype object),
        or float64
    n_inputs : the number of columns of M
    unit : int64 array (u,), the direction of each unit, from 0 on
    bias : array (u,) of numbers as in `values`
    biased : bool array (u,), whether the unit has a bias at all; others have 0 there
    activation : "relu" max(v, 0), "threshold" (1 where v >= 0, else 0) or "identity"
    carried : the first units up to this number have no activation and add the input of the same
        number to their row: skip connections, which are neither weights nor hidden units
    """

    rows: NDArray[np.int64]
    columns: NDArray[np.int64]
    values: Numbers
    n_inputs: int
    unit: NDArray[np.int64]
    bias: Numbers
    biased: NDArray[np.bool_]
    activation: Activation = "relu"
    carried: int = 0

    def __post_init__(self) -> None:
        # What was counted, bounded or certified of a layer stays what it is.
        for name in ("rows", "columns", "values", "unit", "bias", "biased"):
            object.__setattr__(self, name, frozen(getattr(self, name)))

    @classmethod
    def of(
        cls,
        directions: NDArray[Any] | Sequence[Mapping[int, Any] | Sequence[Any]],
        bias: ArrayLike | Sequence[Any] | None = None,
        *,
        unit: ArrayLike | None = None,
        n_inputs: int | None = None,
        activation: Activation = "relu",
        carried: int = 0,
    ) -> Layer:
        """Make a layer from its directions.

        Parameters
        ----------
        directions : array or sequences (r, n_inputs), all of whose entries are stored, or one
            mapping {column: value} a direction, all others being zero (then n_inputs is needed)
        bias : array-like (u,), None where a unit has no bias; no unit has one without it
        unit : array-like (u,), the direction of each unit; unit u has direction u without it
        activation, carried : see Layer

        Examples
        --------
        >>> layer = Layer.of([[2, 1]], [0, None, -3], unit=[0, 0, 0])
        >>> layer.n_weights, layer.n_nonzero, layer.n_dense
        (4, 8, 9)
        """
        if isinstance(directions, np.ndarray):
            n_rows, width = directions.shape
            rows, columns = (place.ravel() for place in np.indices(directions.shape))
            values = numbers(directions.ravel())
        else:
            listed = [v if isinstance(v, Mapping) else dict(enumerate(v)) for v in directions]
            n_rows = len(listed)
            rows = np.repeat(np.arange(n_rows), [len(row) for row in listed])
            columns = np.array([k for row in listed for k in row], dtype=np.int64)
            values = numbers([v for row in listed for v in row.values()])
            width = int(columns.max(initial=-1)) + 1 if n_inputs is None else n_inputs
        of_unit = np.arange(n_rows) if unit is None else np.asarray(unit, dtype=np.int64)
        given = [None] * len(of_unit) if bias is None else np.asarray(bias, dtype=object).tolist()
        biased = np.array([c is not None for c in given], dtype=bool)
        return cls(
            rows.astype(np.int64),
            columns.astype(np.int64),
            values,
            width,
            of_unit,
            numbers([0 if c is None else c for c in given]),
            biased,
            activation,
            carried,
        )

    @property
    def n_units(self) -> int:
        """The number of outputs of the layer."""
        return len(self.unit)

    @property
    def n_weights(self) -> int:
        """Weights and biases, each direction counted once however many units have it."""
        return len(self.values) + int(self.biased.sum())

    @property
    def n_nonzero(self) -> int:
        """Weights and biases, a direction counted for each unit that has it."""
        entries = np.bincount(self.rows, minlength=int(self.unit.max(initial=0)) + 1)
        return int(entries[self.unit].sum()) + int(self.biased.sum())

    @property
    def n_dense(self) -> int:
        """All entries of M and c, zeros too; a carried unit without entries counts none."""
        entries = np.bincount(self.rows, minlength=int(self.unit.max(initial=0)) + 1)
        idle = (entries[self.unit[: self.carried]] == 0) & ~self.biased[: self.carried]
        return (self.n_units - int(idle.sum())) * (self.n_inputs + 1)


@dataclass(frozen=True)
class Size:
    """The counts of a network: see the attributes of the same names of Layered."""

    n_weights: int
    n_nonzero: int
    n_dense: int
    n_hidden: int
    width: int
    depth: int


def check_layer(layer: Layer) -> None:
    """Raise ValueError unless the parts of a layer fit together and its numbers are finite."""
    places = (layer.rows, layer.columns, layer.unit)
    whole = all(v.ndim == 1 and v.dtype == np.int64 and v.min(initial=0) >= 0 for v in places)
    if not whole or len({len(layer.rows), len(layer.columns), len(layer.values)}) > 1:
        raise ValueError("rows, columns, units and values are no places of entries")
    if not (len(layer.unit) == len(layer.bias) == len(layer.biased) > 0):
        raise ValueError("units and biases are not as many")
    for held in (layer.values, layer.bias):
        if held.ndim != 1 or held.dtype not in (np.int64, np.float64, object):
            raise ValueError(f"numbers are in {held.dtype}, {held.ndim} dimensions")
        if held.dtype == np.float64 and not np.isfinite(held).all():
            raise ValueError("numbers are NaN or infinite")
    if layer.biased.dtype != np.bool_ or (layer.bias[~layer.biased] != 0).any():
        raise ValueError("a unit without a bias has one")
    n_rows = len(np.unique(layer.unit))
    if layer.unit.max() >= n_rows or layer.rows.max(initial=0) >= n_rows:
        raise ValueError("an entry or a unit is of a direction that is none")
    order = np.lexsort((layer.columns, layer.rows))
    row, column = np.diff(layer.rows[order]), np.diff(layer.columns[order])
    if (np.diff(layer.rows) < 0).any() or ((row == 0) & (column == 0)).any():
        raise ValueError("entries are not in order of rows, each place once")
    numbers = type(layer.n_inputs) is int and type(layer.carried) is int
    if not numbers or not layer.columns.max(initial=0) < layer.n_inputs:
        raise ValueError(f"an entry is beyond the {layer.n_inputs} inputs")
    if not 0 <= layer.carried <= min(layer.n_inputs, layer.n_units):
        raise ValueError(f"carried is {layer.carried}")
    if layer.activation not in ("relu", "threshold", "identity"):
        raise ValueError(f"the activation is {layer.activation!r}")


def dense(layer: Layer) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return M (u, n_inputs) and c (u,) of a layer as arrays of doubles."""
    shape = (int(layer.unit.max(initial=-1)) + 1, layer.n_inputs)
    values = layer.values.astype(np.float64)
    matrix = scipy.sparse.coo_array((values, (layer.rows, layer.columns)), shape=shape)
    full = matrix.toarray()[layer.unit]
    full[np.arange(layer.carried), np.arange(layer.carried)] += 1.0
    return full, layer.bias.astype(np.float64)


def numbers(values: Sequence[Any] | NDArray[Any]) -> Numbers:
    """Return values as an array: float64 if any is a double, int64 if all fit, else objects."""
    if isinstance(values, np.ndarray) and values.dtype != object:
        return values.astype(np.float64 if values.dtype.kind == "f" else np.int64)
    if any(isinstance(v, float) for v in values):
        return np.array([float(v) for v in values])
    found = np.empty(len(values), dtype=object)
    found[:] = [v if isinstance(v, Fraction) else int(v) for v in values]
    fits = all(not isinstance(v, Fraction) and -(2**63) <= v < 2**63 for v in found)
    return found.astype(np.int64) if fits else found


def bits(values: Numbers) -> NDArray[np.int64]:
    """Return how many bits each number takes, its sign left out.

    64 for a double; for an integer the bits of its absolute value, for p/q in lowest terms those
    of p and of q.
    """
    if values.dtype == np.float64:
        return np.full(len(values), 64)
    return np.array(
        [
            abs(v.numerator).bit_length() + (v.denominator.bit_length() if v.denominator > 1 else 0)
            for v in values.tolist()
        ],
        dtype=np.int64,
    )
