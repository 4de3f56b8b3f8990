"""Measure every construction over n: weights, bits and seconds beside formulas and lower bounds."""

from __future__ import annotations

import inspect
import platform
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np
import scipy
from numpy.typing import NDArray

import expressivity
from expressivity.claim import digest
from expressivity.memorizers.construction import Construction, construction, constructions
from expressivity.memorizers.layered import Layered
from expressivity.memorizers.lower_bounds import lower_bounds
from expressivity.memorizers.memorize import memorize
from expressivity.randomness import generator
from expressivity.sample import sample
from expressivity.threads import share_of_cores

Record = dict[str, Any]
Known = Mapping[str, Record]
CONTESTANT = "memorizer"
"""what the records of other measurements, which may stand in the same file, do not call theirs"""
# Coordinates are integers below this: short numbers, so that all constructions can be exact.
LARGEST_COORDINATE = 1024
# Points are checked exactly in growing portions, the last one begun within this time.
CHECK_SECONDS = 10.0
# Labels are met if a rigorous bound is below this, where they are not met exactly.
WORST = 0.02
GROUP_SIZES = (1, 2, 4, 8, 12, 16, 24, 48)
SAMPLES = ("random integers", "random points on a sphere")


@dataclass(frozen=True)
class Case:
    """What is measured: a construction on n random points with random labels.

    Attributes
    ----------
    classes : the number of classes, None for real labels, uniform in [-1, 1]
    options : those of the construction's `build`
    """

    construction: str
    n: int
    d: int
    classes: int | None
    seed: int
    data: str = SAMPLES[0]
    options: tuple[tuple[str, Any], ...] = ()

    @property
    def title(self) -> str:
        """Name the construction, and the numbers that it was told."""
        told = [f"{name} {value}" for name, value in self.options if value is not True]
        return ", ".join([self.construction, *told])

    def draw(self) -> tuple[NDArray[Any], NDArray[Any]]:
        """Return the points (n, d) and labels (n,), the same for all constructions."""
        rng = generator(self.seed)
        X = rng.integers(0, LARGEST_COORDINATE, (self.n, self.d))
        if self.data == SAMPLES[1]:
            X = rng.standard_normal((self.n, self.d))
            X /= np.linalg.norm(X, axis=1, keepdims=True)
        if self.classes is None:
            return X, rng.uniform(-1, 1, self.n)
        return X, rng.integers(0, self.classes, self.n)


def frontier(
    ns: Sequence[int],
    d: int,
    classes: Sequence[int],
    seed: int,
    seconds: float,
    known: Known | None = None,
) -> Iterator[Record]:
    """Measure every construction that can do the labels, for each n in turn.

    Parameters
    ----------
    ns : the numbers of points, increasing
    classes : numbers of classes to measure; real labels are measured as well
    seconds : a construction is not tried for a larger n once it took longer in all, or building
        it longer than a quarter of them
    known : records by their hashes, which are not measured again

    Yields
    ------
    Record of `measure`. Finite labels are done with `exact=True` where a construction has that
    option, so that bits can be compared; real ones as they are by default. A construction that
    refuses random integers is tried on random points of a sphere.
    """
    for name, chosen in constructions().items():
        for kind in (None, *classes):
            if not _can_do(chosen, kind):
                continue
            exact = kind is not None and "exact" in inspect.signature(chosen.build).parameters
            options = (("exact", True),) if exact else ()
            for n in ns:
                record = measure(Case(name, n, d, kind, seed, SAMPLES[0], options), known)
                if "refused" in record:
                    record = measure(Case(name, n, d, kind, seed, SAMPLES[1], options), known)
                yield record
                whole = record["seconds"] + record.get("seconds_checked", 0.0)
                if record["seconds"] > seconds / 4 or whole > seconds:
                    break


def depths(n: int, d: int, seed: int, known: Known | None = None) -> Iterator[Record]:
    """Measure the constructions that trade depth for weights by the size of their groups."""
    for name, chosen in constructions().items():
        parameters = inspect.signature(chosen.build).parameters
        if chosen.LABELS == "finite" and "group_size" in parameters:
            for m in GROUP_SIZES:
                options = (("group_size", m),)
                yield measure(Case(name, n, d, 2, seed, SAMPLES[0], options), known)


def measure(case: Case, known: Known | None = None) -> Record:
    """Build a network, check it, and write down what it is beside what formulas say.

    A case whose record is among the known ones is not measured again.

    Returns
    -------
    dict that JSON can hold: the case and its hash, machine and versions, the counts of the network
    ("n_weights", ...), "formula" (the counts by `size` with the options of this network),
    "formula_alone" (by n, d and classes only), "bounds" and "bounds_two_layers" (lower bounds),
    "seconds" (building), "n_checked" points evaluated in exact arithmetic, "seconds_checked",
    "fitted" (all of those right, and all n in doubles where the network is one of doubles), "error"
    (the rigorous bound in double precision, None if infinite); or "refused" with the reason
    """
    record = _about(case)
    if known and record["hash"] in known:
        return known[record["hash"]]
    X, y = case.draw()
    record["bounds"] = _bounds(case, None)
    record["bounds_two_layers"] = _bounds(case, 2)
    started = time.perf_counter()
    try:
        net = memorize(X, y, case.construction, **dict(case.options))
    except ValueError as error:
        return record | {
            "seconds": time.perf_counter() - started,
            "fitted": False,
            "refused": str(error),
        }
    record["seconds"] = time.perf_counter() - started
    n = len(np.unique(X, axis=0))
    size = construction(case.construction).size
    return record | {
        "n": n,
        **asdict(net.size),
        "bit_size": net.bit_size,
        "total_bits": net.total_bits,
        "options": {k: v for k, v in net.options.items() if not isinstance(v, np.ndarray)},
        "formula": asdict(size(n, case.d, net.classes or case.classes, **net.options)),
        "formula_alone": asdict(size(n, case.d, case.classes)),
        **_checked(net, X, y),
    }


def as_text(record: Record) -> str:
    """Return a record as one line."""
    what = record["specification"]
    labels = "real" if what["classes"] is None else f"{what['classes']} classes"
    head = f"{what['construction']:<16} {labels:<11} n = {what['n']:>7,}"
    if "refused" in record:
        return f"{head}  refused: {record['refused']}"
    right = "right" if record["fitted"] else "WRONG"
    return (
        f"{head}  {record['n_weights']:>8,} weights (formula {record['formula']['n_weights']:,}), "
        f"{record['n_hidden']:>7,} units, depth {record['depth']}, "
        f"{record['total_bits'] / record['n']:.1f} bits a label, {record['seconds']:.2f} s, "
        f"{right} on {record['n_checked']:,}"
    )


def _can_do(chosen: Construction, classes: int | None) -> bool:
    if chosen.LABELS == "real":
        return classes in (None, 2)
    return classes is not None and (chosen.LABELS == "finite" or classes == 2)


def _bounds(case: Case, depth: int | None) -> dict[str, int]:
    found = lower_bounds(case.n, case.d, case.classes, depth)
    return {name: bound.least for name, bound in found.items()}


def _checked(net: Layered, X: NDArray[Any], y: NDArray[Any]) -> Record:
    """Evaluate exactly on a random part of the sample that is as large as time allows."""
    order = np.random.default_rng(0).permutation(len(X))
    error, seen, tolerance = float(net.error), None, 0.0
    in_doubles = any(layer.values.dtype == np.float64 for layer in net.layers)
    if in_doubles and np.isfinite(error):
        seen = float(np.abs(net(X) - y).max())
        tolerance = error
    done, worst, started = 0, 0.0, time.perf_counter()
    size = min(16, len(X))
    while done < len(X) and time.perf_counter() - started < CHECK_SECONDS:
        rows = order[done : done + size]
        part = Layered(net.layers, net.construction, net.exponent, sample=sample(X[rows], y[rows]))
        worst, done = max(worst, float(part.residual)), done + len(rows)
        size *= 16
    return {
        "n_checked": done,
        "seconds_checked": time.perf_counter() - started,
        "largest_residual": worst,
        "residual_in_doubles": seen,
        "error": error if np.isfinite(error) else None,
        "float64": bool(net.float64),
        "fitted": bool(worst <= tolerance <= WORST),
    }


def named(specification: dict[str, Any]) -> str:
    """Return the hash under which the record of a specification is kept."""
    return digest(specification)[:16]


def _about(case: Case) -> Record:
    specification = {"contestant": CONTESTANT, **asdict(case), "options": dict(case.options)}
    labels = "real labels" if case.classes is None else f"random labels, {case.classes} classes"
    return {
        "hash": named(specification),
        "specification": specification,
        "title": case.title,
        "condition": labels,
        "data_name": case.data,
        "finished": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": _machine(),
        "versions": {
            "python": platform.python_version(),
            **{package.__name__: package.__version__ for package in (expressivity, np, scipy)},
        },
        "n": case.n,
        "d": case.d,
    }


def _machine() -> dict[str, Any]:
    """Describe the machine in the words of the other records."""
    processor = platform.processor() or platform.machine()
    try:
        with open("/proc/cpuinfo") as lines:
            names = (line.split(":", 1)[1].strip() for line in lines if "model name" in line)
            processor = next(names, processor)
    except OSError:
        pass
    return {
        "platform": platform.platform(terse=True),
        "processor": processor,
        "cores": share_of_cores(),
    }
