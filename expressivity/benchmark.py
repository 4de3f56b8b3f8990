"""What construction, evaluation and precision cost and reach, measured here and now."""

from __future__ import annotations

import os
import platform
import time
import tracemalloc
from collections.abc import Callable
from importlib.util import find_spec
from typing import Any

import numpy as np
import scipy
from numpy.typing import NDArray
from scipy.interpolate import PchipInterpolator, make_interp_spline

from expressivity.arrays import blocks
from expressivity.certificate import certify
from expressivity.direction import Direction
from expressivity.interpolate import interpolate
from expressivity.knots import interleaved_knots
from expressivity.literal import relu_sum
from expressivity.network import LITERAL_UP_TO, Network
from expressivity.projection import project
from expressivity.threads import threads_to_use
from expressivity.triangular import solve, solve_dense

REPEATS = 7


def report(shrink: int = 1) -> None:
    """Print every figure; sizes are divided by `shrink`."""
    threads = f"{threads_to_use()} threads, OMP_NUM_THREADS={os.environ.get('OMP_NUM_THREADS')}"
    print(f"{versions()}\n{threads}")
    print(
        f"times are the least of {REPEATS} in milliseconds; where there are four columns: time,\n"
        "its ratio to the first line's, processor time of all threads, its ratio\n"
    )
    construction(1_000_000 // shrink, 64)
    solving(10_000 // shrink)
    evaluation(1_000_000 // shrink, 64)
    directions(10_000 // shrink, 784)
    if find_spec("torch"):
        precision()


def report_sample(X: NDArray[Any], y: NDArray[Any]) -> None:
    """Print what default settings reach on a sample: seconds, gap, errors and certificate."""
    started = time.perf_counter()
    net = interpolate(X, y)
    built = time.perf_counter()
    off = np.abs(net(X) - y)
    evaluated = time.perf_counter()
    certify(net, X, y)
    certified = time.perf_counter()
    nearest = np.diff(np.unique(y).astype(float)).min(initial=np.inf) / 2
    print(net)
    print(f"  constructed in                        {built - started:9.2f} s")
    print(f"  least gap, in range / n^2             {least_gap(net):9.3g}")
    print(f"  stored weights, exact arithmetic: off {net.error.stored:9.2g}")
    summed = len(X) * net.n_hidden <= LITERAL_UP_TO
    form = (
        "literal sum, double precision: off   "
        if summed
        else "net(X), the compiled form: off       "
    )
    print(f"  {form} {off.max():9.2g}")
    print(
        f"    bound                               "
        f"{net.error.literal if summed else net.error.compiled:9.2g}"
    )
    print(f"    nearest to its own target           {100 * (off < nearest).mean():9.3f} %")
    print(f"    evaluated in                        {evaluated - built:9.2f} s")
    print(f"  compiled form: off                    {np.abs(net.compiled(X) - y).max():9.2g}")
    print(f"    bound                               {net.error.compiled:9.2g}")
    print(f"  exact certificate in                  {certified - evaluated:9.2f} s")


def construction(n: int, d: int) -> None:
    """Compare `interpolate` with the projection and the sort that it cannot do without."""
    rng = np.random.default_rng(0)
    X, y = rng.standard_normal((n, d), dtype=np.float32), rng.standard_normal(n)
    a = interpolate(X, y).a
    columns = in_turn(
        {
            "X @ a by blocks in float64, and argsort": lambda: np.argsort(by_blocks(X, a)),
            "interpolate": lambda: interpolate(X, y),
            "X @ a and argsort, a in float64": lambda: np.argsort(X @ a),
            "X @ a and argsort, a in float32": lambda: np.argsort(X @ a.astype(np.float32)),
        }
    )
    tracemalloc.start()
    interpolate(X, y)
    arrays = tracemalloc.get_traced_memory()[1] / (8 * n)
    tracemalloc.stop()
    print(f"construction, n = {n:,}, d = {d}, float32")
    for line in columns:
        print(line)
    print(f"  extra memory, in arrays of n doubles {arrays:9.2f}\n")


def solving(n: int) -> None:
    """Compare the closed form with the dense triangular solve and with scipy's interpolants."""
    rng = np.random.default_rng(0)
    t, y = np.sort(rng.standard_normal(n)), rng.standard_normal(n)
    b = interleaved_knots(t)
    middle = np.concatenate((b[:1], (t[1:] + t[:-1]) / 2))
    print(f"solving on the line, n = {n:,}")
    ours: dict[str, tuple[Callable[[], NDArray[np.float64]], NDArray[np.float64], int]] = {
        "closed form, knots at projections": (lambda: solve(t, b, y), b, REPEATS),
        "dense solve, knots at projections": (lambda: solve_dense(t, b, y), b, 1),
        "dense solve, knots in the middle": (lambda: solve_dense(t, middle, y), middle, 1),
    }
    for name, (method, knots, repeats) in ours.items():
        off = np.abs(relu_sum(t, knots, method()) - y).max()
        print(f"  {name:36} {least(method, repeats):9.2f}   literal sum off by {off:.1e}")
    theirs: dict[str, Callable[[], Any]] = {
        "scipy make_interp_spline, k = 1": lambda: make_interp_spline(t, y, k=1),
        "scipy PchipInterpolator": lambda: PchipInterpolator(t, y),
    }
    for name, spline in theirs.items():
        off = np.abs(spline()(t) - y).max()
        print(f"  {name:36} {least(spline):9.2f}   off by {off:.1e}, no network")
    print()


def evaluation(m: int, d: int) -> None:
    """Compare the compiled form at m queries with the projection alone, which is part of it."""
    rng = np.random.default_rng(0)
    for dtype in (np.float32, np.float64):
        X = rng.standard_normal((m, d)).astype(dtype)
        for n in (m // 1_000, m // 20, m):
            net = interpolate(X[:n], rng.standard_normal(n), direction="gaussian")
            compiled = net.compiled
            compiled(X[:1])
            print(f"compiled form, {n:,} knots, {m:,} queries, d = {d}, {np.dtype(dtype).name}")
            ways = {
                "projection": lambda: project(X, net.a),  # noqa: B023
                "compiled form": lambda: compiled(X),  # noqa: B023
                "X @ a by blocks in float64": lambda: by_blocks(X, net.a),  # noqa: B023
            }
            for line in in_turn(ways):
                print(line)
    print()


def by_blocks(X: NDArray[Any], a: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return X a in double precision by BLAS, of blocks that stay in the processor's cache."""
    t = np.empty(len(X))
    for rows in blocks(X):
        np.dot(X[rows].astype(np.float64), a, out=t[rows])
    return t


def directions(n: int, d: int) -> None:
    """Compare the directions: the least gap in range / n^2 and the error of the literal sum."""
    rng = np.random.default_rng(0)
    X, y = rng.integers(0, 256, (n, d), dtype=np.uint8), rng.integers(0, 10, n)
    print(f"directions, n = {n:,}, d = {d}, integers of 8 bits, 10 classes")
    print("  direction        ms      gap   stored  literal   bound")
    chosen: tuple[Direction, ...] = ("gaussian", "integer", "widened")
    chosen += ("equally-spaced",) if n <= d + 1 else ()
    for direction in chosen:
        net = interpolate(X, y, direction=direction)
        ms = least(lambda: interpolate(X, y, direction=direction), 1)  # noqa: B023
        off = np.abs(net(X) - y).max()
        error = net.error
        print(
            f"  {direction:14} {ms:6.1f} {least_gap(net):8.2g} {error.stored:8.1e} {off:8.1e} "
            f"{error.literal:8.1e}"
        )
    print()


def precision() -> None:
    """Find up to which n, in powers of two, the network classifies its sample in other types."""
    import torch

    print("largest power of two n at which all of 10 random classes are right, d = 64 and d = n")
    for dtype in (torch.float64, torch.float32, torch.bfloat16):
        found = [
            _largest(dtype, lambda n: 64, "gaussian"),
            _largest(dtype, lambda n: 64, "widened"),
            _largest(dtype, lambda n: n, "equally-spaced"),
        ]
        names = ("random", "widened", "equally spaced")
        shown = ", ".join(f"{name} {n}" for name, n in zip(names, found, strict=True))
        print(f"  {str(dtype).removeprefix('torch.'):9} {shown}")


def _largest(dtype: Any, d: Callable[[int], int], direction: Direction) -> str:
    """Double n until a class is wrong or the sizes tried end."""
    import torch

    n, right = 2, 0
    while n <= (1024 if direction == "equally-spaced" else 8192):
        rng = np.random.default_rng(n)
        X, y = rng.standard_normal((n, d(n))), rng.integers(0, 10, n)
        module = interpolate(X, y, direction=direction).to_torch().to(dtype)
        with torch.no_grad():
            outputs = module(torch.tensor(X, dtype=dtype)).double().numpy()
        if not (np.rint(outputs) == y).all():
            return f"{right:,}"
        right, n = n, 2 * n
    return f"{right:,} or more"


def least_gap(net: Network) -> float:
    """Return the least gap of a network's projections, in range / n^2."""
    assert net.fit is not None
    t = net.fit.t
    return float(np.diff(t).min(initial=np.inf) * len(t) ** 2 / np.ptp(t))


def versions() -> str:
    """Say what was measured on what."""
    return f"numpy {np.__version__}, scipy {scipy.__version__}, {platform.platform()}"


def in_turn(works: dict[str, Callable[[], Any]]) -> list[str]:
    """Time pieces of work in turn, so that what else the machine does meets all of them.

    Returns a line each: the least time and processor time, and their ratios to the first one's.
    """
    best = least_in_turn(works, REPEATS)
    first = next(iter(best.values()))
    return [
        f"  {name:40}{1e3 * wall:9.2f}{wall / first[0]:7.2f}"
        f"{1e3 * cpu:9.2f} CPU{cpu / first[1]:7.2f}"
        for name, (wall, cpu) in best.items()
    ]


def least_in_turn(
    works: dict[str, Callable[[], Any]], rounds: int
) -> dict[str, tuple[float, float]]:
    """Return the least time and processor time of each over rounds in turn, in seconds."""
    times: dict[str, list[tuple[float, float]]] = {name: [] for name in works}
    for _ in range(rounds):
        for name, work in works.items():
            wall, cpu = time.perf_counter(), time.process_time()
            work()
            spent = time.perf_counter() - wall, time.process_time() - cpu
            times[name].append(spent)
    return {
        name: (min(wall for wall, _ in found), min(cpu for _, cpu in found))
        for name, found in times.items()
    }


def least(work: Callable[[], Any], repeats: int = REPEATS) -> float:
    """Return the least time of the repetitions in milliseconds."""
    times: list[float] = []
    for _ in range(repeats):
        started = time.perf_counter()
        work()
        times.append(time.perf_counter() - started)
    return 1e3 * min(times)
