"""A data frame holds what the records hold, also when it was written and read again."""

from __future__ import annotations

from pathlib import Path

import pytest

from experiments.sweeps.frame import to_frame, write_frame
from experiments.sweeps.store import load_records

pandas = pytest.importorskip("pandas")
RECORDS = load_records(None)


def test_a_row_a_record_and_a_column_for_each_scalar() -> None:
    frame = to_frame(RECORDS)
    assert list(frame.index) == [record["hash"] for record in RECORDS]
    for record in RECORDS:
        row = frame.loc[record["hash"]]
        assert row["specification.level"] == record["specification"]["level"]
        assert row["machine.cores"] == record["machine"]["cores"]
        if record.get("test_accuracy") is not None:
            assert row["test_accuracy"] == record["test_accuracy"]
    assert to_frame([]).empty


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_what_is_written_is_what_is_read(kind: str, tmp_path: Path) -> None:
    target = tmp_path / f"records.{kind}"
    write_frame(RECORDS, target, kind)  # pyright: ignore[reportArgumentType]
    read = pandas.read_csv(target) if kind == "csv" else pandas.read_parquet(target).reset_index()
    frame = to_frame(RECORDS).reset_index()
    assert list(read["hash"]) == list(frame["hash"])
    for name in ("norm", "test_accuracy", "n"):
        assert read[name].astype(float).equals(frame[name].astype(float)), name
