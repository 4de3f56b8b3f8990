"""The workers of one machine: one for each GPU, or as many as asked for, each with its share."""

from __future__ import annotations

import asyncio
import logging
import os
import shutil
import subprocess
import sys
from typing import Any

from dask import config
from distributed import Nanny

from experiments.memory import available

Where = dict[str, Any]


def where(address: str) -> Where:
    """Read the address of a scheduler, tcp://host:port, or the file in which it left it."""
    return {"scheduler_file": address} if address.endswith(".json") else {"address": address}


def shares(workers: int | None) -> list[dict[str, Any]]:
    """Return the options of each worker of this machine.

    Parameters
    ----------
    workers : how many; one for each GPU, or one where there is none, if it is None

    A worker does one stack at a time. It gets an equal share of the cores and of the memory left;
    the first ones get a GPU each, the only one that their process can see. What dask is told of
    them is only counted: the device is pinned, and the threads are limited, by the environment.
    Raises ValueError for fewer than one worker and for more than there are cores.
    """
    cores = len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1
    devices = gpus()
    n = workers if workers is not None else max(1, len(devices))
    if not 1 <= n <= cores:
        raise ValueError(f"workers is {n}: this machine has cores for 1 to {cores}")
    memory = available()
    threads = {f"{library}_NUM_THREADS": cores // n for library in ("OMP", "MKL", "OPENBLAS")}
    # A worker's libraries read this when they are loaded, before its own environment is set.
    config.set({"distributed.nanny.pre-spawn-environ": threads})
    return [
        {
            "nthreads": 1,
            "memory_limit": 0,  # a run that takes too much is refused by its own check
            "dashboard": False,
            "silence_logs": logging.CRITICAL,
            "resources": {
                "run": 1,
                "cores": cores // n,
                "memory": memory // n if memory is not None else float("inf"),
                "GPU": int(position < len(devices)),
            },
            "env": {"CUDA_VISIBLE_DEVICES": devices[position] if position < len(devices) else ""},
        }
        for position in range(n)
    ]


def gpus() -> list[str]:
    """Name the GPUs that this process may use, as CUDA_VISIBLE_DEVICES does."""
    if "CUDA_VISIBLE_DEVICES" in os.environ:
        return [name for name in os.environ["CUDA_VISIBLE_DEVICES"].split(",") if name]
    if shutil.which("nvidia-smi") is None:
        return []
    listed = subprocess.run(["nvidia-smi", "--list-gpus"], capture_output=True, text=True)
    return [
        str(k) for k in range(sum(line.startswith("GPU") for line in listed.stdout.split("\n")))
    ]


def serve(address: str, workers: int | None) -> None:
    """Do runs for a scheduler until it closes. A worker that dies is started again."""
    asyncio.run(_serve(where(address), shares(workers)))


async def _serve(place: Where, options: list[dict[str, Any]]) -> None:
    scheduler = place.get("address")
    given = {"scheduler_ip": scheduler} if scheduler else place
    nannies = [Nanny(**given, **share) for share in options]
    try:
        await asyncio.gather(*nannies)
        print(f"{len(nannies)} workers joined {nannies[0].scheduler_addr}", flush=True)
        await asyncio.gather(*(nanny.finished() for nanny in nannies))
    finally:
        await asyncio.gather(*(nanny.close(timeout=5) for nanny in nannies))
