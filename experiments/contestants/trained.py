"""A network trained with SGD until it fits its labels."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from experiments.datasets.sample import TrainingSample
from experiments.sweeps.memory import GIB
from experiments.sweeps.record import content_hash
from experiments.sweeps.run import YOUNGER, Needs, Run
from experiments.training.fit import fit_samples
from experiments.training.recipe import Recipe

if TYPE_CHECKING:  # torch is imported where it is used
    import torch

    from experiments.training.examples import Inputs
    from experiments.training.networks import Replicas


@dataclass(frozen=True)
class Network(Recipe, Run):
    """One of the paper's networks, or any MLP, with the regularizers switched on or off.

    Attributes
    ----------
    network : a name that `experiments.training.networks.build` knows
    dropout : probability to drop a unit before dense layers; 0 is off
    random_crop, flip : regularizers of the training images
    rotation : greatest angle of a random rotation in degrees; 0 is off
    framework : whose defaults fill what the paper leaves open

    The others are those of `Recipe` and `Run`.
    """

    network: str = "mlp-1x512"
    dropout: float = 0.0
    random_crop: bool = False
    flip: bool = False
    rotation: float = 0.0
    framework: Literal["pytorch", "tensorflow"] = field(default="pytorch", metadata=YOUNGER)

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.framework not in ("pytorch", "tensorflow"):
            raise ValueError(f"framework is {self.framework!r}: it is pytorch or tensorflow")

    @property
    def title(self) -> str:
        details = [] if self.framework == "pytorch" else [f"details of {self.framework}"]
        what = ", ".join([self.network, *details, *self.regularizers])
        return f"{what} ({', '.join([*self._schedule, self.precision])})"

    @property
    def _schedule(self) -> list[str]:
        """Name the rate, and what else of the schedule is not the recipe's."""
        names = {
            f"rate {self.learning_rate:g} x {self.decay:g}^epoch": True,
            f"momentum {self.momentum:g}": self.momentum != Recipe.momentum,
            f"batches of {self.batch_size}": self.batch_size != Recipe.batch_size,
            f"to a loss of {self.target_loss}": self.target_loss is not None,
            "to the limit": self.to_the_limit,
        }
        return [name for name, is_so in names.items() if is_so]

    @property
    def regularizers(self) -> list[str]:
        """Name the explicit regularizers that are on."""
        names = {
            f"weight decay {self.weight_decay:g}": self.weight_decay,
            f"dropout {self.dropout:g}": self.dropout,
            "random crop": self.random_crop,
            "flip": self.flip,
            f"rotation {self.rotation:g} degrees": self.rotation,
            "early stopping": self.early_stopping,
        }
        return [name for name, on in names.items() if on]

    @property
    def needs(self) -> Needs:
        """Activations and images in single precision; all replicas of a stack share the images."""
        return Needs(memory=(3 if self._mlp else 5) * GIB, gpu=True)

    @property
    def _mlp(self) -> bool:
        return self.network.startswith("mlp-")

    @property
    def _augmented(self) -> bool:
        return bool(self.random_crop or self.flip or self.rotation)

    def networks(
        self, sample: TrainingSample, seeds: Sequence[int], classes: int | None = None
    ) -> Replicas:
        """Return untrained networks for a sample, one a seed, with an output a class.

        Raises ValueError for a sample that is no images, or of sides that differ if augmented.
        """
        from experiments.training.networks import build
        from experiments.training.tensorflow import as_in_tensorflow

        if sample.train_images.ndim not in (3, 4):
            raise ValueError(
                f"network {self.network!r} takes images (n, height, width[, channels]), and "
                f"{self.data} has the shape {sample.train_images.shape}: use `randomize` for a "
                "model of your own"
            )
        side, whole = sample.data.side, sample.train_images.shape[1:3]
        if self._augmented and sample.data.crop is None and whole[0] != whole[1]:
            raise ValueError(
                f"images are {whole[0]} x {whole[1]}: crops, flips and rotations are of square "
                "ones; cut or pad them"
            )
        height, width = (side, side) if self._augmented else sample.seen[0].shape[1:3]
        shape = (height, width, *sample.train_images.shape[3:], 1)[:3]
        classes = classes or len(sample.data.classes)
        network = build(self.network, shape, classes, seeds, self.dropout)
        if self.framework == "tensorflow":
            as_in_tensorflow(network)
        return network

    def inputs(self, sample: TrainingSample, device: torch.device) -> Inputs:
        """Return the inputs of both splits and how a network views them."""
        import torch

        from experiments.training.augmentation import Augmentation, with_margin
        from experiments.training.examples import Inputs
        from experiments.training.preprocessing import (
            as_inputs,
            as_pixels,
            channels_first,
            standardize,
        )

        # An MLP takes the pixels in any order: theirs costs nothing.
        layout = (lambda x: x) if self._mlp else channels_first
        side, white = sample.data.side, sample.data.white
        if not self._augmented:
            dtype = torch.bfloat16 if self.precision == "bf16" else torch.float32
            splits = (as_inputs(images, white, device, dtype) for images in sample.seen)
            return Inputs(*splits, view=lambda x, training: layout(x))
        splits = (
            with_margin(as_pixels(images, white, device), side)
            for images in (sample.train_images, sample.test_images)
        )
        augment = Augmentation(side, self.random_crop, self.flip, self.rotation)
        centre = Augmentation(side, crop=False, flip=False, rotation=0.0)

        def view(x: torch.Tensor, training: bool) -> torch.Tensor:
            return layout(standardize((augment if training else centre)(x)))

        return Inputs(*splits, view=view)


@dataclass(frozen=True)
class Trained(Network):
    """A network trained until it fits its labels, or to the limit of epochs.

    Examples
    --------
    >>> from experiments.contestants import Trained
    >>> from experiments.sweeps.run import execute
    >>> run = Trained(network="mlp-1x32", n=64, n_test=64, learning_rate=0.1, decay=1.0)
    >>> (record,) = execute([run])
    >>> record["fitted"], record["n_weights"], record["stopped"]
    (True, 2410, 'fitted')
    """

    contestant: ClassVar[str] = "trained"

    @property
    def stack(self) -> str | None:
        """MLPs on the same images are trained side by side, whatever their labels and seeds.

        What is drawn during training (dropout, augmentation) would depend on the company.
        """
        if not self._mlp or self.dropout or self._augmented:
            return None
        free = ["level"] if self.pixels != "true" else ["level", "seed"]
        return content_hash({k: v for k, v in self.specification.items() if k not in free})

    @classmethod
    def fit_together(
        cls, runs: Sequence[Trained], samples: Sequence[TrainingSample], scratch: Path | None
    ) -> Iterator[tuple[int, dict[str, Any]]]:
        """Train until every label is fitted in evaluation mode, or to the limit of epochs.

        Raises ValueError for a sample that is no images.
        """
        run, seeds = runs[0], [each.seed for each in runs]
        network = run.networks(samples[0], seeds)
        title = run.name if len(runs) == 1 else f"{len(runs)} x {run.title}"
        yield from fit_samples(run, network, samples, seeds, run.inputs, scratch, title)
