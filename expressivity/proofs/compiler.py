"""Rocq as a child process: found or installed, in a folder of its own, with limits."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

PACKAGES = (
    *("coq", "libcoq-mathcomp-ssreflect", "libcoq-mathcomp-algebra"),
    "libcoq-mathcomp-zify",
)


class ProofError(Exception):
    """A file does not compile in its time, or a theorem rests on what it may not rest on.

    Examples
    --------
    >>> from expressivity.proofs.formal import ProofError
    >>> try:
    ...     raise ProofError("Lemma1.v does not compile")
    ... except ProofError as error:
    ...     print(error)
    Lemma1.v does not compile
    """


@dataclass
class Compiler:
    """Compile files in one folder, all together within a time.

    Files are copied or written into the folder before; the process sees no other environment than
    PATH, with the folder as its home, and reads nothing from its input.

    Attributes
    ----------
    coqc : the compiler's path
    folder : where the files are
    seconds : the time that is left for all files; ProofError beyond it
    """

    coqc: str
    folder: Path
    seconds: float
    started: float = field(default_factory=time.monotonic)

    def compile(self, name: str) -> str:
        """Compile NAME.v and return what Rocq printed.

        Raises ProofError, with what Rocq says, if the file does not compile in time.
        """
        left = self.seconds - (time.monotonic() - self.started)
        process = subprocess.Popen(
            [self.coqc, "-q", "-w", "none", f"{name}.v"],
            cwd=self.folder,
            env={"PATH": os.environ.get("PATH", os.defpath), "HOME": str(self.folder)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        try:
            output, errors = process.communicate(timeout=max(left, 0.01))
        except BaseException as error:
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
            if isinstance(error, subprocess.TimeoutExpired):
                raise ProofError(
                    f"{name}.v is not compiled after {self.seconds:.0f} s in all: give more with "
                    "--seconds"
                ) from None
            raise
        if process.returncode:
            said = (output + errors).strip() or f"it ended with status {process.returncode}"
            raise ProofError(f"{name}.v does not compile:\n{said}")
        return output


def prerequisites() -> str:
    """Return the compiler's path, installing Debian's packages where this process may.

    Raises FileNotFoundError, naming them and what the package manager said, if it is missing.
    """
    said = ""
    if shutil.which("coqc") is None or not _has_mathcomp():
        said = install_debian(PACKAGES)
    found = shutil.which("coqc")
    if found is None or not _has_mathcomp():
        raise FileNotFoundError(
            "coqc with MathComp (algebra, zify) is needed: on Debian and Ubuntu, "
            f"apt-get install {' '.join(PACKAGES)}" + (f"\n{said}" if said else "")
        )
    return found


def install_debian(packages: Sequence[str]) -> str:
    """Install Debian's packages where this process may; return what it says when that fails."""
    if not shutil.which("apt-get"):
        return ""
    if not hasattr(os, "geteuid") or os.geteuid() != 0:
        return "(not tried: only root may install packages)"
    print("installing", *packages, flush=True)
    install = ["apt-get", "install", "-y", "-q", "--no-install-recommends", *packages]
    said = []
    for command in (install, ["apt-get", "update", "-q"], install):
        done = subprocess.run(command, capture_output=True, text=True)
        if command is install and done.returncode == 0:
            return ""
        last = (done.stdout + done.stderr).strip().splitlines()[-8:]
        said += [f"{' '.join(command[:2])} ended with status {done.returncode}:", *last]
    return "\n".join(said)


def _has_mathcomp() -> bool:
    where = subprocess.run(["coqc", "-where"], capture_output=True, text=True).stdout.strip()
    contrib = Path(where) / "user-contrib" / "mathcomp"
    return (contrib / "algebra").is_dir() and (contrib / "zify").is_dir()
