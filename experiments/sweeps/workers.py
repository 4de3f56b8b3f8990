"""The workers of one machine: one for each GPU, or as many as asked for, each with its share."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import re
import shutil
import subprocess
from collections.abc import Sequence
from contextlib import suppress
from itertools import takewhile
from pathlib import Path
from typing import Any

from dask import config
from distributed import Nanny
from distributed.comm.addressing import get_address_host
from distributed.core import rpc
from distributed.security import Security
from distributed.utils import get_ip

from experiments.sweeps.memory import available
from expressivity.threads import cores as usable_cores

LOG = logging.getLogger(__name__)
ANSWER = 10  # seconds in which a scheduler answers
PATIENCE = 5  # workers that may die in turn before they are ready


def where(place: str) -> str:
    """Return the address of a scheduler, given as tcp://host:port or as the file it left it in.

    Raises ConnectionError if there is no such file.
    """
    if not place.endswith(".json"):
        return place
    try:
        return json.loads(Path(place).read_text())["address"]
    except (OSError, ValueError, KeyError) as error:
        raise ConnectionError(
            f"no scheduler left its address in {place} ({error}): start one with "
            f"`dask scheduler --scheduler-file {place}`"
        ) from error


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
    cores = usable_cores()
    devices = gpus()
    n = workers if workers is not None else max(1, len(devices))
    if not 1 <= n <= cores:
        raise ValueError(f"workers is {n}: this machine has cores for 1 to {cores}")
    memory = available()
    environment = {f"{library}_NUM_THREADS": cores // n for library in ("OMP", "MKL", "OPENBLAS")}
    environment["TQDM_DISABLE"] = 1  # the table of the command shows how far the work is
    # A worker's libraries read this when they are loaded, before its own environment is set.
    config.set({"distributed.nanny.pre-spawn-environ": environment})
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
    """Name the GPUs that this process may use, as CUDA_VISIBLE_DEVICES does.

    The list ends before the first name that is none: -1 and NoDevFiles hide all.
    """
    if "CUDA_VISIBLE_DEVICES" in os.environ:
        names = [name.strip() for name in os.environ["CUDA_VISIBLE_DEVICES"].split(",")]
        return list(takewhile(re.compile(r"[0-9]+|(GPU|MIG)-.+").fullmatch, names))
    if shutil.which("nvidia-smi") is None:
        return []
    listed = subprocess.run(["nvidia-smi", "--list-gpus"], capture_output=True, text=True)
    return [
        str(k) for k in range(sum(line.startswith("GPU") for line in listed.stdout.split("\n")))
    ]


def serve(address: str, workers: int | None) -> None:
    """Do runs for a scheduler until it closes. A worker that dies is started again.

    Workers listen on the address from which this machine reaches the scheduler, and on no other.
    Raises ValueError as `shares` does, ConnectionError if no scheduler answers, and RuntimeError
    if workers die again and again before they are ready.
    """
    logging.basicConfig(format="%(message)s", level=logging.INFO)
    silence()
    scheduler = where(address)
    host = {"host": near(scheduler)}
    asyncio.run(keep(scheduler, [{**host, **share} for share in shares(workers)]))


def near(scheduler: str) -> str:
    """Return the address of this machine from which a scheduler is reached.

    Raises ConnectionError if there is no way to it.
    """
    try:
        return str(get_ip(get_address_host(scheduler)))
    except (OSError, ValueError) as error:
        raise ConnectionError(f"no scheduler can be reached at {scheduler} ({error})") from error


async def keep(scheduler: str, options: Sequence[dict[str, Any]]) -> None:
    """Keep a worker at work for each of the options, until the scheduler closes."""
    tasks = [asyncio.ensure_future(_keep_one(scheduler, share)) for share in options]
    try:
        await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)


async def _keep_one(scheduler: str, share: dict[str, Any]) -> None:
    failures, security = 0, share.get("security") or Security()
    await _answers(scheduler, security)
    while failures < PATIENCE:
        nanny = Nanny(scheduler, **share)
        try:
            # A nanny replaces its worker, but gives up if that one dies before it is ready.
            await nanny
            LOG.info("a worker joined %s", scheduler)
            failures = 0
            await nanny.finished()
        except RuntimeError as error:
            failures += 1
            LOG.warning("a worker died before it was ready: %s", error.__cause__ or error)
        finally:
            with suppress(AssertionError):  # a worker that is just starting goes with its parent
                await nanny.close(timeout=5)
        try:
            await _answers(scheduler, security)
        except ConnectionError:
            LOG.info("the scheduler at %s is gone", scheduler)
            return
    raise RuntimeError(f"{PATIENCE} workers in turn died before they were ready: see their errors")


async def _answers(scheduler: str, security: Security) -> None:
    """Raise ConnectionError if the scheduler does not answer."""
    try:
        arguments = security.get_connection_args("worker")
        async with rpc(scheduler, timeout=ANSWER, connection_args=arguments) as there:
            await there.identity(n_workers=0)
    except (OSError, ValueError) as error:
        raise ConnectionError(
            f"no scheduler answers at {scheduler} ({error}): start one with `dask scheduler`"
        ) from error


def silence() -> None:
    """What dask would log of deaths and restarts is said in our own words."""
    logging.getLogger("distributed").setLevel(logging.CRITICAL)
