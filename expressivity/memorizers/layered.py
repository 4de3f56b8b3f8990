"""The one kind of network that every construction returns: sparse layers of exact numbers."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from expressivity.arrays import check_values, table
from expressivity.exact import Exact
from expressivity.frozen import Remade
from expressivity.memorizers.doubles import OVERFLOWS, Doubles, doubles, error_bounds
from expressivity.memorizers.evaluation import evaluate, largest_residual
from expressivity.memorizers.layer import Layer, Numbers, Size, bits
from expressivity.sample import Sample
from expressivity.verify import Premise

if TYPE_CHECKING:
    import torch


@dataclass(frozen=True, eq=False)
class Layered(Remade):
    """A network of layers, as a construction returns it; any function off its sample.

    Attributes
    ----------
    layers : the layers, the input of the first has d coordinates, the last has K units
    construction : the name of the construction that built it
    exponent : the outputs are 2^exponent times those of the last layer
    options : the options with which the construction's `size` gives this network's counts
    premises : what the construction needed and checked
    sample : the sample it was built for, in read-only copies; None where it is not known
    classes : the number of classes where the outputs are class numbers 0, 1, ..., else None
    choice : where `memorize` chose the construction, what the others would have cost

    Examples
    --------
    >>> from expressivity import memorize
    >>> X, y = [[0, 1], [1, 1], [3, 0]], [0.5, 2, -1]
    >>> net = memorize(X, y, "zhang")
    >>> net
    Layered(zhang, d=2, depth=2, width=3, n_weights=8)
    >>> net(X).round(6).tolist(), net.float64, net.residual < net.error < 1e-9
    ([0.5, 2.0, -1.0], True, True)

    In exact arithmetic, saved, and read again:

    >>> import tempfile
    >>> from expressivity import Layered
    >>> exact = memorize(X, y, "zhang", exact=True)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     exact.save(f"{folder}/layers.safetensors")
    ...     same = Layered.load(f"{folder}/layers.safetensors")
    >>> same.exact(X).tolist() == y
    True
    >>> bool(net.doubles(X).bound.max() < 1e-9)
    True
    """

    layers: tuple[Layer, ...]
    construction: str
    exponent: int = 0
    options: dict[str, Any] = field(default_factory=dict)
    premises: dict[str, Premise] = field(default_factory=dict)
    sample: Sample | None = None
    classes: int | None = None
    choice: str = ""

    def __post_init__(self) -> None:
        if self.sample is not None:
            object.__setattr__(self, "sample", self.sample.kept())

    @property
    def size(self) -> Size:
        """The counts of this network; equal to its construction's `size(n, d, classes)`."""
        hidden = [layer.n_units - layer.carried for layer in self.layers[:-1]]
        return Size(
            n_weights=sum(layer.n_weights for layer in self.layers),
            n_nonzero=sum(layer.n_nonzero for layer in self.layers),
            n_dense=sum(layer.n_dense for layer in self.layers),
            n_hidden=sum(hidden),
            width=max(hidden, default=0),
            depth=len(self.layers),
        )

    @property
    def n_weights(self) -> int:
        """Weights and biases, a repeated direction counted once: the count 2n + d."""
        return self.size.n_weights

    @property
    def n_nonzero(self) -> int:
        """Weights and biases that the layers store; no zero of a sparse matrix."""
        return self.size.n_nonzero

    @property
    def n_dense(self) -> int:
        """Weights and biases of full matrices, zeros too."""
        return self.size.n_dense

    @property
    def n_hidden(self) -> int:
        """The number of hidden units."""
        return self.size.n_hidden

    @property
    def width(self) -> int:
        """The number of units of the largest hidden layer."""
        return self.size.width

    @property
    def depth(self) -> int:
        """The number of layers of weights."""
        return len(self.layers)

    @cached_property
    def bit_size(self) -> int:
        """The bits of the longest weight or bias: see `bits`."""
        return max((int(bits(v).max(initial=0)) for v in self._parameters()), default=0)

    @cached_property
    def total_bits(self) -> int:
        """The bits of all weights and biases together, a repeated direction counted once.

        At least n log2 C for one of the networks that memorize all labelings in C classes of n
        points with one architecture whose numbers have fixed lengths: they must differ.
        """
        return sum(int(bits(v).sum()) for v in self._parameters())

    def exact(self, X: ArrayLike) -> Exact:
        """Evaluate at X without any rounding: see `expressivity.memorizers.evaluation.evaluate`.

        Returns an object array (m,), or (m, K) for K > 1 outputs, of integers and fractions.
        """
        return evaluate(self, self._points(X))

    def doubles(self, X: ArrayLike) -> Doubles:
        """Evaluate at X in double precision, with a rigorous bound on what rounding does.

        See `expressivity.memorizers.doubles.doubles`. Raises ValueError by name where a weight is
        no double.
        """
        return doubles(self, self._points(X))

    def __call__(self, X: ArrayLike) -> NDArray[np.float64]:
        """Evaluate at the points X, real array-like (m, d).

        Returns float64 (m,), or (m, K): computed in double precision where all weights are
        doubles of the construction's own, else computed exactly and rounded once. Raises TypeError
        or ValueError for input that is not real, finite and of d coordinates, and for outputs
        beyond the largest double.
        """
        kinds = {layer.values.dtype for layer in self.layers}
        if np.dtype(np.float64) in kinds and np.dtype(object) not in kinds:
            return self.doubles(X).values
        try:
            return self.exact(X).astype(np.float64)
        except OverflowError:
            raise ValueError(OVERFLOWS) from None

    @property
    def error(self) -> float:
        """A rigorous bound on |network - target| over its sample, evaluated in double precision.

        The largest of all outputs. Infinite where a weight is no double. Raises ValueError if the
        sample is not known.
        """
        return float(self.errors.max())

    @cached_property
    def errors(self) -> NDArray[np.float64]:
        """The same for each output, float64 (K,)."""
        return error_bounds(self, self._sample())

    @cached_property
    def residual(self) -> Fraction:
        """The largest |network - target| over its sample, in exact arithmetic.

        Raises ValueError if the sample is not known.
        """
        return largest_residual(self, self._sample())

    @property
    def float64(self) -> bool:
        """Whether ordinary doubles are proved to give every point of the sample its target.

        Each output for itself. Class numbers and other whole targets: off by less than half the
        least distance of two of them. Other targets: off by at most a ten-thousandth of their
        range, of the target itself where all are equal.
        """
        y = self._sample().y
        if self.classes:
            return self.error < 0.5
        return all(map(_is_right, self.errors.tolist(), y.reshape(len(y), -1).T))

    def to_torch(self) -> torch.nn.Module:
        """Return the network as a torch module: see `expressivity.memorizers.export.to_torch`.

        Examples
        --------
        >>> import torch
        >>> from expressivity import memorize
        >>> module = memorize([[0, 1], [1, 1]], [1, 3], "zhang").to_torch()
        >>> [round(v, 6) for v in module(torch.tensor([[0.0, 1.0], [1.0, 1.0]]).double()).tolist()]
        [1.0, 3.0]
        """
        from expressivity.memorizers.export import to_torch

        return to_torch(self)

    def to_onnx(self, path: str | Path) -> None:
        """Write the network as an ONNX model: see `expressivity.memorizers.export.to_onnx`.

        Examples
        --------
        >>> import tempfile
        >>> from pathlib import Path
        >>> from expressivity import memorize
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     path = Path(folder, "layers.onnx")
        ...     memorize([[0, 1], [1, 1]], [1, 3], "zhang").to_onnx(path)
        ...     path.exists()
        True
        """
        from expressivity.memorizers.export import to_onnx

        to_onnx(self, path)

    def save(self, path: str | Path) -> None:
        """Save the network as safetensors: see `expressivity.memorizers.export.save`."""
        from expressivity.memorizers.export import save

        save(self, path)

    @classmethod
    def load(cls, path: str | Path) -> Layered:
        """Load a saved network: see `expressivity.memorizers.export.load`."""
        from expressivity.memorizers.export import load

        return cls(**load(path))

    def _parameters(self) -> list[Numbers]:
        biases = [layer.bias[layer.biased] for layer in self.layers]
        return [*(layer.values for layer in self.layers), *biases]

    def _points(self, X: ArrayLike) -> NDArray[Any]:
        Z = table(X, d=self.layers[0].n_inputs)
        check_values(Z)
        return Z

    def _sample(self) -> Sample:
        if self.sample is None:
            raise ValueError(
                "sample is not known for this network: give it to `exact` or `doubles`"
            )
        return self.sample

    def __repr__(self) -> str:
        return (
            f"Layered({self.construction}, d={self.layers[0].n_inputs}, depth={self.depth}, "
            f"width={self.width}, n_weights={self.n_weights})"
        )


def _is_right(error: float, targets: NDArray[np.float64]) -> bool:
    labels = np.unique(targets)
    if len(labels) > 1 and (labels == np.rint(labels)).all():
        with np.errstate(over="ignore"):
            return 2 * error < float(np.diff(labels).min())
    least, largest = Fraction(float(labels[0])), Fraction(float(labels[-1]))
    return error < np.inf and 10_000 * Fraction(error) <= (largest - least or abs(least))
