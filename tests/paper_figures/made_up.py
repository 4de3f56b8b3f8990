"""Made-up records, so that the tests of figures and tables need no experiment."""

from __future__ import annotations

from typing import Any

import numpy as np

from paper_figures.figures import double_descent

RECIPE = {"momentum": 0.9, "decay": 0.95, "batch_size": 128, "precision": "bf16", "dropout": 0.0}
RECIPE |= {"weight_decay": 0.0, "random_crop": False, "flip": False, "rotation": 0.0}
RECIPE |= {"epoch_limit": 100, "early_stopping": False}
NAMES = {"digits": "digits (8 x 8)", "cifar10": "CIFAR-10", "cifar10-jpeg": "CIFAR-10 (JPEG)"}


def record(contestant: str, level: float = 0.0, seed: int = 0, **more: Any) -> dict[str, Any]:
    """Return a record; `specification` in `more` adds to its specification."""
    what = {"contestant": contestant, "data": "digits", "n": None, "seed": seed, "level": level}
    what |= {"pixels": "true", **more.pop("specification", {})}
    labels = {0.0: "true labels", 1.0: "random labels"}.get(level, f"labels {level:g} corrupted")
    pixels = {"gaussian": "Gaussian", "random": "random pixels", "shuffled": "shuffled pixels"}
    name = NAMES.get(what["data"], what["data"].upper())
    return {
        "hash": "-".join(map(str, sorted(what.items()))),
        "specification": what,
        "title": what.get("network", contestant),
        "condition": pixels.get(what["pixels"], labels),
        "finished": "2026-01-01T00:00:00+00:00",
        "machine": {"platform": "P", "processor": "<CPU>", "cores": 2, "gpu": None},
        "versions": {"numpy": "2"},
        "data_name": name,
        "n": what["n"] or 1000,
        "n_weights": 1234,
        "seconds": 0.5,
        "train_accuracy": 1.0,
        "clean_train_accuracy": 1.0,
        "test_accuracy": 0.25 + 0.5 * seed,
        "fitted": True,
        "norm": 3.0,
        "norm_name": "norm",
        "residual": None,
        **more,
    }


def trained(network: str, level: float = 0.0, seed: int = 0, **changes: Any) -> dict[str, Any]:
    """Return the record of a trained network of the paper's recipe; `changes` go into that."""
    rate = 0.1 if network.startswith("inception") else 0.01
    what = {"data": "cifar10-jpeg", "network": network, "learning_rate": rate, **RECIPE, **changes}
    course = {
        "step": [1000, 2000, 3000],
        "loss": [2.0, 0.5 + level, 0.1],
        "running_accuracy": [0.3, 0.99 - level / 2, 1.0],
        "test_accuracy": [0.2, 0.6, 0.5] if what["early_stopping"] else [],
    }
    return record(
        "trained",
        level,
        seed,
        specification=what,
        course=course,
        stopped="fitted",
        epochs=3,
        steps=3000,
    )


def records() -> list[dict[str, Any]]:
    """Return records for every figure of the paper but ImageNet's, and for the three ways."""
    t = np.arange(5.0)
    steps = {"t": t, "b": t - 1, "w": np.ones(5), "y": np.cumsum(t + 1)}
    digits = {"data": "digits", "decay": 1.0, "precision": "fp32", "epoch_limit": 1000}
    digits |= {"learning_rate": 0.1}
    networks = ("inception", "inception-without-batchnorm")
    return [
        *(record("explicit", level, seed) for level in (0.0, 1.0) for seed in (0, 1)),
        *(trained("mlp-1x512", level, **digits) for level in (0.0, 1.0)),
        *(trained("mlp-1x512", level, seed) for level in (0.0, 0.1, 1.0) for seed in (0, 1)),
        *(trained("mlp-1x512", pixels=p) for p in ("random", "shuffled", "gaussian")),
        *(trained(network, early_stopping=True, to_the_limit=True) for network in networks),
        record(
            "theorem",
            specification={"points": 8},
            **{key: value.tolist() for key, value in steps.items()},
        ),
    ]


def of_the_theorem() -> list[dict[str, Any]]:
    """Return records for the figures of the construction against n."""
    found = []
    for n in (16, 64, 256):
        names = ("default", "gaussian", "integer", "widened")
        what = {"data": "random-images", "n": n, "d": 784}
        for seed in (0, 1):
            one = {"least_gap": 0.5 + seed, "largest_weight": 2.0 * n, "double": 1e-12 * n}
            directions = {name: {**one, "single": 1e-4 * n} for name in names}
            textbook = {"largest_weight": 9.0 * n, "double": 1e-9 * n} if n < 100 else None
            more = {"directions": directions, "textbook": textbook, "bound": 1e-10 * n}
            found.append(record("construction", 1.0, seed, specification=what, **more))
        draws = {"largest_weight": [1.0, 2.0 * n], "residual": [1e-12, 1e-11 * n]}
        knots = ("projections", "middle") if n < 100 else ("projections",)
        pairs = {f"{name}, {knot}": draws for name in ("random", "widened") for knot in knots}
        gaps = {"random": [0.1, 0.5], "widened": [10.0, 20.0]}
        found.append(
            record(
                *("ablation", 1.0),
                specification={**what, "draws": 100},
                least_gap=gaps,
                pairs=pairs,
                draws=2,
            )
        )
    return found


def beyond_the_paper() -> list[dict[str, Any]]:
    """Return records for critical widths, double descent and the kernels."""
    widths = [
        record(
            *("critical-width", 1.0, seed),
            specification={"n": n, "restarts": 4, "step_limit": 3000, "learning_rate": 0.01},
            d=64,
            width=n // 8 + seed,
            largest_failed=n // 8 - 1,
            n_weights=2 * n + 10 * seed,
            n_weights_failed=2 * n - 75,
            explicit_weights=2 * n + 64,
            explicit_fewest_weights=2 * n + 60,
        )
        for n in (64, 128)
        for seed in (0, 1)
    ]
    course = {"test_error": [0.3, 0.9, 0.2], "train_error": [0.2, 0.0, 0.0], "norm": [1, 90, 3]}
    features = [
        record(
            *("random-features", level, seed),
            specification={"n": 100, "shares": double_descent.SHARES},
            features=[10, 100, 1000],
            course=course,
        )
        for level in (0.0, 0.2)
        for seed in (0, 1)
    ]
    kernels = [
        record("kernel", level, specification={"data": "mnist", **kind}, norm=200 + level)
        for level in (0.0, 1.0)
        for kind in ({"features": "raw", "gamma": 0.02}, {"features": "gabor", "gamma": None})
    ]
    filters = [
        record(
            "kernel",
            specification={
                "data": "cifar10-jpeg",
                "features": "random-convolution",
                "n_filters": number,
                "regularized": regularized,
                "n": 5000,
            },
        )
        for number in (500, 2000)
        for regularized in (False, True)
    ]
    return [*widths, *features, *kernels, *filters]
