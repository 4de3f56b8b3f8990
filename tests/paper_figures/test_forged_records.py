"""What counts as a record is drawn, whatever it holds; what cannot be drawn is no record."""

from __future__ import annotations

import json
from collections.abc import Iterator
from random import Random
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.tree import DecisionTreeClassifier

from experiments.randomization.verdict import Verdict
from experiments.randomize import Recipe, randomize
from experiments.sweeps.frame import encoded
from experiments.sweeps.record import check_record, content_hash
from experiments.sweeps.store import load_records
from experiments.sweeps.table import table
from paper_figures import figures, tables
from paper_figures.findings import caption, drawn
from paper_figures.verdicts import verdicts

MODULES = [*figures.discover().values(), *tables.discover().values()]
MISSING = object()
VALUES: list[Any] = [MISSING, None, True, 0, -1, 10**30, 0.5, -1e300]
VALUES += ["", "<b>", "a\nb\u2028c", [], [1, 2], [[0.5]], {}, {"a": None}]


@pytest.fixture(scope="module")
def by_contestant(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[dict[str, Any]]]:
    """Return the committed records, and those of two randomization tests."""
    X, y = np.random.default_rng(0).standard_normal((60, 3)), np.arange(60) % 2
    path, recipe = tmp_path_factory.mktemp("records") / "r.sqlite", Recipe(epoch_limit=4)
    found = load_records(None)
    found += randomize(lambda: torch.nn.Linear(3, 2), X, y, (), (0, 1), path, recipe=recipe).records
    found += randomize(DecisionTreeClassifier(max_depth=2), X, y, (), (0, 1), path).records
    names = sorted({record["specification"]["contestant"] for record in found})
    return {name: [r for r in found if r["specification"]["contestant"] == name] for name in names}


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield where a value stands in a record; of a list only its first items."""
    if path:
        yield path
    inner = value.items() if isinstance(value, dict) else enumerate(value[:2])
    for name, one in inner:
        if isinstance(one, dict | list):
            yield from places(one, (*path, name))
        else:
            yield (*path, name)


def forged(record: dict[str, Any], path: tuple[Any, ...], value: Any) -> dict[str, Any]:
    """Return a copy with another value in one place, under the hash that it then has."""
    record = json.loads(json.dumps(record))
    at = record
    for name in path[:-1]:
        at = at[name]
    if value is MISSING:
        del at[path[-1]]
    else:
        at[path[-1]] = value
    if path[0] == "specification":
        record["hash"] = content_hash(record.get("specification"))  # pyright: ignore
    return record


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_what_counts_as_a_record_is_drawn(
    data: st.DataObject, by_contestant: dict[str, list[dict[str, Any]]]
) -> None:
    same = by_contestant[data.draw(st.sampled_from(list(by_contestant)))]
    record = data.draw(st.sampled_from(same))
    path = data.draw(st.sampled_from(list(places(record))))
    value = data.draw(st.sampled_from(VALUES))
    try:
        given = check_record(forged(record, path, value))
    except ValueError as error:
        assert "\n" not in str(error)
        return
    if "test_counts" in record:
        others = [r for r in same if r["hash"] != record["hash"]]
        levels = {r["specification"]["level"] for r in (given, *others)}
        assert levels < {0.0, 1.0} or str(Verdict([given, *others]))
    others = Random(0).sample(same, min(2, len(same)))
    assert verdicts([given, *others]) is not None
    assert len(table([given, *others]).splitlines()) == 2 + len(others)
    assert encoded([given, *others], "csv")
    for module in MODULES:
        chosen = drawn(module, [given, *others])
        if hasattr(module, "rows"):
            module.rows(chosen)
        elif chosen:
            module.draw(chosen)
        caption(module, chosen)
