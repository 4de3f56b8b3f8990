"""What the frontier measures equals the formulas and lies above every bound for every sample."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from expressivity.commands.frontier import frontier as command
from expressivity.memorizers.construction import constructions
from expressivity.memorizers.frontier import Case, as_text, depths, frontier, measure
from expressivity.memorizers.memorize import memorize


def test_every_construction_is_measured_right_and_as_its_formula_says() -> None:
    records = list(frontier((20, 60), 5, (2, 3), 0, 60.0))
    assert {r["title"] for r in records} == set(constructions())
    for record in records:
        assert record["fitted"], as_text(record)
        assert record["formula"]["n_weights"] == record["n_weights"]
        assert record["n_checked"] == record["n"]
        assert json.loads(json.dumps(record)) == record
        if record["specification"]["classes"] is None:
            assert record["n_weights"] >= record["bounds"]["dimension"]
        else:
            assert record["n_weights"] >= record["bounds"]["vc"]
    assert len({r["hash"] for r in records}) == len(records)


def test_the_formula_is_of_the_classes_that_were_drawn() -> None:
    """Of ten classes four random labels have four at most."""
    for case in (
        Case("one-knot", 4, 3, 10, 3, "random integers", ()),
        Case("bit-extraction", 20, 3, 100, 1, "random integers", ()),
    ):
        record = measure(case)
        assert record["formula"]["n_weights"] == record["n_weights"]


def test_depths_are_measured_for_constructions_with_groups() -> None:
    for record in depths(40, 3, 0):
        assert record["fitted"] or "group" in record["refused"]
        assert "group_size" in record["specification"]["options"]


def test_the_sample_is_the_same_for_all_constructions_and_recorded() -> None:
    X, y = Case("zhang", 30, 2, 2, 7).draw()
    again, labels = Case("baum", 30, 2, 2, 7).draw()
    assert (again == X).all() and (y == labels).all()
    assert np.allclose(
        np.linalg.norm(Case("x", 9, 3, None, 0, "random points on a sphere").draw()[0], axis=1), 1
    )


def test_exact_networks_can_be_called_whatever_their_first_layer_holds() -> None:
    X, y = Case("zhang", 30, 2, 2, 7).draw()
    assert memorize(X, y, "zhang", exact=True)(X).tolist() == y.tolist()


def test_a_refusal_is_a_record_with_its_reason() -> None:
    record = measure(Case("residual", 30, 2, 2, 0))
    assert not record["fitted"]
    assert "equal norm" in record["refused"] and "refused" in as_text(record)


def test_what_is_known_is_not_measured_again() -> None:
    case = Case("zhang", 30, 2, 2, 7)
    record = measure(case)
    assert measure(case, {record["hash"]: {"known": True}}) == {"known": True}


def test_the_command_writes_each_record_as_it_is_measured_and_goes_on_where_it_stopped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import expressivity.memorizers.frontier as module

    built = []

    def interrupted(X: Any, y: Any, name: str, **options: Any) -> Any:
        if len(built) == 3:
            raise KeyboardInterrupt
        built.append(name)
        return memorize(X, y, name, **options)

    out = tmp_path / "frontier.jsonl"
    monkeypatch.setattr(module, "memorize", interrupted)
    with pytest.raises(KeyboardInterrupt):
        command(n=(10,), d=3, classes=(2,), out=out)
    assert len(out.read_text().splitlines()) == 3
    before = set(out.read_text().splitlines())
    built.append("the interruption")
    assert command(n=(10,), d=3, classes=(2,), out=out) == 0
    records = [json.loads(line) for line in out.read_text().splitlines()]
    assert before <= set(out.read_text().splitlines())
    assert len(records) == len({record["hash"] for record in records}) > 10
    assert all({"hash", "specification", "finished"} <= set(record) for record in records)
    written = out.read_bytes()
    assert command(n=(10,), d=3, classes=(2,), out=out) == 0
    assert out.read_bytes() == written


@pytest.mark.parametrize(
    "changed",
    [
        {"n_weights": "x"},
        {"seconds": float("nan")},
        {"fitted": "no"},
        {"hash": "0" * 16},
        {"specification": []},
        {"formula": {}},
        {"n": 0},
    ],
)
def test_a_file_that_holds_no_records_of_the_frontier_is_refused(
    changed: dict[str, Any], tmp_path: Path
) -> None:
    out = tmp_path / "frontier.jsonl"
    record = measure(Case("zhang", 10, 3, None, 0))
    for line in ("no record", "\udcff", "[1, 2]", "[" * 99_999, json.dumps({**record, **changed})):
        held = f"{line}\n".encode(errors="surrogateescape")
        out.write_bytes(held)
        with pytest.raises(ValueError, match="line 1 is no record; give another file"):
            command(n=(10,), d=3, classes=(2,), out=out)
        assert out.read_bytes() == held
