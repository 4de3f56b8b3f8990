"""Rebuild the machine-checked proof, with what it rests on, and check exported certificates."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

SOURCES = Path(__file__).parent / "rocq"
ORDER = ("Theorem1", "Lemma1", "Direction", "Necessity", "Depth", "Checker", "Certificate")
THEOREMS = (
    "Theorem1.theorem1",
    "Lemma1.kinks_trig",
    "Lemma1.det_kinks",
    "Lemma1.kinks_rank",
    "Lemma1.kinks_eigenvalue",
    "Lemma1.triangular_interp",
    "Lemma1.closed_form",
    "Direction.projection_bound",
    "Necessity.theorem1_rat",
    "Necessity.injectivity_needed",
    "Depth.corollary1",
    "Checker.check_sound",
    "Checker.valid_sound",
    "Certificate.certified",
    "Certificate.interpolated",
)
NO_AXIOMS = "Closed under the global context"
PACKAGES = (
    *("coq", "libcoq-mathcomp-ssreflect", "libcoq-mathcomp-algebra"),
    "libcoq-mathcomp-zify",
)


class ProofError(Exception):
    """A file does not compile, or a theorem rests on an axiom."""


def rebuild(certificates: Sequence[Path] = (), sources: Path = SOURCES) -> list[str]:
    """Compile the whole proof, then the certificates, and check what every theorem assumes.

    Parameters
    ----------
    certificates : files that `formalize` wrote
    sources : the folder of the proof

    Returns
    -------
    one line a file and a theorem, with the seconds they took

    Raises
    ------
    ProofError
        if a file does not compile, or a theorem rests on any axiom, with what Rocq says.
    FileNotFoundError
        if a prerequisite is missing and may not be installed, saying which.

    Everything is compiled in a temporary folder. Cost: about 15 s, and for a certificate
    O(n (d + log n)) operations on integers.
    """
    coqc = prerequisites()
    said = []
    with tempfile.TemporaryDirectory() as folder:
        for name in ORDER:
            shutil.copy(sources / f"{name}.v", folder)
            said.append(f"{name}.v compiled in {_compile(coqc, folder, name)[1]:.1f} s")
        lines = [f"Require {' '.join(ORDER)}."]
        lines += [f"Print Assumptions {theorem}." for theorem in THEOREMS]
        Path(folder, "Assumptions.v").write_text("\n".join(lines) + "\n")
        output, _ = _compile(coqc, folder, "Assumptions")
        _closed(output, len(THEOREMS), "the theorems")
        said += [f"{theorem} rests on no axiom" for theorem in THEOREMS]
        for certificate in certificates:
            shutil.copy(certificate, Path(folder, "Sample.v"))
            output, seconds = _compile(coqc, folder, "Sample")
            _closed(output, 1, str(certificate))
            said.append(f"{certificate} is a theorem, checked in {seconds:.1f} s")
    return said


def prerequisites() -> str:
    """Return the compiler's path, installing Debian's packages where this process may.

    Raises FileNotFoundError, naming them, if it is missing and may not be installed.
    """
    if shutil.which("coqc") is None or not _has_mathcomp():
        install_debian(PACKAGES)
    found = shutil.which("coqc")
    if found is None or not _has_mathcomp():
        raise FileNotFoundError(
            "coqc with MathComp (algebra, zify) is needed: on Debian and Ubuntu, "
            f"apt-get install {' '.join(PACKAGES)}"
        )
    return found


def install_debian(packages: Sequence[str]) -> None:
    """Install Debian's packages where this process may; where it may not, do nothing."""
    if not shutil.which("apt-get") or not hasattr(os, "geteuid") or os.geteuid() != 0:
        return
    print("installing", *packages, flush=True)
    install = ["apt-get", "install", "-y", "-q", "--no-install-recommends", *packages]
    if subprocess.run(install, capture_output=True).returncode:
        subprocess.run(["apt-get", "update", "-q"], capture_output=True)
        subprocess.run(install, capture_output=True)


def _has_mathcomp() -> bool:
    where = subprocess.run(["coqc", "-where"], capture_output=True, text=True).stdout.strip()
    contrib = Path(where) / "user-contrib" / "mathcomp"
    return (contrib / "algebra").is_dir() and (contrib / "zify").is_dir()


def _compile(coqc: str, folder: str, name: str) -> tuple[str, float]:
    started = time.perf_counter()
    command = [coqc, "-q", "-w", "none", f"{name}.v"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    if done.returncode:
        raise ProofError(f"{name}.v does not compile:\n{(done.stdout + done.stderr).strip()}")
    return done.stdout, time.perf_counter() - started


def _closed(output: str, expected: int, what: str) -> None:
    if output.count(NO_AXIOMS) != expected or "Axioms" in output:
        raise ProofError(f"{what} must rest on no axiom, but Rocq says:\n{output.strip()}")
