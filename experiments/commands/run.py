"""Commands on suites: do the runs, here, on workers or on a cluster, and say what is missing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Annotated

import tyro

from experiments.commands.arguments import DataName, Records, Seeds
from experiments.datasets import require
from experiments.suites import SUITES, SizeName
from experiments.suites import suite as suite_of
from experiments.sweeps.memory import limit_to_physical
from experiments.sweeps.run import Run
from experiments.sweeps.store import LOCAL, Store, load_records, read_store
from experiments.sweeps.sweep import Runner, finished, here, sweep
from experiments.sweeps.table import table
from expressivity.ranges import OptionalCount


@dataclass(frozen=True)
class Which:
    """Which runs of a suite are meant."""

    seeds: Seeds = (0, 1, 2)
    """one repetition for each seed"""
    size: SizeName = "cpu"
    """smoke is a glance, cpu what two cores can do, full the paper's"""
    data: DataName = ""
    """the data set of the suites that leave it open, cifar10 where none is given"""
    only: str = ""
    """take the runs whose name contains this, for example mlp-1x512"""

    def of(self, name: str) -> list[Run]:
        """Return these runs. Raises ValueError as `suite`, and where no run is meant."""
        runs = suite_of(name, self.seeds, self.size, self.data or "cifar10")
        own = sorted({run.data for run in runs})
        if self.data and self.data not in own:
            raise ValueError(
                f"data is {self.data!r}, but {name} is always of {', '.join(own)}: leave --data out"
            )
        chosen = [run for run in runs if self.only in run.name]
        if chosen:
            return chosen
        titles = list(dict.fromkeys(run.title for run in runs))
        near = get_close_matches(self.only, titles, n=3, cutoff=0.3) or titles[:3]
        raise ValueError(
            f"only is {self.only!r}: no run's name contains it; `status {name}` lists the names, "
            f"for example {', '.join(near)}"
        )


Flags = Annotated[Which, tyro.conf.arg(name="")]


def run(
    suite: tyro.conf.Positional[str],
    which: Flags = Which(),
    records: Records = LOCAL,
    workers: OptionalCount = None,
    cluster: str | None = None,
) -> int:
    """Do the runs of a suite that your own records lack, then print the table.

    Committed records are drawn and not counted: what they hold is measured anew on this machine.
    Interrupt it when you like: the next call does what is missing. The exit status is 0 only when
    every run has a record and the explicit networks and interpolants fit their samples.

    Example: python -m experiments run comparison

    Args:
        suite: name of the suite; `python -m experiments list` lists them.
        workers: do that many stacks of runs at a time on this machine, each with its share of it;
            one after another without it.
        cluster: the address of a dask scheduler, or the file it left it in; its workers are started
            by `python -m experiments worker`; without it this machine alone works.
    """
    if workers is not None and cluster is not None:
        raise ValueError(f"workers is {workers} and cluster {cluster}: give one of them")
    limit_to_physical()
    runs = which.of(suite)
    if cluster is None:
        check_data(runs)
    store = Store(records)
    with runner(workers, cluster) as do:
        failed = sweep(runs, store, do)
    records_now = finished(runs, store)
    print(table(records_now))
    # Training may stop short of its labels; what is constructed or solved must not.
    short = [
        record
        for record in records_now
        if not record["fitted"]
        and record["specification"]["contestant"] in ("explicit", "kernel", "theorem")
        and not record["specification"].get("regularized")
        and not record["specification"].get("ridge")
    ]
    return 1 if failed or short else 0


def check_data(runs: Sequence[Run]) -> None:
    """Raise what `require` raises, once, for a data set that is not there, before any work."""
    for name in dict.fromkeys(run.data for run in runs if type(run).dataset is Run.dataset):
        require(name)


@contextmanager
def runner(workers: int | None, cluster: str | None) -> Iterator[Runner]:
    """Yield what does the runs: this process, workers of this machine, or a cluster."""
    if workers is None and cluster is None:
        yield here
        return
    from experiments.sweeps.cluster import connected, local

    with connected(cluster) if cluster is not None else local(workers or 0) as do:
        yield do


def worker(address: tyro.conf.Positional[str], workers: OptionalCount = None) -> int:
    """Do runs for a cluster on this machine, until its scheduler closes.

    Example: python -m experiments worker tcp://head:8786

    Args:
        address: address of the scheduler, tcp://host:port, or the file it left it in (.json).
        workers: number of runs at a time; without it one for each GPU, or one where there is none.
    """
    from experiments.sweeps.workers import serve

    limit_to_physical()
    serve(address, workers)
    return 0


def list_suites() -> int:
    """List the suites and how many runs each has for one seed."""
    for name, runs in SUITES.items():
        count = len(suite_of(name, (0,)))
        print(f"{name:<14} {count:>3} runs a seed   {(runs.__doc__ or '').strip()}")
    return 0


def status(
    suite: tyro.conf.Positional[str], which: Flags = Which(), records: Records = LOCAL
) -> int:
    """Say which runs of a suite have a record: one of your own, or a committed one.

    `run` does the runs anew that have a committed one only.

    Example: python -m experiments status figure1

    Args:
        suite: name of the suite; `python -m experiments list` lists them.
    """
    done = {record["hash"]: "committed" for record in load_records(None)}
    if records.exists():
        done |= {record["hash"]: "done" for record in read_store(records)}
    for one in which.of(suite):
        print(f"{done.get(one.hash, 'missing'):<9}  {one.hash}  {one.name}")
    return 0
