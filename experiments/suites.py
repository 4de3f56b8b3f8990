"""Suites: the paper's tables and figures as lists of runs, each in three sizes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import Any, Literal

from experiments.contestants import (
    Ablation,
    Construction,
    CriticalWidth,
    Explicit,
    Interpolant,
    Kernel,
    LeaveOneOut,
    Linear,
    Measured,
    Memorization,
    RandomConvolution,
    RandomFeatures,
    Signs,
    Theorem,
    Trained,
)
from experiments.contestants.interpolant import KERNELS
from experiments.sweeps.run import Run

SizeName = Literal["smoke", "cpu", "full"]
MLPS = ("mlp-3x512", "mlp-1x512")
INCEPTION, WITHOUT, ALEXNET = "inception", "inception-without-batchnorm", "alexnet"
WEIGHT_DECAY = 5e-4  # not published; that of public reproductions
# The paper's 0.95 lets the rates sum to 20 epochs of the first one; these sum to 100.
SLOWER_DECAY = 0.99

RIDGES = (0.0, 1e-4, 1e-3, 1e-2, 0.1, 1.0)


@dataclass(frozen=True)
class Size:
    """How much of a suite is run: all of it, what two cores can do, or a glance.

    Attributes
    ----------
    n : training images for each kind of network, for kernels of points and for those of random
        filters; None for all
    n_test : test images at most; None for all
    levels : corruption levels of figures 1b and 1c
    epoch_limit : of every training; rates so far down that more epochs change nothing
    filters : numbers of random filters
    points : sample sizes of what is drawn against n
    """

    n: dict[str, int | None]
    n_test: int | None
    levels: tuple[float, ...]
    epoch_limit: int
    filters: tuple[int, ...]
    points: tuple[int, ...]

    def images(self, contestant: str) -> dict[str, Any]:
        """Return how many images of each split a network or another contestant gets."""
        return {"n": self.n[contestant.split("-")[0]], "n_test": self.n_test}


TENTHS = tuple(k / 10 for k in range(11))
POWERS = tuple(2**k for k in range(4, 15))
SIZES: dict[SizeName, Size] = {
    "smoke": Size(
        {"mlp": 256, "alexnet": 64, "inception": 16, "kernel": 256, "filters": 256},
        64,
        (0.0, 0.5, 1.0),
        2,
        (10, 20),
        (16, 64),
    ),
    "cpu": Size(
        {"mlp": None, "alexnet": None, "inception": 5000, "kernel": None, "filters": 10_000},
        None,
        TENTHS,
        100,
        (250, 500, 1000, 2000, 4000),
        POWERS,
    ),
    "full": Size(
        {"mlp": None, "alexnet": None, "inception": None, "kernel": None, "filters": None},
        None,
        TENTHS,
        100,
        (1000, 2000, 4000, 8000, 16_000, 32_000),
        POWERS,
    ),
}


@dataclass(frozen=True)
class Plan:
    """What a suite makes its runs from."""

    data: str
    size: Size
    seeds: Sequence[int]

    def paper(self, network: str, **changes: Any) -> list[Trained]:
        """The paper's recipe for a network, once a seed, with what differs from it."""
        run = Trained(
            data=self.data,
            **self.size.images(network),
            network=network,
            learning_rate=0.1 if network.startswith("inception") else 0.01,
            epoch_limit=self.size.epoch_limit,
            precision="bf16",
        )
        return [replace(run, seed=seed, **changes) for seed in self.seeds]


def comparison(plan: Plan) -> list[Run]:
    """Three ways to fit the digits with true and random labels, and the theorem's picture."""
    # Sum of the rates: see SLOWER_DECAY. 240 steps on 1,437 digits do not fit random labels.
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


def subset(plan: Plan) -> list[Run]:
    """The five conditions of figure 1a for AlexNet on 2,500 images: another, cheaper experiment."""
    n = min(2500, plan.size.n["alexnet"] or 2500)
    conditions: list[dict[str, Any]] = [{"level": level} for level in (0.0, 1.0)]
    conditions += [{"pixels": pixels} for pixels in ("shuffled", "random", "gaussian")]
    return [run for one in conditions for run in plan.paper(ALEXNET, n=n, **one)]


def framework(plan: Plan) -> list[Run]:
    """AlexNet on 2,500 images, decayed weights, with PyTorch's details and with TensorFlow's."""
    n = min(2500, plan.size.n["alexnet"] or 2500)
    return [
        run
        for level in (0.0, 1.0)
        for details in ("pytorch", "tensorflow")
        for run in plan.paper(
            ALEXNET, n=n, level=level, framework=details, weight_decay=WEIGHT_DECAY
        )
    ]


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
            runs.append(replace(run, data="imagenet", n=None))
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


def ridge(plan: Plan) -> list[Run]:
    """The kernel of MNIST's pixels with and without a penalty on its norm, section 5."""
    n = min(10_000, plan.size.n["kernel"] or 10_000)
    mnist = Kernel("mnist", n=n, gamma=0.02, seed=plan.seeds[0], n_test=plan.size.n_test)
    return [replace(mnist, ridge=value) for value in RIDGES]


def linear(plan: Plan) -> list[Run]:
    """The linear theory of section 5, on digits and on Gaussian images."""
    return [Linear(pixels=pixels, seed=s) for s in plan.seeds for pixels in ("true", "gaussian")]


def table4(plan: Plan) -> list[Run]:
    """Random labels under regularizers that might have prevented fitting them."""
    runs: list[Run] = []
    for network in (*MLPS, ALEXNET, INCEPTION):
        runs += plan.paper(network, level=1.0, weight_decay=WEIGHT_DECAY)
    crops = {"random_crop": True, "to_the_limit": True}
    runs += plan.paper(INCEPTION, level=1.0, **crops)
    runs += plan.paper(INCEPTION, level=1.0, **crops, flip=True, rotation=25.0)
    return runs


def slower_decay(plan: Plan) -> list[Run]:
    """The MLPs and AlexNet with rates that fall more slowly than the paper's."""
    return [
        run
        for network in (*MLPS, ALEXNET)
        for level in (0.0, 1.0)
        for run in plan.paper(network, level=level, decay=SLOWER_DECAY)
    ]


def batch_size(plan: Plan) -> list[Run]:
    """The MLPs with batches of 64; the other suites take 128, and the paper does not say."""
    return [
        run
        for network in MLPS
        for level in (0.0, 1.0)
        for run in plan.paper(network, level=level, batch_size=64)
    ]


def precision(plan: Plan) -> list[Run]:
    """Single precision where the other suites multiply in bfloat16, on random labels."""
    return [
        run
        for network in (*MLPS, ALEXNET, INCEPTION)
        for run in plan.paper(network, level=1.0, precision="fp32")
    ]


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


def everything(plan: Plan) -> list[Run]:
    """The paper on CIFAR-10 and MNIST: Tables 1, 3 and 4, Figures 1 and 2b."""
    parts = (table1, figure1, figure2, table4, table3)
    return [run for part in parts for run in part(plan)]


SUITES: dict[str, Callable[[Plan], list[Run]]] = {
    "comparison": comparison,
    "three-ways": three_ways,
    "theorem": theorem,
    "critical-width": critical_width,
    "double-descent": double_descent,
    "table1": table1,
    "figure1": figure1,
    "subset": subset,
    "framework": framework,
    "figure2": figure2,
    "table2": table2,
    "table3": table3,
    "table4": table4,
    "ridge": ridge,
    "linear": linear,
    "slower-decay": slower_decay,
    "batch-size": batch_size,
    "precision": precision,
    "measures": measures,
    "all": everything,
}


def suite(
    name: str, seeds: Sequence[int], size: SizeName = "cpu", data: str = "cifar10"
) -> list[Run]:
    """Return the runs of a suite, each once.

    Parameters
    ----------
    name : one of `SUITES`, as `python -m experiments list` prints them
    seeds : one run of each kind for each
    size : "smoke", "cpu" or "full"
    data : the data set, where the suite leaves it open

    Returns
    -------
    list of Run

    Raises
    ------
    ValueError
        for a name, size or seeds that make no suite.

    Examples
    --------
    >>> from experiments.suites import suite
    >>> [run.name for run in suite("comparison", seeds=[0])][:2]
    ['theorem, digits, true labels, seed 0', 'explicit, digits, true labels, seed 0']
    """
    if name not in SUITES:
        near = get_close_matches(name, SUITES, n=1)
        hint = f"did you mean {near[0]}?" if near else f"the suites are {', '.join(SUITES)}"
        raise ValueError(f"suite {name!r} is unknown: {hint}")
    if not seeds:
        raise ValueError("seeds is empty: give at least one, for example --seeds 0")
    return list(dict.fromkeys(SUITES[name](Plan(data, SIZES[size], seeds))))
