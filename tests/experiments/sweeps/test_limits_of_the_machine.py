"""What a container or a batch system allows is what a run is measured against."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from experiments.sweeps.cores import limit_threads
from experiments.sweeps.memory import available, peak, require
from expressivity import cgroup
from expressivity.threads import cores

GIB = 2**30


def _group(root: Path, monkeypatch: pytest.MonkeyPatch, membership: str, **files: str) -> None:
    for name, content in files.items():
        path = root / name.replace("__", "/").replace("_dot_", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    (root / "membership").write_text(membership)
    monkeypatch.setattr(cgroup, "ROOT", root)
    monkeypatch.setattr(cgroup, "MEMBERSHIP", root / "membership")


def test_a_container_of_version_two(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _group(
        tmp_path,
        monkeypatch,
        "0::/\n",
        memory_dot_max=f"{2 * GIB}\n",
        memory_dot_current=f"{GIB}\n",
        memory_dot_stat=f"anon 5\ninactive_file {GIB // 4}\n",
        cpu_dot_max="150000 100000\n",
    )
    assert cgroup.memory_left() == GIB + GIB // 4
    assert cgroup.cores() == 1.5
    there = available()
    assert there is not None and there <= GIB + GIB // 4
    with pytest.raises(MemoryError, match=r"needs about 2\.0 GiB of memory and 1\."):
        require(2 * GIB, "it")


def test_the_nearest_limit_of_the_groups_around_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _group(
        tmp_path,
        monkeypatch,
        "0::/job/step\n",
        job__step__memory_dot_max="max\n",
        job__step__memory_dot_current="1\n",
        job__step__cpu_dot_max="max 100000\n",
        job__memory_dot_max=f"{3 * GIB}\n",
        job__memory_dot_current=f"{GIB}\n",
        job__cpu_dot_max="400000 100000\n",
    )
    assert cgroup.memory_left() == 2 * GIB and cgroup.cores() == 4


def test_version_one_and_a_place_that_is_seen_from_outside_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _group(
        tmp_path,
        monkeypatch,
        "5:memory:/docker/abc\n4:cpu,cpuacct:/docker/abc\n",
        memory__memory_dot_limit_in_bytes=f"{GIB}\n",
        memory__memory_dot_usage_in_bytes=f"{GIB // 2}\n",
        memory__memory_dot_stat=f"total_inactive_file {GIB // 8}\n",
        cpu__cpu_dot_cfs_quota_us="200000\n",
        cpu__cpu_dot_cfs_period_us="100000\n",
    )
    assert cgroup.memory_left() == GIB // 2 + GIB // 8 and cgroup.cores() == 2


def test_no_limit_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _group(
        tmp_path,
        monkeypatch,
        "5:memory:/\n4:cpu,cpuacct:/\n0::/\n",
        memory__memory_dot_limit_in_bytes="9223372036854771712\n",
        memory__memory_dot_usage_in_bytes="1\n",
        cpu__cpu_dot_cfs_quota_us="-1\n",
        cpu__cpu_dot_cfs_period_us="100000\n",
    )
    assert cgroup.memory_left() is None and cgroup.cores() is None
    monkeypatch.setattr(cgroup, "MEMBERSHIP", tmp_path / "none")
    assert cgroup.memory_left() is None and cgroup.cores() is None


def test_threads_are_no_more_than_the_cores_of_a_container(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda pid: set(range(64)), raising=False)
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.setattr(cgroup, "cores", lambda: 1.5)
    for library in ("OMP", "MKL", "OPENBLAS"):
        monkeypatch.setenv(f"{library}_NUM_THREADS", "")
        monkeypatch.delenv(f"{library}_NUM_THREADS")
    monkeypatch.setenv("MKL_NUM_THREADS", "1")
    assert cores() == 2
    limit_threads()
    assert os.environ["OMP_NUM_THREADS"] == "2" and os.environ["MKL_NUM_THREADS"] == "1"
    monkeypatch.setattr(cgroup, "cores", lambda: None)
    assert cores() == 64


def test_the_peak_is_of_this_process_alone() -> None:
    held = np.ones(2**25)  # 256 MiB, which a child's `ru_maxrss` would begin with
    code = "from experiments.sweeps.memory import peak; print(peak())"
    child = int(
        subprocess.run([sys.executable, "-c", code], capture_output=True, check=True).stdout
    )
    own = peak()
    assert own is not None and own > held.nbytes > child


@pytest.mark.skipif(sys.platform != "linux", reason="the limit is Linux's")
def test_a_limit_that_is_asked_for_again_does_not_shrink() -> None:
    """What the process holds was taken off the memory left, once more with every command."""
    script = (
        "import numpy as np\n"
        "from experiments.sweeps.memory import available, limit_to_physical\n"
        f"held = np.empty({2 * GIB}, np.uint8)\n"
        "before = available()\n"
        "for _ in range(20):\n"
        "    limit_to_physical()\n"
        "print(available() / before)"
    )
    command = [sys.executable, "-c", script]
    found = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert float(found) > 0.5
