"""Seconds an epoch of CIFAR-10 costs in training: each network, the plain loop, and a stack."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import torch
from torch import nn
from torch.nn.functional import cross_entropy
from torch.utils.data import DataLoader, TensorDataset
from torch.utils.flop_counter import FlopCounterMode

from experiments.benchmarks.device import product
from experiments.suites.plan import ALEXNET, INCEPTION, MLPS, WITHOUT
from experiments.sweeps.machine import machine
from experiments.sweeps.stack import STACK
from experiments.training.device import training_device
from experiments.training.examples import Examples, as_it_is
from experiments.training.networks import build
from experiments.training.precision import has_bfloat16
from experiments.training.preprocessing import as_inputs, channels_first
from experiments.training.recipe import Precision, Recipe
from experiments.training.replay import WARM_UP
from experiments.training.train import Training

EPOCH = 50_000
SHAPE = (28, 28, 3)
TERA = 1e12
PRECISIONS: tuple[Precision, ...] = ("fp32", "bf16")


@dataclass(frozen=True)
class Timed:
    """Seconds of the first epoch, as it is, and of the best of the others, of 50,000 images."""

    first: float
    best: float


def benchmark() -> None:
    """Print the seconds of an epoch of 50,000 images in batches of 128, on random images.

    Whole epochs are timed for the MLPs and on a GPU, 16 batches of the others on a CPU; the best of
    three is printed, after one to warm up, in which a GPU's kernels are compiled and recorded. The
    floor is the arithmetic of an epoch at the rate of one large product, in bfloat16 if the device
    has instructions for it. The plain loop is a DataLoader over a TensorDataset, shuffled, and an
    eager module under torch.optim.SGD. Evaluation is not included.
    """
    device = training_device()
    torch.empty(0, device=device)
    print(f"{machine()}\ntorch {torch.__version__}, {torch.get_num_threads()} threads\n")
    fastest = torch.bfloat16 if has_bfloat16(device) else torch.float32
    rate = product(fastest, device)
    print(f"products in {fastest}: {rate / TERA:.3g} TFLOP/s; seconds an epoch:")
    columns = ("fp32", "bf16", "floor", "bf16/floor", "warm-up", "plain loop")
    columns += (f"{STACK} x fp32", f"{STACK} x bf16")
    print(f"{'network':<30}" + "".join(f"{column:>12}" for column in columns))
    for network in (*MLPS, ALEXNET, WITHOUT, INCEPTION):
        n = EPOCH if network in MLPS or device.type == "cuda" else 16 * 128
        single, half = (ours(network, precision, n) for precision in PRECISIONS)
        floor = operations(network) / rate
        cells = [
            single.best,
            half.best,
            floor,
            half.best / floor,
            half.first - half.best * n / EPOCH,
        ]
        if network in MLPS:
            cells.append(plain(network, n).best)
            cells += [ours(network, precision, n, STACK).best for precision in PRECISIONS]
        print(f"{network:<30}" + "".join(f"{cell:>12.3g}" for cell in cells), flush=True)


def ours(network: str, precision: Precision, n: int, k: int = 1) -> Timed:
    """Time an epoch of `experiments.training` with k replicas."""
    device = training_device()
    return _timed(_training(network, precision, n, k, device).sgd_epoch, device, n)


def operations(network: str) -> int:
    """Count the operations of the products in an epoch of 50,000 images, forward and backward."""
    training = _training(network, "fp32", 128, 1, torch.device("cpu"))
    with FlopCounterMode(display=False) as counter:
        training.sgd_epoch()
    return counter.get_total_flops() * EPOCH // 128


def plain(network: str, n: int) -> Timed:
    """Time an epoch of the loop that tutorials teach."""
    device = training_device()
    images, labels = _data(n)
    x = as_inputs(images, 255, torch.device("cpu"), torch.float32).flatten(1)
    depth, width = map(int, network.removeprefix("mlp-").split("x"))
    widths = [x.shape[1], *[width] * depth]
    hidden = [
        layer
        for fan_in, fan_out in pairwise(widths)
        for layer in (nn.Linear(fan_in, fan_out), nn.ReLU())
    ]
    module = nn.Sequential(*hidden, nn.Linear(width, 10)).to(device)
    optimizer = torch.optim.SGD(module.parameters(), lr=0.01, momentum=0.9)
    loader = DataLoader(TensorDataset(x, torch.from_numpy(labels)), batch_size=128, shuffle=True)

    def epoch() -> None:
        for batch, targets in loader:
            optimizer.zero_grad()
            cross_entropy(module(batch.to(device)), targets.to(device)).backward()
            optimizer.step()

    return _timed(epoch, device, n)


def _training(network: str, precision: Precision, n: int, k: int, device: torch.device) -> Training:
    images, labels = _data(n)
    x = as_inputs(images, 255, device, torch.bfloat16 if precision == "bf16" else torch.float32)
    y = torch.from_numpy(labels).expand(k, -1).to(device)
    # As runs view them: what a batch is copied from decides its layout in memory.
    view = as_it_is if network in MLPS else lambda x, training: channels_first(x)
    examples = Examples(x, y)
    replicas = build(network, SHAPE, 10, list(range(k)))
    return Training(Recipe(precision=precision), replicas, examples, examples, list(range(k)), view)


def _data(n: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    return rng.integers(0, 256, (n, *SHAPE), np.uint8), rng.integers(0, 10, n)


def _timed(epoch: Callable[[], object], device: torch.device, n: int) -> Timed:
    seconds = []
    for _ in range(2 * WARM_UP if device.type == "cuda" else 4):
        started = time.perf_counter()
        epoch()
        if device.type == "cuda":
            torch.cuda.synchronize()
        seconds.append(time.perf_counter() - started)
    return Timed(seconds[0], min(seconds[1:]) * EPOCH / n)
