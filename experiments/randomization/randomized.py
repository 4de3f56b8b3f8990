"""A model of the user's own under the randomization test."""

from __future__ import annotations

import hashlib
import inspect
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from experiments.datasets import Dataset
from experiments.datasets.sample import TrainingSample
from experiments.sweeps.run import Run
from experiments.training.fit import fit_samples
from experiments.training.recipe import Recipe

if TYPE_CHECKING:  # torch is imported where it is used
    import torch

    from experiments.training.examples import Inputs


@dataclass(frozen=True)
class Randomized(Recipe, Run):
    """One training of a user's model, at one corruption level of the labels.

    Attributes
    ----------
    model : the factory's name
    model_hash : of the factory's source, the model's structure and its first weights, and
        data_hash : of the images and labels, so that a changed one is not taken for the old
    factory, given : the factory and the data set themselves; not part of the specification
    """

    contestant: ClassVar[str] = "randomized"

    model: str = ""
    model_hash: str = ""
    data_hash: str = ""
    factory: Callable[[], torch.nn.Module] | None = field(default=None, compare=False, repr=False)
    given: Dataset | None = field(default=None, compare=False, repr=False)

    @property
    def title(self) -> str:
        return self.model

    def dataset(self) -> Dataset:
        return self.given or super().dataset()

    @classmethod
    def fit_together(
        cls, runs: Sequence[Randomized], samples: Sequence[TrainingSample], scratch: Path | None
    ) -> Iterator[tuple[int, dict[str, Any]]]:
        """Make the model anew from the run's seed and train it."""
        from experiments.training.networks import Foreign

        (run,) = runs
        if run.factory is None:
            raise ValueError(f"{run.name} has no factory: start it through `randomize`")
        network = Foreign(make_model(run.factory, run.seed))
        yield from fit_samples(run, network, samples, [run.seed], _inputs, scratch, run.name)


def load_factory(name: str) -> Callable[[], torch.nn.Module]:
    """Import "package.module:factory", from the current folder too.

    Raises ValueError, naming it, if there is none.
    """
    module_name, _, attribute = name.partition(":")
    if "" not in sys.path:
        sys.path.insert(0, "")
    try:
        return getattr(import_module(module_name), attribute)
    except (ImportError, AttributeError, ValueError) as error:
        raise ValueError(
            f"model {name!r} cannot be imported ({error}): give package.module:factory, a function "
            "without arguments that returns a torch.nn.Module"
        ) from error


def make_model(factory: Callable[[], torch.nn.Module], seed: int) -> torch.nn.Module:
    """Call the factory with torch's generator seeded, and leave that generator as it was.

    Raises ValueError if what comes back is no module that can be trained.
    """
    import torch

    with torch.random.fork_rng():
        torch.manual_seed(seed)
        model = factory()
    if not isinstance(model, torch.nn.Module) or not any(True for _ in model.parameters()):
        raise ValueError(
            f"the factory returned {type(model).__name__}: it must return a torch.nn.Module with "
            "weights, new at every call"
        )
    return model


def model_hash(factory: Callable[[], torch.nn.Module]) -> str:
    """Return 16 hex digits that change with the source, structure or initialization of a model."""
    model = make_model(factory, 0)
    digest = hashlib.sha256(repr(model).encode())
    for source in (factory, type(model)):
        module = inspect.getmodule(source)
        try:
            digest.update(inspect.getsource(module or source).encode())
        except (OSError, TypeError):  # typed at a prompt: there is no source
            continue
    for name, value in sorted(model.state_dict().items()):
        digest.update(name.encode())
        digest.update(value.detach().cpu().double().numpy().tobytes())
    return digest.hexdigest()[:16]


def _inputs(sample: TrainingSample, device: torch.device) -> Inputs:
    """Images of bytes are standardized as in the paper; floats are taken as they are."""
    import torch

    from experiments.training.examples import Inputs
    from experiments.training.preprocessing import as_inputs, channels_first

    if sample.train_images.ndim > 2 and sample.train_images.dtype == "uint8":
        white = sample.data.white
        splits = (as_inputs(images, white, device, torch.float32) for images in sample.seen)
        return Inputs(*splits, view=lambda x, training: channels_first(x))
    train, test = (torch.from_numpy(x).to(device, torch.float32) for x in sample.seen)
    return Inputs(train, test)
