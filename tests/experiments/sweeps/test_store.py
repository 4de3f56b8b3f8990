"""Records are kept once, whole, under several writers and kill -9."""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from experiments.sweeps.store import Store, journal_mode, load_records, read_records, write_records


def _record(hash: str, finished: str = "2026-01-01T00:00:00+00:00", **more: Any) -> dict[str, Any]:
    return {"hash": hash, "specification": {}, "finished": finished, **more}


def _write_until_killed(path: Path, acknowledged: Path, name: str) -> None:
    store = Store(path)
    with acknowledged.open("a", buffering=1) as log:
        for k in range(10**6):
            if store.add(_record(f"{name}-{k:06}", payload="x" * 2000)):
                log.write(f"{name}-{k:06}\n")


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
    found = store.get("a")
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
