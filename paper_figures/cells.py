"""Cells of a table: the paper's value, ours with its spread, the difference; "not run" without."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import partial

from expressivity.rounding import percentage, upwards
from paper_figures.records import Record, deterministic

NOT_RUN = "not run"
LOSSY = "CIFAR-10 (JPEG)"
# Seconds of an epoch of 50,000 images on two cores with AVX-512's instructions for bfloat16 (AMD
# EPYC, model 25-17-1), as `python -m experiments benchmark` measured them with nothing beside it;
# in single precision 328, 316, 44.2, 4.34 and 2.07, with AMX, on another processor, 111, 87, 18,
# 1.3 and 0.8.
EPOCH = {
    "inception": 190.0,
    "inception-without-batchnorm": 173.0,
    "alexnet": 25.3,
    "mlp-3x512": 2.52,
    "mlp-1x512": 1.71,
}
EPOCHS = 100  # at most
# Evaluations come on top, and work beside it: this is what the slowest of the records on all images
# took there, and where there is none some more than the benchmark.
SLOWEST = {"inception": 228.0, "alexnet": 42.0}
ABOVE_BENCHMARK = 1.2


def spread(values: Sequence[float], form: str = "") -> str:
    """Return the mean, with the least and greatest in brackets where they differ, or "".

    As percentages, if no other form is given.
    """
    if not values:
        return ""
    shown = form.format if form else partial(percentage, decimals=2)
    mean, low, high = (shown(v) for v in (_mean(values), min(values), max(values)))
    return mean if low == high else f"{mean} [{low}, {high}]"


def compared(name: str, paper: str, ours: Sequence[float], sample: str = "") -> dict[str, str]:
    """Return the cells NAME_paper, NAME_ours and NAME_difference (ours - the paper's).

    The difference has no more digits than the spread of the seeds carries, one where there is one
    seed, and says where our data are a lossy copy of the paper's.
    """
    known = _number(paper)
    difference = ""
    if ours and known is not None:
        difference = f"{_mean(ours) - known:+.{digits(ours)}f}"
        difference += " on JPEG" if sample.startswith(LOSSY) else ""
    return {
        f"{name}_paper": paper,
        f"{name}_ours": spread(ours) or NOT_RUN,
        f"{name}_difference": difference,
    }


def digits(values: Sequence[float]) -> int:
    """Return how many decimals a mean carries: those above the spread, 2 at most; 1 without one."""
    width = max(values) - min(values)
    return min(max(-math.floor(math.log10(width)), 0), 2) if width else 1


def columns_compared(name: str, title: str) -> dict[str, str]:
    """Return the columns that `compared` fills."""
    return {
        f"{name}_paper": f"{title}: paper",
        f"{name}_ours": "ours",
        f"{name}_difference": "difference",
    }


def percent(records: Sequence[Record], key: str, error: bool = False) -> list[float]:
    """Return a share of each record that has it in percent, or what it lacks of 100 %."""
    shares = [100 * record[key] for record in records if record.get(key) is not None]
    return [100 - share for share in shares] if error else shares


def provenance(sample: str, records: Sequence[Record], cost: str = "") -> dict[str, str]:
    """Return the cells data, seeds (their number) and machine, or what the runs would take."""
    if not records:
        return {"data": "", "seeds": "", "machine": cost}
    machines = sorted({machine(record) for record in records})
    seeds = "none matters" if all(map(deterministic, records)) else str(len(records))
    return {"data": sample, "seeds": seeds, "machine": "; ".join(machines)}


PROVENANCE = {"data": "our data", "seeds": "seeds", "machine": "machine, or what it would take"}


def cost(*networks: str) -> str:
    """Say what trainings of the paper's networks take that were not run."""
    return f"up to {duration(*networks)} a seed on two cores with bfloat16"


def duration(*networks: str) -> str:
    """Return how long these trainings may last together, in hours or minutes, rounded upwards."""
    epochs = (SLOWEST.get(name, ABOVE_BENCHMARK * EPOCH[name]) for name in networks)
    minutes = EPOCHS * sum(epochs) / 60
    return f"{upwards(minutes / 60, 2)} h" if minutes > 60 else f"{upwards(minutes, 2)} min"


def machine(record: Record) -> str:
    """Return what a record was measured on, in a few words."""
    where = record["machine"]
    gpu = f", {where['gpu']}" if where.get("gpu") else ""
    model = f" (model {'-'.join(where['model'])})" if where.get("model") else ""
    cores = "1 core" if where["cores"] == 1 else f"{where['cores']} cores"
    return f"{where['processor']}{model}, {cores}{gpu}"


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None
