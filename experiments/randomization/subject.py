"""The model under test, of either kind, once it was tried: it is turned into runs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from experiments.datasets import Dataset
from experiments.datasets.corruption import array_hash
from experiments.randomization.contained import contained
from experiments.randomization.estimator import is_estimator
from experiments.randomization.identity import name_of
from experiments.randomization.optimizer import Optimizer, read_optimizer
from experiments.randomization.randomized import Randomized
from experiments.randomization.randomized_estimator import RandomizedEstimator
from experiments.randomization.recipe import default_recipe
from experiments.randomization.tried import Tried
from experiments.training.recipe import Recipe

if TYPE_CHECKING:  # torch is imported where it is used
    import torch

    from experiments.randomization.factory import Factory


TestedRun = Randomized | RandomizedEstimator


class Subject(Protocol):
    """A model that was tried on a data set, and fits others of the same kind of inputs."""

    @property
    def tried(self) -> Tried: ...

    def run(self, data: Dataset, level: float, seed: int) -> TestedRun:
        """Return one training on labels that are corrupted at this level."""
        ...


def subject(
    model: Any,
    data: Dataset,
    recipe: Recipe | None = None,
    optimizer: Optimizer = "sgd",
    device: str | None = None,
) -> Subject:
    """Try a model on a data set and return what is made of it.

    Parameters
    ----------
    model : a function or class that returns a torch.nn.Module or a scikit-learn classifier, or
        such a classifier itself
    data : whose inputs and classes it must take
    recipe, optimizer, device : of a module's training, see `randomize`

    Raises ValueError as `try_model` and `try_estimator`, and for a recipe, an optimizer or a device
    that an estimator has no use for.
    """
    from experiments.randomization.estimator_trial import try_estimator
    from experiments.randomization.trial import try_model

    if makes_estimators(model):
        options = {"recipe": recipe, "optimizer": optimizer, "device": device}
        for name, given in options.items():
            if given not in (None, "sgd"):
                raise ValueError(
                    f"{name} does not apply to a scikit-learn classifier: set what it offers on "
                    "the estimator itself"
                )
        return EstimatorSubject(try_estimator(model, data), model)
    _check_device(device)
    if not isinstance(recipe, Recipe | None):
        raise TypeError(
            f"recipe is a {type(recipe).__name__}: give experiments.randomize.Recipe(), with the "
            "numbers that it names"
        )
    optimizer = read_optimizer(optimizer)
    recipe = recipe or default_recipe(len(data.train_labels), optimizer)
    return NetworkSubject(
        try_model(model, data, recipe, optimizer, device), model, recipe, optimizer, device
    )


def makes_estimators(model: Any) -> bool:
    """Tell whether this is an estimator, or makes one; what fails is left to the trials."""
    if is_estimator(model) or not callable(model):
        return is_estimator(model)
    try:
        with contained(0):
            return is_estimator(model())
    except Exception:
        return False


@dataclass(frozen=True)
class NetworkSubject:
    """A torch module, by the function that makes it, its recipe and its optimizer."""

    tried: Tried
    factory: Factory
    recipe: Recipe
    optimizer: Optimizer
    device: str | None

    def run(self, data: Dataset, level: float, seed: int) -> Randomized:
        """Return one training."""
        own = self.optimizer
        return Randomized(
            **vars(self.recipe),
            **_specified(self.tried, data, level, seed),
            inputs=self.tried.inputs,
            optimizer=own if isinstance(own, str) else name_of(own),
            optimizer_hash=self.tried.optimizer_hash,
            own_optimizer=own,
            factory=self.factory,
            device=self.device,
        )

    def module(self, data: Dataset, seed: int) -> tuple[torch.nn.Module, torch.Tensor]:
        """Return a new module and the training inputs as it takes them."""
        import torch

        from experiments.randomization.factory import make_model
        from experiments.randomization.inputs import as_tensor, view_of

        dtype, cpu = getattr(torch, self.tried.inputs), torch.device("cpu")
        x = view_of(data.train_images)(as_tensor(data.train_images, data.white, dtype, cpu), False)
        return make_model(self.factory, seed, x[:2].clone()), x


@dataclass(frozen=True)
class EstimatorSubject:
    """A scikit-learn classifier, or what makes one."""

    tried: Tried
    estimator: Any

    def run(self, data: Dataset, level: float, seed: int) -> RandomizedEstimator:
        """Return one fit."""
        return RandomizedEstimator(
            **_specified(self.tried, data, level, seed), estimator=self.estimator
        )


def _specified(tried: Tried, data: Dataset, level: float, seed: int) -> dict[str, Any]:
    """Return what a run of either kind is specified by, and its data."""
    arrays: list[Any] = [data.train_images, data.train_labels, data.test_images, data.test_labels]
    return {
        "data": data.name,
        "level": level,
        "seed": seed,
        "model": tried.name,
        "model_hash": tried.hash,
        "data_hash": "-".join(
            [array_hash(array)[:8] for array in arrays] + _brightness(data) + _classes(data)
        ),
        "given": data,
    }


def _brightness(data: Dataset) -> list[str]:
    """Return what bytes are divided by, where they do not go up to 255."""
    from experiments.randomization.inputs import of_bytes

    return [str(data.white)] if of_bytes(data.train_images) and data.white != 255 else []


def _classes(data: Dataset) -> list[str]:
    """Return how many classes random labels are drawn from, where the labels do not say it."""
    k = len(data.classes)
    return [f"{k} classes"] if k > data.train_labels.max() + 1 else []


def _check_device(device: str | None) -> None:
    import torch

    if device is None:
        return
    try:
        torch.zeros(1, device=device).tolist()  # "meta" has no numbers
    except (RuntimeError, AssertionError, TypeError) as error:
        first = str(error).splitlines()[0]
        raise ValueError(f"device is {device!r}, which is not there ({first}): give cpu") from error
