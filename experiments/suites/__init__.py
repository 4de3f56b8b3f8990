"""Suites: the paper's tables and figures as lists of runs, each in three sizes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from difflib import get_close_matches

from experiments.datasets.digest import digest
from experiments.suites import measures, paper, recipe, theory
from experiments.suites.plan import SIZES, Plan, SizeName
from experiments.sweeps.run import Run
from expressivity.whole import whole

__all__ = ["SIZES", "SUITES", "SizeName", "suite"]

SUITES: dict[str, Callable[[Plan], list[Run]]] = {
    "comparison": theory.comparison,
    "three-ways": theory.three_ways,
    "theorem": theory.theorem,
    "critical-width": theory.critical_width,
    "double-descent": theory.double_descent,
    "table1": paper.table1,
    "figure1": paper.figure1,
    "subset": recipe.subset,
    "framework": recipe.framework,
    "figure2": paper.figure2,
    "table2": paper.table2,
    "table3": paper.table3,
    "table4": paper.table4,
    "ridge": theory.ridge,
    "linear": theory.linear,
    "slower-decay": recipe.slower_decay,
    "batch-size": recipe.batch_size,
    "precision": recipe.precision,
    "to-the-limit": recipe.to_the_limit,
    "measures": measures.measures,
    "stability": theory.stability,
    "all": paper.everything,
}


def suite(
    name: str, seeds: Sequence[int], size: SizeName = "cpu", data: str = "cifar10"
) -> list[Run]:
    """Return the runs of a suite, each once.

    Parameters
    ----------
    name : one of `SUITES`, as `python -m experiments list` prints them
    seeds : one run of each kind for each
    size : "smoke", "cpu" or "full"
    data : the data set, where the suite leaves it open; runs on files of one's own are told apart
        as `datasets.digest` does

    Returns
    -------
    list of Run

    Raises
    ------
    ValueError
        for a name, size or seeds that make no suite.

    Examples
    --------
    >>> from experiments.suites import suite
    >>> [run.name for run in suite("comparison", seeds=[0])][:2]
    ['theorem, digits, true labels, seed 0', 'explicit, digits, true labels, seed 0']
    """
    if name not in SUITES:
        near = get_close_matches(name, SUITES, n=1)
        hint = f"did you mean {near[0]}?" if near else f"the suites are {', '.join(SUITES)}"
        raise ValueError(f"suite {name!r} is unknown: {hint}")
    if size not in SIZES:
        raise ValueError(f"size is {size!r}: give one of {', '.join(SIZES)}")
    seeds = [whole(seed, "seeds") for seed in seeds]
    if not seeds:
        raise ValueError("seeds is empty: give at least one, for example --seeds 0")
    runs = dict.fromkeys(SUITES[name](Plan(data, SIZES[size], seeds)))
    own = digest(data)
    return [replace(run, data_hash=own) if run.data == data else run for run in runs]
