"""A scikit-learn classifier as the model: what is one, a new one from a seed, what it answers."""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from experiments.randomization.contained import contained
from experiments.randomization.identity import name_of, without_addresses
from experiments.sweeps.reason import reason

Estimator = Any
"""Has `fit(X, y)` and `predict(X)`, as scikit-learn's classifiers have."""


def new_estimator(model: Estimator | Callable[[], Estimator], seed: int) -> Estimator:
    """Return an unfitted copy, every random_state in it set from the seed.

    Parameters
    ----------
    model : an estimator, or a function or class that makes one
    seed : at least 0

    Raises ValueError if it fails, makes no estimator, or cannot be copied (no get_params).
    """
    from sklearn.base import clone

    with contained(seed):
        try:
            made: Any = model if is_estimator(model) else model()
            if hasattr(made, "get_params"):
                made = clone(made)
        except (Exception, SystemExit) as error:
            raise ValueError(
                f"model {estimator_name(model)} cannot be made ({reason(error)}): give an "
                "estimator, or a function without arguments that returns one"
            ) from error
    if not is_estimator(made):
        raise ValueError(
            f"the factory returned {type(made).__name__}, which cannot fit and predict"
        )
    if made is model:
        raise ValueError(
            f"{type(made).__name__} has no get_params, so that it cannot be copied and would be "
            "fitted in place: give a function that returns a new one at every call"
        )
    if hasattr(made, "get_params"):
        names = [n for n in parameters(made) if n.rpartition("__")[2] == "random_state"]
        made.set_params(**dict.fromkeys(names, seed % 2**32))
    return made


def is_estimator(thing: object) -> bool:
    """Tell whether this is an estimator itself: no class, and no torch module."""
    import torch

    if isinstance(thing, type | torch.nn.Module):
        return False
    return all(callable(getattr(thing, name, None)) for name in ("fit", "predict"))


@dataclass(frozen=True)
class Fitted:
    """A classifier after fit.

    Attributes
    ----------
    estimator : None where there was one label only, which is then the answer
    classes : int64 array, the labels that it saw, which it knows as 0, 1, ...
    converged : False if a ConvergenceWarning said otherwise
    seconds : of the fit
    """

    estimator: Estimator | None
    classes: NDArray[np.int64]
    converged: bool
    seconds: float

    def predict(self, X: NDArray[Any]) -> NDArray[np.int64]:
        """Return the classes (n,). Raises ValueError for answers that are none of those it saw."""
        if self.estimator is None:
            return np.full(len(X), self.classes[0])
        found = np.asarray(self.estimator.predict(X.copy()))
        if found.ndim == 2 and found.shape[1] == 1:
            found = found[:, 0]
        known = found.shape == (len(X),) and np.isin(found, np.arange(len(self.classes)))
        if not np.all(known):
            shown = f"{found.ravel()[:1].tolist()}, shape {found.shape}"
            raise ValueError(
                f"{type(self.estimator).__name__} predicts {shown}: a classifier gives each of "
                f"{len(X)} examples one of the labels it was fitted on"
            )
        return self.classes[found.astype(np.int64)]

    def probabilities(self, X: NDArray[Any], n_classes: int) -> NDArray[np.float64]:
        """Return a distribution over classes a row, (n, n_classes).

        Of predict_proba; or the softmax of decision_function, where that has one score a class; or
        all on the predicted class. Raises ValueError for what is no distribution over the classes.
        """
        from expressivity.scikit_learn import probabilities

        found = np.zeros((len(X), n_classes))
        if self.estimator is not None and hasattr(self.estimator, "predict_proba"):
            p = np.asarray(self.estimator.predict_proba(X.copy()), dtype=np.float64)
            self._check_distributions(p, len(X))
            found[:, self._columns] = p
        elif (scores := self._scores(X)) is not None:
            found[:, self._columns] = probabilities(scores)
        else:
            found[np.arange(len(X)), self.predict(X)] = 1.0
        return found

    @property
    def _columns(self) -> NDArray[np.int64]:
        """The class of each column, in the estimator's own order where it states one."""
        places = getattr(self.estimator, "classes_", np.arange(len(self.classes)))
        return self.classes[np.asarray(places).astype(np.int64)]

    def _scores(self, X: NDArray[Any]) -> NDArray[np.float64] | None:
        """Return one score a class, or one of two classes; None where it has none or of pairs."""
        if self.estimator is None or not hasattr(self.estimator, "decision_function"):
            return None
        scores = np.asarray(self.estimator.decision_function(X.copy()), dtype=np.float64)
        if not np.isfinite(scores).all():
            raise ValueError(f"{type(self.estimator).__name__} gives scores of NaN or infinity")
        one_vs_one = any(
            key.rpartition("__")[2] == "decision_function_shape" and value == "ovo"
            for key, value in parameters(self.estimator).items()
        )
        k = len(self.classes)
        fits = scores.shape == ((len(X),) if k == 2 else (len(X), k))
        return scores if fits and not (one_vs_one and k > 2) else None

    def _check_distributions(self, p: NDArray[np.float64], n: int) -> None:
        if np.isnan(p).any():
            raise ValueError(f"{type(self.estimator).__name__} gives probabilities of NaN")
        shape = n, len(self.classes)
        if p.shape != shape or not (p.min() >= 0 and np.allclose(p.sum(1), 1, atol=1e-3)):
            raise ValueError(
                f"predict_proba of {type(self.estimator).__name__} gives an array {p.shape}: it "
                f"must be one distribution over the classes an example, {shape}, rows that sum to 1"
            )


def fit(estimator: Estimator, X: NDArray[Any], labels: NDArray[np.int64], seed: int) -> Fitted:
    """Fit an estimator in place, on rows (n, d) and labels numbered without gaps.

    It gets copies of the rows, here and later: some work on what they are given (copy=False), and
    class weights by the numbers that the classes have here. What it does in parallel is done in
    threads, for what another process warns of is not heard. Raises what the estimator raises.
    Cost: its own.
    """
    from joblib import parallel_config
    from sklearn.exceptions import ConvergenceWarning

    classes, y = np.unique(labels, return_inverse=True)
    if len(classes) == 1:
        return Fitted(None, classes, True, 0.0)
    _renumber_class_weights(estimator, classes)
    started = time.perf_counter()
    threads = parallel_config(backend="threading")
    with contained(seed), threads, warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        estimator.fit(X.copy(), y)
    seconds = time.perf_counter() - started
    unfinished = [w for w in said if issubclass(w.category, ConvergenceWarning)]
    for other in said:
        if other not in unfinished:
            warnings.warn_explicit(other.message, other.category, other.filename, other.lineno)
    return Fitted(estimator, classes, not unfinished, seconds)


def _renumber_class_weights(estimator: Estimator, classes: NDArray[np.int64]) -> None:
    """Bring weights by class to the numbers 0, 1, ... of the classes that are there."""
    new = {int(old): number for number, old in enumerate(classes)}
    given = {
        name: value
        for name, value in parameters(estimator).items()
        if name.rpartition("__")[2] == "class_weight" and isinstance(value, dict)
    }
    if given and list(new) != list(range(len(new))):
        moved = {
            name: {new[old]: weight for old, weight in weights.items() if old in new}
            for name, weights in given.items()
        }
        estimator.set_params(**moved)


def estimator_name(model: Any) -> str:
    """Return an estimator as it prints itself, in one line; of a factory its own name."""
    if is_estimator(model):
        return " ".join(without_addresses(repr(model)).split())
    return f"{model.__name__}()" if isinstance(model, type) else name_of(model)


def kind_of(estimator: Estimator) -> str:
    """Return "classifier", "regressor", ..., or "" where it does not say."""
    try:
        return cast(str, estimator.__sklearn_tags__().estimator_type) or ""
    except AttributeError:
        return ""


def parameters(estimator: Estimator) -> dict[str, Any]:
    """Return what get_params gives, {} where there is none."""
    return estimator.get_params() if hasattr(estimator, "get_params") else {}
