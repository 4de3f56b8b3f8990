"""Seconds an epoch of CIFAR-10 costs in training: each network, the plain loop, and a stack."""

from __future__ import annotations

import time
from collections.abc import Callable
from itertools import pairwise

import numpy as np
import torch
from torch import nn
from torch.nn.functional import cross_entropy
from torch.utils.data import DataLoader, TensorDataset

from experiments.machine import machine
from experiments.networks import build
from experiments.preprocessing import as_inputs, channels_first
from experiments.recipe import Precision, Recipe
from experiments.stack import STACK
from experiments.suites import ALEXNET, INCEPTION, MLPS, WITHOUT
from experiments.training import Examples, Training

EPOCH = 50_000
SHAPE = (28, 28, 3)
PRECISIONS: tuple[Precision, ...] = ("fp32", "bf16")


def benchmark() -> None:
    """Print the seconds of an epoch of 50,000 images in batches of 128, on random images.

    Whole epochs are timed for the MLPs, 16 batches for the others; the best of three is printed,
    after one to warm up. The plain loop is a DataLoader over a TensorDataset, shuffled, and an
    eager module under torch.optim.SGD. Evaluation is not included.
    """
    print(f"{machine()}\ntorch {torch.__version__}, {torch.get_num_threads()} threads\n")
    print("seconds an epoch")
    columns = ("fp32", "bf16", "plain loop", f"{STACK} x fp32", f"{STACK} x bf16")
    print(f"{'network':<30}" + "".join(f"{column:>12}" for column in columns))
    for network in (*MLPS, ALEXNET, WITHOUT, INCEPTION):
        n = EPOCH if network in MLPS else 16 * 128
        cells = [ours(network, precision, n) for precision in PRECISIONS]
        if network in MLPS:
            cells.append(plain(network, n))
            cells += [ours(network, precision, n, STACK) for precision in PRECISIONS]
        print(f"{network:<30}" + "".join(f"{cell:>12.2f}" for cell in cells), flush=True)


def ours(network: str, precision: Precision, n: int, k: int = 1) -> float:
    """Return the seconds of an epoch of `experiments.training` with k replicas."""
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    images, labels = _data(n)
    x = as_inputs(images, 255, device, torch.bfloat16 if precision == "bf16" else torch.float32)
    y = torch.from_numpy(labels).expand(k, -1).to(device)
    x = x if network in MLPS else channels_first(x)
    examples = Examples(x, y)
    replicas = build(network, SHAPE, 10, list(range(k)))
    training = Training(Recipe(precision=precision), replicas, examples, examples, list(range(k)))
    return _best(training.sgd_epoch, device) * EPOCH / n


def plain(network: str, n: int) -> float:
    """Return the seconds of an epoch of the loop that tutorials teach."""
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
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

    return _best(epoch, device) * EPOCH / n


def _data(n: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    return rng.integers(0, 256, (n, *SHAPE), np.uint8), rng.integers(0, 10, n)


def _best(epoch: Callable[[], object], device: torch.device) -> float:
    seconds = []
    for _ in range(4):
        started = time.perf_counter()
        epoch()
        if device.type == "cuda":
            torch.cuda.synchronize()
        seconds.append(time.perf_counter() - started)
    return min(seconds[1:])
