"""By which factor random labels take longer to fit than true ones, network by network."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from expressivity.rounding import downwards
from paper_figures.cells import provenance, spread
from paper_figures.findings import listed
from paper_figures.records import (
    CIFAR,
    NETWORKS,
    Record,
    by_sample,
    of_recipe,
    reached,
    select,
    steps_to_fit,
)
from paper_figures.three_ways import ON_DIGITS

CHAPTER = "The paper"
TITLE = "How much longer random labels take: the paper's small constant"
CAPTION = (
    "SGD steps until every label is fitted, and how many times as many random labels take as true "
    "ones: the mean of the factors of single seeds, which share initialization and order, with the "
    "least and greatest in brackets. Further right the same for running accuracies of an epoch. "
    "A factor after > is a lower bound: at least one seed's random labels were not there when "
    "training ended; none is given where true labels were not. The paper speaks of a small "
    "constant factor and draws about 1 to 4."
)
COMMAND = """python -m experiments run comparison
python -m experiments run table1 --data cifar10-jpeg
python -m experiments run table1 --data cifar10-jpeg --size full --only inception
python -m experiments run three-ways --data mnist
python -m experiments run slower-decay --data mnist
python -m experiments run slower-decay --data cifar10-jpeg
python -m experiments run subset --data cifar10-jpeg"""
SHARED = {"data": (*CIFAR, "mnist"), "network": tuple(NETWORKS), "pixels": "true"}
KNOWN = (
    ("rates that stay", ON_DIGITS),
    ("the paper's", of_recipe(**SHARED, level=(0.0, 1.0))),
    ("rates x 0.99", of_recipe(**SHARED, level=(0.0, 1.0), decay=0.99)),
)
THRESHOLDS = (0.9, 0.95, 0.99)
Pair = tuple[Record, Record]
"""one seed's records, with true and with random labels"""
COLUMNS = {
    "model": "model",
    "recipe": "recipe",
    "true": "steps, true labels",
    "random": "steps, random labels",
    "factor": "factor",
    **{f"at_{share}": f"factor to {100 * share:.0f} %" for share in THRESHOLDS},
    "seeds": "seeds",
    "data": "data",
}


def RECORDS(record: Record) -> bool:  # noqa: N802
    """Take true and random labels under the paper's recipe, and under slower rates."""
    return any(holds(record) for _, holds in KNOWN)


def rows(records: list[Record]) -> list[dict[str, str]]:
    """Return a row for each network, sample and recipe that was run on both labelings."""
    return [_row(*compared) for compared in _compared(records)]


def drawn(records: list[Record]) -> list[Record]:
    """Return the records that have a partner with the other labels."""
    return [record for *_, pairs in _compared(records) for pair in pairs for record in pair]


def findings(records: list[Record]) -> str:
    """List the factors to the last label, and whom they leave out."""
    found = rows(records)
    known = [
        f"{r['factor']} ({r['model']}, {r['data']}, {r['recipe']})" for r in found if r["factor"]
    ]
    return f"The factors: {listed(known)}." if known else ""


def _compared(records: list[Record]) -> Iterator[tuple[str, str, str, list[Pair]]]:
    """Yield the model, recipe, sample and pairs of each network that was run on both labelings."""
    for recipe, holds in KNOWN:
        for sample, there in by_sample(filter(holds, records)).items():
            for network, model in NETWORKS.items():
                if pairs := _pairs(select(there, network=network)):
                    yield model, recipe, sample, pairs


def _pairs(records: list[Record]) -> list[Pair]:
    """Return the records of each seed that has both labelings: true, random."""
    by_level = {
        level: {r["specification"]["seed"]: r for r in select(records, level=level)}
        for level in (0.0, 1.0)
    }
    seeds = sorted(set(by_level[0.0]) & set(by_level[1.0]))
    return [(by_level[0.0][seed], by_level[1.0][seed]) for seed in seeds]


def _row(model: str, recipe: str, sample: str, pairs: list[Pair]) -> dict[str, str]:
    steps: dict[str, Any] = {}
    for name, which in (("true", 0), ("random", 1)):
        ends = [steps_to_fit(pair[which]) for pair in pairs]
        known = [end for end in ends if end]
        steps[name] = spread(known, "{:,.0f}") if len(known) == len(ends) else "not all fitted"
    at = {
        f"at_{share}": _factor(pairs, lambda record, share=share: reached(record, share))
        for share in THRESHOLDS
    }
    made = provenance(sample, [record for pair in pairs for record in pair])
    return {
        "model": model,
        "recipe": recipe,
        **steps,
        "factor": _factor(pairs, steps_to_fit),
        **at,
        "seeds": str(len(pairs)),
        "data": made["data"],
    }


def _factor(pairs: list[Pair], steps: Callable[[Record], int | None]) -> str:
    """Return the factors' mean and ends, a lower bound after >, "" where true labels fall short."""
    factors, bound = [], False
    for true, random in pairs:
        start, end = steps(true), steps(random)
        if start is None:
            return ""
        bound |= end is None
        factors.append((end or random["course"]["step"][-1]) / start)
    return f"> {downwards(min(factors))}" if bound else spread(factors, "{:.1f}")
