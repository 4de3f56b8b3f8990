"""What Rocq has checked: the theory, and that a certificate's network interpolates its sample."""

from __future__ import annotations

import hashlib
import re
import shutil
import struct
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path
from typing import Any

from expressivity.check import (
    RefusedError,
    examine,
    number,
    points_of,
    read_certificate,
    upwards,
)
from expressivity.proofs.compiler import Compiler, ProofError, prerequisites
from expressivity.proofs.statement import Claim, rocq_file, theorem

SOURCES = Path(__file__).parent / "rocq"
# Each file after those that it needs; Statements says what all of them prove.
THEORY = (
    *("Theorem1", "Lemma1", "Direction", "Necessity", "Depth", "RealRing", "LowerBounds"),
    *("Counting", "Inoue", "Pieces", "DepthSeparation", "Checker", "Packed", "Certificate"),
    "Statements",
)
NO_AXIOMS = "Closed under the global context"
# The types and operations of Rocq's kernel that a certificate's numbers are stored by; no law.
KERNEL = {
    "int : Set",
    "array : Type -> Type",
    "get : forall A : Type, array A -> int -> A",
    *(f"{name} : int -> int -> int" for name in ("add", "land", "lsr")),
    "eqb : int -> int -> bool",
}
Say = Callable[[str], None]


def theory(say: Say = print, sources: Path = SOURCES, seconds: float = 600) -> list[str]:
    """Compile the theory and check what each theorem of `rocq/Statements.v` rests on.

    Parameters
    ----------
    say : is given a line for each file and each theorem
    sources : the folder of the theory
    seconds : the time that all of it may take

    Returns
    -------
    the names of the theorems

    Raises
    ------
    ProofError
        if a file does not compile in time, or a theorem rests on any axiom.
    FileNotFoundError
        if Rocq is missing and may not be installed.

    Everything is compiled in a temporary folder. Cost: about 30 s.
    """
    with _workshop(sources, seconds, THEORY) as rocq:
        for name in THEORY:
            started = time.perf_counter()
            rocq.compile(name)
            say(f"{name}.v compiled in {time.perf_counter() - started:.1f} s")
        text = (rocq.folder / "Statements.v").read_text()
        names = re.findall(r"^Theorem (\w+)", text, re.MULTILINE)
        lines = ["Require Statements.", *(f"Print Assumptions Statements.{v}." for v in names)]
        (rocq.folder / "Assumptions.v").write_text("\n".join(lines) + "\n")
        said = rocq.compile("Assumptions").strip()
    if said.splitlines() != [NO_AXIOMS] * len(names):
        raise ProofError(f"the theorems must rest on no axiom, but Rocq says:\n{said}")
    for name in names:
        say(f"{name} rests on no axiom")
    return names


def certified(
    certificate: Path,
    data: Path,
    targets: Path | None = None,
    say: Say = print,
    seconds: float = 1800,
    sources: Path = SOURCES,
) -> str:
    """Have Rocq accept that a certificate's network interpolates its sample.

    The certificate is checked as by `check` first; then its numbers, and those of the data, are
    written into a Rocq file of our own, in a temporary folder. No other file is run.

    Parameters
    ----------
    certificate, data, targets : files, as for `check`
    say, seconds, sources : as for `theory`

    Returns
    -------
    the Rocq file that was accepted

    Raises
    ------
    ProofError
        if a claim of the certificate does not hold, if the network does not interpolate, or if
        Rocq does not accept the file in time.
    ValueError
        for a file that is no certificate, by name.
    FileNotFoundError
        if Rocq is missing and may not be installed.

    Cost: about 5 s, and O(n d) operations on integers.
    """
    if certificate.suffix == ".v":
        raise ValueError(
            f"{certificate} is a Rocq file, and none is run that was not written here: give the "
            "certificate that `certify --out c.json` writes, and its --data"
        )
    found = examine(certificate, data, targets)
    if found.wrong:
        raise ProofError("\n".join(["the certificate does not hold", *found.wrong[:20]]))
    if not found.interpolates:
        raise ProofError(
            f"the network does not interpolate: largest residual {upwards(found.largest)}, may be "
            f"{upwards(min(found.tolerance))}"
        )
    content = read_certificate(certificate)
    claim = read_claim(content, data, targets)
    for line in described(claim, content):
        say(line)
    text = rocq_file(claim)
    with _workshop(sources, seconds, ("Theorem1", "Checker", "Packed", "Certificate")) as rocq:
        (rocq.folder / "Sample.v").write_text(text)
        with ThreadPoolExecutor(2) as lanes:
            checker = lanes.submit(lambda: [rocq.compile("Checker"), rocq.compile("Packed")])
            rocq.compile("Theorem1")
            checker.result()
        rocq.compile("Certificate")
        said = rocq.compile("Sample")
    if not assumes_only_storage(said):
        raise ProofError(f"the theorem must rest on no axiom, but Rocq says:\n{said.strip()}")
    return text


def read_claim(content: dict[str, Any], data: Path, targets: Path | None = None) -> Claim:
    """Return the claim of a certificate that `check` has found to hold, with its sample.

    Raises ProofError if the data are no longer those that the certificate names.
    """
    shape, network, rule = content["sample"], content["network"], content["interpolation"]
    hashed, points, values = hashlib.sha256(), [], []
    for z, y in points_of(Path(data), targets, shape["coordinates"], shape["targets"]):
        hashed.update(struct.pack(f"<{len(z)}d", *z) + struct.pack(f"<{len(y)}d", *y))
        points.append(z)
        values.append(y)
    if hashed.hexdigest() != shape["sha256"]:
        raise ProofError(f"{data} has changed since it was checked")
    return Claim(
        [number(v, "a") for v in network["a"]],
        [number(v, "b") for v in network["b"]],
        [[number(v, "w") for v in row] for row in network["w"]],
        [Fraction(v) for v in rule["tolerance"]],
        [None if v == "none" else Fraction(v) for v in rule["distance"]],
        points,
        values,
    )


def described(claim: Claim, content: dict[str, Any]) -> list[str]:
    """Return what the theorem says, and about which sample and network, in lines."""
    tolerances = sorted(set(claim.tolerance))
    labels = [v for v in claim.distance if v is not None]
    nearest = f", and each output nearest to its own label ({min(labels)} apart)" if labels else ""
    return [
        theorem(claim).rstrip(),
        "",
        "in words   over every real field the sum of ReLUs is within the tolerance of the target",
        f"points     {len(claim.points)}, of {len(claim.a)} coordinates and "
        f"{len(claim.tolerance)} targets",
        f"tolerance  {', '.join(map(str, tolerances[:3]))}, exactly{nearest}",
        f"sample     SHA-256 {content['sample']['sha256']}",
        f"network    {content['network']['weights']} weights; SHA-256 of its numbers "
        f"{_network_hash(content)}",
        f"           SHA-256 of its file: {content['network']['file']}",
        "",
    ]


def assumes_only_storage(said: str) -> bool:
    """Whether `Print Assumptions` names nothing, or the kernel's integers and arrays alone."""
    head, *listed = [" ".join(entry.split()) for entry in re.split(r"\n(?=\S)", said.strip())]
    if head == NO_AXIOMS:
        return not listed
    return head == "Axioms:" and {v.replace("PrimInt63.", "") for v in listed} <= KERNEL


def _network_hash(content: dict[str, Any]) -> str:
    """Return the SHA-256 of the rows a, b and w as they are spelled, a number a line."""
    network = content["network"]
    rows = [*network["a"], *network["b"], *(v for row in network["w"] for v in row)]
    return hashlib.sha256("\n".join(rows).encode()).hexdigest()


@contextmanager
def _workshop(sources: Path, seconds: float, names: tuple[str, ...]) -> Iterator[Compiler]:
    """Yield a compiler in a temporary folder that holds these files of the theory."""
    coqc = prerequisites()
    with tempfile.TemporaryDirectory() as folder:
        for name in names:
            shutil.copyfile(sources / f"{name}.v", Path(folder) / f"{name}.v")
        yield Compiler(coqc, Path(folder), seconds)


__all__ = ["ProofError", "RefusedError", "certified", "theory"]
