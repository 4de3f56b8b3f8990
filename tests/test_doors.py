"""Everything that takes points, targets or labels takes them from every container, or says why not.

A new entry point is covered by its line in POINTS, TARGETS or CLASSES.
"""

from __future__ import annotations

import copy
import re
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
import torch

import experiments.datasets
import experiments.kernels
import expressivity
from experiments.datasets import from_arrays
from experiments.kernels import (
    Gaussian,
    Laplace,
    MinimumNormClassifier,
    MinimumNormInterpolator,
    MinimumNormRegressor,
    Polynomial,
)
from expressivity import certify, classify, interpolate, memorize, verify
from expressivity.estimators import ReLUInterpolatorClassifier, ReLUInterpolatorRegressor
from expressivity.memorizers.compare import compare
from tests.containers import (
    CONTAINERS,
    HALVES,
    LABELS,
    NO_LABELS,
    NO_NUMBERS,
    NO_TABLE,
    WHOLE,
)

Y = np.arange(7) ** 2 / 4.0
PAIRS = np.column_stack((Y, -Y))
WORDS = LABELS["words"]["list"]
NET = interpolate(HALVES, Y)
LAYERED = memorize(HALVES, Y)
KERNEL = np.exp(-np.square(HALVES[:, None] - HALVES[None]).sum(-1))
FITTED = {
    "relu regressor": ReLUInterpolatorRegressor().fit(HALVES, Y),
    "relu classifier": ReLUInterpolatorClassifier().fit(HALVES, WORDS),
    "interpolator": MinimumNormInterpolator().fit(HALVES, Y),
    "regressor": MinimumNormRegressor().fit(HALVES, Y),
    "classifier": MinimumNormClassifier().fit(HALVES, WORDS),
    "polynomial": MinimumNormInterpolator(Polynomial(2), ridge=1.0).fit(HALVES, Y),
}


def _weights(net: Any) -> tuple[Any, ...]:
    return net.a, net.b, net.w


def _held(premises: dict[str, Any]) -> list[Any]:
    return [(premise.what, premise.holds, premise.value) for premise in premises.values()]


def _splits(data: experiments.datasets.Dataset) -> tuple[Any, ...]:
    return data.train_images, data.test_images, data.train_labels, data.classes


# Whatever takes points, as a function of them alone; what it gives is compared entry by entry.
POINTS: dict[str, Callable[[Any], Any]] = {
    "interpolate": lambda X: _weights(interpolate(X, Y)),
    "interpolate, widened": lambda X: _weights(interpolate(X, Y, direction="widened")),
    "interpolate, exact": lambda X: interpolate(X, Y, exact=True).rounded().w,
    "interpolate, deep": lambda X: _weights(interpolate(X, Y, depth=3)),
    "interpolate, fewest": lambda X: _weights(interpolate(X, Y, fewest=True)),
    "classify": lambda X: _weights(classify(X, WORDS).network),
    "memorize": lambda X: [memorize(X, Y)(HALVES), memorize(X, Y).n_weights],
    "compare": lambda X: [(one.name, one.size and one.size.n_weights) for one in compare(X, Y)],
    "verify": lambda X: _held(verify(NET, X, Y)),
    "certify": lambda X: certify(NET, X, Y),
    "certify layers": lambda X: certify(LAYERED, X, Y),
    "Network": NET,
    "Network.literal": NET.literal,
    "Network.compiled": NET.compiled,
    "Network.to_torch": lambda X: NET.to_torch(torch.float32, (X, Y)).state_dict().values(),
    "RationalNetwork": lambda X: [float(v) for v in interpolate(HALVES, Y, exact=True)(X)],
    "Layered": LAYERED,
    "Classifier": classify(HALVES, WORDS),
    "ReLUInterpolatorRegressor.fit": lambda X: (
        ReLUInterpolatorRegressor().fit(X, Y).predict(np.asarray(HALVES))
    ),
    "ReLUInterpolatorClassifier.fit": lambda X: _weights(
        ReLUInterpolatorClassifier().fit(X, WORDS).network_
    ),
    "MinimumNormInterpolator.fit": lambda X: MinimumNormInterpolator().fit(X, Y).dual_coef_,
    "MinimumNormInterpolator.fit, Gaussian": lambda X: (
        MinimumNormInterpolator(Gaussian(0.5)).fit(X, Y).dual_coef_
    ),
    "MinimumNormInterpolator.fit, a name": lambda X: (
        MinimumNormInterpolator("laplacian").fit(X, Y).dual_coef_
    ),
    "MinimumNormRegressor.fit": lambda X: MinimumNormRegressor().fit(X, Y).dual_coef_,
    "MinimumNormRegressor.fit, Laplace": lambda X: (
        MinimumNormRegressor(Laplace(0.5)).fit(X, PAIRS).dual_coef_
    ),
    "MinimumNormClassifier.fit": lambda X: MinimumNormClassifier().fit(X, WORDS).dual_coef_,
    "from_arrays": lambda X: _splits(from_arrays("m", {"images": X, "labels": WORDS})),
    "from_arrays, test": lambda X: (
        from_arrays("m", {"X": HALVES, "y": WORDS, "X_test": X, "y_test": WORDS}).test_images
    ),
    **{f"{name}.predict": fitted.predict for name, fitted in FITTED.items()},
    **{
        f"{name}.decision_function": fitted.decision_function
        for name, fitted in FITTED.items()
        if hasattr(fitted, "decision_function")
    },
}
# Whatever takes real targets.
TARGETS: dict[str, Callable[[Any], Any]] = {
    "interpolate": lambda y: _weights(interpolate(WHOLE, y)),
    "interpolate, exact": lambda y: interpolate(WHOLE, y, exact=True).rounded().w,
    "memorize": lambda y: memorize(WHOLE, y)(WHOLE),
    "verify": lambda y: _held(verify(interpolate(WHOLE, HALVES), WHOLE, y)),
    "certify": lambda y: certify(interpolate(WHOLE, HALVES), WHOLE, y),
    "ReLUInterpolatorRegressor": lambda y: ReLUInterpolatorRegressor().fit(WHOLE, y).predict(WHOLE),
    "MinimumNormRegressor": lambda y: MinimumNormRegressor().fit(WHOLE, y).dual_coef_,
    "MinimumNormInterpolator": lambda y: MinimumNormInterpolator().fit(WHOLE, y).dual_coef_,
}
# Whatever takes labels of classes, and gives labels of those points.
CLASSES: dict[str, Callable[[Any], Any]] = {
    "classify": lambda y: classify(HALVES, y)(HALVES),
    "ReLUInterpolatorClassifier": lambda y: (
        ReLUInterpolatorClassifier().fit(HALVES, y).predict(HALVES)
    ),
    "MinimumNormClassifier": lambda y: MinimumNormClassifier().fit(HALVES, y).predict(HALVES),
    "MinimumNormInterpolator": lambda y: MinimumNormInterpolator().fit(HALVES, y).predict(HALVES),
    "from_arrays": lambda y: _named(from_arrays("m", {"images": HALVES, "labels": y}), "train"),
    "from_arrays, test": lambda y: _named(
        from_arrays("m", {"X": HALVES, "y": y, "X_test": HALVES, "y_test": y}), "test"
    ),
}
# Names that are exported and take no points, targets or labels themselves.
TAKE_NONE = {
    *("Premise", "__version__", "capacity", "lower_bounds"),
    *("Dataset", "centre_crop", "load", "names", "require"),
    *("ArcCosine", "NTK", "Gaussian", "Kernel", "Laplace", "Linear", "Polynomial"),
}


def _named(data: experiments.datasets.Dataset, split: str) -> list[str]:
    return [data.classes[k] for k in getattr(data, f"{split}_labels")]


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="X (does not have|has) (valid )?feature names")
        yield


def test_every_name_that_takes_arrays_is_listed() -> None:
    exported = [
        name
        for package in (expressivity, experiments.kernels, experiments.datasets)
        for name in package.__all__
        if name not in TAKE_NONE
    ]
    listed = {*POINTS, *TARGETS, *CLASSES}
    assert [name for name in exported if not any(one.startswith(name) for one in listed)] == []


@pytest.mark.parametrize("entry", POINTS)
def test_layout_dtype_and_container_of_points_change_nothing(entry: str) -> None:
    _gives_the_same(POINTS[entry], CONTAINERS, HALVES)


@pytest.mark.parametrize("entry", TARGETS)
def test_layout_dtype_and_container_of_targets_change_nothing(entry: str) -> None:
    _gives_the_same(TARGETS[entry], CONTAINERS, HALVES)


@pytest.mark.parametrize("entry", CLASSES)
@pytest.mark.parametrize("kind", LABELS)
def test_the_container_of_labels_changes_nothing(kind: str, entry: str) -> None:
    plain = LABELS[kind]["list"]
    _gives_the_same(CLASSES[entry], LABELS[kind], plain)
    if "from_arrays" not in entry:
        assert _plain(CLASSES[entry](plain)) == plain


@pytest.mark.parametrize("entry", POINTS)
def test_what_are_no_points_is_refused_by_name(entry: str) -> None:
    free = {"three dimensions"} if "from_arrays" in entry else set()
    _refuses(POINTS[entry], {kind: NO_TABLE[kind] for kind in NO_TABLE if kind not in free})


@pytest.mark.parametrize("entry", TARGETS)
def test_what_are_no_targets_is_refused_by_name(entry: str) -> None:
    free = set()
    if entry == "MinimumNormInterpolator":  # to it these are labels
        free = {"text", "uint64 beyond 2^53"}
    _refuses(TARGETS[entry], {kind: NO_NUMBERS[kind] for kind in NO_NUMBERS if kind not in free})


@pytest.mark.parametrize("entry", CLASSES)
def test_what_are_no_labels_is_refused_by_name(entry: str) -> None:
    free = set()
    if entry == "MinimumNormInterpolator":  # to it these are real targets
        free = {"one-hot", "NaN among numbers"}
    _refuses(CLASSES[entry], {kind: NO_LABELS[kind] for kind in NO_LABELS if kind not in free})


@pytest.mark.parametrize("entry", [name for name in POINTS if "." not in name or ".fit" in name])
def test_a_sample_without_points_is_refused(entry: str) -> None:
    if entry in ("Network", "Layered", "Classifier", "RationalNetwork"):
        assert len(POINTS[entry](np.empty((0, 3)))) == 0
        return
    with pytest.raises(ValueError, match=r"0 rows|0 sample|at least one|lengths"):
        POINTS[entry](np.empty((0, 3)))


def _gives_the_same(entry: Callable[[Any], Any], containers: dict[str, Any], plain: Any) -> None:
    """Assert that all containers give what the plain one gives, and hold what they held."""
    expected = _plain(entry(plain))
    for name, held in containers.items():
        given = copy.deepcopy(held)
        assert _plain(entry(given)) == expected, name
        assert str(given) == str(held), name


def _refuses(entry: Callable[[Any], Any], kinds: dict[str, tuple[Any, str]]) -> None:
    for kind, (given, says) in kinds.items():
        try:
            entry(given)
        except (ValueError, TypeError) as refused:
            said = str(refused)
            assert re.search(says, said) and len(said) < 400, f"{kind}: {said}"
        else:
            pytest.fail(f"{kind} are taken")


def _plain(found: Any) -> Any:
    """Return what an entry point gave as lists of Python's own numbers and words."""
    if isinstance(found, dict):
        return {key: _plain(value) for key, value in found.items()}
    if isinstance(found, torch.Tensor):
        return found.detach().tolist()
    if isinstance(found, np.ndarray | np.generic):
        return (found.astype(float) if found.dtype.kind in "fi" else found).tolist()
    if isinstance(found, str | float | int) or found is None:
        return found
    return [_plain(one) for one in found]
