"""The three ways to fit the same sample, grouped: which records stand beside each other."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from paper_figures.records import (
    CIFAR,
    CONDITIONS,
    NETWORKS,
    UNREGULARIZED,
    Record,
    by_sample,
    select,
    where,
)

DATA = ("digits", "mnist", *CIFAR)
EXPLICIT, KERNEL = "explicit network", "kernel interpolant"


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


def is_way(record: Record) -> bool:
    """Say whether a record is one of the three ways on a sample of the paper's or the digits."""
    if not where(data=DATA, level=(0.0, 1.0), pixels="true", n=None)(record):
        return False
    explicit, kernel = where(contestant="explicit"), where(contestant="kernel")
    trained = where(contestant="trained", network=tuple(NETWORKS), **UNREGULARIZED)
    if kernel(record):
        return where(features=(None, "raw"))(record)
    return explicit(record) or trained(record)


def ways(records: list[Record]) -> Iterator[Way]:
    """Yield each way on each sample, the samples in the order of DATA."""
    for data in DATA:
        for sample, there in by_sample(select(records, data=data)).items():
            for kind, name in (("explicit", EXPLICIT), ("kernel", KERNEL)):
                chosen = _one_specification(select(there, contestant=kind))
                if chosen:
                    yield Way(name, kind, sample, _by_condition(chosen))
            for network, name in reversed(NETWORKS.items()):
                chosen = select(there, contestant="trained", network=network)
                chosen = _one_specification(chosen)
                if chosen:
                    yield Way(f"{name} (trained)", "trained", sample, _by_condition(chosen))


def _one_specification(records: list[Record]) -> list[Record]:
    """Return the most records that differ in labels and seed only: two recipes make no mean."""
    groups: dict[str, list[Record]] = {}
    for record in records:
        what = record["specification"]
        same = sorted((k, str(v)) for k, v in what.items() if k not in ("level", "seed"))
        groups.setdefault(str(same), []).append(record)
    return max((groups[key] for key in sorted(groups)), key=len, default=[])


def _by_condition(records: list[Record]) -> dict[str, list[Record]]:
    return {
        condition: [record for record in records if record["condition"] == condition]
        for condition in CONDITIONS
    }
