"""Records are kept once, whole, under several writers and kill -9."""

from __future__ import annotations

import json
import multiprocessing
import os
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from experiments.sweeps.fields import COMMON, MEMORIZER, OF_CONTESTANTS, OF_DATA_SETS
from experiments.sweeps.record import check_record, content_hash
from experiments.sweeps.shape import Maybe
from experiments.sweeps.store import (
    COMMITTED,
    Store,
    checksum,
    database,
    journal_mode,
    load_records,
    read_records,
    read_store,
    write_records,
)


def _record(name: str, finished: str = "2026-01-01T00:00:00+00:00", **more: Any) -> dict[str, Any]:
    """Return a record of a contestant by that name, of which no more is known."""
    what = {"contestant": name, "data": "d", "pixels": "true", "n": None, "seed": 0, "level": 0.0}
    texts = dict.fromkeys(("title", "condition", "data_name", "data_hash", "labels_hash"), "text")
    numbers = dict.fromkeys(("n", "d", "n_weights", "seconds", "labels_changed"), 1)
    machine = {"processor": "p", "cores": 1}
    empty: dict[str, Any] = {"machine": machine, "versions": {}, "fitted": True}
    known = {"hash": content_hash(what), "specification": what, "finished": finished}
    return {**known, **texts, **numbers, **empty, **more}


def _write_until_killed(path: Path, acknowledged: Path, name: str) -> None:
    store = Store(path)
    with acknowledged.open("a", buffering=1) as log:
        for k in range(10**6):
            record = _record(f"{name}-{k:06}", payload="x" * 2000)
            if store.add(record):
                log.write(f"{record['hash']}\n")


def test_nothing_acknowledged_is_lost_doubled_or_torn_by_kill_9(tmp_path: Path) -> None:
    path, context = tmp_path / "records.sqlite", multiprocessing.get_context("spawn")
    Store(path)
    for round in range(3):
        writers = [
            context.Process(
                target=_write_until_killed, args=(path, tmp_path / f"{round}{k}", f"{round}{k}")
            )
            for k in range(2)
        ]
        for writer in writers:
            writer.start()
        deadline = time.monotonic() + 30
        while not all((tmp_path / f"{round}{k}").exists() for k in range(2)):
            assert time.monotonic() < deadline, "the writers did not start"
            time.sleep(0.02)
        time.sleep(0.2 + 0.1 * round)
        for writer in writers:
            assert writer.pid is not None
            os.kill(writer.pid, signal.SIGKILL)
            writer.join()
    logs = [log for log in tmp_path.iterdir() if not log.name.startswith("records")]
    acknowledged = [line for log in logs for line in log.read_text().splitlines()]
    hashes = [record["hash"] for record in Store(path).all()]
    assert len(acknowledged) > 10
    assert set(acknowledged) <= set(hashes)
    assert len(hashes) == len(set(hashes))
    assert all(record["payload"] == "x" * 2000 for record in Store(path).all())


def test_the_first_record_of_a_run_stays(tmp_path: Path) -> None:
    store = Store(tmp_path / "records.sqlite")
    assert store.add(_record("a", value=1))
    assert not store.add(_record("a", value=2))
    found = store.get(_record("a")["hash"])
    assert found is not None and found["value"] == 1
    assert store.get("b") is None


def test_export_and_merge_are_inverse_and_a_torn_line_is_refused(tmp_path: Path) -> None:
    records = [_record("b"), _record("a", value=0.1)]
    path = tmp_path / "records.jsonl"
    write_records(records, path)
    assert read_records(path) == sorted(records, key=lambda record: record["hash"])
    path.write_text(path.read_text()[:-10])
    with pytest.raises(ValueError, match=r"records\.jsonl line 2 is torn"):
        read_records(path)
    path.write_text('{"hash": 1}\n')
    with pytest.raises(ValueError, match="line 1 is no record"):
        read_records(path)


def test_the_newer_record_of_a_run_is_loaded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("experiments.sweeps.store.COMMITTED", tmp_path)
    old, new = _record("a", value=1), _record("a", "2026-06-01T00:00:00+00:00", value=2)
    for committed, local in ((old, new), (new, old)):
        write_records([committed], tmp_path / "committed.jsonl")
        path = tmp_path / f"{committed['value']}.sqlite"
        Store(path).add(local)
        assert [record["value"] for record in load_records(path)] == [2]
    assert load_records(tmp_path / "none.sqlite") == [new]
    assert not (tmp_path / "none.sqlite").exists()


def test_stores_and_runs_are_imported_without_torch() -> None:
    modules = "experiments.sweeps.store, experiments.sweeps.run, experiments.suites"
    probe = f"import sys, {modules}; experiments.suites.SUITES"
    command = f"{probe}; print('torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", command], capture_output=True, text=True)
    assert done.stdout.strip() == "False", done.stderr


def test_a_file_on_a_network_has_no_write_ahead_log(tmp_path: Path) -> None:
    mounts = tmp_path / "mounts"
    mounts.write_text("disk / ext4 rw 0 0\nhost:/home /home nfs4 rw 0 0\nd /home/me/own xfs rw 0 0")
    assert journal_mode(Path("/srv/r.sqlite"), mounts) == "WAL"
    assert journal_mode(Path("/home/me/r.sqlite"), mounts) == "DELETE"
    assert journal_mode(Path("/homes/r.sqlite"), mounts) == "WAL"
    assert journal_mode(Path("/home/me/own/r.sqlite"), mounts) == "WAL"
    assert journal_mode(Path("/home/r.sqlite"), tmp_path / "none") == "WAL"
    # What is mounted on one place later hides the earlier; spaces are octal, bytes are any.
    mounts.write_bytes(
        b"disk / ext4 rw 0 0\nsystemd-1 /mnt/nfs autofs rw 0 0\nsrv:/x /mnt/nfs nfs4 rw 0 0\n"
        b"srv:/y /mnt/my\\040files nfs4 rw 0 0\nusb /media/\xe9t\xe9 vfat rw 0 0\n"
    )
    assert journal_mode(Path("/mnt/nfs/r.sqlite"), mounts) == "DELETE"
    assert journal_mode(Path("/mnt/my files/r.sqlite"), mounts) == "DELETE"
    assert journal_mode(Path("/srv/r.sqlite"), mounts) == "WAL"


@pytest.mark.parametrize("no_text", [False, True], ids=["", "no text any more"])
def test_a_flipped_bit_in_the_database_is_named_and_the_record_replaced(
    no_text: bool, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Any character of the record, its hash or its checksum: never another record in silence."""
    path, record = tmp_path / "r.sqlite", _record("a", value=12345)
    for column in ("record", "hash", "sha256"):
        path.unlink(missing_ok=True)
        store = Store(path)
        store.add(record)
        with closing(sqlite3.connect(path)) as connection, connection:
            (text,) = connection.execute(f"SELECT {column} FROM records").fetchone()
            changed = text.replace("12345", "12344") if column == "record" else text[:-1] + "x"
            connection.execute(f"UPDATE records SET {column} = ?", (changed,))
            if no_text:
                broken = f"CAST(substr(CAST({column} AS BLOB), 2) || x'ff' AS TEXT)"
                connection.execute(f"UPDATE records SET {column} = {broken}")
        assert store.all() == read_store(path) == []
        assert store.get(record["hash"]) is None
        assert "is damaged, its checksum does not fit" in capsys.readouterr().err
        assert store.add(record) and store.get(record["hash"]) == record


def test_a_database_without_checksums_is_given_them(tmp_path: Path) -> None:
    path, record = tmp_path / "r.sqlite", _record("a")
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("CREATE TABLE records (hash TEXT PRIMARY KEY, record TEXT NOT NULL)")
        connection.execute(
            "INSERT INTO records VALUES (?, ?)", (record["hash"], json.dumps(record))
        )
    assert read_store(path) == [record]
    assert Store(path).all() == read_store(path) == [record]


def _as_nobody(path: Path) -> subprocess.CompletedProcess[str]:
    """Read a store as a user who can write nowhere near it."""
    probe = (
        "import os, sys; from pathlib import Path; from experiments.sweeps.store import read_store;"
        "os.geteuid() or os.setuid(65534);"
        "print([r['hash'] for r in read_store(Path(sys.argv[1]))])"
    )
    command = [sys.executable, "-c", probe, str(path)]
    return subprocess.run(command, capture_output=True, text=True)


@pytest.mark.parametrize("left_behind", [False, True], ids=["closed", "killed"])
def test_a_store_that_cannot_be_written_is_read(left_behind: bool) -> None:
    """Also where its last writer was killed, and left records in SQLite's log beside it."""
    with tempfile.TemporaryDirectory(dir="/tmp") as name:
        folder = Path(name) / "read-only"
        folder.mkdir()
        path, record = folder / "r.sqlite", _record("a")
        if left_behind:
            write = "store.add(record); os.kill(os.getpid(), 9)"
            probe = (
                "import os, json, sqlite3, sys; from pathlib import Path;"
                "from experiments.sweeps.store import Store; path, record = sys.argv[1:];"
                "store, record = Store(Path(path)), json.loads(record);"
                f"held = sqlite3.connect(path); held.execute('SELECT * FROM records'); {write}"
            )
            subprocess.run([sys.executable, "-c", probe, str(path), json.dumps(record)])
            assert path.with_name("r.sqlite-wal").stat().st_size
        else:
            Store(path).add(record)
        os.chmod(name, 0o755)
        for file in folder.iterdir():
            file.chmod(0o444)
        folder.chmod(0o555)
        done = _as_nobody(path)
        folder.chmod(0o755)
        assert done.stdout.strip() == str([record["hash"]]), done.stderr


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (
            b"PK and what else is no database" * 99,
            "no database of records: `merge` takes JSON lines",
        ),
        ("CREATE TABLE records (what TEXT)", "it is a database, but none of records"),
        ("CREATE TABLE other (what TEXT)", "it is a database, but none of records"),
    ],
)
def test_what_is_no_store_is_said_in_one_line(
    content: bytes | str, said: str, tmp_path: Path
) -> None:
    path = tmp_path / "r.sqlite"
    if isinstance(content, bytes):
        path.write_bytes(content)
    else:
        with closing(sqlite3.connect(path)) as connection, connection:
            connection.execute(content)
    with pytest.raises(OSError, match=said):
        read_store(path)
    with pytest.raises(OSError, match=said):
        Store(path)
    with pytest.raises(OSError, match="it is a folder: give the name of a file"):
        Store(tmp_path)


def test_a_database_that_is_locked_is_named(tmp_path: Path) -> None:
    path = tmp_path / "r.sqlite"
    Store(path)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(OSError, match="kept it locked"), database(path) as connection:
            connection.execute("PRAGMA busy_timeout = 1")
            connection.execute("BEGIN IMMEDIATE")


WRONG: list[tuple[str, Any]] = [
    *((name, None) for name in _record("a") if name != "hash"),
    ("hash", "0123456789abcdef"),
    ("hash", "<script>"),
    ("fitted", 1),
    ("n", True),
    ("n", -1),
    ("n", "7"),
    ("seconds", "<b>"),
    ("labels_changed", 1.5),
    ("finished", "yesterday"),
    ("finished", "2026-01-01T00:00:00"),
    ("specification", {}),
    ("machine", []),
]


@pytest.mark.parametrize(("name", "value"), WRONG)
def test_a_record_that_readers_would_fall_over_is_refused(
    name: str, value: Any, tmp_path: Path
) -> None:
    record = {**_record("a"), name: value}
    path = tmp_path / "records.jsonl"
    path.write_text(json.dumps(_record("b")) + "\n" + json.dumps(record) + "\n")
    with pytest.raises(ValueError, match=r"records\.jsonl line 2 is no record: .*") as error:
        read_records(path)
    assert "\n" not in str(error.value)
    del record[name]
    with pytest.raises(ValueError, match=f"{name} is missing"):
        check_record(record)


@pytest.mark.parametrize("text", ["\x1b[2J", "\0", "\x9b2J", "\r", "\ud800", "a\udfffb"])
@pytest.mark.parametrize("place", ["title", "machine", "new", "name"])
def test_a_text_that_moves_the_cursor_or_has_no_encoding_is_refused(text: str, place: str) -> None:
    inner = {"machine": {"cpu": [text]}, "new": [[{"a": text}]], "name": {text: 1}}
    name = "machine" if place in inner else "title"
    with pytest.raises(ValueError, match="a text holds a control character"):
        check_record({**_record("a"), name: inner.get(place, text)})
    check_record({**_record("a"), "title": "\u00e9\n\t\U0001f600 \\u001b"})


@pytest.mark.parametrize("line", ['{"n": NaN}', '{"n": 1e999}', '{"n": 1, "n": 2}', "[" * 9999])
def test_json_that_readers_take_differently_is_refused(line: str, tmp_path: Path) -> None:
    (tmp_path / "r.jsonl").write_text(line + "\n")
    with pytest.raises(ValueError, match="line 1 is torn"):
        read_records(tmp_path / "r.jsonl")


def test_every_committed_record_holds_what_is_read() -> None:
    for path in COMMITTED.glob("*.jsonl"):
        for record in read_records(path):
            contestant = record["specification"]["contestant"]
            needed = {**COMMON, **OF_CONTESTANTS.get(contestant, {})}
            needed |= {"bounds": dict} if contestant == MEMORIZER else OF_DATA_SETS
            for name in (name for name, shape in needed.items() if not isinstance(shape, Maybe)):
                less = {key: value for key, value in record.items() if key != name}
                with pytest.raises(ValueError, match="missing"):
                    check_record(less)


ROWS: dict[str, tuple[Any, Any, str]] = {
    "of an older version": ("0" * 16, json.dumps({"hash": "0" * 16}), "title is missing"),
    "torn": ("0" * 16, '{"hash": "0', "Unterminated string"),
    "bytes": ("0" * 16, b"\xff", "its checksum does not fit"),
    "of another run": ("0" * 16, json.dumps(_record("a")), "the record of " + _record("a")["hash"]),
    "nameless": (None, json.dumps(_record("a")), "the record of " + _record("a")["hash"]),
}


@pytest.mark.parametrize("checked", [True, False], ids=["with checksums", "without"])
@pytest.mark.parametrize("kind", ROWS)
def test_a_row_that_is_no_record_is_named_and_keeps_no_other_from_being_read(
    kind: str, checked: bool, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "r.sqlite"
    hash, text, why = ROWS[kind]
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("CREATE TABLE records (hash TEXT PRIMARY KEY, record TEXT NOT NULL)")
        rows = [(hash, text), (_record("b")["hash"], json.dumps(_record("b")))]
        connection.executemany("INSERT INTO records VALUES (?, ?)", rows)
    readings: list[Callable[[], Any]] = [lambda: read_store(path), lambda: load_records(path)]
    if checked:  # what is there is given its checksum, whatever it is
        Store(path)
        readings += [lambda: Store(path).all()]
    for reading in readings:
        hashes = {record["hash"] for record in reading()}
        assert _record("b")["hash"] in hashes and hash not in hashes
        said = capsys.readouterr().err
        assert f"records {path}: {hash!r} is passed over" in said and why in said
    if checked and hash:
        assert Store(path).get(hash) is None


def test_a_run_whose_row_is_no_record_is_done_anew(tmp_path: Path) -> None:
    store, record = Store(tmp_path / "r.sqlite"), _record("a")
    old = json.dumps({"hash": record["hash"]})
    with closing(sqlite3.connect(store.path)) as connection, connection:
        row = record["hash"], old, checksum(record["hash"], old)
        connection.execute("INSERT INTO records VALUES (?, ?, ?)", row)
    assert store.get(record["hash"]) is None
    assert store.add(record) and store.get(record["hash"]) == record


def test_what_readers_would_refuse_is_not_stored(tmp_path: Path) -> None:
    store, record = Store(tmp_path / "r.sqlite"), _record("a")
    del record["n_weights"]
    with pytest.raises(ValueError, match="n_weights is missing"):
        store.add(record)
    assert store.all() == []


def test_a_database_that_nothing_was_written_to_is_empty(tmp_path: Path) -> None:
    """One that was created and not filled, by kill -9 or by `touch`."""
    path = tmp_path / "r.sqlite"
    path.touch()
    assert read_store(path) == [] and len(load_records(path)) == len(load_records(None))
    assert Store(path).all() == []


def test_a_database_of_something_else_is_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "r.sqlite"
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("CREATE TABLE bookmarks (what TEXT)")
    before = path.read_bytes()
    with pytest.raises(OSError, match="it is a database, but none of records"):
        Store(path)
    assert path.read_bytes() == before and [*tmp_path.iterdir()] == [path]


@pytest.mark.parametrize("open_store", [Store, read_store, load_records])
def test_a_pipe_for_a_database_is_refused(
    open_store: Callable[[Path], Any], tmp_path: Path
) -> None:
    path = tmp_path / "r.sqlite"
    os.mkfifo(path)
    with pytest.raises(OSError, match=r"r\.sqlite is a folder, a pipe or a device"):
        open_store(path)
