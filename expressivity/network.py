"""The ReLU network c(x) = sum_j w_j max(<a, x> - b_j, 0), in two layers or more."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from expressivity import deep
from expressivity.arrays import check_values, place, real
from expressivity.bounds import ErrorBound, Fit, error_bound
from expressivity.compiled import Compiled
from expressivity.files import ordinary, write_atomically
from expressivity.frozen import Remade, frozen
from expressivity.literal import relu_sum
from expressivity.progress import progress
from expressivity.projection import project_queries
from expressivity.storage import pack, unpack

if TYPE_CHECKING:
    import torch

    from expressivity.torch_network import TorchNetwork

# Products of points and hidden units: 50,000 points at 50,000 units are below it.
LITERAL_UP_TO = 1 << 32


@dataclass(frozen=True, eq=False)
class Network(Remade):
    """The network of Theorem 1: one direction, n knots, n weights; or of its corollary.

    Its arrays are read-only, copies of those given that were not, so that bounds and certificates
    stay true. Raises TypeError or ValueError for what are no finite real numbers, for shapes that
    do not fit together, knots that do not increase, and a depth without a unit for each layer.

    Attributes
    ----------
    a : float64 array (d,), the direction
    b : float64 array (n,), the knots, increasing
    w : float64 array (n,), the weights of the n hidden units; (n, K) for K outputs
    fit : the projections, on this direction, and targets it was built for; None where they are not
        known, and with another `a`
    depth : the number of layers of weights; the hidden units are shared out over depth - 1
        hidden layers (see `expressivity.deep`)

    Examples
    --------
    >>> import numpy as np
    >>> from expressivity import Network
    >>> net = Network(a=np.array([1.0, 2.0]), b=np.array([0.0, 1.0]), w=np.array([1.0, -1.0]))
    >>> net
    Network(n=2, d=2, n_weights=6)
    >>> net([[0.5, 0.0], [3.0, 0.0]]).tolist()  # the slope is 1 from 0 to 1, then 0
    [0.5, 1.0]
    """

    a: NDArray[np.float64]
    b: NDArray[np.float64]
    w: NDArray[np.float64]
    fit: Fit | None = None
    depth: int = 2

    def __post_init__(self) -> None:
        for name in ("a", "b", "w"):
            object.__setattr__(self, name, finite(getattr(self, name), name))
        check_parts(self.a, self.b, self.w, self.depth)
        object.__setattr__(self, "depth", int(self.depth))
        if self.fit is not None and self.fit.y.shape[1:] != self.w.shape[1:]:
            raise ValueError(
                f"fit has targets of shape {self.fit.y.shape} and w the shape {self.w.shape}: give "
                "the fit of a network with these outputs, or None"
            )

    @property
    def n_hidden(self) -> int:
        """The number n of hidden units that carry a knot."""
        return len(self.b)

    @property
    def n_outputs(self) -> int:
        """The number K of outputs."""
        return 1 if self.w.ndim == 1 else self.w.shape[1]

    @property
    def n_weights(self) -> int:
        """The number of weights: 2n + d, or n K + n + d; `deep.count` for more layers."""
        return deep.count(self.n_hidden, len(self.a), self.n_outputs, self.depth)

    @property
    def width(self) -> int:
        """The number of units of the largest hidden layer."""
        return deep.width(self.n_hidden, self.n_outputs, self.depth)

    def __call__(self, X: ArrayLike) -> NDArray[np.float64]:
        """Evaluate the network in double precision.

        As the literal sum of its ReLUs up to LITERAL_UP_TO products of points and hidden units,
        some ten seconds; beyond that as `compiled`, which is the same function by one search a
        point. `literal` is the sum whatever it takes.

        Parameters
        ----------
        X : real array-like (m, d)

        Returns
        -------
        float64 array (m,), or (m, K)

        Raises
        ------
        TypeError, ValueError
            as `interpolate` for X; also if X has another number of coordinates, or if a
            projection or the sum overflows.

        Cost: O(m (n + d)) time up to LITERAL_UP_TO, beyond it O(m d) and a search for each point;
        a few MiB beyond the result: never an m x n matrix.
        """
        t = project_queries(X, self.a)
        if len(t) * self.n_hidden > LITERAL_UP_TO:
            return self.compiled.along(t)
        return self._sum(t)

    def literal(self, X: ArrayLike) -> NDArray[np.float64]:
        """Evaluate the network as the literal sum of its ReLUs, however long that takes.

        Takes points X and returns what `__call__` does. Where it takes more than some ten seconds,
        standard error says how many and how far it is. Cost: O(m (n + d)), 10^9 products in 2 to
        6 seconds.

        Examples
        --------
        >>> from expressivity import interpolate
        >>> net = interpolate([[0.0], [1.0]], [1.0, 3.0])
        >>> net.literal([[0.0], [1.0]]).tolist()
        [1.0, 3.0]
        """
        t = project_queries(X, self.a)
        size = max(1, LITERAL_UP_TO // self.n_hidden)
        parts = [t[start : start + size] for start in range(0, max(len(t), 1), size)]
        sums = []
        for part in progress(parts, f"literal sum of {len(t):,} x {self.n_hidden:,} units"):
            sums.append(self._sum(part))
        return np.concatenate(sums)

    def _sum(self, t: NDArray[np.float64]) -> NDArray[np.float64]:
        value = np.zeros((len(t), *self.w.shape[1:]))
        with np.errstate(over="ignore", invalid="ignore"):
            for units in deep.layers(self.n_hidden, self.depth):
                value += relu_sum(t, self.b[units], self.w[units])
        if not np.isfinite(value).all():
            raise ValueError(
                "X has points so far from the sample that the sum of ReLUs overflows double "
                "precision: use `compiled`, which adds up nothing"
            )
        return value

    @cached_property
    def compiled(self) -> Compiled:
        """The same function in piecewise form: one search per query. Cost O(n)."""
        return Compiled.of(self.a, self.b, self.w)

    @cached_property
    def error(self) -> ErrorBound:
        """Rigorous bounds on |network - target| over the sample the network was built for.

        Raises ValueError if that sample is not known. Cost O(n) exact additions, 2 s for 10^6.
        """
        if self.fit is None:
            raise ValueError(
                "fit is not known for this network: use interpolate, or verify it with its sample"
            )
        return error_bound(self.b, self.w, self.fit, deep.layers(self.n_hidden, self.depth))

    def to_torch(
        self, dtype: torch.dtype | None = None, sample: tuple[ArrayLike, ArrayLike] | None = None
    ) -> TorchNetwork:
        """Return the network as a torch module: see `expressivity.export.to_torch`.

        In `dtype`, double precision by default; a narrower one is refused where `sample`, a pair
        (X, y), shows that it would be wrong.

        Examples
        --------
        >>> from expressivity import interpolate
        >>> module = interpolate([[0.0, 1.0], [1.0, 1.0]], [1.0, 3.0]).to_torch()
        >>> sum(parameter.numel() for parameter in module.parameters())  # 2n + d
        6
        """
        from expressivity.export import to_torch

        return to_torch(self, dtype, sample)

    def to_onnx(self, path: str | Path) -> None:
        """Write the network as an ONNX model: see `expressivity.export.to_onnx`.

        Examples
        --------
        >>> import tempfile
        >>> from pathlib import Path
        >>> from expressivity import interpolate
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     path = Path(folder, "network.onnx")
        ...     interpolate([[0.0, 1.0], [1.0, 1.0]], [1.0, 3.0]).to_onnx(path)
        ...     path.exists()
        True
        """
        from expressivity.export import to_onnx

        to_onnx(self, path)

    def save(self, path: str | Path) -> None:
        """Save the network as safetensors, which holds arrays and no code. Written atomically.

        Examples
        --------
        >>> import tempfile
        >>> from expressivity import Network, interpolate
        >>> net = interpolate([[0.0], [1.0]], [1.0, 3.0])
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     net.save(f"{folder}/network.safetensors")
        ...     same = Network.load(f"{folder}/network.safetensors")
        >>> bool((same.w == net.w).all())
        True
        """
        write_atomically(path, pack(self.a, self.b, self.w, self.fit, self.depth))

    @classmethod
    def load(cls, path: str | Path) -> Network:
        """Load a network that `save` wrote. Raises ValueError if the file holds no such network.

        Examples
        --------
        >>> import tempfile
        >>> from expressivity import Network, interpolate
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     interpolate([[0.0], [1.0]], [1.0, 3.0]).save(f"{folder}/network.safetensors")
        ...     Network.load(f"{folder}/network.safetensors")
        Network(n=2, d=1, n_weights=5)
        """
        return cls.from_bytes(ordinary(path).read_bytes(), str(path))

    @classmethod
    def from_bytes(cls, content: bytes, name: str) -> Network:
        """Read a network from the content of a file, which errors call `name`; as `load`.

        Examples
        --------
        >>> from expressivity import Network
        >>> Network.from_bytes(b"", "mine.safetensors")
        Traceback (most recent call last):
            ...
        ValueError: mine.safetensors ...
        """
        return cls(**unpack(content, name)[0])

    def __repr__(self) -> str:
        more = "" if self.w.ndim == 1 else f", K={self.n_outputs}"
        more += "" if self.depth == 2 else f", depth={self.depth}"
        return f"Network(n={self.n_hidden}, d={len(self.a)}{more}, n_weights={self.n_weights})"


def finite(values: ArrayLike, name: str) -> NDArray[np.float64]:
    """Return weights as read-only doubles. Raises TypeError or ValueError unless all are finite."""
    given = real(values, name)
    if given.dtype.kind != "f":
        check_values(given, name)
    elif not np.isfinite([given.min(initial=0), given.max(initial=0)]).all():
        bad = np.argwhere(~np.isfinite(given))[0]
        raise ValueError(
            f"{place(bad, name)} is {given[tuple(bad)]}: a network has finite weights; scale X or "
            "y down"
        )
    return frozen(given, np.float64)


def check_parts(a: NDArray[Any], b: NDArray[Any], w: NDArray[Any], depth: int) -> None:
    """Raise ValueError unless direction, knots, weights and depth make a network."""
    shapes = a.shape, b.shape, w.shape
    if [len(shape) for shape in shapes[:2]] != [1, 1] or w.ndim not in (1, 2):
        raise ValueError(f"a, b and w have shapes {shapes}: give (d,), (n,), (n,) or (n, K)")
    if len(b) != len(w) or 0 in (*a.shape, *w.shape):
        raise ValueError(f"a, b and w have shapes {shapes}: give one weight for each knot")
    if (back := b[1:] < b[:-1]).any():
        raise ValueError(
            f"b is not increasing at b[{int(np.argmax(back)) + 1}]: sort the knots together with "
            "their weights"
        )
    deep.layers(len(b), depth)
