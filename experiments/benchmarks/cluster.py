"""What a cluster costs: its start, each run beyond the serial runner's, memory and traffic."""

from __future__ import annotations

import json
import tempfile
import time
from pathlib import Path
from statistics import mean

import psutil

from experiments.contestants import Construction
from experiments.sweeps.cluster import local
from experiments.sweeps.machine import machine
from experiments.sweeps.memory import GIB
from experiments.sweeps.run import Run
from experiments.sweeps.store import Store, load_records
from experiments.sweeps.sweep import Runner, here, sweep

MIB = 2**20


def benchmark(runs: int, workers: int) -> None:
    """Print the costs, measured on runs that take a few milliseconds each.

    Parameters
    ----------
    runs : how many are done by this process, and again by one worker
    workers : of the cluster whose start is timed
    """
    print(f"machine: {machine()}")
    first = _seconds(range(workers), here)
    serial = _seconds(range(runs), here)
    started = time.perf_counter()
    with local(workers) as runner:
        _seconds(range(workers), runner)
        joined = time.perf_counter() - started
    print(
        f"{workers} first runs, with what they import: {first:.2f} s in this process, "
        f"{joined:.2f} s with the start of {workers} workers: {joined - first:.2f} s more"
    )
    process = psutil.Process()
    with local(1) as runner:
        _seconds(range(1), runner)
        before = process.memory_info().rss
        clustered = _seconds(range(runs), runner)
        after = process.memory_info().rss
    print(
        f"{runs} runs: {1000 * serial / runs:.1f} ms each in this process, "
        f"{1000 * clustered / runs:.1f} ms on one worker: "
        f"{1000 * (clustered - serial) / runs:.1f} ms more"
    )
    print(
        f"memory of the process with scheduler, client and records: {after / MIB:.0f} MiB, "
        f"{(after - before) / MIB / runs * 1000:.1f} MiB more for every 1,000 runs"
    )
    print(size_of_records())


def size_of_records() -> str:
    """Return what a record takes, measured on the committed ones."""
    sizes = [len(json.dumps(record)) for record in load_records(None)]
    return (
        f"a record: {mean(sizes) / 1000:.1f} kB on average, {max(sizes) / 1000:.0f} kB at most, "
        f"of {len(sizes)} committed ones; 10,000 are {1e4 * mean(sizes) / GIB:.2f} GiB"
    )


def _seconds(seeds: range, runner: Runner) -> float:
    """Return the seconds of a sweep over small runs, into a store of its own."""
    runs: list[Run] = [Construction(n=16, seed=seed) for seed in seeds]
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(folder) / "records.sqlite")
        started = time.perf_counter()
        failed = sweep(runs, store, runner)
        if failed:
            raise RuntimeError(f"{failed[0][0].name} failed: {failed[0][1]}")
        return time.perf_counter() - started
