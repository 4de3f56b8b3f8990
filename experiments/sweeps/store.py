"""Records: an embedded database of finished runs, with export to and merging from JSON lines."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import sqlite3
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from experiments.sweeps.record import Record, check_record, finished_at, parse
from expressivity.files import make_folder, ordinary, write_atomically

COMMITTED = Path(__file__).parents[1] / "records"
LOCAL = Path("results/records.sqlite")
NETWORK = {"nfs", "nfs4", "cifs", "smb3", "lustre", "gpfs", "beegfs", "ceph", "afs", "9p"}
NETWORK |= {"fuse.sshfs", "fuse.glusterfs", "fuse.ceph", "fuse.beegfs", "fuse.weka", "wekafs"}
TABLE = """CREATE TABLE IF NOT EXISTS records
(hash TEXT PRIMARY KEY, record TEXT NOT NULL, sha256 TEXT)"""
MENDS = {
    "BUSY": "another process has kept it locked for 30 s: try again when that has ended",
    "NOTADB": "it is no database of records: `merge` takes JSON lines into one",
    "CORRUPT": "it is damaged: restore a copy, or move it away and do the runs anew",
    "FULL": "the disk is full: make room, what is finished is kept",
    "IOERR": "the disk failed, or a quota or a limit on sizes of files was reached: make room",
    "CANTOPEN": "it cannot be opened: it must be a file, in a folder that can be written",
    "READONLY": "it cannot be written: give a file of your own",
}


class Store:
    """Finished runs in one SQLite file, one row a run; safe under several writers and kill -9.

    A record is acknowledged when `add` returns: it is on disk then, once, whole. What is not what
    was stored any more, or no record as `check_record` knows them, is named, counts as absent, and
    is replaced by the run's next one. Raises OSError, with the file and the mend, for whatever the
    disk or the database does, and for a database of something else, which is left as it is.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._named: set[str] = set()
        make_folder(path.parent)
        with database(path) as connection:
            _columns(connection, path)
            connection.execute(f"PRAGMA journal_mode = {journal_mode(path)}")
            connection.execute("BEGIN IMMEDIATE")
            connection.execute(TABLE)
            if "sha256" not in _columns(connection, path):  # made before there were checksums
                connection.execute("ALTER TABLE records ADD COLUMN sha256 TEXT")
                connection.create_function("checksum", 2, checksum, deterministic=True)
                connection.execute("UPDATE records SET sha256 = checksum(hash, record)")
            connection.execute("COMMIT")

    def add(self, record: Record) -> bool:
        """Store a record; False if one with its hash is already there, which then stays.

        Raises ValueError as `check_record`: it would not be read again.
        """
        text = json.dumps(check_record(record), sort_keys=True, allow_nan=False)
        hash = record["hash"]
        with database(self.path) as connection:
            connection.execute("BEGIN IMMEDIATE")
            row = connection.execute("SELECT * FROM records WHERE hash = ?", (hash,)).fetchone()
            new = row is None or not any(readable([row], self.path, self._named))
            if new:
                values = hash, text, checksum(hash, text)
                connection.execute("INSERT OR REPLACE INTO records VALUES (?, ?, ?)", values)
            connection.execute("COMMIT")
        return new

    def get(self, hash: str) -> Record | None:
        """Return the record of a run, or None if it has none."""
        with database(self.path) as connection:
            rows = connection.execute("SELECT * FROM records WHERE hash = ?", (hash,)).fetchall()
        return next(readable(rows, self.path, self._named), None)

    def all(self) -> list[Record]:
        """Return every record, sorted by hash."""
        with database(self.path) as connection:
            rows = connection.execute("SELECT * FROM records ORDER BY hash").fetchall()
        return list(readable(rows, self.path, self._named))


def read_store(path: Path) -> list[Record]:
    """Return the records of a database that is only read: it may be where nothing can be written.

    Raises OSError as `Store`.
    """
    try:
        return _read(path)
    except OSError as error:
        code = getattr(error.__cause__, "sqlite_errorname", "")
        if not (path.is_file() and code.startswith(("SQLITE_CANTOPEN", "SQLITE_READONLY"))):
            raise
    # SQLite wants to write beside it: what its last writer left there is read from a copy.
    with tempfile.TemporaryDirectory() as folder:
        for name in (path.name, f"{path.name}-wal"):
            if (path.parent / name).exists():
                shutil.copyfile(path.parent / name, Path(folder) / name)
        return _read(Path(folder) / path.name, "rw")


def _read(path: Path, mode: str = "ro") -> list[Record]:
    with database(path, mode) as connection:
        if not _columns(connection, path):
            return []
        rows = connection.execute("SELECT * FROM records ORDER BY hash")
        return list(readable(rows, path, set()))


@contextmanager
def database(path: Path, mode: str = "rwc") -> Iterator[sqlite3.Connection]:
    """Connect to a database; what SQLite says of it is raised as OSError with file and mend."""
    if path.is_dir():
        raise IsADirectoryError(f"records {path}: it is a folder: give the name of a file in it")
    if path.exists():
        ordinary(path)
    try:
        uri = f"{path.resolve().as_uri()}?mode={mode}"
        connection = sqlite3.connect(uri, timeout=30, isolation_level=None, uri=True)
        with closing(connection):
            # Text that is none any more fails its checksum, and keeps no other row from being read.
            connection.text_factory = lambda content: content.decode(errors="replace")
            if mode != "ro":
                connection.execute("PRAGMA synchronous = FULL")
            yield connection
    except sqlite3.Error as error:
        code = getattr(error, "sqlite_errorname", "").removeprefix("SQLITE_")
        mend = next((MENDS[name] for name in MENDS if code.startswith(name)), str(error))
        raise OSError(f"records {path}: {mend} ({error})") from error


def readable(rows: Iterable[Sequence[Any]], path: Path, named: set[str]) -> Iterator[Record]:
    """Yield the records that are what was stored, and name each other row once, with the reason."""
    for row in rows:
        try:
            yield _record(*row)
        except ValueError as error:
            if str(row[0]) not in named:
                named.add(str(row[0]))
                print(
                    f"records {path}: {row[0]!r} is passed over, and `run` does its run anew: "
                    f"{error}",
                    file=sys.stderr,
                )


def _record(hash: Any, text: Any, *found: Any) -> Record:
    """Return the record of a row; one that was made before there were checksums has none."""
    if not isinstance(text, str) or (found and found != (checksum(hash, text),)):
        raise ValueError("it is damaged, its checksum does not fit")
    record = check_record(parse(text))
    if record["hash"] != hash:
        raise ValueError(f"it is the record of {record['hash']}")
    return record


def checksum(hash: str, text: str) -> str:
    """Return the SHA-256 of a row."""
    return hashlib.sha256(f"{hash} {text}".encode()).hexdigest()


def _columns(connection: sqlite3.Connection, path: Path) -> list[str]:
    """Return the columns of the records; none of a database that nothing was written to yet."""
    columns = [row[1] for row in connection.execute("PRAGMA table_info(records)")]
    empty = not connection.execute("SELECT * FROM sqlite_master LIMIT 1").fetchall()
    if not empty and columns not in (["hash", "record"], ["hash", "record", "sha256"]):
        raise OSError(f"records {path}: it is a database, but none of records: give another file")
    return columns


def journal_mode(path: Path, mounts: Path = Path("/proc/mounts")) -> str:
    """Return WAL, or DELETE for a file on a network: WAL needs memory that all writers share.

    Of systems that do not list what is mounted where, WAL.
    """
    try:
        text = mounts.read_text(encoding="utf-8", errors="surrogateescape")
    except OSError:
        return "WAL"
    # Spaces in names are written as octal numbers.
    lines = [[_unescaped(word) for word in line.split()] for line in text.splitlines()]
    whole = str(path.resolve())
    above = [
        (place, kind)
        for _, place, kind, *_ in lines
        if place == "/" or whole.startswith(place.rstrip("/") + "/")
    ]
    # Of several mounts on one place the last hides the others.
    _, kind = max(reversed(above), key=lambda mount: len(mount[0]), default=("/", ""))
    return "DELETE" if kind in NETWORK else "WAL"


def _unescaped(word: str) -> str:
    return re.sub(r"\\([0-7]{3})", lambda found: chr(int(found[1], 8)), word)


def load_records(store_path: Path | None = LOCAL) -> list[Record]:
    """Return the committed records and those of a local store, sorted by hash.

    Where both have a run, the one that finished later is taken. A store that does not exist yet
    counts as empty and is not created; what in it is no record is named and passed over.

    Parameters
    ----------
    store_path : the database of your own records; None for the committed ones alone

    Returns
    -------
    list of records, dicts as JSON holds them

    Examples
    --------
    >>> from experiments.sweeps.store import load_records
    >>> records = load_records(None)
    >>> {record["condition"] for record in records} >= {"true labels", "random labels"}
    True
    """
    chosen: dict[str, Record] = {}
    sources = [read_records(path) for path in sorted(COMMITTED.glob("*.jsonl"))]
    if store_path is not None and store_path.exists():
        sources.append(read_store(store_path))
    for record in (record for source in sources for record in source):
        known = chosen.get(record["hash"])
        if known is None or finished_at(known) <= finished_at(record):
            chosen[record["hash"]] = record
    return [chosen[hash] for hash in sorted(chosen)]


def read_records(path: Path) -> list[Record]:
    """Read records from JSON lines.

    Raises ValueError, with file and number, for a line that is torn or is no record (see
    `check_record`).
    """
    records = []
    lines = ordinary(path).read_bytes().splitlines()
    for number, line in enumerate(lines, start=1):
        try:
            record = parse(line.decode())
        except ValueError as error:
            raise ValueError(f"{path} line {number} is torn ({error}): export it again") from error
        try:
            records.append(check_record(record))
        except ValueError as error:
            raise ValueError(f"{path} line {number} is no record: {error}") from error
    return records


def write_records(records: Iterable[Record], path: Path) -> None:
    """Write records as JSON lines sorted by hash, atomically."""
    lines = [
        json.dumps(record, sort_keys=True, allow_nan=False) + "\n"
        for record in sorted(records, key=lambda record: record["hash"])
    ]
    make_folder(path.parent)
    write_atomically(path, "".join(lines).encode())
