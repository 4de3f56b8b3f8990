"""Records as a data frame: one row a run, a column for each number and name."""

from __future__ import annotations

import io
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Literal

from experiments.sweeps.store import Record

if TYPE_CHECKING:
    from pandas import DataFrame

TableFormat = Literal["csv", "parquet"]


def to_frame(records: Iterable[Record]) -> DataFrame:
    """Return records as a pandas DataFrame.

    Parameters
    ----------
    records : as `load_records` returns them

    Returns
    -------
    DataFrame
        one row a record, in their order, with its hash as index. What is nested is named by its
        path, "specification.level"; lists, the course of a training above all, stay in the records.

    Raises
    ------
    ImportError
        without pandas.

    Examples
    --------
    >>> from experiments.sweeps.store import load_records
    >>> frame = to_frame(load_records(None))
    >>> frame.groupby("specification.contestant").size()["theorem"].item()
    1
    """
    try:
        import pandas
    except ImportError as error:
        raise ImportError("a data frame needs pandas: pip install pandas") from error
    rows = [dict(_flat(record)) for record in records]
    return pandas.DataFrame(rows).set_index("hash") if rows else pandas.DataFrame()


def encoded(records: Iterable[Record], kind: TableFormat) -> bytes:
    """Return the data frame of records as a CSV or Parquet file. Raises as `to_frame`."""
    frame, content = to_frame(records), io.BytesIO()
    if kind == "csv":
        frame.to_csv(content)
    else:
        # A column may hold numbers for one contestant and words for another.
        columns: dict[str, list[Any]] = {str(name): frame[name].tolist() for name in frame}
        words = {name: "string" for name, cells in columns.items() if _mixed(cells)}
        frame.astype(words).to_parquet(content)
    return content.getvalue()


def _flat(value: dict[str, Any], path: str = "") -> Iterable[tuple[str, Any]]:
    for key, each in value.items():
        if isinstance(each, dict):
            yield from _flat(each, f"{path}{key}.")
        elif not isinstance(each, list):
            yield f"{path}{key}", each


def _mixed(cells: list[Any]) -> bool:
    return len({type(cell) for cell in cells}) > 1 and any(isinstance(c, str | bool) for c in cells)
