"""A run: a frozen specification with a content hash; `execute` does runs and makes records."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, ClassVar

from experiments.datasets import Dataset, load
from experiments.datasets.corruption import Pixels
from experiments.datasets.digest import digest
from experiments.datasets.sample import TrainingSample, draw
from experiments.datasets.size import training_size
from experiments.sweeps.machine import machine, versions
from experiments.sweeps.memory import GIB
from experiments.sweeps.record import Record, content_hash

YOUNGER = {"younger": True}
"""Metadata of a field that was added after records were made: at its default their hashes stay."""


@dataclass(frozen=True)
class Needs:
    """What a run asks of the worker that does it.

    Attributes
    ----------
    memory : bytes
    cores : fewer make it too slow to be worth starting
    gpu : whether it takes one where there is one
    """

    memory: int = GIB
    cores: int = 1
    gpu: bool = False


@dataclass(frozen=True)
class Run:
    """What is run: a contestant on a data set whose labels or pixels are corrupted, from a seed.

    Attributes
    ----------
    data : a name that `experiments.datasets.load` knows
    n : number of training images, drawn once and for all without replacement; None for all
    n_test : number of test images at most, drawn likewise
    data_hash : of the files of a user's own data set, so that changed ones are not taken for the
        old, see `datasets.digest`; None for a published one
    level : corruption level of the labels: 0 true, 1 random
    pixels : what is done to the images of both splits
    seed : everything random follows from it

    Examples
    --------
    >>> from experiments.contestants import Explicit
    >>> run = Explicit(level=1.0, seed=3)
    >>> run.name, run.hash == Explicit(level=1.0, seed=3).hash
    ('explicit, digits, random labels, seed 3', True)

    A contestant of one's own is a frozen dataclass with `fit`, which says at least whether the
    sample was "fitted" and by how many weights; `dataset` may be replaced, and `fit_together` where
    runs share work:

    >>> from dataclasses import dataclass
    >>> from experiments.sweeps.run import Run, execute
    >>> @dataclass(frozen=True)
    ... class MostCommon(Run):
    ...     contestant = "most-common"
    ...
    ...     def fit(self, sample):
    ...         most = np.bincount(sample.labels).argmax()
    ...         share = float((sample.labels == most).mean())
    ...         return {"fitted": share == 1, "train_accuracy": share, "n_weights": 1}
    >>> import numpy as np
    >>> (record,) = execute([MostCommon(n=100)])
    >>> record["title"], record["train_accuracy"] < 0.2
    ('most-common', True)
    """

    contestant: ClassVar[str]

    data: str = "digits"
    n: int | None = None
    level: float = 0.0
    pixels: Pixels = "true"
    seed: int = 0
    n_test: int | None = field(default=None, metadata=YOUNGER)
    data_hash: str | None = field(default=None, metadata=YOUNGER)

    @property
    def specification(self) -> dict[str, Any]:
        """What is hashed: every field that is compared, a younger one only off its default."""
        content = {
            each.name: _as_declared(getattr(self, each.name), str(each.type))
            for each in fields(self)
            if each.compare
            and not (each.metadata.get("younger") and getattr(self, each.name) == each.default)
        }
        return {"contestant": self.contestant, **content}

    @property
    def hash(self) -> str:
        return content_hash(self.specification)

    @property
    def condition(self) -> str:
        """The paper's name of the corruption."""
        if self.pixels != "true":
            pixels = "Gaussian" if self.pixels == "gaussian" else f"{self.pixels} pixels"
            return pixels if self.level == 0 else f"{pixels}, labels {self.level:g} corrupted"
        fixed = {0.0: "true labels", 1.0: "random labels"}
        return fixed.get(self.level, f"labels {self.level:g} corrupted")

    @property
    def title(self) -> str:
        """The contestant as a table names it."""
        return self.contestant

    @property
    def name(self) -> str:
        size = "" if self.n is None else f" (n = {self.n:,})"
        return f"{self.title}, {self.data}{size}, {self.condition}, seed {self.seed}"

    @property
    def size(self) -> int:
        """The number of training images: n, or all that the data set has."""
        return self.n or training_size(self.data) or 60_000

    def dataset(self) -> Dataset:
        """Load the data set. Raises what `load` raises, and ValueError for files that changed."""
        if self.data_hash is not None and self.data_hash != digest(self.data):
            raise ValueError(
                f"data {self.data} is not what it was when this run was planned: start it again, "
                "with the same files on every machine"
            )
        return load(self.data)

    @property
    def stack(self) -> str | None:
        """Runs with the same one are done side by side; None for a run that is done alone."""
        return None

    @property
    def needs(self) -> Needs:
        """What the run, or a stack of such runs, asks of a worker."""
        return Needs()

    def fit(self, sample: TrainingSample) -> dict[str, Any]:
        """Do the run and return its part of the record, or override `fit_together`."""
        raise NotImplementedError

    @classmethod
    def fit_together(
        cls, runs: Sequence[Any], samples: Sequence[TrainingSample], scratch: Path | None
    ) -> Iterator[tuple[int, dict[str, Any]]]:
        """Do the runs of one stack, yielding the position and part of the record of each.

        `scratch` is a file where an interrupted stack may leave what it needs to go on.
        """
        for position, (run, sample) in enumerate(zip(runs, samples, strict=True)):
            started = time.perf_counter()
            outcome = run.fit(sample)
            # A contestant that times only the essential part says so itself.
            yield position, {"seconds": time.perf_counter() - started, **outcome}


def _as_declared(value: Any, kind: str) -> Any:
    """Return a number as one float where the field is one: 1 and 1.0, 0.0 and -0.0 are one run."""
    return float(value) + 0.0 if isinstance(value, int | float) and "float" in kind else value


def execute(runs: Sequence[Run], scratch: Path | None = None) -> Iterator[Record]:
    """Do the runs of one stack and yield each record: what it was, what came out, where, how long.

    Raises what loading the data or fitting raises. Test labels are never corrupted.

    Parameters
    ----------
    runs : of one contestant, with one `stack`
    scratch : a file where an interrupted stack leaves what it needs to go on

    Yields
    ------
    one record a run, a dict that JSON can hold, in the order in which they end

    Examples
    --------
    >>> from experiments.contestants import Explicit
    >>> from experiments.sweeps.run import execute
    >>> (record,) = execute([Explicit(n=50)])
    >>> record["specification"]["contestant"], record["n"], record["train_accuracy"]
    ('explicit', 50, 1.0)
    """
    samples = draw(runs)
    for position, outcome in type(runs[0]).fit_together(runs, samples, scratch):
        run, sample = runs[position], samples[position]
        yield {
            "hash": run.hash,
            "specification": run.specification,
            "title": run.title,
            "condition": run.condition,
            "finished": datetime.now(UTC).isoformat(timespec="seconds"),
            "machine": machine(),
            "versions": versions(),
            "data_name": sample.data.name,
            "data_hash": sample.images_hash,
            "labels_hash": sample.corruption.hash,
            "labels_changed": sample.corruption.share,
            "n": len(sample.labels),
            "d": sample.seen[0][0].size,
            **outcome,
        }
