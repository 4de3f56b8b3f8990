"""The paper's SGD as one loop: the sample stays one tensor, the batches are index slices."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn.functional import cross_entropy
from tqdm import tqdm

from experiments.networks import two_layer


class Recipe(Protocol):
    """What training needs to know; `experiments.contestants.Trained` has it."""

    @property
    def seed(self) -> int: ...
    @property
    def width(self) -> int: ...
    @property
    def learning_rate(self) -> float: ...
    @property
    def momentum(self) -> float: ...
    @property
    def batch_size(self) -> int: ...
    @property
    def decay(self) -> float: ...
    @property
    def epoch_limit(self) -> int: ...


@dataclass
class Training:
    """A trained network and its course.

    `loss[k]` is the mean training loss of the epoch that ended at `step[k]`; `stopped` is
    "fitted", "epoch limit" or "loss is not finite".
    """

    network: nn.Module
    white: int
    step: list[int] = field(default_factory=list)
    loss: list[float] = field(default_factory=list)
    stopped: str = "epoch limit"

    @property
    def epochs(self) -> int:
        return len(self.step)

    @property
    def n_weights(self) -> int:
        return sum(weight.numel() for weight in self.network.parameters())

    @property
    def norm(self) -> float:
        """The l2 norm of all weights."""
        return math.sqrt(sum(float(w.double().square().sum()) for w in self.network.parameters()))

    def predict(self, images: NDArray[Any]) -> NDArray[np.int64]:
        """Return the class of each image, int64 (m,), in evaluation mode."""
        return _predict(self.network, standardize(images, self.white)).numpy()


def train(
    recipe: Recipe, images: NDArray[Any], labels: NDArray[np.int64], n_classes: int, white: int
) -> Training:
    """Train a two-layer network by SGD with momentum until it fits all labels.

    Parameters
    ----------
    recipe : width, learning rate and its decay per epoch, momentum, batch size, epoch limit, seed
    images : uint8 array (n, ...); labels : int64 array (n,) of classes below n_classes
    white : the value of the brightest pixel

    Returns
    -------
    Training

    It stops when the accuracy, evaluated in evaluation mode over the whole sample after each
    epoch, is 100 %, at the epoch limit, or when the loss is no longer finite, and says which.
    Cost: O(n width (d + n_classes)) an epoch. Source: section 2 and appendix A.
    """
    x, y = standardize(images, white), torch.from_numpy(labels)
    network = two_layer(x[0].numel(), recipe.width, n_classes, recipe.seed)
    optimizer = torch.optim.SGD(
        network.parameters(), lr=recipe.learning_rate, momentum=recipe.momentum
    )
    schedule = torch.optim.lr_scheduler.ExponentialLR(optimizer, recipe.decay)
    order = torch.Generator().manual_seed(recipe.seed)
    training = Training(network, white)
    steps = 0
    with tqdm(total=recipe.epoch_limit, unit="epoch", leave=False) as progress:
        while training.epochs < recipe.epoch_limit:
            total = torch.zeros(())
            for batch in torch.randperm(len(x), generator=order).split(recipe.batch_size):
                optimizer.zero_grad()
                loss = cross_entropy(network(x[batch]), y[batch])
                loss.backward()
                optimizer.step()
                total += loss.detach() * len(batch)
                steps += 1
            schedule.step()
            mean = float(total) / len(x)
            if not math.isfinite(mean):
                training.stopped = "loss is not finite"
                break
            training.step.append(steps)
            training.loss.append(mean)
            accuracy = float((_predict(network, x) == y).double().mean())
            progress.update()
            progress.set_postfix(loss=f"{mean:.3g}", accuracy=f"{accuracy:.1%}")
            if accuracy == 1:
                training.stopped = "fitted"
                break
    return training


def standardize(images: NDArray[Any], white: int) -> Tensor:
    """Subtract each image's mean and divide by max(std, 1 / sqrt(pixels)), float32 (n, ...).

    Pixels are brought to [0, 1] by the brightest value `white` first: with a larger divisor the
    floor would shrink the inputs. Source: appendix A, "per_image_whitening".
    """
    x = torch.from_numpy(images).float() / white
    flat = x.flatten(1)
    centred = flat - flat.mean(1, keepdim=True)
    floor = 1 / math.sqrt(flat.shape[1])
    spread = centred.square().mean(1, keepdim=True).sqrt().clamp(min=floor)
    return (centred / spread).view_as(x)


@torch.no_grad()
def _predict(network: nn.Module, x: Tensor) -> Tensor:
    network.eval()
    classes = torch.cat([network(part).argmax(1) for part in x.split(8192)])
    network.train()
    return classes
