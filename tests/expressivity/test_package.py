"""What importing costs and brings in, and the command line."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest


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


@pytest.mark.parametrize(
    ("command", "named"),
    [
        (["verify", "--n", "5", "--d", "9"], "--n and --d"),
        (["verify", "--n", "1000"], "--n"),
        (["benchmark", "--small"], "--small"),
        (["benchmark-memorizers", "--small", "--growth"], "--small and --growth"),
    ],
)
def test_options_of_drawn_samples_are_refused_beside_a_sample(
    command: list[str], named: str, tmp_path: Path
) -> None:
    (tmp_path / "sample.csv").write_text("1,2,3\n4,5,6\n")
    result = _run("-m", "expressivity", *command, "--data", str(tmp_path / "sample.csv"))
    assert result.returncode == 2 and result.stderr.startswith(f"error: {named} beside --data")
    assert result.stderr.count("\n") == 1 and not result.stdout


def test_a_bad_table_ends_in_one_line(tmp_path: Path) -> None:
    path = tmp_path / "sample.npy"
    np.save(path, [[1.0, 2.0], [1.0, 3.0]])
    result = _run("-m", "expressivity", "verify", "--sample", str(path))
    assert result.returncode == 2
    assert result.stderr.startswith("error: y has 2 different values")
    assert "Traceback" not in result.stderr


def test_build_certify_and_check(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    np.save(tmp_path / "sample.npy", rng.standard_normal((30, 4)))
    sample, net, certificate = (
        str(tmp_path / name) for name in ("sample.npy", "net.safetensors", "c.json")
    )
    for command in (
        ["build", sample, "--out", net],
        ["certify", net, "--sample", sample, "--out", certificate],
        ["check", certificate, "--data", sample],
    ):
        result = _run("-m", "expressivity", *command)
        assert result.returncode == 0, result.stderr
    np.save(tmp_path / "sample.npy", rng.standard_normal((30, 4)))
    result = _run("-m", "expressivity", "check", certificate, "--data", sample)
    assert result.returncode == 1 and "FAIL  the sha256 of the sample" in result.stdout


def test_verify_draws_a_picture_of_a_parquet_sample(tmp_path: Path) -> None:
    table = pd.DataFrame(np.random.default_rng(0).standard_normal((20, 3)), columns=list("xyz"))
    table.to_parquet(tmp_path / "sample.parquet")
    picture = tmp_path / "net.svg"
    sample = str(tmp_path / "sample.parquet")
    result = _run("-m", "expressivity", "verify", "--sample", sample, "--picture", str(picture))
    assert result.returncode == 0, result.stderr
    assert "42 weights" in result.stdout and "<svg" in picture.read_text()


@pytest.mark.slow
def test_benchmark_prints_every_ratio() -> None:
    result = _run("-m", "expressivity", "benchmark", "--small")
    assert result.returncode == 0, result.stderr
    # Four ways to the sorted projections, and three to the values for each of two dtypes and sizes.
    assert result.stdout.count(" CPU ") == 4 + 3 * 2 * 3 and "bfloat16" in result.stdout


def test_a_closed_pipe_ends_quietly() -> None:
    command = f"{sys.executable} -m expressivity verify --n 10 | true; echo ${{PIPESTATUS[0]}}"
    result = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False)
    assert result.stderr == "" and result.stdout.strip() in ("0", "141")


def test_version_and_a_picture_of_no_known_kind() -> None:
    assert _run("-m", "expressivity", "--version").stdout.strip() == "0.1.0"
    result = _run("-m", "expressivity", "verify", "--picture", "net.xyz")
    assert result.returncode == 2 and "has suffix '.xyz': give one of" in result.stderr


def test_certify_refuses_a_sample_that_check_reads_otherwise(tmp_path: Path) -> None:
    table = pd.DataFrame(np.random.default_rng(0).standard_normal((9, 3)), columns=list("xyz"))
    table.to_csv(tmp_path / "s.csv", sep=";", index=False)
    sample, net, out = (str(tmp_path / name) for name in ("s.csv", "net.safetensors", "c.json"))
    assert _run("-m", "expressivity", "build", sample, "--out", net).returncode == 0
    result = _run("-m", "expressivity", "certify", net, "--sample", sample, "--out", out)
    assert result.returncode == 2 and "`check` cannot read" in result.stderr
    assert not (tmp_path / "c.json").exists()
