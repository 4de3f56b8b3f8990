"""The three ways to fit the same sample, grouped: which records stand beside each other."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from paper_figures.cells import machine
from paper_figures.records import (
    CIFAR,
    CONDITIONS,
    GAMMA,
    NETWORKS,
    RECIPE,
    Record,
    by_sample,
    of_recipe,
    only,
    select,
)

DATA = ("digits", "mnist", *CIFAR)
# 240 steps at falling rates would not fit random labels of 1,437 digits.
STAYING = {**RECIPE, "decay": 1.0, "precision": "fp32", "epoch_limit": 1000, "learning_rate": 0.1}
SAMPLE = {"level": (0.0, 1.0), "pixels": "true", "n": None}
ON_DIGITS = only(**STAYING, **SAMPLE, data="digits", network=tuple(NETWORKS))
EXPLICIT, KERNEL = "explicit network", "kernel interpolant"


RAW = {**SAMPLE, "contestant": "kernel", "features": (None, "raw")}
WAYS = (
    only(**SAMPLE, contestant="explicit", data=DATA),
    only(**RAW, data="mnist", gamma=GAMMA),
    only(**RAW, data=("digits", *CIFAR), gamma=None),
    ON_DIGITS,
    of_recipe(**SAMPLE, data=("mnist", *CIFAR), network=tuple(NETWORKS)),
)


@dataclass(frozen=True)
class Way:
    """One way to fit one sample: its records under true and under random labels."""

    name: str
    kind: str
    sample: str
    by_condition: dict[str, list[Record]]

    @property
    def records(self) -> list[Record]:
        return [record for group in self.by_condition.values() for record in group]

    @property
    def seconds(self) -> dict[str, list[float]]:
        """The seconds of each condition on one machine: the one that knows most of both."""

        def rank(name: str) -> tuple[int, int]:
            known = [[machine(r) == name for r in same] for same in self.by_condition.values()]
            return sum(map(any, known)), sum(map(sum, known))

        chosen = max(sorted({machine(record) for record in self.records}), key=rank)
        return {
            condition: [r["seconds"] for r in same if machine(r) == chosen]
            for condition, same in self.by_condition.items()
        }


def is_way(record: Record) -> bool:
    """Say whether a record is one of the three ways on a sample of the paper's or the digits.

    Trained networks follow the paper's recipe, on the digits one whose rate does not fall.
    """
    return any(holds(record) for holds in WAYS)


COMMAND = """python -m experiments run comparison
python -m experiments run three-ways --data mnist
python -m experiments run three-ways --data cifar10-jpeg
python -m experiments run table1 --data cifar10-jpeg
python -m experiments run table1 --data cifar10-jpeg --size full --only inception
python -m experiments run table3 --data cifar10-jpeg"""
"""makes the records of all ways"""


def drawn(records: list[Record]) -> list[Record]:
    """Return the records of the ways: of several recipes on one sample the one with most."""
    return [record for way in ways(records) for record in way.records]


def ways(records: list[Record]) -> Iterator[Way]:
    """Yield each way on each sample, the samples in the order of DATA."""
    for data in DATA:
        for sample, there in by_sample(select(records, data=data)).items():
            for kind, name in (("explicit", EXPLICIT), ("kernel", KERNEL)):
                chosen = select(there, contestant=kind)
                if chosen:
                    yield Way(name, kind, sample, _by_condition(chosen))
            for network, name in reversed(NETWORKS.items()):
                chosen = select(there, contestant="trained", network=network)
                if chosen:
                    yield Way(f"{name} (trained)", "trained", sample, _by_condition(chosen))


def _by_condition(records: list[Record]) -> dict[str, list[Record]]:
    return {
        condition: [record for record in records if record["condition"] == condition]
        for condition in CONDITIONS
    }
