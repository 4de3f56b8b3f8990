"""Measures of complexity as the verdict asks of them: ratios, orders, growth, from records."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import combinations
from statistics import fmean

from scipy.stats import kendalltau

from paper_figures.findings import interval
from paper_figures.records import UNREGULARIZED, Record, only, select, where

CHOICES = ("network", "learning_rate", "batch_size")
"""what networks that all fit the true labels differ in"""
TEST_IMAGES = 10_000  # of MNIST
TRAINING = {"momentum": 0.9, "decay": 1.0, "precision": "fp32", "pixels": "true", **UNREGULARIZED}
ONE = {"network": "mlp-1x512", "learning_rate": 0.1, "batch_size": 128}
MANY = {**TRAINING, **ONE, "network": "mlp-1x128", "data": "digits", "n": None}
MEASURED = {**TRAINING, "contestant": "measured", "epoch_limit": 1000, "target_loss": 0.01}
ON_DIGITS = only(*("n", "level"), **MEASURED, **ONE, data="digits")
ON_MNIST = only(*CHOICES, **MEASURED, data="mnist", n=1000, level=0.0)
SIGNS = only(
    "level", **TRAINING, **ONE, contestant="signs", epoch_limit=500, draws=3, data="digits", n=None
)
LEAVE_ONE_OUT = only(
    "level",
    **MANY,
    contestant="leave-one-out",
    epoch_limit=1000,
    mode=("remove", "relabel"),
    replicas=(24, 192),
)
MEMORIZATION = only(
    "level",
    **MANY,
    contestant="memorization",
    epoch_limit=1000,
    share=0.7,
    models=(100, 1000),
)
INTERPOLANT = only(
    *("kernel", "level"), contestant="interpolant", data="digits", n=None, pixels="true"
)


@dataclass(frozen=True)
class Measure:
    """A row of the verdict: what it is, of which records, and whether rescaling leaves it alone.

    Attributes
    ----------
    name : as the table says it
    holds : which records have it
    value : of a record; None where it is not defined
    invariant : under multiplying a unit's inputs and dividing its outputs; None: no weights enter
    bounds : whether it is a bound on the error, with all its constants
    why : of a record without a value, the reason
    """

    name: str
    holds: Callable[[Record], bool]
    value: Callable[[Record], float | None]
    invariant: bool | None = None
    bounds: bool = False
    why: Callable[[Record], str] = lambda record: ""

    def missing(self, records: Sequence[Record]) -> str:
        """Say why records have no value, "" without any."""
        return "; ".join(sorted({self.why(r) for r in records if self.value(r) is None}))


def of_panel(key: str, invariant: bool | None, name: str = "", bounds: bool = False) -> Measure:
    """Return a measure of trained networks by its key in their records."""
    return Measure(
        name or key,
        lambda record: ON_DIGITS(record) or ON_MNIST(record),
        lambda record: record["measures"].get(key, {}).get("value"),
        invariant,
        bounds,
        lambda record: record["measures"].get(key, {}).get("why") or "not measured",
    )


def of_kernel(kernel: str, key: str, name: str) -> Measure:
    """Return a measure of a kernel's interpolants."""
    of_kernel = where(kernel=kernel)
    return Measure(name, lambda r: INTERPOLANT(r) and of_kernel(r), lambda r: r[key])


SCORES = (
    of_panel("distance from initialization", False),
    of_panel("parameter norm", False),
    of_panel("path norm, l1", True),
    of_panel("path norm, l2 / margin", True),
    of_panel("product of spectral norms / margin", True),
    of_panel("product of Frobenius norms / margin", True),
    of_panel("Golowich, Rakhlin, Shamir", False, "Golowich, Rakhlin, Shamir 2018"),
    of_panel("spectral complexity, from initialization", False, "spectral complexity / margin"),
    of_panel("sharpness", False, "sharpness, 1 / sigma"),
    of_panel("sharpness, magnitude-aware", False, "sharpness, magnitude-aware"),
)
BOUNDS = (
    of_panel("VC bound", True, "VC bound", True),
    of_panel("spectral bound", False, "spectral bound (Bartlett et al. 2017)", True),
    of_panel("PAC-Bayes bound", False, "PAC-Bayes bound, noise after training", True),
)
OF_KERNELS = (
    of_kernel("arc-cosine", "alignment", "label alignment, H infinity"),
    of_kernel("ntk", "alignment", "label alignment, NTK"),
    of_kernel("laplace", "alignment", "label alignment, Laplace"),
    of_kernel("gaussian", "alignment", "label alignment, Gaussian"),
    of_kernel("ntk", "leave_one_out_error", "leave-one-out error, NTK"),
)
OF_EXAMPLES = (
    Measure(
        "0-1 change without an example, network",
        lambda r: LEAVE_ONE_OUT(r) and where(mode="remove")(r),
        lambda r: r["changed"],
    ),
    Measure("mean memorization score", MEMORIZATION, lambda r: r["mean_score"]),
)
CONTROLS = (
    Measure(
        "control: number of epochs",
        lambda r: ON_DIGITS(r) or ON_MNIST(r),
        lambda r: r["epochs"],
    ),
    of_panel("inverse squared margin", True, "control: 1 / margin^2"),
    of_panel("Fisher-Rao norm", True, "control: Fisher-Rao norm"),
)


def on_digits(records: Sequence[Record], measure: Measure) -> list[Record]:
    """Return the records of a measure on all digits; of those of many models, the most."""
    return most_models(select(filter(measure.holds, records), data="digits", n=None))


def most_models(records: Sequence[Record]) -> list[Record]:
    """Return the records of the most models: fewer say the same less well, and make no mean."""

    def models(record: Record) -> int:
        what = record["specification"]
        return what.get("models") or what.get("replicas") or 0

    most = max(map(models, records), default=0)
    return [record for record in records if models(record) == most]


def gap(record: Record) -> float:
    """Return training less test accuracy."""
    return record["train_accuracy"] - record["test_accuracy"]


def ratio(records: Sequence[Record], measure: Measure) -> tuple[float, float, float] | None:
    """Return random over true labels: geometric mean over seeds, and its 95 % interval.

    None without a seed that has both, or where a value of these is 0 in any of them.
    """
    by_seed: dict[int, dict[float, float]] = {}
    for record in on_digits(records, measure):
        value, what = measure.value(record), record["specification"]
        if value is not None:
            by_seed.setdefault(what["seed"], {})[what["level"]] = value
    pairs = [(v[1.0], v[0.0]) for v in by_seed.values() if {0.0, 1.0} <= set(v)]
    if not pairs or min(map(min, pairs)) <= 0:
        return None
    logs = [math.log(random / true) for random, true in pairs]
    low, high = interval(logs)
    return math.exp(fmean(logs)), math.exp(low), math.exp(high)


def tau_over_levels(records: Sequence[Record], measure: Measure) -> float | None:
    """Return Kendall's tau of the measure and the gap, over corruption levels and seeds."""
    pairs = [(measure.value(r), gap(r)) for r in on_digits(records, measure)]
    return _tau([pair for pair in pairs if pair[0] is not None])


@dataclass(frozen=True)
class Order:
    """How a measure orders pairs of networks that differ in one choice, from -1 to 1."""

    choice: str
    tau: float
    pairs: int


def worst_order(records: Sequence[Record], measure: Measure) -> Order | None:
    """Return the choice by which the measure orders networks that fit true labels worst.

    Pairs of runs differ in one choice only (seeds apart), and in test error by more than two
    standard errors of the difference. A choice without such a pair does not count.
    """
    runs = select(filter(ON_MNIST, filter(measure.holds, records)))
    signs: dict[str, list[int]] = {}
    for a, b in combinations(runs, 2):
        first, second = a["specification"], b["specification"]
        different = [c for c in CHOICES if first[c] != second[c]]
        u, v = measure.value(a), measure.value(b)
        if len(different) != 1 or u is None or v is None:
            continue
        errors = [1 - r["test_accuracy"] for r in (a, b)]
        noise = math.sqrt(sum(e * (1 - e) for e in errors) / TEST_IMAGES)
        if abs(errors[0] - errors[1]) > 2 * noise:
            agree = (u - v) * (errors[0] - errors[1])
            signs.setdefault(different[0], []).append((agree > 0) - (agree < 0))
    orders = [Order(choice, fmean(found), len(found)) for choice, found in signs.items()]
    return min(orders, key=lambda order: order.tau, default=None)


def growth(records: Sequence[Record], measure: Measure, level: float = 0.0) -> float | None:
    """Return the slope of log measure against log n, by least squares over sizes and seeds."""
    same = most_models(select(filter(measure.holds, records), data="digits", level=level))
    points = [
        (math.log(r["n"]), math.log(value))
        for r in same
        if (value := measure.value(r)) is not None and value > 0
    ]
    if len({x for x, _ in points}) < 3:
        return None
    mean_x, mean_y = (fmean(column) for column in zip(*points, strict=True))
    above = sum((x - mean_x) * (y - mean_y) for x, y in points)
    return above / sum((x - mean_x) ** 2 for x, _ in points)


def _tau(pairs: Sequence[tuple[float | None, float]]) -> float | None:
    if len(pairs) < 3:
        return None
    tau, _ = kendalltau(*zip(*pairs, strict=True))
    found = float(tau)  # pyright: ignore[reportArgumentType]
    return found if math.isfinite(found) else None
