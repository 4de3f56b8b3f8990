"""Do the missing runs of a suite, here or on a cluster; every record is stored as it comes."""

from __future__ import annotations

import gc
import sys
import traceback
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from experiments.sweeps.progress import Bar, LiveTable
from experiments.sweeps.reason import reason
from experiments.sweeps.run import Run, execute
from experiments.sweeps.stack import Stack, plan
from experiments.sweeps.store import Record, Store


@dataclass(frozen=True)
class Started:
    """A stack is at work."""

    stack: Stack


@dataclass(frozen=True)
class Interrupted:
    """The worker of a stack died: the stack waits for another."""

    stack: Stack


@dataclass(frozen=True)
class Ended:
    """A stack has no more to deliver; with an error, its runs without a record have failed."""

    stack: Stack
    error: Exception | None = None


LOST = "its record was lost: the same command does it anew"

Deliver = Callable[[Record], None]
Event = Started | Interrupted | Ended
Runner = Callable[[Sequence[Stack], Deliver], Iterator[Event]]
"""Stacks go out and their records are delivered, between the start and the end of each stack."""


def here(stacks: Sequence[Stack], deliver: Deliver) -> Iterator[Event]:
    """Do one stack after another in this process."""
    for stack in stacks:
        yield Started(stack)
        try:
            stack.hold()
            for record in execute(stack.runs, stack.scratch):
                handed_over(record, stack, deliver)
        except Exception as error:  # one bad run must not take the others with it
            _let_go(error)
            yield Ended(stack, error)
        else:
            yield Ended(stack)


def _let_go(error: BaseException | None) -> None:
    """Drop what the frames of an error hold, networks and matrices: it is kept to the end."""
    while error is not None:
        traceback.clear_frames(error.__traceback__)
        error = error.__cause__ or error.__context__
    gc.collect()


def handed_over(record: Record, stack: Stack, deliver: Deliver) -> None:
    """Deliver a record; where the store does not take it, the next sweep does."""
    try:
        deliver(record)
    except OSError:
        stack.keep(record)
        raise


def sweep(runs: Sequence[Run], store: Store, runner: Runner = here) -> list[tuple[Run, Exception]]:
    """Do every run that the store has no record of, and return the runs that failed.

    A stack that was interrupted goes on where it was, in the same company, so that it ends as if
    nothing had happened. A run that fails is reported and the others go on. A record exists once:
    of two workers that did the same run, the first one's is kept.
    """
    stacks = plan(runs, store)
    missing = sum(store.get(run.hash) is None for run in runs)
    print(
        f"{len(runs)} runs, {len(runs) - missing} done already; {missing} to do in {len(stacks)} "
        f"stacks, records in {store.path}",
        file=sys.stderr,
        flush=True,
    )
    failed: list[tuple[Run, Exception]] = []
    at_work: set[Stack] = set()
    with (Bar if runner is here else LiveTable)(missing) as progress:
        for event in runner(stacks, lambda record: progress.done(store.add(record))):
            left = [run for run in event.stack.runs if store.get(run.hash) is None]
            if isinstance(event, Started):
                at_work.add(event.stack)
                progress.started(len(left))
            elif isinstance(event, Interrupted):
                at_work.remove(event.stack)
                progress.interrupted(len(left), event.stack.runs[0].name)
            elif left:
                if event.stack not in at_work:  # refused before it began
                    progress.started(len(left))
                if event.error is None:
                    # Another process may have done them, and keeps them until its stack has ended.
                    for record in event.stack.kept():
                        progress.done(store.add(record))
                    left = [run for run in left if store.get(run.hash) is None]
                    # What is left has ended, says what it goes on from, and would never be done.
                    event.stack.delete()
                error = event.error or RuntimeError(LOST)
                failed += [(run, error) for run in left]
                for run in left:
                    progress.failed(f"{run.name}: {reason(error)}")
            else:
                event.stack.delete()
    return failed


def finished(runs: Sequence[Run], store: Store) -> list[Record]:
    """Return the records there are of these runs, in their order."""
    records = (store.get(run.hash) for run in runs)
    return [record for record in records if record is not None]
