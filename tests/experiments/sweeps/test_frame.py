"""A data frame holds what the records hold, also when it was written and read again."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import pytest

from experiments.commands.records import records
from experiments.sweeps.frame import encoded, to_frame
from experiments.sweeps.store import load_records

pandas = pytest.importorskip("pandas")
RECORDS = load_records(None)


def test_a_row_a_record_and_a_column_for_each_scalar() -> None:
    frame = to_frame(RECORDS)
    assert list(frame.index) == [record["hash"] for record in RECORDS]
    for record in RECORDS:
        row = frame.loc[record["hash"]]
        if "level" in record["specification"]:
            assert row["specification.level"] == record["specification"]["level"]
        assert row["machine.cores"] == record["machine"]["cores"]
        if record.get("test_accuracy") is not None:
            assert row["test_accuracy"] == record["test_accuracy"]
    assert to_frame([]).empty


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_what_the_command_writes_is_what_is_read(
    kind: Literal["csv", "parquet"], tmp_path: Path
) -> None:
    target, none = tmp_path / f"records.{kind}", tmp_path / "none.sqlite"
    assert records(records=none, format=kind, out=target) == 0
    read = pandas.read_csv(target) if kind == "csv" else pandas.read_parquet(target).reset_index()
    read = read.sort_values("hash").reset_index(drop=True)
    frame = to_frame(RECORDS).reset_index()
    assert list(read["hash"]) == list(frame["hash"])
    for name in ("norm", "test_accuracy", "n"):
        assert read[name].astype(float).equals(frame[name].astype(float)), name


def test_parquet_is_not_printed(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="give --out FILE"):
        records(records=tmp_path / "none.sqlite", format="parquet")
    assert encoded(RECORDS[:3], "csv").decode().count("\n") == 4
