"""The paper's tables and figures."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from experiments.contestants import Explicit, Kernel, RandomConvolution
from experiments.suites.plan import ALEXNET, INCEPTION, MLPS, SIZES, WEIGHT_DECAY, WITHOUT, Plan
from experiments.sweeps.run import Run


def table1(plan: Plan) -> list[Run]:
    """Every row of Table 1, and the explicit network on the same sample."""
    runs: list[Run] = []
    for network in (INCEPTION, ALEXNET):
        for decay in (WEIGHT_DECAY, 0.0):
            # Crops are never fitted once and for all: such a training goes on as the paper's does.
            runs += plan.paper(network, random_crop=True, weight_decay=decay, to_the_limit=True)
    for network in (*MLPS, ALEXNET, INCEPTION, WITHOUT):
        runs += plan.paper(network, weight_decay=WEIGHT_DECAY)
        runs += plan.paper(network)
        runs += plan.paper(network, level=1.0)
    explicit = Explicit(plan.data, **plan.size.images("mlp"))
    runs += [replace(explicit, level=level, seed=s) for level in (0.0, 1.0) for s in plan.seeds]
    return runs


def figure1(plan: Plan) -> list[Run]:
    """Loss under the five conditions, and the sweep of corruption levels."""
    runs: list[Run] = []
    for network in ("mlp-1x512", ALEXNET, INCEPTION):
        runs += [run for level in plan.size.levels for run in plan.paper(network, level=level)]
    for pixels in ("shuffled", "random", "gaussian"):
        # An MLP cannot see a fixed permutation of the pixels: the others can.
        for network in ("mlp-1x512", ALEXNET, INCEPTION):
            runs += plan.paper(network, pixels=pixels)
    return runs


def figure2(plan: Plan) -> list[Run]:
    """Inception with and without BatchNorm, and with regularizers, under early stopping."""
    runs: list[Run] = []
    course = {"early_stopping": True, "to_the_limit": True}
    for network in (INCEPTION, WITHOUT):
        runs += plan.paper(network, **course)
    regularized = {"random_crop": True, "flip": True, "weight_decay": WEIGHT_DECAY}
    runs += plan.paper(INCEPTION, **course, **regularized)
    return runs


def table2(plan: Plan) -> list[Run]:
    """Inception V3 on ImageNet, true and random labels, by regularizer."""
    runs: list[Run] = []
    augmented: dict[str, Any] = {"random_crop": True, "flip": True}
    for level, data, dropout, decay in (
        (0.0, True, 0.2, 4e-5),
        (0.0, True, 0.0, 0.0),
        (0.0, False, 0.0, 4e-5),
        (0.0, False, 0.0, 0.0),
        (1.0, False, 0.2, 4e-5),
        (1.0, False, 0.0, 4e-5),
        (1.0, False, 0.0, 0.0),
    ):
        chosen = {"dropout": dropout, "weight_decay": decay, "early_stopping": True}
        chosen |= {"to_the_limit": True}
        chosen |= augmented if data else {}
        for run in plan.paper("inception-v3", level=level, **chosen):
            few = run.n if plan.size is SIZES["smoke"] else None
            runs.append(replace(run, data="imagenet", n=few))
    return runs


def table3(plan: Plan) -> list[Run]:
    """Minimum-norm interpolants of MNIST and CIFAR-10 with and without preprocessing."""
    images, first = plan.size.images("kernel"), plan.seeds[0]
    mnist = Kernel("mnist", gamma=0.02, **images)
    kernels = [mnist, replace(mnist, features="gabor", gamma=None), Kernel(plan.data, **images)]
    # With true labels nothing is drawn at random: one seed is enough.
    runs: list[Run] = [replace(run, seed=first) for run in kernels]
    for seed in plan.seeds:
        runs += [replace(run, level=1.0, seed=seed) for run in kernels]
        filters = RandomConvolution(plan.data, seed=seed, **plan.size.images("filters"))
        for n_filters in plan.size.filters:
            runs += [replace(filters, n_filters=n_filters, regularized=True)]
            # Fewer features than images cannot interpolate them.
            if 18 * n_filters > (filters.n or 50_000):
                runs += [replace(filters, n_filters=n_filters)]
    return runs


def table4(plan: Plan) -> list[Run]:
    """Random labels under regularizers that might have prevented fitting them."""
    runs: list[Run] = []
    for network in (*MLPS, ALEXNET, INCEPTION):
        runs += plan.paper(network, level=1.0, weight_decay=WEIGHT_DECAY)
    crops = {"random_crop": True, "to_the_limit": True}
    runs += plan.paper(INCEPTION, level=1.0, **crops)
    runs += plan.paper(INCEPTION, level=1.0, **crops, flip=True, rotation=25.0)
    return runs


def everything(plan: Plan) -> list[Run]:
    """The paper on CIFAR-10 and MNIST: Tables 1, 3 and 4, Figures 1 and 2b."""
    parts = (table1, figure1, figure2, table4, table3)
    return [run for part in parts for run in part(plan)]
