"""The panel: the measures of a trained dense network, from its weights and sample alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from experiments.measures import norms, path, spectral
from experiments.measures.dense import Network, evaluate, with_biases_as_weights
from experiments.measures.margins import margin_at, margins

Kind = Literal["bound", "score"]


@dataclass(frozen=True)
class Measure:
    """One number, or why there is none.

    Attributes
    ----------
    value : None where the measure is not defined
    kind : a bound on the test error with all its constants, or a score
    why : what is missing where there is no value
    """

    value: float | None
    kind: Kind
    why: str = ""


def panel(
    network: Network,
    initial: Network,
    X: NDArray[np.float64],
    labels: NDArray[np.int64],
) -> dict[str, Measure]:
    """Measure a trained network; nothing is trained.

    Parameters
    ----------
    network, initial : the layers now and before training, see `experiments.measures.dense`
    X : float64 array (n, d), the sample as the network sees it
    labels : int64 array (n,), the labels it was trained on

    Returns
    -------
    dict of Measure. What divides by the margin has no value, and says why, where a tenth of the
    sample or more is wrong.

    Cost: one pass over the sample and one singular value decomposition a layer.

    Examples
    --------
    >>> import numpy as np
    >>> from experiments.measures.dense import Layer
    >>> from experiments.measures.panel import panel
    >>> initial = [Layer(np.eye(2), np.zeros(2)), Layer(np.eye(2), np.zeros(2))]
    >>> network = [Layer(3 * np.eye(2), np.zeros(2)), Layer(np.eye(2), np.zeros(2))]
    >>> X, labels = np.eye(2).repeat(5, axis=0), np.array([0, 1]).repeat(5)
    >>> found = panel(network, initial, X, labels)
    >>> round(found["distance from initialization"].value, 3), found["spectral bound"].kind
    (2.828, 'bound')
    """
    outputs = evaluate(network, X)
    now, before = with_biases_as_weights(network), with_biases_as_weights(initial)
    zero = [np.zeros_like(W) for W in now]
    points = np.column_stack((X, np.ones(len(X))))
    size = float(np.linalg.norm(points))

    def gamma() -> float:
        return margin_at(outputs, labels)

    def spectral_bound() -> float:
        return spectral.bound(now, before, points, margins(outputs, labels), gamma()).value

    measured: dict[str, tuple[Kind, Callable[[], float]]] = {
        "parameter norm": ("score", lambda: norms.parameter_norm(network)),
        "distance from initialization": ("score", lambda: norms.distance(network, initial)),
        "path norm, l1": ("score", lambda: path.l1(network)),
        "path norm, l2 / margin": ("score", lambda: path.l2(network) / gamma()),
        "product of spectral norms / margin": (
            "score",
            lambda: norms.product_of_spectral([p.M for p in network]) / gamma(),
        ),
        "product of Frobenius norms / margin": (
            "score",
            lambda: norms.product_of_frobenius([p.M for p in network]) / gamma(),
        ),
        "Golowich, Rakhlin, Shamir": ("score", lambda: norms.golowich_bound(now, points, gamma())),
        "spectral complexity, from zero": (
            "score",
            lambda: size * spectral.complexity(now, zero) / (gamma() * len(X)),
        ),
        "spectral complexity, from initialization": (
            "score",
            lambda: size * spectral.complexity(now, before) / (gamma() * len(X)),
        ),
        "spectral bound": ("bound", spectral_bound),
        "inverse squared margin": ("score", lambda: gamma() ** -2),
    }
    return {name: _measure(kind, value) for name, (kind, value) in measured.items()}


def _measure(kind: Kind, value: Callable[[], float]) -> Measure:
    try:
        return Measure(value(), kind)
    except ValueError as error:
        return Measure(None, kind, str(error))
