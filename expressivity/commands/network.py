"""Commands about the network of Theorem 1: `verify`, `build` and `benchmark`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from expressivity.commands.arguments import File, say
from expressivity.direction import Direction
from expressivity.files import read_sample
from expressivity.interpolate import interpolate
from expressivity.residual import residual, upwards
from expressivity.verify import verify as verify_network


def verify(
    n: int = 1000,
    d: int = 8,
    seed: int = 0,
    sample: Path | None = None,
    targets: Path | None = None,
    depth: int = 2,
    tolerance: float | None = None,
    picture: Path | None = None,
) -> int:
    """Build the 2n + d network of a sample and check every step of the proof.

    Example: python -m expressivity verify --n 2000 --d 16

    The exit status is 0 only when everything holds.

    Args:
        n: number of random points, drawn from a Gaussian, with random targets.
        d: number of coordinates of the random points.
        seed: seed of the sample and of the direction.
        sample: a file with one point a row: .csv, .tsv, .npy, .npz or .parquet, each also as .gz. Its
            target is in the last column, or in the one that is named: points.csv@price.
            Then n and d come from the file.
        targets: a file with the targets of the sample.
        depth: number of layers of weights; more than 2 for the corollary.
        tolerance: the largest residual that interpolates; without it a ten-thousandth of the range
            of the targets. Classes must be nearest to their own label as well.
        picture: a file (.svg, .pdf, .png) to draw the network in.
    """
    if picture:
        from expressivity.picture import check_suffix

        check_suffix(picture)
    X, y = read_sample(sample, targets) if sample else _draw(n, d, seed)
    net = interpolate(X, y, seed=seed, depth=depth)
    premises = verify_network(net, X, y, tolerance=tolerance)
    print(net)
    for premise in premises.values():
        print(f"  {'ok  ' if premise.holds else 'FAIL'}  {premise.what}")
    seen = float(np.abs(net.compiled(X) - y).max())
    print(
        f"      double precision: at most {upwards(net.error.literal)} off (literal sum), "
        f"{upwards(net.error.compiled)} (compiled form; seen {upwards(seen)})"
    )
    if picture:
        from expressivity.picture import draw

        draw(net, picture)
    return 0 if all(premise.holds for premise in premises.values()) else 1


def build(
    sample: File,
    out: Path,
    targets: Path | None = None,
    direction: Direction | None = None,
    depth: int = 2,
    fewest: bool = False,
    seed: int = 0,
    tolerance: float | None = None,
) -> int:
    """Build the network of a sample and save it.

    Example: python -m expressivity build points.csv --out network.safetensors

    The exit status is 0 only when the network interpolates the sample.

    Args:
        sample: a file with one point a row: .csv, .tsv, .npy, .npz or .parquet, each also as .gz. Its
            target is in the last column, or in the one that is named: points.csv@price.
        out: the file to write, safetensors.
        targets: a file with the targets of the sample.
        direction: how to choose the direction; the best that is quickly found without it.
        depth: number of layers of weights.
        fewest: spare the hidden units that collinear points do not need.
        seed: seed of the direction.
        tolerance: the largest residual that interpolates; without it a ten-thousandth of the range
            of the targets. Classes must be nearest to their own label as well.
    """
    X, y = read_sample(sample, targets)
    net = interpolate(X, y, direction=direction, seed=seed, depth=depth, fewest=fewest)
    net.save(out)
    print(f"{net} in {out}")
    status = say(residual(net, X, y, tolerance))
    print(f"      double precision: at most {upwards(net.error.compiled)} off (compiled form)")
    return status


def benchmark(small: bool = False, sample: Path | None = None, targets: Path | None = None) -> int:
    """Measure construction and evaluation beside the dense solve and scipy.interpolate.

    With a sample: what default settings reach on it, its certificate included.

    Args:
        small: sizes a hundred times smaller, to see that it runs.
        sample: a file with one point a row: .csv, .tsv, .npy, .npz or .parquet, each also as .gz. Its
            target is in the last column, or in the one that is named: points.csv@price.
        targets: a file with the targets of the sample.
    """
    from expressivity.benchmark import report, report_sample

    if sample:
        report_sample(*read_sample(sample, targets))
    else:
        report(100 if small else 1)
    return 0


def _draw(n: int, d: int, seed: int) -> tuple[NDArray[Any], NDArray[Any]]:
    if n < 1 or d < 1:
        raise ValueError(f"n = {n} and d = {d}: both must be at least 1")
    rng = np.random.default_rng(seed)
    return rng.standard_normal((n, d)), rng.standard_normal(n)
