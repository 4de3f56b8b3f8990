"""Measures of complexity, stability and memorization, and the networks they are taken of."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from experiments.contestants import Interpolant, LeaveOneOut, Measured, Memorization, Signs
from experiments.contestants.interpolant import KERNELS
from experiments.suites.plan import SIZES, Plan, Size
from experiments.sweeps.run import Run


def measures(plan: Plan) -> list[Run]:
    """Measures of complexity, stability and memorization, on networks that fit their labels."""
    smoke, full = plan.size is SIZES["smoke"], plan.size is SIZES["full"]
    n, replicas, models = (64, 4, 8) if smoke else (None, 192, 1000) if full else (None, 24, 100)
    n_test = plan.size.n_test
    # The rate stays and is high: every training is to end, with random labels too.
    recipe: dict[str, Any] = {"learning_rate": 0.1, "decay": 1.0, "epoch_limit": 1000}
    measured = Measured(n=n, n_test=n_test, **recipe)
    runs: list[Run] = []
    for seed in plan.seeds:
        one = replace(measured, seed=seed)
        runs += [replace(one, level=level) for level in (0.0, 0.25, 0.5, 0.75, 1.0)]
        deep = replace(one, network="mlp-3x512", learning_rate=0.02)
        runs += [replace(deep, level=level) for level in (0.0, 1.0)]
        sizes = (32,) if smoke else (128, 256, 512)
        runs += [replace(one, n=size, level=level) for size in sizes for level in (0.0, 1.0)]
        runs += [replace(choice, seed=seed) for choice in _choices(smoke, full)]
        signs = replace(Signs(n=n, n_test=n_test, seed=seed, **recipe), epoch_limit=500)
        widths = (8,) if smoke else (2, 8, 32, 128, 512)
        runs += [replace(signs, network=f"mlp-1x{width}") for width in widths]
        # Many trainings: of a network that is narrower, and wide enough for random labels.
        many = {"n": n, "n_test": n_test, "seed": seed, "network": "mlp-1x128", **recipe}
        without = LeaveOneOut(replicas=replicas, **many)
        runs += [without, replace(without, level=1.0), replace(without, mode="relabel")]
        parts = Memorization(models=models, **many)
        runs += [replace(parts, level=level) for level in (0.0, 0.2, 1.0)]
        runs += _interpolants(seed, plan.size)
    return runs


def _interpolants(seed: int, size: Size) -> list[Run]:
    """Kernels on the digits at every level, and on 10,000 MNIST images with both labelings."""
    n = 64 if size is SIZES["smoke"] else None
    digits = [
        Interpolant(n=n, n_test=size.n_test, level=level, seed=seed, kernel=kernel)
        for kernel in KERNELS
        for level in (0.0, 0.25, 0.5, 0.75, 1.0)
    ]
    mnist = Interpolant("mnist", n=n or 10_000, n_test=size.n_test, seed=seed)
    both = [replace(mnist, kernel=k, level=level) for k in KERNELS for level in (0.0, 1.0)]
    return [*digits, *both]


def _choices(smoke: bool, full: bool) -> list[Measured]:
    """Networks that fit the true labels of MNIST images, and differ in how they were made.

    MNIST, for its 10,000 test images tell their errors apart, as the digits' do not.
    """
    mnist = Measured("mnist", n=64 if smoke else 1000, decay=1.0, epoch_limit=1000)
    if smoke:
        return [replace(mnist, network="mlp-1x32", learning_rate=0.05, n_test=256)]
    return [
        replace(mnist, network=f"mlp-1x{width}", learning_rate=rate, batch_size=batch)
        for width in (32, 128, 512, *([2048] if full else []))
        for rate in (0.01, 0.05)
        for batch in ((32, 128) if full else (32,))
    ]
