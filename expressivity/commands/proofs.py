"""The commands `prove` and `formal`."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Annotated

import tyro

from expressivity.commands.arguments import OptionalCheckedData, Targets
from expressivity.files import check_writable, write_atomically
from expressivity.ranges import Range


def prove(n: Annotated[int, Range(1, 12)] = 6, latex: bool = False) -> int:
    """Verify every step of the proof symbolically, for n points and by induction.

    Then those of the lower bound, that no network of this form does with fewer units, and of two
    hidden layers.

    Example: python -m expressivity prove --n 6

    The exit status is 0 only when every step holds identically.

    Args:
        n: number of symbolic points, 12 at most: the determinants grow fast.
        latex: print LaTeX (amsmath) instead of text.
    """
    from expressivity.proofs.beyond import prove_beyond
    from expressivity.proofs.symbolic import as_latex, as_text
    from expressivity.proofs.symbolic import prove as prove_steps

    steps = [*prove_steps(n), *prove_beyond(n)]
    print(as_latex(steps) if latex else as_text(steps))
    return 0 if all(step.holds for step in steps) else 1


def formal(
    certificate: Annotated[Path | None, tyro.conf.Positional, tyro.conf.arg(metavar="FILE")] = None,
    data: OptionalCheckedData = None,
    targets: Targets = None,
    out: Path | None = None,
    seconds: Annotated[float, Range(0, 10**6, above=True)] = 1800.0,
) -> int:
    """Have Rocq check the theory, or that a certificate's network interpolates its sample.

    Example: python -m expressivity formal certificate.json --data points.csv

    Without a certificate the whole theory is rebuilt. Rocq runs no file but those that are written
    here, in a temporary folder. Missing packages are installed where that is allowed (as root, with
    apt-get). The exit status is 0 only when Rocq accepts all and no theorem rests on an axiom.
    Of a network's file, which holds the sample's projections and targets, it is that its compiled
    form, in IEEE double precision, is within the bound that `net.error` states.

    Args:
        certificate: the .json file that `certify` wrote, or the .safetensors file of `build`;
            the whole theory without it.
        out: where to keep the Rocq file that was accepted; it is not kept without it.
        seconds: the time that Rocq may take.
    """
    from expressivity.commands.memorizers import is_layered
    from expressivity.network import Network
    from expressivity.proofs.formal import ProofError, certified, in_doubles, theory

    started = time.perf_counter()
    if out:
        check_writable(out, certificate, data, targets)
    try:
        if certificate is None:
            if data or targets or out:
                raise ValueError("certificate is missing: give the .json file before the options")
            print(f"{len(theory(seconds=seconds))} theorems, for all n and d")
            return 0
        if certificate.suffix == ".safetensors":
            if data or targets or is_layered(certificate):
                raise ValueError(
                    f"{certificate} is a network: give the certificate of what it does on a "
                    "sample, or, where `build` wrote it, nothing beside it"
                )
            text = in_doubles(Network.load(certificate), seconds=seconds)
        elif data is None and certificate.suffix != ".v":
            raise ValueError("data is missing: give the sample's file with --data")
        else:
            text = certified(certificate, data or Path(), targets, seconds=seconds)
    except ProofError as error:
        print(f"FAIL  {error}", file=sys.stderr)
        return 1
    if out:
        write_atomically(out, text.encode())
    print(f"ok    a theorem, accepted by Rocq after {time.perf_counter() - started:.1f} s")
    return 0
