"""Commands about the network of Theorem 1: `verify`, `build` and `benchmark`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from expressivity.commands.arguments import (
    Depth,
    OptionalData,
    SampleFile,
    Targets,
    Tolerance,
    sample_in,
    say,
)
from expressivity.direction import Direction
from expressivity.files import check_writable
from expressivity.interpolate import interpolate
from expressivity.randomness import generator
from expressivity.ranges import OptionalCount, Seed
from expressivity.residual import residual
from expressivity.rounding import upwards
from expressivity.tables import read_sample
from expressivity.verify import verify as verify_network


def verify(
    n: OptionalCount = None,
    d: OptionalCount = None,
    seed: Seed = 0,
    data: OptionalData = None,
    targets: Targets = None,
    depth: Depth = 2,
    tolerance: Tolerance = None,
    picture: Path | None = None,
) -> int:
    """Build the 2n + d network of a sample and check every step of the proof.

    Example: python -m expressivity verify --n 2000 --d 16

    The exit status is 0 only when everything holds.

    Args:
        n: number of random points, drawn from a Gaussian, with random targets; 1000 without it.
        d: number of coordinates of the random points; 8 without it.
        seed: seed of the sample and of the direction.
        depth: number of layers of weights; more than 2 for the corollary.
        picture: a file (.svg, .pdf, .png) to draw the network in; none is drawn without it.
    """
    if picture:
        from expressivity.picture import check_picture

        check_picture(picture, data, targets)
    X, y = sample_in(data, targets, n=n, d=d) or _draw(n or 1000, d or 8, seed)
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
    data: SampleFile,
    out: Path,
    targets: Targets = None,
    direction: Direction | None = None,
    depth: Depth = 2,
    fewest: bool = False,
    seed: Seed = 0,
    tolerance: Tolerance = None,
) -> int:
    """Build the network of a sample and save it.

    Example: python -m expressivity build points.csv --out network.safetensors

    The exit status is 0 only when the network interpolates the sample.

    Args:
        out: the file to write, safetensors.
        direction: how to choose the direction; the best that is quickly found without it.
        depth: number of layers of weights.
        fewest: spare the hidden units that collinear points do not need.
        seed: seed of the direction.
    """
    check_writable(out, data, targets)
    X, y = read_sample(data, targets)
    net = interpolate(X, y, direction=direction, seed=seed, depth=depth, fewest=fewest)
    net.save(out)
    print(f"{net} in {out}")
    status = say(residual(net, X, y, tolerance))
    print(f"      double precision: at most {upwards(net.error.compiled)} off (compiled form)")
    return status


def benchmark(small: bool = False, data: OptionalData = None, targets: Targets = None) -> int:
    """Measure construction and evaluation beside the dense solve and scipy.interpolate.

    With a sample: what default settings reach on it, its certificate included.

    Args:
        small: sizes a hundred times smaller, to see that it runs.
    """
    from expressivity.benchmark import report, report_sample

    if given := sample_in(data, targets, small=small):
        report_sample(*given)
    else:
        report(100 if small else 1)
    return 0


def _draw(n: int, d: int, seed: int) -> tuple[NDArray[Any], NDArray[Any]]:
    rng = generator(seed)
    return rng.standard_normal((n, d)), rng.standard_normal(n)
