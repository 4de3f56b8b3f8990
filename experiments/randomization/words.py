"""How trainings under test are put into words: how long they took, how far they came, why not."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from experiments.randomization.outcome import has_epochs, outcome, rising
from experiments.sweeps.store import Record
from expressivity.rounding import in_percent


def when(records: Sequence[Record]) -> str:
    """Say after how long labels were fitted: epochs, or the seconds of an estimator's fit."""
    if not has_epochs(records[0]):
        return f"in {_seconds(records)} s" + _in_each(records, "fits")
    ends = [at_the_fit(record) for record in records]
    return (
        f"in {_range(ends, 'epochs')} epochs ({_range(ends, 'steps')} steps)"
        f"{_in_each(records, 'trainings')}"
    )


def stopped(records: Sequence[Record]) -> str:
    """Say how far those that were not fitted came, and when they stopped."""
    short = [record for record in records if not record["fitted"]]
    if not short:
        return f"all {records[0]['n']:,} {when(records)}"
    accuracy = [record["train_accuracy"] for record in short]
    low, high = (in_percent(f(accuracy)) for f in (min, max))
    reached = low if low == high else f"{low} to {high}"
    kinds = " and ".join(sorted({record["stopped"] for record in short}))
    epochs = has_epochs(short[0])
    things = "trainings" if epochs else "fits"
    of = f" in {len(short)} of {len(records)} {things}" if len(records) > 1 else ""
    after = (
        f"{kinds} after {_range(short, 'epochs')} epochs, {_range(short, 'steps')} steps"
        if epochs
        else f"{kinds} after {_seconds(short)} s"
    )
    return f"{reached} of {records[0]['n']:,}{of} when it stopped ({after})"


def why_cut_off(records: Sequence[Record]) -> str:
    """Say what ended a training too soon, and the mend."""
    short = [record for record in records if outcome(record) == "cut off"]
    if not has_epochs(short[0]):
        return "its fit ended with a ConvergenceWarning; raise its limit of iterations (max_iter)"
    if any(rising(record) for record in short):
        return "it was still rising; raise epoch_limit"
    what = short[0]["specification"]
    left = what["decay"] ** short[0]["epochs"]
    # An optimizer of the user's own has a rate of its own, which the record does not know.
    own = what.get("optimizer_hash")
    rate = f"{left:.1g} of its first" if own else f"{left * what['learning_rate']:.1g}"
    return f"the rate had decayed to {rate}, which ended its training; set decay to 1"


def mean_epochs(records: Sequence[Record]) -> float:
    """Return the mean of the epochs after which labels were fitted."""
    return mean([at_the_fit(record) for record in records], "epochs")


def mean(records: Sequence[Record], key: str) -> float:
    """Return the mean of a number that every record has."""
    return float(np.mean([record[key] for record in records]))


def at_the_fit(record: Record) -> Record:
    """Return when a training first fitted every label; it may have gone on, if the recipe says."""
    end = record.get("steps_to_fit") if record["fitted"] else None
    return {"steps": end, "epochs": end * record["epochs"] // record["steps"]} if end else record


def _in_each(records: Sequence[Record], things: str) -> str:
    return f" in each of {len(records)} {things}" if len(records) > 1 else ""


def _seconds(records: Sequence[Record]) -> str:
    low, high = (f"{f(record['seconds'] for record in records):.2g}" for f in (min, max))
    return low if low == high else f"{low} to {high}"


def _range(records: Sequence[Record], key: str) -> str:
    low, high = (f(record[key] for record in records) for f in (min, max))
    return f"{low:,}" if low == high else f"{low:,} to {high:,}"
