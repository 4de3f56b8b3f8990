"""Commands on records: print, export and merge them, and write out a run's labels."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Annotated, Any, Literal

import numpy as np
import tyro

from experiments.commands.arguments import Records
from experiments.contestants import Explicit
from experiments.datasets.sample import draw
from experiments.sweeps.frame import encoded
from experiments.sweeps.store import (
    COMMITTED,
    LOCAL,
    Record,
    Store,
    load_records,
    read_records,
    read_store,
    write_records,
)
from experiments.sweeps.table import table
from expressivity.files import check_writable, make_folder, write_atomically

OF_THEIR_OWN = ("signs", "construction", "ablation", "memorizer")


def records(
    only: str = "",
    records: Records = LOCAL,
    format: Literal["text", "csv", "parquet"] = "text",
    out: Path | None = None,
) -> int:
    """Print the table of all records, the committed ones and your own, or write it to a file.

    Example: python -m experiments records --only mlp-1x512 --format csv --out records.csv

    Args:
        only: take the records whose line contains this.
        format: csv and parquet have a column for every number and name of the records, text few.
        out: the file to write to; text and csv are printed without it.
    """
    if out is not None:
        check_writable(out, records, *COMMITTED.glob("*.jsonl"))
    found = sorted(load_records(records), key=_by_meaning)
    head, *lines = table(found).splitlines()
    pairs = list(zip(found, lines, strict=True))
    chosen = [record for record, line in pairs if only in line]
    if not chosen:
        what = sorted({record["title"] for record in found} | {r["data_name"] for r in found})
        raise ValueError(f"only is {only!r}: no line contains it; there are {', '.join(what)}")
    if format == "text":
        content = "\n".join([head, *(line for _, line in pairs if only in line), ""]).encode()
    else:
        content = encoded(chosen, format)
    if out is not None:
        write_atomically(out, content)
        print(f"{len(chosen)} records in {out}")
    elif format == "parquet":
        raise ValueError("format is parquet, which is not printed: give --out FILE")
    else:
        print(content.decode(), end="")
    return 0


def _by_meaning(record: Record) -> tuple[Any, ...]:
    what = record["specification"]
    named = (what["data"], record["title"], record["condition"])
    return (*named, record["n"], what["seed"], record["hash"])


def labels(
    hash: tyro.conf.Positional[str],
    out: Annotated[Path, tyro.conf.arg(name="target", aliases=["--out"])],
    records: Records = LOCAL,
) -> int:
    """Write the labels that a run was given: corrupted, true, and the indices that differ.

    Example: python -m experiments labels 0123456789abcdef --out labels.npz

    Args:
        hash: hash of the run, as `status` prints it.
        out: the .npz file to write, with labels, true_labels and changed.
    """
    check_writable(out, records, *COMMITTED.glob("*.jsonl"))
    found = [record for record in load_records(records) if record["hash"] == hash]
    if not found:
        raise ValueError(f"hash {hash!r} has no record: `status` lists the hashes of a suite")
    what = found[0]["specification"]
    if "labels_hash" not in found[0] or what["contestant"] in OF_THEIR_OWN:
        raise ValueError(
            f"hash {hash!r} is of a {what['contestant']}, which drew points or labels of its own"
        )
    drawn = ("data", "n", "level", "pixels", "seed")
    (sample,) = draw([Explicit(**{key: what[key] for key in drawn})])
    if sample.corruption.hash != found[0]["labels_hash"]:
        raise ValueError(f"data {what['data']} is not what run {hash} was made with: labels differ")
    content = io.BytesIO()
    np.savez(
        content,
        labels=sample.labels,
        true_labels=sample.data.train_labels,
        changed=sample.corruption.changed,
    )
    write_atomically(out, content.getvalue())
    print(f"{len(sample.labels)} labels, {len(sample.corruption.changed)} changed, in {out}")
    return 0


def export(out: tyro.conf.Positional[Path], records: Records = LOCAL) -> int:
    """Write all records of a database as JSON lines, sorted, for committing or sending.

    Args:
        out: the file to write.
    """
    if not records.exists():
        raise ValueError(f"records {records} does not exist: run a suite first")
    make_folder(out.parent)
    check_writable(out, records)
    found = read_store(records)
    write_records(found, out)
    print(f"{len(found)} records in {out}")
    return 0


def merge(source: tyro.conf.Positional[Path], records: Records = LOCAL) -> int:
    """Take the records of a JSON lines file into a database; those it has stay as they are.

    Args:
        source: the file to read.
    """
    found = read_records(source)
    store = Store(records)
    added = sum(store.add(record) for record in found)
    print(f"{added} of {len(found)} records were new")
    return 0
