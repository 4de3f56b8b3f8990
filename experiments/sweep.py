"""Do the missing runs of a suite, one after another; every record is stored as it comes."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from tqdm import tqdm

from experiments.run import Run, execute
from experiments.store import Record, Store


def sweep(runs: Sequence[Run], store: Store) -> list[tuple[Run, Exception]]:
    """Do every run that the store has no record of, and return the runs that failed.

    A run that fails is reported and the others go on; an interrupt loses only the run at work.
    """
    missing = [run for run in runs if store.get(run.hash) is None]
    print(f"{len(runs)} runs, {len(runs) - len(missing)} done already, records in {store.path}")
    failed: list[tuple[Run, Exception]] = []
    with tqdm(missing, unit="run", disable=not missing) as progress:
        for run in progress:
            progress.set_description(run.name)
            try:
                store.add(execute(run))
            except Exception as error:  # one bad run must not take the others with it
                failed.append((run, error))
                progress.write(f"failed: {run.name}: {error}", file=sys.stderr)
    return failed


def finished(runs: Sequence[Run], store: Store) -> list[Record]:
    """Return the records there are of these runs, in their order."""
    records = (store.get(run.hash) for run in runs)
    return [record for record in records if record is not None]
