"""What the constructions need and reach: weights, seconds, and every point checked exactly."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.util import find_spec
from math import inf
from typing import Any

import numpy as np
from numpy.typing import NDArray

from expressivity.benchmark import versions
from expressivity.exact import as_fractions
from expressivity.memorizers.layered import Layered
from expressivity.memorizers.memorize import memorize
from expressivity.rounding import upwards
from expressivity.sample import distinct, sample

HEAD = (
    "construction          n     d  labels   weights  nonzero   bits  build s  check s  "
    "at every point, exactly"
)


@dataclass(frozen=True)
class Bar:
    """A network of random points and labels, and what it may cost at most.

    Attributes
    ----------
    classes : the number of classes, 0 for real labels
    nonzero : weights, a repeated direction counted each time, None where nothing is asked
    build, check : seconds
    """

    construction: str
    n: int
    classes: int
    options: Mapping[str, Any] = field(default_factory=dict)
    nonzero: float = inf
    build: float = inf
    check: float = inf


BARS = (
    Bar("inoue", 3_000, 0, {"exact": True}, build=3),
    Bar("inoue", 100_000, 0),
    Bar("bit-extraction", 10_000, 2, nonzero=4_971, build=1, check=5),
    Bar("bit-extraction", 10_000, 10, nonzero=7_125, build=1, check=5),
    Bar("bit-extraction", 100_000, 2, build=10),
    Bar("one-knot", 10_000, 2, nonzero=3_048, build=5, check=5),
    Bar("one-knot", 10_000, 10, nonzero=4_330, build=5, check=5),
    Bar("one-knot", 100_000, 2, build=10),
    Bar("one-knot", 1_000, 2, {"float64": True}, nonzero=1_013),
    # ceil(n / d) threshold units, d + 2 weights each and one more.
    Bar("baum", 1_000, 2, nonzero=125 * 10 + 1),
)


def report(shrink: int = 1) -> None:
    """Print one line a construction and size, on random samples; sizes are divided by `shrink`.

    Then the same on a real sample, scikit-learn's digits, where scikit-learn is installed.
    """
    print(versions())
    print(
        "seconds of processor time; points uniform in the integers below 2^20 in size, below 2^12 "
        f"for doubles\n{HEAD}"
    )
    for bar in BARS:
        # Doubles have room for short projections only.
        X, y = random_sample(
            bar.n // shrink, 8, bar.classes, bits=12 if "float64" in bar.options else 20
        )
        measure(bar.construction, X, y, bar.classes, bar if shrink == 1 else None, **bar.options)
    if find_spec("sklearn"):
        from sklearn.datasets import load_digits

        X, y = (np.asarray(part)[::shrink] for part in load_digits(return_X_y=True))
        _report_sample(X, y, "scikit-learn's digits")
        measure("baum", X[::4], y[::4] % 2, 2)


def report_sample(X: NDArray[Any], y: NDArray[Any]) -> None:
    """Print the same for a sample, with targets drawn at random from its own and class numbers.

    Raises TypeError and ValueError as `memorize` for what is no sample, and for several targets.
    """
    given = sample(X, y)
    if given.y.ndim > 1:
        raise ValueError(f"y has shape {given.y.shape}: give one target a point")
    rows = distinct(given)
    print(versions())
    _report_sample(given.z[rows], given.y[rows], "the sample")


def _report_sample(X: NDArray[Any], y: NDArray[Any], name: str) -> None:
    rng = np.random.default_rng(0)
    labels = rng.permutation(np.unique(y, return_inverse=True)[1])
    classes = int(labels.max()) + 1
    print(f"{name}, its labels in random order, as class numbers\n{HEAD}")
    for construction in ("inoue", "bit-extraction", "one-knot"):
        try:
            measure(construction, X, labels, classes)
        except ValueError as error:
            print(f"{construction:15} refused: {error}")


def report_growth(largest: int = 1_000_000, name: str = "bit-extraction") -> None:
    """Print weights and seconds against n, and the exponent that fits them: two classes, d = 8."""
    print(f"{versions()}\n{HEAD}")
    sizes = [n for n in (1_000, 10_000, 100_000, 1_000_000) if n <= largest]
    weights = []
    for n in sizes:
        X, y = random_sample(n, 8, 2)
        weights.append(measure(name, X, y, 2).n_weights)
    if len(sizes) > 1:
        exponent = np.polyfit(np.log(sizes), np.log(weights), 1)[0]
        print(f"weights grow like n^{exponent:.3f} from {sizes[0]:,} to {sizes[-1]:,} points")


def measure(
    name: str,
    X: NDArray[Any],
    y: NDArray[Any],
    classes: int,
    bar: Bar | None = None,
    **options: Any,
) -> Layered:
    """Build a network, check it at every point without rounding, and print a line about it."""
    started = time.process_time()
    net = memorize(X, y, construction=name, **options)
    built = time.process_time() - started
    off = np.abs(net.exact(X) - as_fractions(y))
    checked = time.process_time() - started - built
    exactly = f"all {len(X):,} right" if not off.any() else f"off by at most {upwards(max(off))}"
    if net.classes and off.any():
        exactly = f"{np.count_nonzero(off):,} of {len(X):,} WRONG"
    labels = f"{classes} cl." if classes else "real"
    print(
        f"{name:15} {len(X):7,} {X.shape[1]:5,}  {labels:6} {net.n_weights:9,} "
        f"{net.n_nonzero:8,} {net.bit_size:6,} {built:8.2f} {checked:8.2f}  {exactly}",
        flush=True,
    )
    if bar:
        for value, most, what in (
            (net.n_nonzero, bar.nonzero, "nonzero weights"),
            (built, bar.build, "s to build"),
            (checked, bar.check, "s to check"),
        ):
            if most < inf:
                print(f"    {'met' if value <= most else 'NOT MET'}: at most {most:,} {what}")
    if "general position" in net.premises:
        print(f"    {net.n_hidden} units, ceil(n / d) = {-(-len(X) // X.shape[1])}")
        print(f"    {net.premises['general position'].what}")
    if not net.classes and not options.get("exact"):
        found = net.doubles(X)
        seen = np.abs(found.values - y)
        right = (
            f", {np.count_nonzero(np.rint(found.values) != y):,} labels wrong" if classes else ""
        )
        bound = upwards(float((seen + found.bound).max()))
        print(f"    in doubles off by {upwards(float(seen.max()))} (seen), {bound} (bound){right}")
    if options.get("float64"):
        _in_doubles(net, X, y)
    return net


def random_sample(
    n: int, d: int, classes: int, bits: int = 20
) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return points uniform in the integers below 2^bits in size, and random targets."""
    rng = np.random.default_rng(0)
    X = rng.integers(-(2**bits) + 1, 2**bits, (n, d))
    return X, rng.integers(0, classes, n) if classes else rng.uniform(-1, 1, n)


def _in_doubles(net: Layered, X: NDArray[Any], y: NDArray[Any]) -> None:
    """Print how many labels are wrong in doubles, in NumPy, torch and ONNX where they are here."""
    wrong = {"numpy": np.count_nonzero(net.doubles(X).values != y)}
    if find_spec("torch"):
        import torch

        with torch.no_grad():
            values = net.to_torch()(torch.tensor(X, dtype=torch.float64)).numpy()
        wrong["torch"] = np.count_nonzero(values != y)
    if find_spec("onnx") and find_spec("onnxruntime"):
        import tempfile

        import onnxruntime

        with tempfile.TemporaryDirectory() as folder:
            net.to_onnx(f"{folder}/net.onnx")
            session = onnxruntime.InferenceSession(f"{folder}/net.onnx")
            values: Any = session.run(None, {"X": X.astype(np.float64)})[0]
        wrong["onnxruntime"] = np.count_nonzero(values != y)
    shown = ", ".join(f"{count} wrong in {where}" for where, count in wrong.items())
    print(f"    in doubles, bound {upwards(net.error)}: {shown}")
