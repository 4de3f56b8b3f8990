"""What counts as a record is drawn, whatever it holds; what cannot be drawn is no record."""

from __future__ import annotations

import json
from collections.abc import Iterator
from random import Random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from experiments.sweeps.record import check_record, content_hash
from experiments.sweeps.store import load_records
from paper_figures import figures, tables
from paper_figures.findings import caption, drawn

COMMITTED = load_records(None)
MODULES = [*figures.discover().values(), *tables.discover().values()]
MISSING = object()
VALUES: list[Any] = [
    MISSING,
    None,
    True,
    0,
    -1,
    10**30,
    0.5,
    -1e300,
    "",
    "<b>",
    [],
    [1, 2],
    [[0.5]],
]
VALUES += [{}, {"a": None}]


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


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(sorted({r["specification"]["contestant"] for r in COMMITTED})), st.data())
def test_what_counts_as_a_record_is_drawn(contestant: str, data: st.DataObject) -> None:
    same = [r for r in COMMITTED if r["specification"]["contestant"] == contestant]
    record = data.draw(st.sampled_from(same))
    path = data.draw(st.sampled_from(list(places(record))))
    value = data.draw(st.sampled_from(VALUES))
    try:
        given = check_record(forged(record, path, value))
    except ValueError as error:
        assert "\n" not in str(error)
        return
    others = Random(0).sample(same, min(2, len(same)))
    for module in MODULES:
        chosen = drawn(module, [given, *others])
        if hasattr(module, "rows"):
            module.rows(chosen)
        elif chosen:
            module.draw(chosen)
        caption(module, chosen)
