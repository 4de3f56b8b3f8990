"""Does it tell true labels from random ones, bound the error, and rank what fits true labels?"""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import fmean

from expressivity.rounding import downwards
from paper_figures.cells import NOT_RUN, provenance, spread
from paper_figures.measures import (
    BOUNDS,
    CONTROLS,
    INTERPOLANT,
    LEAVE_ONE_OUT,
    MEMORIZATION,
    OF_EXAMPLES,
    OF_KERNELS,
    ON_DIGITS,
    ON_MNIST,
    SCORES,
    SIGNS,
    Measure,
    Order,
    growth,
    most_models,
    on_digits,
    ratio,
    tau_over_levels,
    worst_order,
)
from paper_figures.records import Record, select

CHAPTER = "Beyond the paper"
TITLE = "Does any measure tell true labels from random ones?"
CAPTION = (
    "Measures of networks and kernels that fit every label of the digits (one hidden layer of 512 "
    "units, trained on to one loss; of 128 where many are trained). Ratio: random over true "
    "labels, geometric mean over the seeds with its interval for 95 %; where one is 0, both "
    "means. Bound: what it says of the error with true labels; a score bounds nothing, and chance "
    "errs on 90 % of ten equal classes. Order by level: Kendall's tau of the measure and of "
    "training less test accuracy over corruption levels and seeds. Order among true labels: the "
    "same over pairs of networks on 1,000 MNIST images that differ in one choice and, by more "
    "than two standard errors, in test error; the choice that it orders worst, and its pairs. "
    "Growth: the exponent of n, true labels. Rescaling multiplies what enters a unit and divides "
    "what leaves it. VC dimension, Rademacher complexity and uniform stability are constants of "
    "the class or the algorithm: no label enters. What random signs reach within the epochs of "
    "true labels is a score: the class then depends on the run."
)
COMMAND = "python -m experiments run measures"
KINDS = (ON_DIGITS, ON_MNIST, SIGNS, LEAVE_ONE_OUT, MEMORIZATION, INTERPOLANT)
COLUMNS = {
    "measure": "measure",
    "ratio": "random / true labels",
    "bound": "bound on the error",
    "levels": "order by level",
    "order": "order among true labels",
    "growth": "growth with n",
    "invariant": "rescaling",
    "data": "our data",
    "seeds": "seeds",
    "machine": "machine, or what it would take",
}
DELTA = 0.05
CHANCE = 1 - 1 / 10  # of the digits' classes


def RECORDS(record: Record) -> bool:  # noqa: N802
    """Take what the suite makes of digits, and the networks on MNIST that fit true labels."""
    return any(holds(record) for holds in KINDS)


def drawn(records: list[Record]) -> list[Record]:
    """Return the records that some row takes: on parts of the digits those of true labels."""
    many = (LEAVE_ONE_OUT, MEMORIZATION)
    rest = [record for record in records if not any(holds(record) for holds in many)]
    parts = [most_models(list(filter(holds, records))) for holds in many]
    return [*filter(_in_a_row, rest), *parts[0], *parts[1]]


def _in_a_row(record: Record) -> bool:
    what = record["specification"]
    return what["n"] is None or what["level"] == 0


def rows(records: list[Record]) -> list[dict[str, str]]:
    """Return the classical three, then bounds, scores, kernels, examples, controls."""
    measures = (*BOUNDS, *SCORES, *OF_KERNELS, *OF_EXAMPLES, *CONTROLS)
    return [*_classical(records), *(_row(records, measure) for measure in measures)]


def findings(records: list[Record]) -> str:
    """Say what separates, what bounds, what orders backwards; and that epochs do as well."""
    # One seed has no interval, and says nothing of what separates.
    scores = [
        m
        for m in (*SCORES, *OF_KERNELS, *OF_EXAMPLES)
        if (found := ratio(records, m)) and not math.isnan(found[1])
    ]
    if not scores or not ratio(records, CONTROLS[0]):
        return ""
    said = []
    apart = [m for m in scores if _separates(records, m)]
    ratios = [found[0] for m in apart if (found := ratio(records, m))]
    epochs = ratio(records, CONTROLS[0])
    tau = tau_over_levels(records, CONTROLS[0])
    if apart and epochs and tau is not None:
        said.append(
            f"{len(apart)} of {len(scores)} scores are larger with random labels beyond their "
            f"interval ({min(ratios):.3g} to {max(ratios):.3g} times), and so is the plain number "
            f"of epochs ({epochs[0]:.3g} times, tau {tau:+.2f}): to separate is easy."
        )
    values = [v for m in BOUNDS for v in _true(records, m)]
    if values:
        below = sum(value < CHANCE for value in values)
        said.append(
            f"The least bound on the error with true labels is {min(values):.2f}, where chance is "
            f"{CHANCE:.2f}; {below} of {len(values)} are below it."
        )
    orders = {m.name: found for m in SCORES if (found := worst_order(records, m))}
    backwards = [name for name, order in orders.items() if order.tau < 0]
    if orders:
        said.append(
            f"Among networks that fit true labels, {len(backwards)} of {len(orders)} scores order "
            "the pairs of some choice backwards on the whole"
            + (f" ({'; '.join(backwards)})." if backwards else ".")
        )
    return " ".join(said)


def _row(records: list[Record], measure: Measure) -> dict[str, str]:
    same = on_digits(records, measure)
    found, tau = ratio(records, measure), tau_over_levels(records, measure)
    order, slope = worst_order(records, measure), growth(records, measure)
    return {
        "measure": measure.name,
        "ratio": _ratio(found) or _against(same, measure),
        "bound": _bound(records, measure),
        "levels": "" if tau is None else f"{tau:+.2f}",
        "order": _order(order),
        "growth": "" if slope is None else f"{slope:+.2f}",
        "invariant": {True: "no change", False: "changes", None: ""}[measure.invariant],
        **_provenance(same),
    }


def _classical(records: list[Record]) -> list[dict[str, str]]:
    """Return the rows of what does not depend on labels, from fits of random labels and signs."""
    found = []
    signs = select(filter(SIGNS, records))
    if signs:
        lower = [record["complexity_lower"] for record in signs]
        n = signs[0]["n"]
        # R_hat + R_S + 3 sqrt(ln(2 / delta) / (2 n)), which is at least this.
        least = min(lower) + 3 * math.sqrt(math.log(2 / DELTA) / (2 * n))
        name = f"Rademacher complexity, at least {downwards(min(lower))}"
        found.append(_constant(name, f"> {downwards(least)}", signs))
        found += _within_the_epochs_of_true_labels(records, signs)
    random = select(filter(ON_DIGITS, records), level=1.0, n=None)
    if random:
        lower = [record["train_accuracy"] - 1 + CHANCE for record in random]
        name = f"uniform stability, at least {downwards(min(lower))} by random labels"
        found.append(_constant(name, f"> {downwards(min(lower))}", random))
    changed = most_models(select(filter(LEAVE_ONE_OUT, records), mode="relabel"))
    if changed:
        lower = [record["changed"] for record in changed]
        name = f"uniform stability, at least {downwards(min(lower))} by one label replaced"
        found.append(_constant(name, f"> {downwards(min(lower))}", changed))
    return found


def _within_the_epochs_of_true_labels(
    records: list[Record], signs: Sequence[Record]
) -> list[dict[str, str]]:
    """Return the row of what signs reach by then: a score, for the class depends on the run."""
    true = select(filter(ON_DIGITS, records), level=0.0, n=None)
    epochs = {r["specification"]["seed"]: r["epochs"] for r in true}
    reached, same = [], []
    for record in signs:
        if last := epochs.get(record["specification"]["seed"]):
            by_then = [right[:last][-1] for right in record["right"]]
            reached.append(2 * fmean(by_then) / record["n"] - 1)
            same.append(record)
    if not same:
        return []
    name = (
        f"Rademacher complexity, {spread(reached, '{:.2f}')} reached within the epochs that true "
        f"labels take ({spread([epochs[r['specification']['seed']] for r in same], '{:.0f}')})"
    )
    return [{**_constant(name, "a score", same), "ratio": ""}]


def _constant(name: str, bound: str, same: Sequence[Record]) -> dict[str, str]:
    cells = {"measure": name, "ratio": "1", "bound": bound, "levels": "", "order": "", "growth": ""}
    cells["invariant"] = "no change"
    return {**cells, **_provenance(same)}


def _provenance(same: Sequence[Record]) -> dict[str, str]:
    """Say where from; a seed counts once, however many levels and sizes it has."""
    found = provenance(same[0]["data_name"] if same else "", same)
    seeds = {record["specification"]["seed"] for record in same}
    return {**found, "seeds": str(len(seeds)) if seeds else ""}


def _ratio(found: tuple[float, float, float] | None) -> str:
    if found is None:
        return ""
    mean, low, high = (f"{value:.3g}" for value in found)
    return mean if math.isnan(found[1]) else f"{mean} [{low}, {high}]"


def _against(same: Sequence[Record], measure: Measure) -> str:
    """Return both means where one of a seed's is 0, and there is no ratio."""
    means = []
    for level in (1.0, 0.0):
        values = [measure.value(record) for record in select(same, level=level)]
        known = [value for value in values if value is not None]
        if not known:
            return ""
        means.append(f"{fmean(known):.2g}")
    return " against ".join(means)


def _order(order: Order | None) -> str:
    if order is None:
        return ""
    choice = {"network": "width", "learning_rate": "rate", "batch_size": "batch"}[order.choice]
    return f"{order.tau:+.2f} ({choice}, {order.pairs})"


def _bound(records: list[Record], measure: Measure) -> str:
    if not measure.bounds:
        return "a score"
    if values := _true(records, measure):
        return spread(values, "{:,.0f}" if max(values) >= 100 else "{:.3f}")
    chosen = select(on_digits(records, measure), level=0.0)
    return f"none: {measure.missing(chosen)}" if chosen else NOT_RUN


def _true(records: Sequence[Record], measure: Measure) -> list[float]:
    """Return a bound's values with true labels on all digits."""
    chosen = select(on_digits(records, measure), level=0.0)
    return [value for record in chosen if (value := measure.value(record)) is not None]


def _separates(records: Sequence[Record], measure: Measure) -> bool:
    found = ratio(records, measure)
    return found is not None and found[1] > 1
