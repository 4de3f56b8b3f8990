"""What a record must hold: the hash of its own specification, and every field that is read."""

from __future__ import annotations

import hashlib
import json
import math
import re
from collections.abc import Iterator
from datetime import datetime
from functools import reduce
from itertools import pairwise
from operator import getitem
from typing import Any

from experiments.sweeps.fields import (
    ACCURACIES,
    ALIKE,
    BUILT,
    COMMON,
    ESTIMATOR,
    MEASURES,
    MEMORIZER,
    OF_CONTESTANTS,
    OF_DATA_SETS,
)
from experiments.sweeps.shape import NUMBER, Each, Maybe, check_shape

Record = dict[str, Any]

# What moves the cursor of a terminal, or is no character of any encoding.
UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
SHARES = ("labels_changed", "balanced_test_accuracy", "most_fitted", *ACCURACIES)
POSITIVE = ("n", "d", "width", "depth", "explicit_weights", "explicit_fewest_weights")
AT_LEAST = dict.fromkeys(POSITIVE, 1)
AT_LEAST |= dict.fromkeys(("n_weights", "seconds", "norm", "epochs", "steps"), 0)


def content_hash(specification: dict[str, Any]) -> str:
    """Return 16 hex digits that change with any value of a specification."""
    canonical = json.dumps(specification, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()[:16]


def parse(text: str) -> Any:
    """Read JSON whose keys are told apart and whose numbers are numbers.

    Raises ValueError for what is not JSON, keys that occur twice, NaN and infinity.
    """
    try:
        return json.loads(
            text, object_pairs_hook=_distinct, parse_constant=_refuse, parse_float=_finite
        )
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error


def check_record(record: Any) -> Record:
    """Return a record, all of whose fields that readers use are what they must be.

    Raises ValueError naming the field that is missing or wrong, and for a hash that is not that of
    the specification: the run would count as done with another's result.
    """
    if not isinstance(record, dict):
        raise ValueError(f"it is a {type(record).__name__}, not an object")
    if UNPRINTABLE.search("".join(_texts(record))):
        raise ValueError("a text holds a control character, or half of one: readers print it")
    check_shape(record, COMMON)
    what = record["specification"]
    contestant = what["contestant"]
    if contestant == MEMORIZER:
        _check_memorizer(record)
    else:
        check_shape(record, OF_DATA_SETS)
        if contestant != ESTIMATOR:
            check_shape(record, {"n_weights": int})
    if record["hash"] != content_hash(what):
        raise ValueError(
            f"its hash is {record['hash']!r}, its specification's {content_hash(what)!r}"
        )
    check_shape(record, OF_CONTESTANTS.get(contestant, {}))
    check_shape(record, {name: Maybe(NUMBER) for name in (*SHARES, *AT_LEAST)})
    for name in SHARES:
        if not 0 <= (record.get(name) or 0) <= 1:
            raise ValueError(f"{name} is {record[name]!r}, and a share is from 0 to 1")
    for name, least in AT_LEAST.items():
        if (value := record.get(name)) is not None and value < least:
            raise ValueError(f"{name} is {value!r}, and is at least {least}")
    for name in ("learning_rate", "decay"):
        if (value := what.get(name)) is not None and not (isinstance(value, NUMBER) and value > 0):
            raise ValueError(f"specification.{name} is {value!r}, and is positive")
    if record["machine"]["cores"] < 1:
        raise ValueError(f"machine.cores is {record['machine']['cores']}, and is at least 1")
    _check_finished(record["finished"])
    if OF_CONTESTANTS.get(contestant, {}).keys() >= {"course", "epochs"}:
        _check_course(record, ("watched_accuracy",) if contestant == "measured" else ())
    for names in ALIKE.get(contestant, []):
        _check_alike(record, names)
    if "test_counts" in OF_CONTESTANTS.get(contestant, {}):
        pairs = [*zip(record["test_counts"], record["test_hits"], strict=True)]
        if not any(count for count, _ in pairs) or not all(0 <= h <= c for c, h in pairs):
            raise ValueError("test_hits must be from 0 to test_counts, which must not all be 0")
    if "measures" in record:
        check_shape(record, {"measures": MEASURES})
        _check_measures(record["measures"])
    if contestant == "memorization":
        for name, kind in record["kinds"].items():
            if (kind["mean"] is None) != (kind["n"] == 0):
                raise ValueError(f"kinds.{name} has examples without a mean, or a mean of none")
    return record


def _texts(value: Any) -> Iterator[str]:
    """Yield every text of a record, names too."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from value
    for inner in value.values() if isinstance(value, dict) else ():
        yield from _texts(inner)
    for inner in value if isinstance(value, list) else ():
        if isinstance(inner, (str, list, dict)):
            yield from _texts(inner)


def _check_memorizer(record: Record) -> None:
    """What was built has its counts; what was refused says why, and counts nothing."""
    check_shape(record, {"bounds": Each(int), "bounds_two_layers": Each(int)})
    check_shape(record, {"refused": str} if "refused" in record else BUILT)
    check_shape(record["specification"], {"classes": (int, type(None)), "options": dict})


def finished_at(record: Record) -> datetime:
    """Return when a run finished, whatever time zone that is written in."""
    return datetime.fromisoformat(record["finished"])


def _check_finished(finished: str) -> None:
    try:
        zone = datetime.fromisoformat(finished).tzinfo
    except ValueError as error:
        raise ValueError(f"finished is {finished!r}, which is no time") from error
    if zone is None:
        raise ValueError(f"finished is {finished!r}, which names no time zone")


def _check_course(record: Record, watched: tuple[str, ...]) -> None:
    course, epochs = record["course"], record["epochs"]
    for name in ("step", "loss", "running_accuracy", *watched):
        if len(course.get(name) or ()) != epochs:
            raise ValueError(f"course.{name} must have one number for each of {epochs} epochs")
    for name in ("test_accuracy", "watched_accuracy"):
        if course.get(name) and len(course[name]) != epochs:
            raise ValueError(f"course.{name} must have no number, or one for each epoch")
    if epochs and record["steps"] != course["step"][-1]:
        raise ValueError(f"steps is {record['steps']}, and the course ends at {course['step'][-1]}")
    if epochs and not all(a < b for a, b in pairwise([0, *course["step"]])):
        raise ValueError("course.step does not rise")


def _check_alike(record: Record, names: tuple[str, ...]) -> None:
    lists = {name: reduce(getitem, name.split("."), record) for name in names}
    if len({len(found) for found in lists.values()}) > 1:
        raise ValueError(f"{', '.join(lists)} must have as many items each")


def _check_measures(measures: dict[str, Any]) -> None:
    """Each has a number, or says why it has none; only a bound is called a bound."""
    for name, measure in measures.items():
        if measure["kind"] not in ("bound", "score"):
            raise ValueError(f"measures.{name} is no bound and no score")
        if (measure["value"] is None) != bool(measure["why"]):
            raise ValueError(f"measures.{name} has neither a number nor a reason, or both")


def _distinct(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        raise ValueError(f"the key {max(names, key=names.count)!r} occurs twice")
    return found


def _refuse(constant: str) -> Any:
    raise ValueError(f"{constant} is no number")


def _finite(text: str) -> float:
    value = float(text)
    return value if math.isfinite(value) else _refuse(text)
