"""Cells of a table: the paper's value, ours with its spread, the difference; empty if not run."""

from __future__ import annotations

from collections.abc import Sequence

from paper_figures.records import Record


def spread(values: Sequence[float], form: str = "{:.2f}") -> str:
    """Return the mean, with the least and greatest in brackets where they differ, or ""."""
    if not values:
        return ""
    mean, low, high = (form.format(v) for v in (_mean(values), min(values), max(values)))
    return mean if low == high else f"{mean} [{low}, {high}]"


def compared(name: str, paper: str, ours: Sequence[float]) -> dict[str, str]:
    """Return the cells NAME_paper, NAME_ours and NAME_difference (ours - the paper's)."""
    known = _number(paper)
    difference = f"{_mean(ours) - known:+.2f}" if ours and known is not None else ""
    return {f"{name}_paper": paper, f"{name}_ours": spread(ours), f"{name}_difference": difference}


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


def provenance(sample: str, records: Sequence[Record]) -> dict[str, str]:
    """Return the cells data, seeds (their number) and machine; empty where nothing was run."""
    machines = sorted({machine(record) for record in records})
    seeds = str(len(records)) if records else ""
    return {"data": sample, "seeds": seeds, "machine": "; ".join(machines)}


PROVENANCE = {"data": "our data", "seeds": "seeds", "machine": "machine"}


def machine(record: Record) -> str:
    """Return what a record was measured on, in a few words."""
    where = record["machine"]
    gpu = f", {where['gpu']}" if where.get("gpu") else ""
    return f"{where['processor']}, {where['cores']} cores{gpu}"


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None
