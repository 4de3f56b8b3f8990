"""The paper's networks, with its numbers of weights; `build` makes one, or a stack of MLPs."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.functional import conv2d

from experiments.training.recipe import Recipe
from experiments.training.side_by_side import EachSGD, affine

MLP = re.compile(r"mlp-(\d+)x(\d+)")


def build(
    name: str, shape: Sequence[int], n_classes: int, seeds: Sequence[int], dropout: float = 0.0
) -> Replicas:
    """Build the replicas of a network, one a seed, each initialized from its own.

    Parameters
    ----------
    name : a name in `NETWORKS`, or "mlp-LxW": L hidden layers of W units
    shape : height, width and channels of the images
    n_classes : number of outputs
    seeds : one for each replica; only MLPs have more than one
    dropout : the probability to drop, before every dense layer but an MLP's first

    Weights are Glorot uniform and biases zero, as by default in tf.contrib.layers, a part of the
    framework that the authors used; docs/recipe.md lists what the paper leaves open. The global
    generator is left alone. Raises ValueError for an unknown name.
    Source: section 2, appendix A.
    """
    with torch.random.fork_rng(devices=[]):
        if mlp := MLP.fullmatch(name):
            depth, width = map(int, mlp.groups())
            widths = [math.prod(shape), *[width] * depth, n_classes]
            return StackedMLP(widths, seeds, dropout)
        if name not in NETWORKS:
            known = ", ".join(["mlp-1x512", "mlp-3x512", *NETWORKS])
            raise ValueError(f"network {name!r} is unknown: there are {known}")
        if len(seeds) != 1:
            raise ValueError(f"{len(seeds)} replicas of {name}: only MLPs are stacked")
        torch.default_generator.manual_seed(seeds[0])  # not those of all GPUs
        network = NETWORKS[name](shape, n_classes, dropout)
        network.apply(_glorot)
        return Single(network.to(memory_format=torch.channels_last))  # pyright: ignore


class Replicas(nn.Module):
    """k networks of one kind: inputs (k, B, ...), outputs (k, B, classes).

    An MLP takes images in any layout, the others as (k, B, channels, height, width).

    Where it is `stacked`, the first dimension of every weight is the replica. Where it is `ours`,
    it does the same work for every batch and never looks at a value on the host. Where it
    `spares_biases`, weight decay leaves its biases and shifts alone.
    """

    stacked, ours, spares_biases = False, True, False

    def keep(self, chosen: list[int]) -> None:
        """Drop all replicas but the chosen ones."""
        raise NotImplementedError

    def one(self, row: int) -> nn.Module:
        """Return one of the networks by itself, which takes a batch (B, ...) as it views it."""
        raise NotImplementedError

    def optimizer(self, recipe: Recipe) -> torch.optim.Optimizer:
        """Return the paper's optimizer of all weights."""
        weights, biases = list(self.parameters()), []
        if self.spares_biases:
            named = list(self.named_parameters())
            weights = [w for name, w in named if "bias" not in name]
            spared = [b for name, b in named if "bias" in name]
            biases = [{"params": spared, "weight_decay": 0.0}]
        on_cpu = next(self.parameters()).device.type == "cpu"
        return (EachSGD if self.stacked and on_cpu else torch.optim.SGD)(
            [{"params": weights}, *biases],
            lr=recipe.learning_rate,
            momentum=recipe.momentum,
            weight_decay=recipe.weight_decay,
            fused=True,
        )


class Single(Replicas):
    """One network, as a stack of one."""

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(self, x: Tensor) -> Tensor:
        return self.network(x[0])[None]

    def one(self, row: int) -> nn.Module:
        return self.network


class Foreign(Single):
    """Someone else's network, of which nothing is known, with an optimizer of their choice.

    Its state is also what no file of weights holds: buffers that are not kept, and attributes that
    are tensors, numbers, words or lists of them, as a count of the steps so far.
    """

    ours = False

    def __init__(
        self, network: nn.Module, optimizer: Callable[[Recipe], torch.optim.Optimizer] | None = None
    ) -> None:
        super().__init__(network)
        self._optimizer = optimizer

    def optimizer(self, recipe: Recipe) -> torch.optim.Optimizer:
        return super().optimizer(recipe) if self._optimizer is None else self._optimizer(recipe)

    def get_extra_state(self) -> dict[str, dict[str, Any]]:
        usual = vars(nn.Module())
        return {
            place: {
                name: (value, _is_elsewhere(value))
                for name, value in (*vars(module).items(), *module.named_buffers(recurse=False))
                if name not in usual and _is_plain(value)
            }
            for place, module in self.network.named_modules()
        }

    def set_extra_state(self, state: dict[str, dict[str, Any]]) -> None:
        device = next(self.network.parameters()).device
        for place, attributes in state.items():
            module = self.network.get_submodule(place)
            for name, (value, elsewhere) in attributes.items():
                setattr(module, name, _placed(value, elsewhere, device))


def _is_elsewhere(value: Any) -> Any:
    """Tell of each tensor whether it is not on the CPU, to which a checkpoint is read."""
    if type(value) in (list, tuple):
        return list(map(_is_elsewhere, value))
    if type(value) is dict:
        return {key: _is_elsewhere(each) for key, each in value.items()}
    return isinstance(value, Tensor) and value.device.type != "cpu"


def _placed(value: Any, elsewhere: Any, device: torch.device) -> Any:
    """Return a value of a checkpoint with its tensors where they were."""
    if type(value) in (list, tuple):
        return type(value)(map(_placed, value, elsewhere, [device] * len(value)))
    if type(value) is dict:
        return {key: _placed(each, elsewhere[key], device) for key, each in value.items()}
    return value.to(device) if elsewhere else value


def _is_plain(value: Any) -> bool:
    """Tell whether a checkpoint can hold a value: nothing but tensors and plain containers."""
    if type(value) in (list, tuple):
        return all(map(_is_plain, value))
    if type(value) is dict:
        return all(type(key) in (str, int) and _is_plain(each) for key, each in value.items())
    return value is None or type(value) in (bool, int, float, str, Tensor)


class StackedMLP(Replicas):
    """k MLPs of the same widths, each of which is on a CPU what it is alone, to the last bit."""

    stacked = True

    def __init__(self, widths: Sequence[int], seeds: Sequence[int], dropout: float = 0.0) -> None:
        super().__init__()
        layers: list[tuple[list[Tensor], list[Tensor]]] = [([], []) for _ in widths[1:]]
        for seed in seeds:
            torch.manual_seed(seed)
            for (weights, biases), fan_in, fan_out in zip(layers, widths, widths[1:], strict=False):
                linear = nn.Linear(fan_in, fan_out)
                _glorot(linear)
                weights.append(linear.weight.detach().t())
                biases.append(linear.bias.detach())
        self.weights = nn.ParameterList(torch.stack(weights) for weights, _ in layers)
        self.biases = nn.ParameterList(torch.stack(biases) for _, biases in layers)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x: Tensor) -> Tensor:
        x = x.flatten(2)
        for layer, (weight, bias) in enumerate(zip(self.weights, self.biases, strict=True)):
            if layer:
                x = self.dropout(x.relu())
            x = affine(bias, x, weight)
        return x

    def one(self, row: int) -> nn.Module:
        layers: list[nn.Module] = [nn.Flatten()]
        for weight, bias in zip(self.weights, self.biases, strict=True):
            layers += [nn.ReLU()] if len(layers) > 1 else []
            # Nothing is drawn for weights that are replaced.
            linear = nn.utils.skip_init(nn.Linear, *weight.shape[1:], device=weight.device)
            linear.weight.data = weight[row].detach().t().clone()
            linear.bias.data = bias[row].detach().clone()
            layers.append(linear)
        return nn.Sequential(*layers)

    def keep(self, chosen: list[int]) -> None:
        for parameter in self.parameters():
            parameter.data = parameter.data[chosen]
            parameter.grad = None


class Convolution(nn.Sequential):
    """Convolution, BatchNorm (with a shift, without a scale) or a bias, ReLU."""

    def __init__(self, c_in: int, c_out: int, side: int, stride: int, norm: bool) -> None:
        layers: list[nn.Module] = [
            nn.Conv2d(c_in, c_out, side, stride, padding=side // 2, bias=not norm)
        ]
        if norm:
            layers.append(nn.BatchNorm2d(c_out))
            # One weight a channel, the shift, as in the paper's count: the scale is fixed at 1.
            del layers[-1].weight
            layers[-1].register_buffer("weight", torch.ones(c_out), persistent=False)
        super().__init__(*layers, nn.ReLU(inplace=True))


class Inception(nn.Module):
    """A 1 x 1 and a 3 x 3 convolution side by side."""

    def __init__(self, c_in: int, c1: int, c3: int, norm: bool) -> None:
        super().__init__()
        self.one = Convolution(c_in, c1, 1, 1, norm)
        self.three = Convolution(c_in, c3, 3, 1, norm)

    def forward(self, x: Tensor) -> Tensor:
        return torch.cat((self.one(x), self.three(x)), 1)


class Downsample(nn.Module):
    """A 3 x 3 convolution and a 3 x 3 max-pool of stride 2 side by side."""

    def __init__(self, c_in: int, c3: int, norm: bool) -> None:
        super().__init__()
        self.three = Convolution(c_in, c3, 3, 2, norm)
        self.pool = nn.MaxPool2d(3, 2, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        return torch.cat((self.three(x), self.pool(x)), 1)


class LocalResponseNorm(nn.Module):
    """x (1 + 0.001 / 9 sum of x^2 over the 9 nearest channels)^(-3/4), constants not the paper's.

    The sum is a convolution with a band of ones, several times as fast as
    `torch.nn.LocalResponseNorm`, which tests compare it with.
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        c = torch.arange(channels)
        band = ((c[:, None] - c).abs() <= 4).float()[:, :, None, None]
        self.register_buffer("band", band, persistent=False)

    def forward(self, x: Tensor) -> Tensor:
        energy = conv2d(x.square(), self.get_buffer("band").to(x.dtype))
        return x * (1 + (0.001 / 9) * energy).pow(-0.75)


def small_inception(shape: Sequence[int], n_classes: int, dropout: float, norm: bool) -> nn.Module:
    """1,649,402 weights on 28 x 28 x 3 and 10 classes, with BatchNorm or without."""
    return nn.Sequential(
        Convolution(shape[2], 96, 3, 1, norm),
        Inception(96, 32, 32, norm),
        Inception(64, 32, 48, norm),
        Downsample(80, 80, norm),
        Inception(160, 112, 48, norm),
        Inception(160, 96, 64, norm),
        Inception(160, 80, 80, norm),
        Inception(160, 48, 96, norm),
        Downsample(144, 96, norm),
        Inception(240, 176, 160, norm),
        Inception(336, 176, 160, norm),
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
        nn.Dropout(dropout),
        nn.Linear(336, n_classes),
    )


def small_alexnet(shape: Sequence[int], n_classes: int, dropout: float) -> nn.Module:
    """1,387,786 weights on 28 x 28 x 3 and 10 classes."""
    height, width, channels = shape
    places = math.ceil(height / 4) * math.ceil(width / 4)
    return nn.Sequential(
        *_alexnet_block(channels),
        *_alexnet_block(64),
        nn.Flatten(),
        *(nn.Dropout(dropout), nn.Linear(64 * places, 384), nn.ReLU(inplace=True)),
        *(nn.Dropout(dropout), nn.Linear(384, 192), nn.ReLU(inplace=True)),
        *(nn.Dropout(dropout), nn.Linear(192, n_classes)),
    )


def inception_v3(shape: Sequence[int], n_classes: int, dropout: float) -> nn.Module:
    """Inception V3 (Szegedy et al. 2016) from torchvision, without the auxiliary head."""
    try:
        from torchvision.models import (  # pyright: ignore[reportMissingImports]
            Inception3,
        )
    except ImportError as error:
        raise ImportError(
            "inception-v3 needs torchvision: in a clone, pip install '.[imagenet]'"
        ) from error
    if min(shape[:2]) < 75 or shape[2] != 3:
        raise ValueError(f"inception-v3 needs images of 75 x 75 x 3 or larger, not {tuple(shape)}")
    return Inception3(n_classes, aux_logits=False, init_weights=False, dropout=dropout)


NETWORKS: dict[str, Callable[[Sequence[int], int, float], nn.Module]] = {
    "inception": lambda *arguments: small_inception(*arguments, norm=True),
    "inception-without-batchnorm": lambda *arguments: small_inception(*arguments, norm=False),
    "alexnet": small_alexnet,
    "inception-v3": inception_v3,
}


def _alexnet_block(channels: int) -> tuple[nn.Module, ...]:
    return (
        nn.Conv2d(channels, 64, 5, padding=2),
        nn.ReLU(inplace=True),
        nn.MaxPool2d(3, 2, padding=1),
        LocalResponseNorm(64),
    )


def _glorot(layer: Any) -> None:
    if isinstance(layer, nn.Conv2d | nn.Linear):
        nn.init.xavier_uniform_(layer.weight)
        if layer.bias is not None:
            nn.init.zeros_(layer.bias)
