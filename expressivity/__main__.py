"""Command line of the theorem: `python -m expressivity verify`."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import tyro
from numpy.typing import NDArray
from tyro.extras import SubcommandApp

from expressivity import Network, interpolate
from expressivity import certify as certify_network
from expressivity import verify as verify_network
from expressivity.check import report as check_certificate
from expressivity.check_layers import report as check_layers
from expressivity.direction import Direction
from expressivity.files import read_sample, write_atomically
from expressivity.memorizer_commands import (
    benchmark_memorizers,
    certify_layers,
    compare,
    is_about_layers,
    is_layered,
    memorize,
)
from expressivity.memorizers.frontier_command import frontier
from expressivity.proofs.commands import formal, prove
from expressivity.residual import Residual, residual, upwards

app = SubcommandApp()
File = Annotated[Path, tyro.conf.Positional]


@app.command
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
        sample: a .csv, .parquet or .npy file with one point a row, its target in the last column;
            then n and d come from the file.
        targets: a file with the targets of the sample.
        depth: number of layers of weights; more than 2 for the corollary.
        tolerance: the largest residual that interpolates; without it a ten-thousandth of the range
            of the targets. Classes must be nearest to their own label as well.
        picture: a file (.svg, .pdf, .png) to draw the network in.
    """
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


@app.command
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
        sample: a .csv, .parquet or .npy file with one point a row, its target in the last column.
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
    status = _say(residual(net, X, y, tolerance))
    print(f"      double precision: at most {upwards(net.error.compiled)} off (compiled form)")
    return status


@app.command
def certify(
    network: File,
    sample: Path,
    out: Path,
    targets: Path | None = None,
    tolerance: float | None = None,
) -> int:
    """Certify in exact arithmetic what a saved network does at every point of a sample.

    Example: python -m expressivity certify network.safetensors --sample points.csv --out c.json
    The exit status is 0 only when the network interpolates the sample.

    Args:
        network: a file that `build` or `memorize` wrote.
        sample: the sample's file, as for `build`.
        out: the certificate to write, a .json file, for `check` and `formal`.
        targets: a file with the targets of the sample.
        tolerance: the largest residual that interpolates; without it a ten-thousandth of the range
            of the targets. Classes must be nearest to their own label as well.
    """
    if out.suffix == ".v":
        raise ValueError(
            f"out = {out}: certificates are .json files; `python -m expressivity formal c.json "
            f"--data {sample} --out {out}` makes the Rocq file of one, and checks it"
        )
    if is_layered(network):
        return certify_layers(network, sample, out, targets, tolerance)
    net = Network.load(network)
    X, y = read_sample(sample, targets)
    found = residual(net, X, y, tolerance)
    content = json.dumps(certify_network(net, X, y, tolerance=tolerance, file=network))
    print(f"what {net} in {network} does, in {out}")
    write_atomically(out, content.encode())
    return _say(found)


@app.command
def check(
    certificate: File, data: Path, targets: Path | None = None, network: Path | None = None
) -> int:
    """Check a certificate, with the standard library alone.

    The same as `python check.py`, which needs neither this package nor any other, or, for what
    `memorize` built, as `python check_layers.py`.
    The exit status is 0 only when every claim holds and the network interpolates the sample.

    Args:
        certificate: the file that `certify` wrote.
        data: the sample, .npy or .csv.
        targets: a file with the targets of the sample.
        network: the network's file, to be compared with what the certificate says.
    """
    if is_about_layers(certificate):
        if network:
            raise ValueError("network: the certificate of a layered network names no file")
        return check_layers(certificate, data, targets)
    return check_certificate(certificate, data, targets, network)


app.command(prove)
app.command(formal)
app.command(frontier)


@app.command
def benchmark(small: bool = False, sample: Path | None = None, targets: Path | None = None) -> int:
    """Measure construction and evaluation beside the dense solve and scipy.interpolate.

    With a sample: what default settings reach on it, its certificate included.

    Args:
        small: sizes a hundred times smaller, to see that it runs.
        sample: a .csv, .parquet or .npy file with one point a row, its target in the last column.
        targets: a file with the targets of the sample.
    """
    from expressivity.benchmark import report, report_sample

    if sample:
        report_sample(*read_sample(sample, targets))
    else:
        report(100 if small else 1)
    return 0


app.command(memorize)
app.command(compare)
app.command(benchmark_memorizers)


@app.command
def version() -> int:
    """Print the version of the package."""
    from expressivity import __version__

    print(__version__)
    return 0


def _say(found: Residual) -> int:
    """Print whether a network interpolates, and return the exit status that says so."""
    print(f"{'ok  ' if found.interpolates else 'FAIL'}  {found}")
    return 0 if found.interpolates else 1


def _draw(n: int, d: int, seed: int) -> tuple[NDArray[Any], NDArray[Any]]:
    if n < 1 or d < 1:
        raise ValueError(f"n = {n} and d = {d}: both must be at least 1")
    rng = np.random.default_rng(seed)
    return rng.standard_normal((n, d)), rng.standard_normal(n)


def main() -> int:
    """Run the command line; mistakes of the user end in one line, not in a traceback."""
    try:
        return app.cli(prog="python -m expressivity", config=(tyro.conf.OmitArgPrefixes,))
    except (ValueError, TypeError, OSError, ImportError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
