"""What a record must hold: the hash of its own specification, and every field that is read."""

from __future__ import annotations

import hashlib
import json
import math
import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any

Record = dict[str, Any]

NUMBER = (int, float)
# What moves the cursor of a terminal, or is no character of any encoding.
UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
COMMON: dict[str, type | tuple[type, ...]] = {
    **dict.fromkeys(("title", "condition", "data_name", "hash", "finished"), str),
    **dict.fromkeys(("machine", "versions", "specification"), dict),
    **dict.fromkeys(("n", "d"), int),
    "seconds": NUMBER,
    "fitted": bool,
}
SPECIFICATION: dict[str, type | tuple[type, ...]] = {
    **dict.fromkeys(("contestant", "data"), str),
    "n": (int, type(None)),
    "seed": int,
}
MEMORIZER = "memorizer"
"""of `python -m expressivity frontier`, on points that it draws: no data set is corrupted"""
ESTIMATOR = "randomized-estimator"
"""of `randomize` on a scikit-learn classifier, of which nobody knows how many weights it has"""
OF_DATA_SETS: dict[str, type | tuple[type, ...]] = {
    **dict.fromkeys(("data_hash", "labels_hash"), str),
    "n_weights": int,
    "labels_changed": NUMBER,
}
SPECIFICATION_OF_DATA_SETS: dict[str, type | tuple[type, ...]] = {"pixels": str, "level": NUMBER}
COUNTS = ("n_weights", "n_nonzero", "n_dense", "n_hidden", "width", "depth", "n_checked")
ACCURACIES = ("train_accuracy", "clean_train_accuracy", "test_accuracy")
TRAINED: dict[str, type | tuple[type, ...]] = {
    **dict.fromkeys(ACCURACIES, NUMBER),
    **dict.fromkeys(("epochs", "steps", "stacked"), int),
    "course": dict,
    "stopped": str,
    "seconds_per_epoch": NUMBER,
    "norm": (*NUMBER, type(None)),
}
OF_CONTESTANTS: dict[str, dict[str, type | tuple[type, ...]]] = {
    "trained": TRAINED,
    "randomized": TRAINED,
    ESTIMATOR: {**dict.fromkeys(ACCURACIES, NUMBER), "stopped": str},
    "measured": {**TRAINED, "measures": dict},
    "signs": {
        **dict.fromkeys(("correlations", "right"), list),
        **dict.fromkeys(("complexity_lower", "delta"), NUMBER),
        "epochs": int,
    },
    "interpolant": dict.fromkeys(
        (
            *(*ACCURACIES, "norm", "relative_residual"),
            *("alignment", "alignment_of_signs", "leave_one_out_error"),
        ),
        NUMBER,
    ),
    "leave-one-out": dict.fromkeys(
        (*ACCURACIES, "changed", "changed_error", "test_changed", "distance", "floor"), NUMBER
    ),
    "memorization": {
        **dict.fromkeys(("mean_score", "mean_standard_error", "memorized"), NUMBER),
        **dict.fromkeys(("train_accuracy", "held_out_accuracy", "test_accuracy"), NUMBER),
        "scored": int,
        "kinds": dict,
        "auc": (*NUMBER, type(None)),
    },
    "explicit": {**dict.fromkeys((*ACCURACIES, "norm", "residual"), NUMBER), "premises": dict},
    "kernel": dict.fromkeys((*ACCURACIES, "norm", "relative_residual"), NUMBER),
    "linear": {"claims": list, "courses": dict, "condition_number": NUMBER},
    "theorem": {**dict.fromkeys(("t", "b", "w", "y", "indices"), list), "residual": NUMBER},
    "construction": {"directions": dict, "textbook": (dict, type(None)), "bound": NUMBER},
    "critical-width": {**dict.fromkeys(("width", "explicit_weights"), int), "tried": list},
    "random-features": {**dict.fromkeys(ACCURACIES, NUMBER), "features": list, "course": dict},
}


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
    _check_fields(record, COMMON)
    what = record["specification"]
    _check_fields(what, SPECIFICATION, "specification.")
    if what["contestant"] == MEMORIZER:
        _check_memorizer(record)
    else:
        uncounted = {"n_weights"} if what["contestant"] == ESTIMATOR else set()
        _check_fields(record, {k: v for k, v in OF_DATA_SETS.items() if k not in uncounted})
        _check_fields(what, SPECIFICATION_OF_DATA_SETS, "specification.")
    if record["hash"] != content_hash(what):
        raise ValueError(
            f"its hash is {record['hash']!r}, its specification's {content_hash(what)!r}"
        )
    _check_fields(record, OF_CONTESTANTS.get(what["contestant"], {}))
    for name in ("labels_changed", *ACCURACIES):
        if not 0 <= record.get(name, 0) <= 1:
            raise ValueError(f"{name} is {record[name]!r}, and a share is from 0 to 1")
    for name in ("n", "d", "n_weights", "seconds", "epochs", "steps"):
        if record.get(name, 0) < 0:
            raise ValueError(f"{name} is {record[name]!r}, and cannot be negative")
    _check_finished(record["finished"])
    if "course" in OF_CONTESTANTS.get(what["contestant"], {}) and "epochs" in record:
        _check_course(record)
    if "measures" in record:
        _check_measures(record["measures"])
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


def _check_fields(
    given: dict[str, Any], wanted: dict[str, type | tuple[type, ...]], where: str = ""
) -> None:
    for name, kind in wanted.items():
        if name not in given:
            raise ValueError(f"{where}{name} is missing")
        value = given[name]
        # True is an int to Python, and no number to anyone.
        if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
            raise ValueError(f"{where}{name} is {value!r}, which is no {_named(kind)}")


def _check_memorizer(record: Record) -> None:
    """What was built has its counts; what was refused says why, and counts nothing."""
    _check_fields(record, {"bounds": dict, "bounds_two_layers": dict})
    if "refused" in record:
        _check_fields(record, {"refused": str})
    else:
        _check_fields(record, {**dict.fromkeys(COUNTS, int), "formula": dict, "total_bits": int})


def _check_finished(finished: str) -> None:
    try:
        zone = datetime.fromisoformat(finished).tzinfo
    except ValueError as error:
        raise ValueError(f"finished is {finished!r}, which is no time") from error
    if zone is None:
        raise ValueError(f"finished is {finished!r}, which names no time zone")


def _check_course(record: Record) -> None:
    course, epochs = record["course"], record["epochs"]
    for name in ("step", "loss", "running_accuracy"):
        values = course.get(name)
        if not isinstance(values, list) or len(values) != epochs:
            raise ValueError(f"course.{name} must have one number for each of {epochs} epochs")
        if not all(isinstance(value, NUMBER) for value in values):
            raise ValueError(f"course.{name} holds what is no number")


def _check_measures(measures: dict[str, Any]) -> None:
    """Each has a number, or says why it has none; only a bound is called a bound."""
    for name, measure in measures.items():
        if not isinstance(measure, dict) or measure.get("kind") not in ("bound", "score"):
            raise ValueError(f"measures.{name} is no bound and no score")
        _check_fields(measure, {"value": (*NUMBER, type(None)), "why": str}, f"measures.{name}.")
        if (measure["value"] is None) != bool(measure["why"]):
            raise ValueError(f"measures.{name} has neither a number nor a reason, or both")


def _named(kind: type | tuple[type, ...]) -> str:
    kinds = kind if isinstance(kind, tuple) else (kind,)
    return " or ".join({"NoneType": "null"}.get(one.__name__, one.__name__) for one in kinds)


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
