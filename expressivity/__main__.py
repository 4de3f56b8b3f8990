"""Command line of the theorem: `python -m expressivity verify`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np
import tyro
from numpy.typing import NDArray
from tyro.extras import SubcommandApp

from expressivity import interpolate
from expressivity import verify as verify_network

app = SubcommandApp()


@app.command
def verify(n: int = 1000, d: int = 8, seed: int = 0, sample: Path | None = None) -> int:
    """Build the 2n + d network of a sample and check every step of the proof.

    Example: python -m expressivity verify --n 2000 --d 16
    The exit status is 0 only when everything holds.

    Args:
        n: number of random points, drawn from a Gaussian, with random targets.
        d: number of coordinates of the random points.
        seed: seed of the sample and of the direction.
        sample: a .csv or .npy file with one point a row, its target in the last column; then n
            and d come from the file.
    """
    X, y = _read(sample) if sample else _draw(n, d, seed)
    net = interpolate(X, y, seed=seed)
    premises = verify_network(net, X, y)
    print(net)
    for premise in premises.values():
        print(f"  {'ok  ' if premise.holds else 'FAIL'}  {premise.what}")
    return 0 if all(premise.holds for premise in premises.values()) else 1


@app.command
def version() -> int:
    """Print the version of the package."""
    from expressivity import __version__

    print(__version__)
    return 0


def _draw(n: int, d: int, seed: int) -> tuple[NDArray[Any], NDArray[Any]]:
    if n < 1 or d < 1:
        raise ValueError(f"n = {n} and d = {d}: both must be at least 1")
    rng = np.random.default_rng(seed)
    return rng.standard_normal((n, d)), rng.standard_normal(n)


def _read(path: Path) -> tuple[NDArray[Any], NDArray[Any]]:
    if path.suffix == ".npy":
        table = np.load(path, allow_pickle=False)
    elif path.suffix == ".csv":
        table = np.genfromtxt(path, delimiter=",")
        if table.ndim == 2 and np.isnan(table[0]).all():
            table = table[1:]  # a line of column names
    else:
        raise ValueError(f"sample {path} has suffix {path.suffix!r}: give a .csv or .npy file")
    if table.ndim != 2 or table.shape[1] < 2:
        raise ValueError(
            f"sample {path} holds an array of shape {table.shape}: it needs one point a row, the "
            "coordinates and then the target"
        )
    return table[:, :-1], table[:, -1]


def main() -> int:
    """Run the command line; mistakes of the user end in one line, not in a traceback."""
    try:
        return app.cli(prog="python -m expressivity", config=(tyro.conf.OmitArgPrefixes,))
    except (ValueError, TypeError, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
