"""Do the missing runs of a suite, stack by stack; every record is stored as it comes."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from experiments.progress import bar
from experiments.run import Run, content_hash, execute
from experiments.store import Record, Store
from expressivity.files import write_atomically

STACK = 8  # more gain nothing: the products are large enough to keep two cores busy


@dataclass(frozen=True)
class Stack:
    """Runs that are done side by side, and the file that an interruption leaves behind."""

    runs: tuple[Run, ...]
    scratch: Path

    @property
    def members(self) -> Path:
        """Names the runs of the stack, so that it can be put together again."""
        return self.scratch.with_suffix(".json")

    def delete(self) -> None:
        """Forget what an interruption would have needed, half-written files among it."""
        for file in self.scratch.parent.glob(f"{self.scratch.stem}.*"):
            file.unlink(missing_ok=True)


def sweep(runs: Sequence[Run], store: Store) -> list[tuple[Run, Exception]]:
    """Do every run that the store has no record of, and return the runs that failed.

    A stack that was interrupted goes on where it was, in the same company, so that it ends as if
    nothing had happened. A run that fails is reported and the others go on.
    """
    stacks = plan(runs, store)
    missing = sum(store.get(run.hash) is None for run in runs)
    print(
        f"{len(runs)} runs, {len(runs) - missing} done already; {missing} to do in {len(stacks)} "
        f"stacks, records in {store.path}",
        flush=True,
    )
    failed: list[tuple[Run, Exception]] = []
    with bar(total=missing, unit="run", disable=not missing) as progress:
        for stack in stacks:
            hashes = json.dumps([run.hash for run in stack.runs])
            try:
                stack.members.parent.mkdir(parents=True, exist_ok=True)
                write_atomically(stack.members, hashes.encode())
                for record in execute(stack.runs, stack.scratch):
                    progress.update(store.add(record))
                stack.delete()
            except Exception as error:  # one bad run must not take the others with it
                for run in stack.runs:
                    if store.get(run.hash) is None:
                        failed.append((run, error))
                        progress.write(f"failed: {run.name}: {error}", file=sys.stderr)
    return failed


def plan(runs: Sequence[Run], store: Store) -> list[Stack]:
    """Return the stacks that have a run without a record: interrupted ones first, as they were."""
    folder = store.path.parent / "checkpoints"
    by_hash = {run.hash: run for run in runs}
    missing = {hash for hash in by_hash if store.get(hash) is None}
    stacks = []
    for stack in _interrupted(folder, by_hash):
        hashes = {run.hash for run in stack.runs}
        if hashes & missing:
            stacks.append(stack)
            missing -= hashes
        else:
            stack.delete()
    groups: dict[str, list[Run]] = {}
    for run in runs:
        if run.hash in missing:
            groups.setdefault(run.stack or run.hash, []).append(run)
    for group in groups.values():
        for start in range(0, len(group), STACK):
            members = tuple(group[start : start + STACK])
            name = content_hash({"runs": [run.hash for run in members]})
            stacks.append(Stack(members, folder / f"{name}.pt"))
    return stacks


def finished(runs: Sequence[Run], store: Store) -> list[Record]:
    """Return the records there are of these runs, in their order."""
    records = (store.get(run.hash) for run in runs)
    return [record for record in records if record is not None]


def _interrupted(folder: Path, by_hash: dict[str, Run]) -> Iterator[Stack]:
    """Yield the stacks left behind whose runs are all wanted."""
    for members in sorted(folder.glob("*.json")):
        hashes = json.loads(members.read_text())
        if all(hash in by_hash for hash in hashes):
            yield Stack(tuple(by_hash[hash] for hash in hashes), members.with_suffix(".pt"))
