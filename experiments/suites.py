"""Suites: named lists of runs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from difflib import get_close_matches

from experiments.contestants import Explicit, Kernel, Theorem, Trained
from experiments.run import Labels, Run

LABELS: tuple[Labels, ...] = ("true", "random")


def comparison(seeds: Sequence[int]) -> list[Run]:
    """Three ways to fit the same digits, with true and random labels, and the theorem's picture."""
    runs: list[Run] = [Theorem(seed=seeds[0])]
    for seed in seeds:
        for labels in LABELS:
            runs += [contestant(labels=labels, seed=seed) for contestant in (Explicit, Kernel)]
            runs += [Trained(labels=labels, seed=seed)]
    return runs


SUITES: dict[str, Callable[[Sequence[int]], list[Run]]] = {"comparison": comparison}


def suite(name: str, seeds: Sequence[int]) -> list[Run]:
    """Return the runs of a suite; raises ValueError for a name or seeds that make no suite."""
    if name not in SUITES:
        near = get_close_matches(name, SUITES, n=1)
        hint = f"did you mean {near[0]}?" if near else f"the suites are {', '.join(SUITES)}"
        raise ValueError(f"suite {name!r} is unknown: {hint}")
    if not seeds:
        raise ValueError("seeds is empty: give at least one, for example --seeds 0")
    return SUITES[name](seeds)
