"""Records: an embedded database of finished runs, with export to and merging from JSON lines."""

from __future__ import annotations

import json
import os
import sqlite3
import tempfile
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from typing import Any

Record = dict[str, Any]

COMMITTED = Path(__file__).parents[1] / "records"
LOCAL = Path("results/records.sqlite")
NETWORK = {"nfs", "nfs4", "cifs", "smb3", "lustre", "gpfs", "beegfs", "ceph", "afs", "9p"}
NETWORK |= {"fuse.sshfs", "fuse.glusterfs", "fuse.ceph", "fuse.beegfs", "fuse.weka", "wekafs"}


class Store:
    """Finished runs in one SQLite file, one row a run; safe under several writers and kill -9.

    A record is acknowledged when `add` returns: it is on disk then, once, whole. Raises
    `sqlite3.OperationalError` when the disk is full or the file is locked for over 30 s.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        with closing(self._connect()) as connection:
            connection.execute(f"PRAGMA journal_mode = {journal_mode(path)}")
            connection.execute(
                "CREATE TABLE IF NOT EXISTS records (hash TEXT PRIMARY KEY, record TEXT NOT NULL)"
            )

    def add(self, record: Record) -> bool:
        """Store a record; False if one with its hash is already there, which then stays."""
        text = json.dumps(record, sort_keys=True, allow_nan=False)
        with closing(self._connect()) as connection:
            connection.execute("BEGIN IMMEDIATE")
            added = connection.execute(
                "INSERT OR IGNORE INTO records VALUES (?, ?)", (record["hash"], text)
            ).rowcount
            connection.execute("COMMIT")
        return added == 1

    def get(self, hash: str) -> Record | None:
        """Return the record of a run, or None if it has none."""
        with closing(self._connect()) as connection:
            row = connection.execute(
                "SELECT record FROM records WHERE hash = ?", (hash,)
            ).fetchone()
        return json.loads(row[0]) if row else None

    def all(self) -> list[Record]:
        """Return every record, sorted by hash."""
        with closing(self._connect()) as connection:
            rows = connection.execute("SELECT record FROM records ORDER BY hash").fetchall()
        return [json.loads(text) for (text,) in rows]

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self.path, timeout=30, isolation_level=None)
        connection.execute("PRAGMA synchronous = FULL")
        return connection


def journal_mode(path: Path, mounts: Path = Path("/proc/mounts")) -> str:
    """Return WAL, or DELETE for a file on a network: WAL needs memory that all writers share."""
    try:
        lines = [line.split() for line in mounts.read_text().splitlines()]
    except OSError:
        return "WAL"
    whole = str(path.resolve())
    above = [
        (place, kind)
        for _, place, kind, *_ in lines
        if place == "/" or whole.startswith(place.rstrip("/") + "/")
    ]
    _, kind = max(above, key=lambda mount: len(mount[0]), default=("/", ""))
    return "DELETE" if kind in NETWORK else "WAL"


def load_records(store_path: Path | None = LOCAL) -> list[Record]:
    """Return the committed records and those of a local store, sorted by hash.

    Where both have a run, the one that finished later is taken. A store that does not exist yet
    counts as empty and is not created.
    """
    chosen: dict[str, Record] = {}
    sources = [read_records(path) for path in sorted(COMMITTED.glob("*.jsonl"))]
    if store_path is not None and store_path.exists():
        sources.append(Store(store_path).all())
    for record in (record for source in sources for record in source):
        known = chosen.get(record["hash"])
        if known is None or known["finished"] <= record["finished"]:
            chosen[record["hash"]] = record
    return [chosen[hash] for hash in sorted(chosen)]


def read_records(path: Path) -> list[Record]:
    """Read records from JSON lines; a torn or foreign line is refused by file and number."""
    records = []
    for number, line in enumerate(path.read_text().splitlines(), start=1):
        try:
            record = json.loads(line)
        except json.JSONDecodeError as error:
            raise ValueError(f"{path} line {number} is torn ({error}): export it again") from error
        if not isinstance(record, dict) or not {"hash", "specification", "finished"} <= set(record):
            raise ValueError(
                f"{path} line {number} is no record (hash, specification and finished are needed)"
            )
        records.append(record)
    return records


def write_records(records: Iterable[Record], path: Path) -> None:
    """Write records as JSON lines sorted by hash, atomically."""
    lines = [
        json.dumps(record, sort_keys=True, allow_nan=False)
        for record in sorted(records, key=lambda record: record["hash"])
    ]
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile("w", dir=path.parent, suffix=".tmp", delete=False) as file:
        file.write("".join(line + "\n" for line in lines))
        file.flush()
        os.fsync(file.fileno())
    os.replace(file.name, path)
