"""What an audit has done, in a folder: a record and arrays for each training."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from experiments.datasets.sealed import read_sealed, write_sealed
from experiments.randomization.subject import TestedRun
from experiments.randomization.trained_model import TrainedModel
from experiments.sweeps.run import Run, execute
from experiments.sweeps.store import Record, Store
from expressivity.files import make_folder

Arrays = dict[str, NDArray[Any]]


class Kept:
    """Trainings that are done once: one that was interrupted goes on from its last checkpoint."""

    def __init__(self, folder: Path) -> None:
        make_folder(folder)
        self.folder = folder
        self.store = Store(folder / "records.sqlite")

    def do(self, run: TestedRun, look: Callable[[TrainedModel], Arrays]) -> tuple[Record, Arrays]:
        """Do a run, unless it was done, and return its record and what a look at its model gave.

        Raises what the run raises. The arrays are on disk before the record is.
        """
        if (done := self.get(run)) is not None:
            return done
        found: Arrays = {}
        run = replace(run, inspect=lambda trained: found.update(look(trained)))
        scratch = self.scratch(run)
        (record,) = execute([run], scratch)
        content = io.BytesIO()
        np.savez(content, **found)  # pyright: ignore[reportArgumentType]
        write_sealed(self._arrays(run), content.getvalue())
        self.store.add(record)
        scratch.unlink(missing_ok=True)
        return record, found

    def is_done(self, run: Run) -> bool:
        """Tell whether a run was done, without reading its arrays: a damaged one counts as done."""
        return self._arrays(run).exists() and self.store.get(run.hash) is not None

    def get(self, run: Run) -> tuple[Record, Arrays] | None:
        """Return the record and arrays of a run that was done; None if either is not there."""
        record, file = self.store.get(run.hash), self._arrays(run)
        if record is None or not file.exists():
            return None
        try:
            with np.load(io.BytesIO(read_sealed(file)), allow_pickle=False) as arrays:
                return record, dict(arrays)
        except ValueError as error:
            print(f"{error}: it is done anew", file=sys.stderr)
            return None

    def once(self, name: str, compute: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        """Return what was computed under a name, by this call or an earlier one: JSON."""
        file = self.folder / f"{name}.json"
        try:
            return json.loads(read_sealed(file))
        except FileNotFoundError:
            pass
        except ValueError as error:
            print(f"{error}: it is computed anew", file=sys.stderr)
        found = compute()
        write_sealed(file, json.dumps(found).encode())
        return found

    def epoch(self, run: Run) -> int:
        """Return how many epochs of an interrupted training are kept."""
        from experiments.training.checkpoint import Checkpoint

        state = Checkpoint(self.scratch(run)).read()
        return 0 if state is None else int(state["epoch"])

    def scratch(self, run: Run) -> Path:
        """Return the file from which an interrupted training goes on."""
        return self.folder / f"{run.hash}.pt"

    def _arrays(self, run: Run) -> Path:
        return self.folder / f"{run.hash}.npz"
