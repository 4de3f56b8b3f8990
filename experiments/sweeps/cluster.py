"""Stacks on a dask cluster: specifications go out, records come back."""

from __future__ import annotations

import asyncio
import os
import stat
import tempfile
import time
from collections import Counter, deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import CancelledError
from contextlib import contextmanager
from dataclasses import replace
from getpass import getuser
from pathlib import Path
from typing import Any

from dask import config
from distributed import Client, Future, Scheduler, SpecCluster, wait
from distributed import TimeoutError as WaitTimeoutError
from distributed.scheduler import KilledWorker
from distributed.security import Security

from experiments.sweeps.memory import GIB
from experiments.sweeps.run import Needs
from experiments.sweeps.stack import Stack
from experiments.sweeps.store import Record
from experiments.sweeps.sweep import (
    Deliver,
    Ended,
    Event,
    Interrupted,
    Runner,
    Started,
    handed_over,
)
from experiments.sweeps.workers import ANSWER, keep, shares, silence, where

Worker = dict[str, float]
"""What a worker has: "run" 1 (that it is one of ours), "cores", "memory" in bytes, "GPU" 0 or 1."""

PATIENCE = 60  # seconds without a single worker after which none is expected
GRACE = 10  # seconds from the first worker on in which others may come that have more
DEATHS = 4  # of its workers, after which a stack is given up
DEADLY = (
    f"{DEATHS} workers died with it: is there memory enough? Try it alone, without --workers or "
    "--cluster"
)


class ClusterLostError(ConnectionError):
    """The scheduler is gone, or was never there."""


@contextmanager
def local(workers: int) -> Iterator[Runner]:
    """Start workers on this machine for as long as the context lasts.

    Their ports admit only who has the certificate, which is made for them and kept in memory: this
    process and its children. Raises ValueError as `shares` does.
    """
    security = Security.temporary()
    common = {"host": "127.0.0.1", "protocol": "tls", "security": security}
    options = [{**common, **share} for share in shares(workers)]
    silence()
    # Pages with what a scheduler does would be open to everybody on this machine.
    config.set({"distributed.scheduler.http.routes": [], "distributed.worker.http.routes": []})
    scheduler = {
        "cls": Scheduler,
        "options": {**common, "port": 0, "dashboard": False, "dashboard_address": "127.0.0.1:0"},
    }
    cluster = SpecCluster(workers={}, scheduler=scheduler, security=security)
    with cluster, Client(cluster, security=security) as client:
        loop: Any = cluster.loop
        kept = asyncio.run_coroutine_threadsafe(
            keep(cluster.scheduler_address, options), loop.asyncio_loop
        )
        try:
            yield Cluster(client, workers).run
        finally:
            kept.cancel()


@contextmanager
def connected(address: str) -> Iterator[Runner]:
    """Connect to a scheduler, given as tcp://host:port or the file it left its address in.

    Raises ConnectionError if there is none.
    """
    silence()
    place = where(address)
    try:
        client = Client(place, timeout=ANSWER)
    except (OSError, ValueError) as error:
        raise ClusterLostError(
            f"no scheduler answers at {address} ({error}): start one with `dask scheduler`"
        ) from error
    with client:
        yield Cluster(client).run


class Cluster:
    """The workers of one scheduler; each does one stack at a time.

    A stack is handed to one worker that is free, so that the scheduler's memory does not grow with
    the suite, a run that kills its worker takes no other one with it, and each death counts
    against the stack that was there. Dask's own way, a task restarted on whichever worker has the
    resources, would put two stacks on one worker.
    """

    def __init__(self, client: Client, expected: int | None = None) -> None:
        self.client, self.expected = client, expected
        scheduler: Any = client.scheduler
        self.address: str = scheduler.address
        self.last_seen = time.monotonic()
        self.first_seen: float | None = None
        self.seen: dict[str, tuple[Worker, float]] = {}

    def run(self, stacks: Sequence[Stack], deliver: Deliver) -> Iterator[Event]:
        """Do the stacks in any order, those that want a GPU first.

        Raises ClusterLostError when the scheduler is gone, or no worker has been there for a while.
        """
        waiting = deque(sorted(stacks, key=lambda stack: not stack.needs.gpu))
        running: dict[str, tuple[Stack, Future]] = {}
        deaths: Counter[Stack] = Counter()

        def died(stack: Stack) -> Interrupted | Ended:
            deaths[stack] += 1
            if deaths[stack] == DEATHS:
                return Ended(stack, RuntimeError(DEADLY))
            waiting.append(stack)  # behind the others, which may be harmless
            return Interrupted(stack)

        try:
            while waiting or running:
                there = self._workers()
                seen, all_there = self._of_late(there)
                for address in [address for address in running if address not in there]:
                    stack, future = running.pop(address)
                    future.release()
                    yield died(stack)
                if seen and all_there:
                    for stack in [s for s in waiting if not _fits_any(s.needs, seen)]:
                        waiting.remove(stack)
                        yield Ended(stack, MemoryError(_too_large(stack.needs, seen)))
                free = {address: w for address, w in there.items() if address not in running}
                for address, stack in match(waiting, free, seen if all_there else None):
                    waiting.remove(stack)
                    stack.hold()
                    running[address] = stack, self._submit(stack, address)
                    yield Started(stack)
                self._wait([future for _, future in running.values()])
                for address in [a for a, (_, future) in running.items() if future.done()]:
                    stack, future = running.pop(address)
                    try:
                        yield Ended(stack, self._outcome(stack, future, deliver))
                    except (KilledWorker, WaitTimeoutError):  # it died with the records
                        yield died(stack)
        finally:
            for _, future in running.values():
                future.release()

    def _of_late(self, there: dict[str, Worker]) -> tuple[dict[str, Worker], bool]:
        """Return the workers of the last minute, and whether those to come have had their time.

        One that died is started again, so that it counts for as long as others are waited for.
        """
        now = time.monotonic()
        if there and self.first_seen is None:
            self.first_seen = now
        self.seen |= {address: (worker, now) for address, worker in there.items()}
        self.seen = {a: one for a, one in self.seen.items() if now - one[1] <= PATIENCE}
        known = {address: worker for address, (worker, _) in self.seen.items()}
        complete = self.expected is not None and len(known) >= self.expected
        late = self.first_seen is not None and now - self.first_seen >= GRACE
        return known, complete or late

    def _workers(self) -> dict[str, Worker]:
        """Return what each worker has, by its address."""
        if self.client.status != "running":  # it forgets what was handed out
            raise _gone(self.address)
        try:
            workers = self.client.scheduler_info(n_workers=-1)["workers"]
        except OSError as error:
            raise _gone(self.address) from error
        found = {address: worker["resources"] for address, worker in workers.items()}
        ours = {address: worker for address, worker in found.items() if worker.get("run")}
        if ours:
            self.last_seen = time.monotonic()
        elif time.monotonic() - self.last_seen > PATIENCE:
            raise ClusterLostError(
                f"{self.address} has had no worker for {PATIENCE} s: the records so far are kept; "
                f"start some with `python -m experiments worker {self.address}`"
            )
        return ours

    def _submit(self, stack: Stack, address: str) -> Future:
        # A key of its own: after a death the same stack is handed out again.
        hashes = [run.hash for run in stack.runs]
        return self.client.submit(do, stack, hashes, workers=[address], pure=False)

    def _wait(self, futures: list[Future]) -> None:
        """Wait until a stack has ended, or a second, after which deaths are looked for."""
        if not futures:
            time.sleep(0.1)
            return
        try:
            wait(futures, timeout=1, return_when="FIRST_COMPLETED")
        except WaitTimeoutError:
            pass
        except (OSError, CancelledError) as error:
            raise _gone(self.address) from error

    def _outcome(self, stack: Stack, future: Future, deliver: Deliver) -> Exception | None:
        """Deliver the records of a stack, or return why there are none.

        Raises KilledWorker or TimeoutError if its worker died.
        """
        if future.cancelled():
            raise _gone(self.address)
        error = future.exception(timeout=ANSWER)
        if isinstance(error, KilledWorker):
            raise error
        if isinstance(error, Exception):
            return error
        records = future.result(timeout=ANSWER)
        hashes = {run.hash for run in stack.runs}
        if not {record["hash"] for record in records} <= hashes:
            return RuntimeError("its worker returned a record of another run")
        failed: Exception | None = None
        for record in records:
            try:
                handed_over(record, stack, deliver)
            except Exception as failure:  # a full disk
                failed = failure
        return failed


def match(
    waiting: Iterable[Stack], free: dict[str, Worker], seen: dict[str, Worker] | None
) -> list[tuple[str, Stack]]:
    """Choose a stack for each free worker: the first that it can do.

    Parameters
    ----------
    waiting : those that want a GPU first
    free : what each free worker has, by its address
    seen : all workers; stacks that want a GPU wait for one of them that has it and can do them.
        None while others may come that have one
    """

    def waits(stack: Stack) -> bool:
        gpus = seen is None or any(w["GPU"] and _fits(stack.needs, w) for w in seen.values())
        return stack.needs.gpu and gpus

    left, chosen = list(waiting), []
    for address, worker in free.items():
        for stack in left:
            if _fits(stack.needs, worker) and (worker["GPU"] or not waits(stack)):
                left.remove(stack)
                chosen.append((address, stack))
                break
    return chosen


def do(stack: Stack, hashes: list[str]) -> list[Record]:
    """Do a stack on a worker, going on from what another worker left if its files can be seen.

    Raises RuntimeError if this worker understands the specifications differently.
    """
    if [run.hash for run in stack.runs] != hashes:
        raise RuntimeError("the worker has another version of expressivity: install the same one")
    if stack.members.exists():
        return stack.records()
    # No common file system. What is kept here serves this machine's next attempt.
    # A user by number, as in a container, may have no name.
    user = os.getuid() if hasattr(os, "getuid") else getuser()
    folder = private(Path(tempfile.gettempdir()) / f"expressivity-{user}")
    stack = replace(stack, scratch=folder / stack.scratch.name)
    stack.hold()
    records = stack.records()
    stack.delete()
    return records


def private(folder: Path) -> Path:
    """Make a folder that nobody else can look into, and return it.

    Raises PermissionError for one that another user made, or could have written into: what lies
    there would come back as records.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    there = folder.lstat()
    own = not hasattr(os, "getuid") or there.st_uid == os.getuid()
    if not stat.S_ISDIR(there.st_mode) or not own or there.st_mode & 0o022:
        raise PermissionError(
            f"{folder} is not this user's alone: remove it, or set TMPDIR to a folder of your own"
        )
    folder.chmod(0o700)
    return folder


def _gone(address: str) -> ClusterLostError:
    return ClusterLostError(
        f"the scheduler at {address} is gone: the records so far are kept, and the same command "
        "with a new scheduler does the missing runs"
    )


def _fits_any(needs: Needs, workers: dict[str, Worker]) -> bool:
    return any(_fits(needs, worker) for worker in workers.values())


def _fits(needs: Needs, worker: Worker) -> bool:
    return needs.memory <= worker["memory"] and needs.cores <= worker["cores"]


def _too_large(needs: Needs, workers: dict[str, Worker]) -> str:
    memory = max(worker["memory"] for worker in workers.values()) / GIB
    cores = max(worker["cores"] for worker in workers.values())
    return (
        f"it needs {needs.memory / GIB:.1f} GiB and {needs.cores} cores, and the largest worker "
        f"has {memory:.1f} GiB and {cores:g}: start fewer workers on a machine"
    )
