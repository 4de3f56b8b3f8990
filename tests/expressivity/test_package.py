"""What importing costs and brings in, and the command line."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np


def _run(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, *command], capture_output=True, text=True, check=False)


def test_import_brings_neither_torch_nor_scikit_learn_nor_the_other_packages() -> None:
    heavy = "{'torch', 'sklearn', 'experiments', 'paper_figures', 'matplotlib'}"
    probe = f"import sys, expressivity; print({heavy} & {{m.split('.')[0] for m in sys.modules}})"
    assert _run("-c", probe).stdout.strip() == "set()"


def test_verify_prints_each_step_and_succeeds() -> None:
    result = _run("-m", "expressivity", "verify", "--n", "50", "--d", "3")
    assert result.returncode == 0, result.stderr
    assert "103 weights = 2n + d" in result.stdout
    assert result.stdout.count("ok  ") == 5


def test_verify_reads_a_table(tmp_path: Path) -> None:
    path = tmp_path / "sample.csv"
    path.write_text("x,z,target\n1,2,3\n4,5,6\n")
    result = _run("-m", "expressivity", "verify", "--sample", str(path))
    assert result.returncode == 0, result.stderr
    assert "6 weights" in result.stdout


def test_a_bad_table_ends_in_one_line(tmp_path: Path) -> None:
    path = tmp_path / "sample.npy"
    np.save(path, [[1.0, 2.0], [1.0, 3.0]])
    result = _run("-m", "expressivity", "verify", "--sample", str(path))
    assert result.returncode == 2
    assert result.stderr.startswith("error: y has 2 different values")
    assert "Traceback" not in result.stderr
