"""A stack: runs that are done side by side, and the files that let it go on after a death."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from experiments.datasets.sealed import read_sealed, write_sealed
from experiments.sweeps.record import Record, check_record, content_hash, parse
from experiments.sweeps.run import Needs, Run, execute
from experiments.sweeps.store import Store
from expressivity.files import make_folder

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

    @cached_property
    def needs(self) -> Needs:
        """What the most demanding of the runs asks for; they share what is large."""
        every = [run.needs for run in self.runs]
        return Needs(
            memory=max(needs.memory for needs in every),
            cores=max(needs.cores for needs in every),
            gpu=any(needs.gpu for needs in every),
        )

    def hold(self) -> None:
        """Write the members down, before work starts."""
        make_folder(self.members.parent)
        hashes = json.dumps([run.hash for run in self.runs])
        write_sealed(self.members, hashes.encode())

    def records(self) -> list[Record]:
        """Do the runs and return their records.

        Each is kept on disk as it comes, for a checkpoint does not repeat a run that has ended.
        """
        for record in execute(self.runs, self.scratch):
            self.keep(record)
        return self.kept()

    def keep(self, record: Record) -> None:
        """Keep a record on disk until it is delivered."""
        file = self.scratch.with_suffix(f".{record['hash']}.record")
        write_sealed(file, json.dumps(check_record(record), allow_nan=False).encode())

    def kept(self) -> list[Record]:
        """Return the records on disk: those that a death or a locked store kept from delivery.

        What is damaged, or no record of a run of this stack, is named and passed over.
        """
        hashes = {run.hash for run in self.runs}
        found = []
        for file in sorted(self.scratch.parent.glob(f"{self.scratch.stem}.*.record")):
            try:
                record = check_record(parse(read_sealed(file).decode()))
                if record["hash"] not in hashes:
                    raise ValueError("it is of no run of this stack")
                found.append(record)
            except FileNotFoundError:  # another process has stored it meanwhile
                continue
            except ValueError as error:
                print(f"{file} is passed over, its run is done anew: {error}", file=sys.stderr)
        return found

    def delete(self) -> None:
        """Forget what an interruption would have needed, half-written files among it."""
        for file in self.scratch.parent.glob(f"{self.scratch.stem}.*"):
            if file.is_dir() and not file.is_symlink():
                shutil.rmtree(file, ignore_errors=True)
            else:
                file.unlink(missing_ok=True)


def plan(runs: Sequence[Run], store: Store) -> list[Stack]:
    """Return the stacks that have a run without a record: interrupted ones first, as they were.

    Records that were kept on disk but never delivered are stored.
    """
    folder = store.path.parent.resolve() / "checkpoints"
    by_hash = {run.hash: run for run in runs}
    interrupted = list(_interrupted(folder, by_hash))
    for stack in interrupted:
        for record in stack.kept():
            store.add(record)
    missing = {hash for hash in by_hash if store.get(hash) is None}
    stacks = []
    for stack in interrupted:
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


def _interrupted(folder: Path, by_hash: dict[str, Run]) -> Iterator[Stack]:
    """Yield the stacks left behind whose runs are all wanted; a damaged one is begun anew.

    The folder may be a user's too: only files that are named as `plan` names them are looked at.
    """
    for members in sorted(folder.glob(f"{'[0-9a-f]' * 16}.json")):
        try:
            hashes = json.loads(read_sealed(members))
        except FileNotFoundError:  # another process has ended it meanwhile
            continue
        except ValueError as error:
            print(f"{error}: its runs are begun anew", file=sys.stderr)
            Stack((), members.with_suffix(".pt")).delete()
            continue
        if all(hash in by_hash for hash in hashes):
            yield Stack(tuple(by_hash[hash] for hash in hashes), members.with_suffix(".pt"))
