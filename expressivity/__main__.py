"""Command line of the theorem: `python -m expressivity verify`."""

from __future__ import annotations

import json
import sys
from fractions import Fraction
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
from expressivity.direction import Direction
from expressivity.files import read_sample, write_atomically

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
        picture: a file (.svg, .pdf, .png) to draw the network in.
    """
    X, y = read_sample(sample, targets) if sample else _draw(n, d, seed)
    net = interpolate(X, y, seed=seed, depth=depth)
    premises = verify_network(net, X, y)
    print(net)
    for premise in premises.values():
        print(f"  {'ok  ' if premise.holds else 'FAIL'}  {premise.what}")
    print(f"        stored weights in exact arithmetic: off by at most {net.error.stored:.3g}")
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
) -> int:
    """Build the network of a sample and save it.

    Example: python -m expressivity build points.csv --out network.safetensors

    Args:
        sample: a .csv, .parquet or .npy file with one point a row, its target in the last column.
        out: the file to write, safetensors.
        targets: a file with the targets of the sample.
        direction: how to choose the direction; the best that is quickly found without it.
        depth: number of layers of weights.
        fewest: spare the hidden units that collinear points do not need.
        seed: seed of the direction.
    """
    X, y = read_sample(sample, targets)
    net = interpolate(X, y, direction=direction, seed=seed, depth=depth, fewest=fewest)
    net.save(out)
    print(f"{net} in {out}; off by at most {net.error.compiled:.3g} (compiled form)")
    return 0


@app.command
def certify(network: File, sample: Path, out: Path, targets: Path | None = None) -> int:
    """Certify in exact arithmetic what a saved network does at every point of a sample.

    Example: python -m expressivity certify network.safetensors --sample points.csv --out c.json
    The exit status is 0 only when the network interpolates within its rounding bound.

    Args:
        network: a file that `build` wrote.
        sample: the sample's file, as for `build`.
        out: the certificate to write: .json for `check`, .v for Rocq and `formal`.
        targets: a file with the targets of the sample.
    """
    net = Network.load(network)
    X, y = read_sample(sample, targets)
    if out.suffix == ".v":
        from expressivity.proofs.certificate import formalize

        write_atomically(out, formalize(net, X, y).encode())
        print(f"a theorem about {net} in {out}: `python -m expressivity formal {out}` checks it")
        return 0
    content = certify_network(net, X, y)
    write_atomically(out, json.dumps(content).encode())
    holds = all(premise.holds for premise in verify_network(net, X, y).values())
    largest = float(Fraction(content["largest residual"]))
    print(f"{'ok  ' if holds else 'FAIL'}  largest residual {largest:.3g}, exactly, in {out}")
    return 0 if holds else 1


@app.command
def check(certificate: File, data: Path, targets: Path | None = None) -> int:
    """Check a certificate, with the standard library alone.

    The same as `python check.py`, which needs neither this package nor any other.
    The exit status is 0 only when every claim holds.

    Args:
        certificate: the file that `certify` wrote.
        data: the sample, .npy or .csv.
        targets: a file with the targets of the sample.
    """
    return check_certificate(certificate, data, targets)


@app.command
def prove(n: int = 6, latex: bool = False) -> int:
    """Verify every step of the proof symbolically, for n points and by induction.

    Example: python -m expressivity prove --n 6
    The exit status is 0 only when every step holds identically.

    Args:
        n: number of symbolic points.
        latex: print LaTeX (amsmath) instead of text.
    """
    from expressivity.proofs.symbolic import as_latex, as_text
    from expressivity.proofs.symbolic import prove as prove_steps

    steps = prove_steps(n)
    print(as_latex(steps) if latex else as_text(steps))
    return 0 if all(step.holds for step in steps) else 1


@app.command
def formal(certificates: Annotated[tuple[Path, ...], tyro.conf.Positional] = ()) -> int:
    """Rebuild the machine-checked proof with Rocq, and check exported certificates with it.

    Missing packages are installed where that is allowed (as root, with apt-get).
    The exit status is 0 only when all compiles and no theorem rests on an axiom.

    Args:
        certificates: files that `certify` wrote as .v.
    """
    from expressivity.proofs.formal import ProofError, rebuild

    try:
        print("\n".join(rebuild(certificates)))
    except ProofError as error:
        print(f"FAIL  {error}", file=sys.stderr)
        return 1
    return 0


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


@app.command
def frontier(
    n: tuple[int, ...] = (100, 300, 1000, 3000, 10_000),
    d: int = 8,
    classes: tuple[int, ...] = (2, 10),
    seed: int = 0,
    seconds: float = 20.0,
    out: Path | None = None,
) -> int:
    """Measure every construction over n beside its formula and the lower bounds.

    Example: python -m expressivity frontier --n 100 1000 --out frontier.jsonl
    The exit status is 0 only if every network that was built is right wherever it was checked.

    Args:
        n: numbers of random integer points.
        d: number of coordinates.
        classes: numbers of classes of random labels; real labels are measured as well.
        seed: seed of the sample.
        seconds: a construction that took longer is not tried for larger n.
        out: a file of records to write (.jsonl), for `paper_figures`.
    """
    from expressivity.memorizers import frontier as measured

    records = []
    for record in measured.frontier(sorted(n), d, classes, seed, seconds):
        print(measured.as_text(record), flush=True)
        records.append(record)
    for record in measured.depths(max(n), d, seed):
        print(measured.as_text(record), flush=True)
        records.append(record)
    if out:
        lines = [json.dumps(record, sort_keys=True, allow_nan=False) for record in records]
        write_atomically(out, "".join(line + "\n" for line in sorted(lines)).encode())
    return 0 if all(record["fitted"] or "refused" in record for record in records) else 1


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


def main() -> int:
    """Run the command line; mistakes of the user end in one line, not in a traceback."""
    try:
        return app.cli(prog="python -m expressivity", config=(tyro.conf.OmitArgPrefixes,))
    except (ValueError, TypeError, OSError, ImportError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
