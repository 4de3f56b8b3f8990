"""Suites go on where they were: after kill -9, a failing run, a lost file, a full disk."""

from __future__ import annotations

import random
import signal
import sqlite3
import subprocess
import sys
import time
import weakref
from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest

from experiments.contestants import Explicit, Interpolant, Kernel, RandomConvolution, Trained
from experiments.datasets.digest import digest
from experiments.datasets.sample import TrainingSample, draw
from experiments.suites import SUITES, suite
from experiments.sweeps.fields import MEMORIZER
from experiments.sweeps.run import Run, execute
from experiments.sweeps.stack import plan
from experiments.sweeps.store import COMMITTED, Store, load_records, read_records
from experiments.sweeps.sweep import finished, sweep
from experiments.training.checkpoint import Checkpoint
from experiments.training.train import Training

TIMES = ("finished", "seconds", "seconds_per_epoch")
DRIVER = """
import sys
from pathlib import Path
from experiments.training.checkpoint import Checkpoint
from experiments.contestants import Explicit, Trained
from experiments.sweeps.store import Store
from experiments.sweeps.sweep import sweep
import torch
torch.set_num_threads(1)
Checkpoint.interval = 0.0
runs = [Trained(n=300, level=level, seed=seed, network="mlp-2x64", epoch_limit=60)
        for level in (0.0, 1.0) for seed in (0, 1)]
runs += [Trained(n=200, network="alexnet", dropout=0.2, random_crop=True, flip=True, rotation=10,
                 early_stopping=True, epoch_limit=12), Explicit(n=50)]
assert not sweep(runs, Store(Path(sys.argv[1])))
"""


def _drive(path: Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-c", DRIVER, str(path)]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def _results(path: Path) -> list[dict[str, Any]]:
    """Return the records without what a clock has put into them."""
    records = Store(path).all()
    for record in records:
        record.get("course", {}).pop("sgd_seconds", None)
    return [{k: v for k, v in r.items() if k not in TIMES} for r in records]


@pytest.mark.slow
def test_killed_twenty_times_it_ends_as_if_nothing_had_happened(tmp_path: Path) -> None:
    whole, path = tmp_path / "whole" / "r.sqlite", tmp_path / "killed" / "r.sqlite"
    assert _drive(whole).wait() == 0
    kills, rng = 0, random.Random(0)
    seen: dict[str, dict[str, Any]] = {}
    while True:
        driver = _drive(path)
        folder = path.parent / "checkpoints"
        # Importing torch takes longer than training: wait for the work, then strike in it.
        deadline = time.monotonic() + 600
        while not list(folder.glob("*")) and driver.poll() is None and kills < 20:
            assert time.monotonic() < deadline
            time.sleep(0.005)
        if kills < 20:
            stamps = {f: f.stat().st_mtime_ns for f in folder.glob("*.pt")}
            while driver.poll() is None and stamps == {
                f: f.stat().st_mtime_ns for f in folder.glob("*.pt")
            }:
                assert time.monotonic() < deadline
                time.sleep(0.002)
            time.sleep(rng.uniform(0, 0.05))
            driver.send_signal(signal.SIGKILL)
            kills += driver.wait() == -signal.SIGKILL
        elif driver.wait() == 0:
            break
        found = {record["hash"]: record for record in _results(path)} if path.exists() else {}
        assert {hash: found.get(hash) for hash in seen} == seen, "a finished record was lost"
        seen = found
    assert kills == 20
    assert _results(path) == _results(whole)
    assert not list((path.parent / "checkpoints").iterdir())


class Large:
    """Stands for a network or a matrix."""


@dataclass(frozen=True)
class Failing(Run):
    """Fails with something large in its frames, and tells how many of those there still are."""

    contestant: ClassVar[str] = "failing"
    seen: ClassVar[list[weakref.ref[Large]]] = []
    alive: ClassVar[list[int]] = []

    def fit(self, sample: TrainingSample) -> dict[str, Any]:
        self.alive.append(sum(one() is not None for one in self.seen))
        large = Large()
        self.seen.append(weakref.ref(large))
        try:
            raise KeyError(type(large))
        except KeyError as error:
            raise RuntimeError("CUDA out of memory") from error


def test_a_failed_run_holds_no_memory(tmp_path: Path) -> None:
    runs: list[Run] = [Failing(n=50, seed=seed) for seed in range(3)]
    failed = sweep(runs, Store(tmp_path / "r.sqlite"))
    assert Failing.alive == [0, 0, 0]
    assert [str(error) for _, error in failed] == ["CUDA out of memory"] * 3


@dataclass(frozen=True)
class Together(Run):
    """Done side by side with its like."""

    contestant: ClassVar[str] = "together"

    @property
    def stack(self) -> str:
        return "one"

    def fit(self, sample: TrainingSample) -> dict[str, Any]:
        return {"fitted": True, "n_weights": 1}


def test_files_of_others_in_the_folder_of_checkpoints_stay(tmp_path: Path) -> None:
    """Beside the store there may be a folder by that name already, with a user's own models."""
    own = [tmp_path / "checkpoints" / f"resnet.{ending}" for ending in ("json", "pt", "log")]
    own[0].parent.mkdir()
    for file in own:
        file.write_text("{}")
    assert not sweep([Explicit(n=20)], Store(tmp_path / "r.sqlite"))
    assert sorted(own[0].parent.iterdir()) == sorted(own)


def test_interrupted_stacks_are_put_together_again(tmp_path: Path) -> None:
    store = Store(tmp_path / "r.sqlite")
    runs: list[Run] = [Together(seed=seed) for seed in range(11)]
    first, second = plan(runs, store)
    assert [len(first.runs), len(second.runs)] == [8, 3]
    first.hold()
    records = list(execute(first.runs))
    # Two of the eight have ended before the interruption.
    for record in records[:2]:
        store.add(record)
    assert plan(runs, store) == [first, second]
    for record in records:
        store.add(record)
    assert plan(runs, store) == [second]
    assert not first.members.exists()


def test_a_sweep_does_only_what_is_missing_and_outlives_a_failing_run(tmp_path: Path) -> None:
    store = Store(tmp_path / "records.sqlite")
    good, bad = Explicit(), Explicit(data="no such data")
    huge = replace(bad, data=f"arrays:{tmp_path / 'lost.npz'}")
    failed = sweep([bad, huge, good], store)
    assert [run for run, _ in failed] == [bad, huge]
    first = store.get(good.hash)
    assert first is not None
    sweep([good], store)
    assert store.get(good.hash) == first


def test_a_run_too_large_for_memory_is_refused_with_the_numbers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("experiments.sweeps.memory.available", lambda: 100_000)
    large, small = Trained(epoch_limit=1), Explicit()
    ((run, error),) = sweep([large, small], Store(tmp_path / "r.sqlite"))
    assert run == large and isinstance(error, MemoryError)
    assert "0.0 GiB are left: take fewer images" in str(error)


def test_a_full_disk_is_reported_and_the_work_so_far_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = Store(tmp_path / "r.sqlite")
    runs: list[Run] = [Trained(n=50, network="mlp-1x8", epoch_limit=2), Explicit(n=50)]
    add = Store.add

    def full(self: Store, record: dict[str, Any]) -> bool:
        if record["specification"]["contestant"] == "trained":
            raise sqlite3.OperationalError("database or disk is full")
        return add(self, record)

    monkeypatch.setattr(Store, "add", full)
    ((run, error),) = sweep(runs, store)
    assert run == runs[0] and "disk is full" in str(error)
    assert store.get(runs[1].hash) is not None
    # What was trained waits in its checkpoint and need not be trained again.
    monkeypatch.setattr(Store, "add", add)
    monkeypatch.setattr("experiments.training.train.Training.do_epoch", lambda self: pytest.fail())
    assert not sweep(runs, store)
    record = store.get(runs[0].hash)
    assert record is not None and record["epochs"] == 2


def test_what_a_locked_store_does_not_take_is_there_for_the_next_sweep(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not every contestant has a checkpoint to go on from."""
    store, run, add = Store(tmp_path / "r.sqlite"), Together(), Store.add

    def locked(self: Store, record: Any) -> bool:
        raise OSError("another process has kept it locked")

    monkeypatch.setattr(Store, "add", locked)
    ((failed, error),) = sweep([run], store)
    assert failed == run and "kept it locked" in str(error)
    monkeypatch.setattr(Store, "add", add)
    monkeypatch.setattr(Together, "fit", lambda self, sample: pytest.fail("it was done"))
    assert not sweep([run], store)
    assert store.get(run.hash) is not None
    assert not list((tmp_path / "checkpoints").iterdir())


@pytest.mark.parametrize("run", [Explicit(), Kernel(), Trained()])
def test_every_field_changes_the_hash(run: Run) -> None:
    changed: dict[str, Any] = {
        "pixels": "random",
        "precision": "bf16",
        "framework": "tensorflow",
        "target_loss": 0.5,
        "n": 7,
        "n_test": 7,
        "gamma": 0.5,
        "data_hash": "other",
    }
    others = {str: "other", int: 7, float: 0.5}
    hashes = {run.hash}
    for field in fields(run):
        old = getattr(run, field.name)
        new = not old if isinstance(old, bool) else changed.get(field.name) or others[type(old)]
        hashes.add(replace(run, **{field.name: new}).hash)
    assert len(hashes) == 1 + len(fields(run))
    assert replace(run).hash == run.hash


def test_a_changed_file_is_another_run(tmp_path: Path) -> None:
    """Of a user's own: what is published is verified."""
    path = tmp_path / "mine.npz"
    rng = np.random.default_rng(0)
    images, store = rng.integers(0, 256, (400, 4, 4)).astype(np.uint8), Store(tmp_path / "r.sqlite")
    found = []
    for data in (path, f"arrays:{path}"):
        for labels in (np.arange(400) % 2, np.arange(400) // 200):
            np.savez(path, images=images, labels=labels)
            run = next(r for r in suite("three-ways", [0], "smoke", str(data)) if r.level == 1)
            assert not sweep([run], store)
            (record,) = finished([run], store)
            assert record["labels_hash"] == draw([run])[0].corruption.hash
            found.append(run)
    assert len({run.hash for run in found}) == len(store.all()) == 4
    with pytest.raises(ValueError, match="is not what it was when this run was planned"):
        draw(found[:1])


def test_a_changed_folder_is_another_data_set(tmp_path: Path) -> None:
    for place in ("train/a", "train/b", "val/a"):
        (tmp_path / place).mkdir(parents=True)
        (tmp_path / place / "1.png").write_bytes(b"one")
    (tmp_path / "papers").mkdir()
    name = f"folder:{tmp_path}@8"
    before = digest(name)
    (tmp_path / "val/a/1.png").rename(tmp_path / "val/a/2.png")
    renamed = digest(name)
    (tmp_path / "train/a/1.png").write_bytes(b"another")
    assert len({None, before, renamed, digest(name)}) == 4
    assert digest("digits") is digest("lost.npz") is digest(f"folder:{tmp_path}/lost@8") is None


def test_suites_still_know_every_committed_record() -> None:
    known = {
        run.hash
        for name in SUITES
        for size in ("cpu", "full")
        for data in ("cifar10-jpeg", "mnist")
        for run in suite(name, range(5), size, data)
    }
    files = list(COMMITTED.glob("*.jsonl"))
    assert files
    for file in files:
        records = read_records(file)
        ours = [r for r in records if r["specification"]["contestant"] != MEMORIZER]
        assert records and {record["hash"] for record in ours} <= known, file.name


@pytest.mark.parametrize("name", SUITES)
def test_runs_of_a_suite_are_distinct_and_sizes_differ(name: str) -> None:
    for size in ("smoke", "cpu", "full"):
        runs = suite(name, (0, 1), size)
        assert len({run.hash for run in runs}) == len(runs) > 0
        # With true labels nothing of a kernel's ridge is drawn at random.
        assert {run.seed for run in runs} == ({0} if name == "ridge" else {0, 1})


def test_a_near_miss_is_suggested() -> None:
    with pytest.raises(ValueError, match="did you mean comparison"):
        suite("comparisn", (0,))


def test_explicit_regularizers_are_off_unless_switched_on_and_then_recorded() -> None:
    assert Trained().regularizers == []
    on = Trained(weight_decay=5e-4, dropout=0.5, random_crop=True, flip=True, rotation=25)
    assert len(on.regularizers) == 5
    assert all(name in on.title for name in on.regularizers)
    randomized = [run for run in suite("table1", (0,)) if run.level == 1 and "mlp" in run.title]
    assert all(run.regularizers == [] for run in randomized if isinstance(run, Trained))


def test_table_one_has_the_rows_of_the_paper() -> None:
    runs = [run for run in suite("table1", (0,), "full") if isinstance(run, Trained)]
    assert len(runs) == 19
    assert {run.learning_rate for run in runs if "inception" in run.network} == {0.1}
    assert {run.learning_rate for run in runs if "inception" not in run.network} == {0.01}
    assert {(run.momentum, run.decay, run.batch_size, run.n) for run in runs} == {
        (0.9, 0.95, 128, None)
    }


def test_a_run_whose_record_was_lost_is_done_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the stack goes on from says that it has ended: it has nothing to deliver."""
    path = tmp_path / "r.sqlite"
    fast: dict[str, Any] = {"n": 100, "network": "mlp-1x64", "learning_rate": 0.1, "batch_size": 16}
    runs = [Trained(**fast, epoch_limit=40, level=level) for level in (0.0, 1.0)]
    (stack,) = plan(runs, Store(path))
    stack.hold()
    monkeypatch.setattr(Checkpoint, "interval", 0.0)
    execution = execute(stack.runs, stack.scratch)
    lost, epoch, left = next(execution), Training.do_epoch, iter(range(2))

    def interrupted(training: Training) -> None:
        next(left)
        epoch(training)

    monkeypatch.setattr(Training, "do_epoch", interrupted)
    with pytest.raises(RuntimeError, match="StopIteration"):
        list(execution)
    monkeypatch.setattr(Training, "do_epoch", epoch)
    assert lost["epochs"] < 40 and stack.scratch.exists()
    ((run, error),) = sweep(runs, Store(path))
    assert run.hash == lost["hash"]
    assert str(error) == "its record was lost: the same command does it anew"
    assert not sweep(runs, Store(path)) and len(finished(runs, Store(path))) == 2


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (Explicit(level=1), Explicit(level=1.0)),
        (Explicit(level=-0.0), Explicit(level=0.0)),
        (Explicit(level=True), Explicit(level=1.0)),
        (Trained(learning_rate=1, decay=1), Trained(learning_rate=1.0, decay=1.0)),
        (Kernel(gamma=1), Kernel(gamma=1.0)),
    ],
)
def test_a_whole_number_and_its_float_are_one_run(one: Run, other: Run) -> None:
    assert one == other and one.hash == other.hash


@pytest.mark.parametrize("shape", [(30, 6), (30, 4, 5, 6, 3)])
def test_networks_of_images_refuse_what_is_none(shape: tuple[int, ...], tmp_path: Path) -> None:
    rng, file = np.random.default_rng(0), tmp_path / "mine.npz"
    np.savez(file, X=rng.standard_normal(shape), y=np.arange(30) % 2)
    with pytest.raises(ValueError, match=r"takes images \(n, height, width\[, channels\]\)"):
        list(execute([Trained(data=str(file), network="alexnet")]))


def test_of_two_records_the_later_counts_in_whatever_zone_it_is_written(tmp_path: Path) -> None:
    known = next(r for r in load_records(None) if r["specification"]["contestant"] == "theorem")
    path, at = tmp_path / "r.sqlite", datetime.fromisoformat(known["finished"])
    for hours, later in ((1, True), (-1, False)):
        there = (at + timedelta(hours=hours)).astimezone(timezone(timedelta(hours=-11 * hours)))
        path.unlink(missing_ok=True)
        Store(path).add({**known, "title": "another", "finished": there.isoformat()})
        (found,) = (r for r in load_records(path) if r["hash"] == known["hash"])
        assert (found["title"] == "another") is later


def test_kernels_of_other_test_images_share_no_solve(tmp_path: Path) -> None:
    common: dict[str, Any] = {"n": 100, "gamma": 0.02}
    runs = [Kernel(**common, n_test=20), Kernel(**common, n_test=10, seed=1)]
    assert len(plan(runs, Store(tmp_path / "r.sqlite"))) == 2
    filters = [RandomConvolution(n=50, n_filters=10, n_test=k) for k in (10, 20)]
    assert filters[0].stack != filters[1].stack


def test_sizes_and_seeds_that_are_none_are_refused() -> None:
    with pytest.raises(ValueError, match="size is 'tiny': give one of smoke, cpu, full"):
        suite("comparison", [0], "tiny")  # pyright: ignore[reportArgumentType]
    for seeds in ([-1], ["a"], [0.5]):
        with pytest.raises(ValueError, match=r"seeds is .*: give a whole number of at least 0"):
            suite("comparison", seeds)  # pyright: ignore[reportArgumentType]


def test_a_glance_takes_few_images() -> None:
    for name in set(SUITES) - {"comparison"}:
        for run in suite(name, [0], "smoke"):
            assert run.n is not None and run.n <= 256, run.name


@pytest.mark.parametrize("pixels", ["random", "gaussian", "shuffled"])
def test_an_interpolant_of_images_of_its_own_seed_is_alone(pixels: Any, tmp_path: Path) -> None:
    runs = [Interpolant(kernel="laplace", n=40, n_test=40, pixels=pixels, seed=s) for s in (0, 1)]
    assert len(plan(runs, Store(tmp_path / "r.sqlite"))) == 2
    (second,) = execute(runs[1:])
    assert not sweep(runs, Store(tmp_path / "r.sqlite"))
    kept = Store(tmp_path / "r.sqlite").get(runs[1].hash)
    assert kept is not None and kept["leave_one_out_error"] == second["leave_one_out_error"]
