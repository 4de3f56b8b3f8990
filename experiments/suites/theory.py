"""The construction, the interpolants and the linear theory beside trained networks."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from experiments.contestants import (
    Ablation,
    Construction,
    CoupledSGD,
    CriticalWidth,
    Explicit,
    Kernel,
    Linear,
    RandomFeatures,
    Theorem,
    Trained,
)
from experiments.suites.plan import SIZES, Plan
from experiments.sweeps.run import Run

RIDGES = (0.0, 1e-4, 1e-3, 1e-2, 0.1, 1.0)


def comparison(plan: Plan) -> list[Run]:
    """Three ways to fit the digits with true and random labels, and the theorem's picture."""
    # Sum of the rates: see recipe.SLOWER_DECAY. 240 steps on 1,437 digits do not fit random labels.
    trained = Trained(learning_rate=0.1, decay=1.0, epoch_limit=1000)
    runs: list[Run] = [Theorem(seed=plan.seeds[0])]
    for seed in plan.seeds:
        for level in (0.0, 1.0):
            runs += [Explicit(level=level, seed=seed), Kernel(level=level, seed=seed)]
            runs += [replace(trained, level=level, seed=seed)]
    return runs


def three_ways(plan: Plan) -> list[Run]:
    """Explicit network and perceptron on one data set; the kernels of table3 stand beside."""
    images = plan.size.images("mlp")
    runs: list[Run] = []
    for level in (0.0, 1.0):
        runs += [Explicit(plan.data, level=level, seed=s, **images) for s in plan.seeds]
        runs += plan.paper("mlp-1x512", level=level)
    return runs


def theorem(plan: Plan) -> list[Run]:
    """Precision, least gap and weights of the construction against n; directions and knots."""
    draws = 3 if plan.size is SIZES["smoke"] else 100
    runs: list[Run] = [Ablation(n=n, seed=plan.seeds[0], draws=draws) for n in plan.size.points]
    return runs + [Construction(n=n, seed=seed) for seed in plan.seeds for n in plan.size.points]


def critical_width(plan: Plan) -> list[Run]:
    """The narrowest trained network that fits n random labels of the digits, by bisection."""
    sizes = [n for n in plan.size.points if 32 <= n <= 1024]
    steps: dict[str, Any] = {"step_limit": 150} if plan.size is SIZES["smoke"] else {}
    return [CriticalWidth(n=n, seed=seed, **steps) for seed in plan.seeds for n in sizes]


def double_descent(plan: Plan) -> list[Run]:
    """Least squares on random features of the digits, with and without corrupted labels."""
    n = min(500, 4 * max(plan.size.points))
    return [RandomFeatures(n=n, level=level, seed=s) for s in plan.seeds for level in (0.0, 0.2)]


def ridge(plan: Plan) -> list[Run]:
    """The kernels of MNIST with and without a penalty on their norm, section 5."""
    n = min(10_000, plan.size.n["kernel"] or 10_000)
    raw = Kernel("mnist", n=n, gamma=0.02, seed=plan.seeds[0], n_test=plan.size.n_test)
    gabor = replace(raw, features="gabor", gamma=None)
    return [replace(kernel, ridge=value) for kernel in (raw, gabor) for value in RIDGES]


def linear(plan: Plan) -> list[Run]:
    """The linear theory of section 5, on digits and on Gaussian images."""
    return [Linear(pixels=pixels, seed=s) for s in plan.seeds for pixels in ("true", "gaussian")]


def stability(plan: Plan) -> list[Run]:
    """What is proved of the uniform stability of convex SGD, beside what a replacement changes."""
    n, n_test = (64, 64) if plan.size is SIZES["smoke"] else (None, None)
    one = CoupledSGD(n=n, n_test=n_test)
    return [
        replace(one, learning_rate=rate, epochs=epochs, level=level, seed=seed)
        for seed in plan.seeds
        for rate, epochs in ((0.01, 1), (0.1, 3), (1.0, 10))
        for level in (0.0, 1.0)
    ]
