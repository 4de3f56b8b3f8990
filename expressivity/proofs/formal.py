"""What Rocq has checked: the theory, and that a certificate's network interpolates its sample."""

from __future__ import annotations

import re
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import chain
from pathlib import Path

from expressivity import check, check_layers, signals
from expressivity.check import residual_of
from expressivity.check_layers import is_about_layers
from expressivity.network import Network
from expressivity.proofs.claims import of_layers, of_one_direction
from expressivity.proofs.compiler import Compiler, ProofError, prerequisites
from expressivity.proofs.doubles_statement import doubles_file

SOURCES = Path(__file__).parent / "rocq"
# Each file after those that it needs; Statements says what all of them prove.
THEORY = (
    *("Theorem1", "Lemma1", "Direction", "Necessity", "Depth", "RealRing", "LowerBounds"),
    *("Counting", "Inoue", "Pieces", "DepthSeparation", "Baum", "Digits", "BitExtraction"),
    *("Dimension", "Checker", "Packed"),
    *("Certificate", "Layered", "Updates", "LayeredChecker", "LayeredCertificate", "Doubles"),
    "Statements",
)
# What certificates need of it: files that stand together do not need one another.
Stages = tuple[tuple[str, ...], ...]
OF_CERTIFICATES: Stages = (("Checker",), ("Packed", "Certificate"))
OF_DOUBLES: Stages = (("Checker",), ("Packed", "Certificate", "Doubles"))
OF_LAYERS: Stages = (
    ("Checker",),
    ("Packed", "Certificate", "Layered"),
    ("Updates",),
    ("LayeredChecker",),
    ("LayeredCertificate",),
)
NO_AXIOMS = "Closed under the global context"
# The types and operations of Rocq's kernel that a certificate's numbers are stored by; no law.
KERNEL = {
    "int : Set",
    "array : Type -> Type",
    "get : forall A : Type, array A -> int -> A",
    *(f"{name} : int -> int -> int" for name in ("add", "land", "lsr", "lxor")),
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

    Everything is compiled in a temporary folder. Cost: about a minute.

    Examples
    --------
    >>> from expressivity.proofs.formal import theory
    >>> theory()  # doctest: +SKIP
    Theorem1.v compiled in 1.9 s
    ...
    """
    with workshop(sources, seconds, THEORY) as rocq:
        for name in THEORY:
            started = time.perf_counter()
            rocq.compile(name)
            say(f"{name}.v compiled in {time.perf_counter() - started:.1f} s")
        return without_axioms(rocq, say)


def without_axioms(rocq: Compiler, say: Say) -> list[str]:
    """Return the names of the theorems of the compiled theory: ProofError if one has an axiom."""
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
        for a file that is no certificate, if a claim of it does not hold, if the network does not
        interpolate, or if Rocq does not accept the file in time.
    ValueError
        for a Rocq file, by name.
    FileNotFoundError
        if Rocq is missing and may not be installed.

    Cost: about 5 s, and O(n d) operations on integers.

    Examples
    --------
    >>> from pathlib import Path
    >>> from expressivity.proofs.formal import certified
    >>> certified(Path("theirs.v"), Path("points.csv"))
    Traceback (most recent call last):
        ...
    ValueError: theirs.v is a Rocq file, and none is run that was not written here: ...
    """
    if certificate.suffix == ".v":
        raise ValueError(
            f"{certificate} is a Rocq file, and none is run that was not written here: give the "
            "certificate that `certify --out c.json` writes, and its --data"
        )
    layered = is_about_layers(certificate)
    found = (check_layers if layered else check).examine(certificate, data, targets)
    if found.wrong:
        raise ProofError("\n".join(["the certificate does not hold", *found.wrong[:20]]))
    if not found.interpolates:
        raise ProofError(f"the network does not interpolate: {residual_of(found)}")
    text, lines = (of_layers if layered else of_one_direction)(certificate, data, targets)
    for line in lines:
        say(line)
    accept(text, OF_LAYERS if layered else OF_CERTIFICATES, seconds, sources)
    return text


def in_doubles(net: Network, say: Say = print, seconds: float = 1800) -> str:
    """Have Rocq accept that the compiled form, in doubles, is within `net.error` at the sample.

    Parameters
    ----------
    net : Network of one output that knows its sample
    say, seconds : as for `theory`

    Returns
    -------
    the Rocq file that was accepted

    Raises ProofError if Rocq does not accept it in time, ValueError for other networks. Cost: about
    5 s, and O(n^2) comparisons of doubles, on integers.

    Examples
    --------
    >>> from expressivity import interpolate
    >>> from expressivity.proofs.formal import in_doubles
    >>> X = [[0.0, 1.0], [1.0, 1.0], [3.0, 0.0]]
    >>> text = in_doubles(interpolate(X, [0.5, 2.0, -1.0]))  # doctest: +SKIP
    points     the 3 projections of the sample, as they were computed
    ...
    >>> in_doubles(interpolate(X, [[0, 1], [1, 0], [1, 1]]))
    Traceback (most recent call last):
        ...
    ValueError: ...
    """
    text = doubles_file(net)
    points = 0 if net.fit is None else len(net.fit.t)
    say(f"points     the {points} projections of the sample, as they were computed")
    say(f"bound      {net.error.compiled!r} between the compiled form in doubles and the target")
    accept(text, OF_DOUBLES, seconds)
    return text


def accept(text: str, needed: Stages, seconds: float, sources: Path = SOURCES) -> None:
    """Have Rocq accept a file that needs these of the theory: ProofError if it does not."""
    with workshop(sources, seconds, tuple(chain(*needed))) as rocq:
        (rocq.folder / "Sample.v").write_text(text)
        for names in needed:
            with ThreadPoolExecutor() as beside:
                list(beside.map(rocq.compile, names))
        said = rocq.compile("Sample")
    if not assumes_only_storage(said):
        raise ProofError(f"the theorem must rest on no axiom, but Rocq says:\n{said.strip()}")


def assumes_only_storage(said: str) -> bool:
    """Whether `Print Assumptions` names nothing, or the kernel's integers and arrays alone."""
    head, *listed = [" ".join(entry.split()) for entry in re.split(r"\n(?=\S)", said.strip())]
    if head == NO_AXIOMS:
        return not listed
    return head == "Axioms:" and {v.replace("PrimInt63.", "") for v in listed} <= KERNEL


@contextmanager
def workshop(sources: Path, seconds: float, names: tuple[str, ...]) -> Iterator[Compiler]:
    """Yield a compiler in a temporary folder that holds these files of the theory."""
    coqc = prerequisites()
    with signals.raised(_exit), tempfile.TemporaryDirectory() as folder:
        for name in names:
            shutil.copyfile(sources / f"{name}.v", Path(folder) / f"{name}.v")
        yield Compiler(coqc, Path(folder), seconds)


def _exit(number: int) -> SystemExit:
    return SystemExit(128 + number)


__all__ = ["ProofError", "certified", "in_doubles", "theory"]
