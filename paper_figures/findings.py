"""What a figure or table shows in words: every number is computed from the records behind it."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import fmean, stdev
from typing import Any

from scipy.special import stdtrit

from expressivity.rounding import percentage
from paper_figures.records import Record


def drawn(module: Any, records: Sequence[Record]) -> list[Record]:
    """Return the records that a figure or table is made from."""
    chosen = [record for record in records if module.RECORDS(record)]
    return module.drawn(chosen) if chosen and hasattr(module, "drawn") else chosen


def caption(module: Any, records: Sequence[Record]) -> str:
    """Return what a figure or table shows, and what the records that were drawn say."""
    found = module.findings(list(records)) if records and hasattr(module, "findings") else ""
    return f"{module.CAPTION} {found}".strip()


def listed(parts: Sequence[str]) -> str:
    """Return "a, b and c"."""
    return " and ".join(filter(None, [", ".join(parts[:-1]), *parts[-1:]]))


def between(values: Sequence[float], form: str = "{:.1f}") -> str:
    """Return "a" or "a to b", the least and the greatest."""
    low, high = form.format(min(values)), form.format(max(values))
    return low if low == high else f"{low} to {high}"


def accuracies(values: Sequence[float]) -> str:
    """Return "a" or "a to b", each as `accuracy` says it."""
    return " to ".join(dict.fromkeys(accuracy(value) for value in (min(values), max(values))))


def interval(values: Sequence[float], confidence: float = 0.95) -> tuple[float, float]:
    """Return Student's interval of the mean, which takes the values as normal; nan for one."""
    n = len(values)
    if n < 2:
        return float("nan"), float("nan")
    half = float(stdtrit(n - 1, (1 + confidence) / 2)) * stdev(values) / n**0.5
    return fmean(values) - half, fmean(values) + half


def accuracy(value: float) -> str:
    """Return a percentage; only what is exactly 100 is called so."""
    return "100" if value == 100 else percentage(value, 2 if value > 99 else 1)
