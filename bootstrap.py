#!/usr/bin/env python3
"""Set everything up and go on to the job: `python3 bootstrap.py compare` or `... test`.

Needs Python 3.11 or newer and nothing else. Makes the environment .venv, installs the project into
it, and runs the job there; a second call starts the job at once.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import venv
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).resolve().parent
ENVIRONMENT = ROOT / ".venv"
PYTHON = ENVIRONMENT / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
STAMP = ENVIRONMENT / "installed"
CPU = ROOT / "constraints" / "cpu.txt"

JOBS = {
    "compare": [["-m", "experiments", "run", "comparison"], ["-m", "paper_figures"]],
    "test": [["-m", "pytest", "-q", "-n", "logical"]],
    "proof": [["-m", "expressivity", "prove"], ["-m", "expressivity", "formal"]],
    "docs": [["docs/build.py"], ["-m", "pytest", "-q", "tests/test_docs.py"]],
    "install": [],
}


def main(arguments: list[str]) -> int:
    """Run the job named first; what follows goes to its last command."""
    if not arguments or arguments[0] not in JOBS:
        print(f"usage: python3 bootstrap.py {{{','.join(JOBS)}}} [options of the job]\n\n{__doc__}")
        return 0 if arguments in (["-h"], ["--help"]) else 2
    if sys.version_info < (3, 11):  # noqa: UP036 - this file is what tells users of older ones
        print("Python 3.11 or newer is needed, this is " + sys.version.split()[0])
        return 2
    install()
    commands = JOBS[arguments[0]]
    for position, command in enumerate(commands):
        extra = arguments[1:] if position == len(commands) - 1 else []
        status = subprocess.call([str(PYTHON), *command, *extra], cwd=ROOT)
        if status:
            return status
    return 0


def install() -> None:
    """Make the environment, unless the one that is there was made from the same files."""
    gpu = shutil.which("nvidia-smi") is not None
    wanted = hashlib.sha256(
        (ROOT / "pyproject.toml").read_bytes() + CPU.read_bytes() + str(gpu).encode()
    ).hexdigest()
    if PYTHON.exists() and STAMP.exists() and STAMP.read_text() == wanted:
        return
    print("Setting up .venv: a minute or two, once.", flush=True)
    # With a GPU, a torch that is already there was built for it: take that one.
    reuse = gpu and find_spec("torch") is not None
    venv.create(ENVIRONMENT, with_pip=True, system_site_packages=reuse, clear=True)
    pinned = [] if gpu else ["--constraint", str(CPU)]
    subprocess.check_call(
        [
            *(str(PYTHON), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"),
            *pinned,
            *("--editable", ".[dev]"),
        ],
        cwd=ROOT,
    )
    STAMP.write_text(wanted)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
