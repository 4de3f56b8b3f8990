"""The panel: the measures of a trained network, from its weights and sample alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from torch import Tensor, nn

from experiments.measures import norms, pac_bayes, parameters, path, sharpness, spectral, vc
from experiments.measures.given import class_numbers, points
from experiments.measures.layers import Network, evaluate, poolings, with_biases_as_weights
from experiments.measures.margins import margin_at, margins
from experiments.measures.matrix import Matrix
from experiments.measures.stack import from_torch
from expressivity.switch import switch

Kind = Literal["bound", "score"]
OF_LAYERS: dict[str, Kind] = {
    "path norm, l1": "score",
    "path norm, l2 / margin": "score",
    "product of spectral norms / margin": "score",
    "product of Frobenius norms / margin": "score",
    "Golowich, Rakhlin, Shamir": "score",
    "spectral complexity, from zero": "score",
    "spectral complexity, from initialization": "score",
    "spectral bound": "bound",
    "VC bound": "bound",
}
"""what is defined for a stack of layers only"""
LOOKED_AT = 256  # points at which the layers must answer as the module does
DIVERGED = "weights or outputs are not finite: the training diverged"
OF_THE_SAMPLE = "buffers, as BatchNorm's, come from the sample: no reference is fixed before it"
FROM_THE_START = ("spectral complexity, from initialization", "spectral bound")


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


def panel_of_module(
    module: nn.Module,
    initial: nn.Module,
    x: Tensor,
    labels: ArrayLike,
    seed: int = 0,
    noise: bool = True,
) -> dict[str, Measure]:
    """Measure a trained torch module of any kind; nothing is trained.

    Parameters
    ----------
    module, initial : now, and before training
    x : the sample as the module takes it, (n, ...)
    labels : array-like (n,) of class numbers, the labels it was trained on
    seed : of the noise of sharpness and PAC-Bayes
    noise : whether these two are measured, which is nearly all of the cost

    Returns
    -------
    dict of Measure. Where the module is no stack of layers, what is defined for one only says so.

    Raises
    ------
    TypeError, ValueError
        for a module that does not answer in scores of at least two classes, labels that are none of
        these, an initial module of other parameters, and a noise that is not True or False.

    Cost: that of `panel`, and some 500 passes over the sample.

    Examples
    --------
    >>> import torch
    >>> from experiments.measures.panel import panel_of_module
    >>> _ = torch.manual_seed(0)
    >>> initial, module, x = torch.nn.Linear(4, 2), torch.nn.Linear(4, 2), torch.randn(50, 4)
    >>> labels = module(x).argmax(1).numpy()  # as if it had been trained on them
    >>> found = panel_of_module(module, initial, x, labels)
    >>> found["PAC-Bayes bound"].kind, found["sharpness"].value > 0
    ('bound', True)
    """
    noise = switch(noise, "noise")
    outputs = parameters.outputs(module, x)
    if outputs.ndim != 2 or len(outputs) != len(x) or outputs.shape[1] < 2:
        raise ValueError(
            f"module answers in shape {outputs.shape}: give one with scores of 2 or more classes "
            f"for each of {len(x)} examples"
        )
    labels = class_numbers(labels, outputs.shape[1], len(x))
    weights, start = parameters.flat(module), parameters.flat(initial)
    if len(weights) != len(start):
        raise ValueError(
            f"initial has {len(start)} parameters and module {len(weights)}: give the same module "
            "before training"
        )
    diverged = not (np.isfinite(weights).all() and np.isfinite(outputs).all())
    error_at = parameters.error_at(module, x, labels)

    def pac_bayes_bound() -> float:
        if _knows_the_sample(module, initial):
            raise ValueError(OF_THE_SAMPLE)
        return pac_bayes.certificate(error_at, weights, start, len(x), seed)

    def inverse_noise(magnitude_aware: bool) -> float:
        return 1 / sharpness.largest_noise(error_at, weights, seed, magnitude_aware)

    by_noise: dict[str, tuple[Kind, Callable[[], float]]] = {
        "sharpness": ("score", lambda: inverse_noise(False)),
        "sharpness, magnitude-aware": ("score", lambda: inverse_noise(True)),
        "PAC-Bayes bound": ("bound", pac_bayes_bound),
    }
    measured: dict[str, tuple[Kind, Callable[[], float]]] = {
        "parameter norm": ("score", lambda: float(np.linalg.norm(weights))),
        "distance from initialization": ("score", lambda: float(np.linalg.norm(weights - start))),
        "inverse squared margin": ("score", lambda: margin_at(outputs, labels) ** -2),
        "Fisher-Rao norm": ("score", lambda: parameters.fisher_rao(module, x, labels)),
        "cross-entropy": ("score", lambda: _cross_entropy(outputs, labels)),
        **(by_noise if noise else {}),
    }
    if diverged:
        nothing = {name: Measure(None, kind, DIVERGED) for name, kind in OF_LAYERS.items()}
        return nothing | {n: Measure(None, kind, DIVERGED) for n, (kind, _) in measured.items()}
    found = _of_layers(module, initial, x, labels, outputs)
    return found | {name: _measure(kind, value) for name, (kind, value) in measured.items()}


def _of_layers(
    module: nn.Module,
    initial: nn.Module,
    x: Tensor,
    labels: NDArray[np.int64],
    outputs: NDArray[np.float64],
) -> dict[str, Measure]:
    """Return what is defined for a stack of layers only, or why the module is none."""
    try:
        layers, before = (from_torch(each, x.shape[1:]) for each in (module, initial))
        X = x.detach().flatten(1).cpu().double().numpy()
        _check_answers(layers, X[:LOOKED_AT], outputs[:LOOKED_AT])
    except TypeError as error:
        return {name: Measure(None, kind, str(error)) for name, kind in OF_LAYERS.items()}
    found = panel(layers, before, X, labels)
    if _knows_the_sample(module, initial):
        found |= {name: Measure(None, OF_LAYERS[name], OF_THE_SAMPLE) for name in FROM_THE_START}
    return found


def _knows_the_sample(module: nn.Module, initial: nn.Module) -> bool:
    """Tell whether something of the sample is in a module beside its parameters: in buffers."""
    kind = nn.modules.batchnorm._BatchNorm  # pyright: ignore[reportPrivateUsage]
    if any(isinstance(part, kind) for part in module.modules()):
        return True
    before = dict(initial.named_buffers())
    return any(
        name not in before or not torch.equal(value.cpu(), before[name].cpu())
        for name, value in module.named_buffers()
    )


def panel(
    network: Network, initial: Network, X: ArrayLike, labels: ArrayLike
) -> dict[str, Measure]:
    """Measure a trained stack of layers; nothing is trained.

    Parameters
    ----------
    network, initial : the layers now and before training, see `experiments.measures.stack`
    X : real array-like (n, d), the sample as the network sees it
    labels : array-like (n,) of class numbers, the labels it was trained on

    Returns
    -------
    dict of Measure. What divides by the margin has no value, and says why, where a tenth of the
    sample or more is wrong.

    Raises
    ------
    TypeError, ValueError
        for points that the network does not take, labels that are none of its classes, and an
        initial network of other layers.

    Cost: one pass over the sample and one singular value decomposition a layer, of convolutions
    some 100 passes of one image.

    Examples
    --------
    >>> import numpy as np
    >>> from experiments.measures.layers import Layer
    >>> from experiments.measures.panel import panel
    >>> initial = [Layer(np.eye(2), np.zeros(2)), Layer(np.eye(2), np.zeros(2))]
    >>> network = [Layer(3 * np.eye(2), np.zeros(2)), Layer(np.eye(2), np.zeros(2))]
    >>> X, labels = np.eye(2).repeat(5, axis=0), np.array([0, 1]).repeat(5)
    >>> found = panel(network, initial, X, labels)
    >>> round(found["distance from initialization"].value, 3), found["spectral bound"].kind
    (2.828, 'bound')
    """
    Z = points(X, [network[0].M])
    norms.check_initial(network, initial)
    outputs = evaluate(network, Z)
    labels = class_numbers(labels, outputs.shape[1], len(Z))
    now, before = with_biases_as_weights(network), with_biases_as_weights(initial)
    entering = np.column_stack((Z, np.ones(len(Z))))
    size = float(np.linalg.norm(entering))
    # The 1 that biases multiply is handed on beside what is pooled.
    pooling = norms.of_pooling(network, at_least=1.0)

    def gamma() -> float:
        return margin_at(outputs, labels)

    def spectral_bound() -> float:
        return spectral.bound(
            now, before, entering, margins(outputs, labels), gamma(), pooling=pooling
        ).value

    def product(of: Callable[[list[Matrix]], float]) -> float:
        return of([p.M for p in network]) * norms.of_pooling(network) / gamma()

    def complexity(references: list[Matrix] | None) -> float:
        found = spectral.complexity(now, references, pooling)
        return size * found / (gamma() * len(Z))

    measured: dict[str, tuple[Kind, Callable[[], float]]] = {
        "parameter norm": ("score", lambda: norms.parameter_norm(network)),
        "distance from initialization": ("score", lambda: norms.distance(network, initial)),
        "path norm, l1": ("score", lambda: path.l1(network)),
        "path norm, l2 / margin": ("score", lambda: path.l2(network) / gamma()),
        "product of spectral norms / margin": (
            "score",
            lambda: product(norms.product_of_spectral),
        ),
        "product of Frobenius norms / margin": (
            "score",
            lambda: product(norms.product_of_frobenius),
        ),
        "Golowich, Rakhlin, Shamir": (
            "score",
            lambda: _golowich(network, now, entering, gamma()),
        ),
        "spectral complexity, from zero": ("score", lambda: complexity(None)),
        "spectral complexity, from initialization": ("score", lambda: complexity(before)),
        "spectral bound": ("bound", spectral_bound),
        "VC bound": ("bound", lambda: _vc_bound(network, outputs, labels)),
        "inverse squared margin": ("score", lambda: gamma() ** -2),
    }
    return {name: _measure(kind, value) for name, (kind, value) in measured.items()}


def _golowich(
    network: Network, now: list[Matrix], points: NDArray[np.float64], gamma: float
) -> float:
    if any(pool.largest for pool in poolings(network)):
        raise ValueError("max-pooling is no activation of each unit, of which the theorem is")
    return norms.golowich_bound(now, points, gamma, norms.of_pooling(network, at_least=1.0))


def _vc_bound(network: Network, outputs: NDArray[np.float64], labels: NDArray[np.int64]) -> float:
    dimension = vc.solved(_architecture(network, outputs.shape[1]))
    n, error = len(labels), float((outputs.argmax(1) != labels).mean())
    if n < dimension:
        raise ValueError(f"the VC dimension is at most {dimension:,}, and {n:,} points are fewer")
    return vc.realizable(dimension, n) if error == 0 else error + vc.agnostic(dimension, n)


def _architecture(network: Network, classes: int) -> vc.Architecture:
    """Return what the VC bound counts: units, and pairs that a largest value compares."""
    parameters, units = [], []
    for layer in network:
        compared = [pool.comparisons for pool in layer.pooling if pool.comparisons]
        parameters += [layer.weights.size, *(0 for _ in compared)]
        units += [len(layer.c), *compared]
    return vc.classifier(parameters, [*units[:-1], classes])


def _check_answers(layers: Network, X: NDArray[np.float64], outputs: NDArray[np.float64]) -> None:
    """Raise TypeError unless what was read of a module is the function that it computes."""
    found = evaluate(layers, X)
    if found.shape != outputs.shape or not np.allclose(
        found, outputs, rtol=1e-3, atol=1e-3 * np.abs(outputs).max()
    ):
        raise TypeError("the module computes something else than its layers one after the other")


def _cross_entropy(outputs: NDArray[np.float64], labels: NDArray[np.int64]) -> float:
    return float(torch.nn.functional.cross_entropy(torch.tensor(outputs), torch.tensor(labels)))


def _measure(kind: Kind, value: Callable[[], float]) -> Measure:
    try:
        return Measure(value(), kind)
    except (ValueError, RuntimeError) as error:  # RuntimeError: an operation without a derivative
        return Measure(None, kind, str(error).splitlines()[0])
