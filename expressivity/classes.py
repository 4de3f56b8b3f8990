"""Class labels in and out: the network of Theorem 1 as a classifier."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from expressivity.direction import Direction
from expressivity.files import ordinary, write_atomically
from expressivity.frozen import Remade, frozen
from expressivity.interpolate import interpolate
from expressivity.labels import labels as number_labels
from expressivity.labels import one_kind
from expressivity.network import Network
from expressivity.storage import pack, read_json, unpack

if TYPE_CHECKING:
    from expressivity.torch_network import TorchClassifier


@dataclass(frozen=True, eq=False)
class Classifier(Remade):
    """A network whose one output is the number of a class.

    Attributes
    ----------
    network : Network with targets 0, 1, ..., one number for each class
    classes : array (C,) of the class labels, sorted

    Raises ValueError for a network of several outputs, and for labels of another shape or none, and
    as `expressivity.labels.labels` for what are no labels.

    Examples
    --------
    >>> from expressivity import Classifier, classify
    >>> X = [[0, 1], [1, 1], [3, 0]]
    >>> animal = classify(X, ["cat", "dog", "cat"])
    >>> animal.classes.tolist(), animal(X).tolist()
    (['cat', 'dog'], ['cat', 'dog', 'cat'])

    Saved and read again:

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     animal.save(f"{folder}/animal.safetensors")
    ...     Classifier.load(f"{folder}/animal.safetensors")([[1, 1]]).tolist()
    ['dog']
    """

    network: Network
    classes: NDArray[Any]

    def __post_init__(self) -> None:
        shape = np.shape(self.classes)
        if self.network.w.ndim != 1 or len(shape) != 1 or shape[0] == 0:
            raise ValueError(
                f"classes have shape {shape} and the network is {self.network}: give a label for "
                "each number of the one output of a network"
            )
        object.__setattr__(self, "classes", frozen(one_kind(self.classes, "classes")))

    def __call__(self, X: ArrayLike) -> NDArray[Any]:
        """Return the label of the class nearest to the output at each point of X, shape (m,).

        Raises and costs as `Compiled.__call__`.
        """
        number = np.rint(self.network.compiled(X))
        return self.classes[np.clip(number, 0, len(self.classes) - 1).astype(np.intp)]

    def to_torch(self) -> TorchClassifier:
        """Return a torch module from points x (..., d) to numbers of classes, int64 (...).

        Its attribute `classes` is the list of their labels, `network` the module of
        `Network.to_torch`. Raises ValueError as that does.

        Examples
        --------
        >>> import torch
        >>> from expressivity import classify
        >>> X = [[0.0, 1.0], [1.0, 1.0], [3.0, 0.0]]
        >>> module = classify(X, ["cat", "dog", "cat"]).to_torch()
        >>> [module.classes[number] for number in module(torch.tensor(X).double())]
        ['cat', 'dog', 'cat']
        """
        from expressivity.torch_network import TorchClassifier

        return TorchClassifier(self.network.to_torch(), self.classes.tolist())

    def to_onnx(self, path: str | Path) -> None:
        """Write an ONNX model, input X (m, d), output label (m,): see `Network.to_onnx`.

        Examples
        --------
        >>> import tempfile
        >>> from pathlib import Path
        >>> from expressivity import classify
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     path = Path(folder, "animal.onnx")
        ...     classify([[0, 1], [1, 1]], ["cat", "dog"]).to_onnx(path)
        ...     path.exists()
        True
        """
        from expressivity.export import to_onnx

        to_onnx(self.network, path, self.classes)

    def save(self, path: str | Path) -> None:
        """Save network and labels as safetensors. `Network.load` reads the network alone."""
        net, classes = self.network, self.classes
        text = np.char.decode(classes, "latin1") if classes.dtype.kind == "S" else classes
        labels = json.dumps({"dtype": classes.dtype.str, "labels": text.tolist()})
        write_atomically(path, pack(net.a, net.b, net.w, net.fit, net.depth, classes=labels))

    @classmethod
    def load(cls, path: str | Path) -> Classifier:
        """Load a classifier that `save` wrote. Raises ValueError if the file holds none."""
        parts, facts = unpack(ordinary(path).read_bytes(), str(path))
        try:
            stated = read_json(facts["classes"])
            kind, labels = stated["dtype"], stated["labels"]
            if kind.strip("<>|=")[:1] not in {*"biufUST"} or not labels:
                raise ValueError(f"labels of the kind {kind}")
            if kind.strip("<>|=").startswith("S"):
                labels = [v.encode("latin1") for v in labels]
            classes = np.array(labels, dtype=np.dtypes.StringDType() if kind == "T" else kind)
        except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
            raise ValueError(
                f"{path} holds no labels of classes ({error}): use Network.load for its network"
            ) from error
        return cls(Network(**parts), classes)


def classify(
    X: ArrayLike,
    labels: ArrayLike,
    *,
    direction: Direction | ArrayLike | None = None,
    seed: int = 0,
    depth: int = 2,
    fewest: bool = False,
) -> Classifier:
    """Build a network with 2n + d weights that gives every point of a sample its class.

    Parameters
    ----------
    X, direction, seed, depth, fewest : as for `interpolate`
    labels : array-like (N,) of strings, whole numbers, booleans or bytes, all of one kind

    Returns
    -------
    Classifier

    Raises
    ------
    TypeError, ValueError
        as `interpolate` and `expressivity.labels.labels`; also if rounding could give a point
        another class.

    Cost: as `interpolate`, and O(n) exact additions to bound the error.
    Source: Theorem 1 for the targets 0, 1, ..., as in the paper's randomization test.

    Examples
    --------
    >>> from expressivity import classify
    >>> animal = classify([[0, 1], [1, 1], [3, 0]], ["cat", "dog", "cat"])
    >>> animal([[0, 1], [1, 1]]).tolist()
    ['cat', 'dog']
    >>> animal.network.n_weights
    8
    """
    classes, numbers = number_labels(labels)
    net = interpolate(X, numbers, direction=direction, seed=seed, depth=depth, fewest=fewest)
    if not net.error.compiled < 0.5:
        raise ValueError(
            f"X projects to gaps so small that an output may be off by {net.error.compiled:.2g}, "
            "more than half a class: subtract an offset from X, rescale its coordinates, or give "
            "numbers of classes to interpolate(X, y, exact=True)"
        )
    return Classifier(net, classes)
