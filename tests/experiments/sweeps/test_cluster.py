"""A sweep on a cluster ends as the serial one does, whatever dies on the way."""

from __future__ import annotations

import json
import os
import random
import signal
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, ClassVar

import psutil
import pytest

from experiments.contestants import Explicit, Kernel, Trained
from experiments.datasets.sample import TrainingSample
from experiments.sweeps.cluster import (
    DEATHS,
    GRACE,
    PATIENCE,
    Cluster,
    ClusterLostError,
    Worker,
    connected,
    do,
    local,
    match,
    private,
)
from experiments.sweeps.memory import GIB
from experiments.sweeps.progress import LiveTable
from experiments.sweeps.run import Needs, Run
from experiments.sweeps.stack import Stack, plan
from experiments.sweeps.store import Store
from experiments.sweeps.sweep import Ended, sweep
from experiments.sweeps.workers import gpus, near, shares

TIMES = ("finished", "seconds", "seconds_per_epoch")
ALONE = {"OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
DRIVER = """
import sys
from pathlib import Path
from experiments.sweeps.cluster import connected
from experiments.contestants import Explicit, Kernel, Trained
from experiments.sweeps.store import Store
from experiments.sweeps.sweep import here, sweep

if __name__ == "__main__":
    runs = [Trained(n=1000, level=1.0, seed=seed, network=f"mlp-2x{width}", epoch_limit=200)
            for width in (48, 64, 80) for seed in (0, 1)]
    runs += [Trained(n=200, network="alexnet", epoch_limit=6)]
    runs += [Explicit(n=n) for n in (50, 60, 70)] + [Kernel(n=50, gamma=0.1)]
    store = Store(Path(sys.argv[1]))
    if sys.argv[2] == "here":
        assert not sweep(runs, store, here)
    else:
        with connected(sys.argv[2]) as runner:
            assert not sweep(runs, store, runner)
"""


@dataclass(frozen=True)
class Deadly(Run):
    """Kills whoever does it, so many times."""

    contestant: ClassVar[str] = "deadly"
    tally: str = ""
    deaths: int = 1000

    def fit(self, sample: TrainingSample) -> dict[str, Any]:
        with open(self.tally, "a") as file:
            file.write("x")
        if Path(self.tally).stat().st_size <= self.deaths:
            os.kill(os.getpid(), signal.SIGKILL)
        return {"fitted": True, "n_weights": 1}


def _results(path: Path) -> list[dict[str, Any]]:
    """Return the records without what a clock or the way of starting has put into them."""
    records = Store(path).all()
    for record in records:
        record.get("course", {}).pop("sgd_seconds", None)
    volatile = (*TIMES, "machine", "seconds_by_phase", "peak_gib")
    return [{k: v for k, v in r.items() if k not in volatile} for r in records]


@contextmanager
def _cluster(folder: Path, workers: int = 2) -> Iterator[tuple[str, list[subprocess.Popen[Any]]]]:
    """Start a scheduler and workers as a user would; yield where they are, scheduler first."""
    place = str(folder / "scheduler.json")
    quiet: dict[str, Any] = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    scheduler = [sys.executable, "-m", "distributed.cli.dask_scheduler", "--host", "127.0.0.1"]
    scheduler += ["--port", "0", "--no-dashboard", "--scheduler-file", place]
    processes = [subprocess.Popen(scheduler, **quiet)]
    while not Path(place).exists():
        time.sleep(0.02)
    command = [sys.executable, "-m", "experiments", "worker", place, "--workers", str(workers)]
    processes.append(subprocess.Popen(command, **quiet))
    try:
        yield place, processes
    finally:
        for process in reversed(processes):
            process.terminate()
            process.wait(30)


def _drive(path: Path, where: str) -> subprocess.Popen[Any]:
    script = path.parent / "driver.py"
    script.parent.mkdir(parents=True, exist_ok=True)
    script.write_text(DRIVER)
    environment = {**os.environ, **ALONE, "PYTHONPATH": os.pathsep.join(sys.path)}
    return subprocess.Popen(
        [sys.executable, str(script), str(path), where],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )


def _younger(folder: Path, since: float) -> bool:
    return any(file.stat().st_mtime > since for file in folder.glob("*.json"))


def _workers(nannies: int) -> list[int]:
    """Return the processes that nannies watch over, without the tracker of resources."""
    children = psutil.Process(nannies).children()
    return [child.pid for child in children if "spawn_main" in " ".join(child.cmdline())]


@pytest.mark.slow
@pytest.mark.skipif((os.cpu_count() or 1) < 2, reason="two workers need two cores")
def test_workers_and_scheduler_killed_at_random_it_ends_as_the_serial_sweep(
    tmp_path: Path,
) -> None:
    serial, path = tmp_path / "serial" / "r.sqlite", tmp_path / "cluster" / "r.sqlite"
    assert _drive(serial, "here").wait() == 0
    rng, workers_killed, schedulers_killed = random.Random(0), 0, 0
    for attempt in range(4):
        folder = tmp_path / str(attempt)
        folder.mkdir()
        with _cluster(folder) as (where, (scheduler, nannies)):
            driver, since = _drive(path, where), time.time()
            handed_out = path.parent / "checkpoints"
            while driver.poll() is None and not _younger(handed_out, since):
                time.sleep(0.02)
            for _ in range(2):
                time.sleep(rng.uniform(0, 2))
                if driver.poll() is None and (victims := _workers(nannies.pid)):
                    os.kill(rng.choice(victims), signal.SIGKILL)
                    workers_killed += 1
            if attempt < 2 and driver.poll() is None:
                scheduler.kill()
                _, said = driver.communicate(timeout=120)
                assert b"is gone: the records so far are kept" in said
                schedulers_killed += 1
            else:
                _, said = driver.communicate(timeout=240)
                assert driver.returncode == 0, said.decode()
                break
    assert workers_killed >= 2 and schedulers_killed >= 1
    assert _results(path) == _results(serial)
    assert not list((path.parent / "checkpoints").iterdir())


@pytest.mark.slow
@pytest.mark.skipif((os.cpu_count() or 1) < 2, reason="two workers need two cores")
def test_a_poisonous_run_is_reported_and_the_others_go_on(tmp_path: Path) -> None:
    store = Store(tmp_path / "r.sqlite")
    poison = Deadly(tally=str(tmp_path / "always"))
    unlucky = Deadly(tally=str(tmp_path / "twice"), deaths=2)
    good: list[Run] = [Explicit(n=n) for n in range(20, 26)]
    with local(2) as runner:
        failed = sweep([poison, unlucky, *good], store, runner)
    assert [run for run, _ in failed] == [poison]
    assert "4 workers died with it" in str(failed[0][1])
    assert Path(poison.tally).stat().st_size == DEATHS
    assert Path(unlucky.tally).stat().st_size == 3
    assert all(store.get(run.hash) for run in (unlucky, *good))


SMALL: Worker = {"run": 1, "cores": 1, "memory": 2 * GIB, "GPU": 0}
LARGE: Worker = {**SMALL, "memory": 64 * GIB}


class Scripted(Cluster):
    """Workers that come and go: `there` says by the second who is there; nothing is done."""

    def __init__(self, there: Callable[[int], dict[str, Worker]], expected: int | None = None):
        self.there, self.second, self.expected = there, 0, expected
        self.first_seen, self.seen = None, {}
        self.handed: list[tuple[int, str]] = []

    def _workers(self) -> dict[str, Worker]:
        self.second += 1
        assert self.second < 1000, "it waits for ever"
        return self.there(self.second)

    def _submit(self, stack: Stack, address: str) -> Any:
        self.handed.append((self.second, address))
        done: Any = Future()
        done.release = lambda: None
        done.set_result(None)
        return done

    def _wait(self, futures: list[Any]) -> None: ...

    def _outcome(self, stack: Stack, future: Any, deliver: Any) -> None: ...

    def events(self, run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch) -> list[Any]:
        monkeypatch.setattr("experiments.sweeps.cluster.time.monotonic", lambda: self.second)
        return list(self.run(plan([run], Store(folder / "r.sqlite")), lambda record: None))


@pytest.mark.parametrize("expected", [None, 1])
def test_a_run_that_fits_no_worker_is_refused_with_the_numbers(
    expected: int | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    small = Scripted(lambda second: {"small": SMALL}, expected)
    (event,) = small.events(Kernel(n=50_000), tmp_path, monkeypatch)
    assert isinstance(event, Ended) and small.second == (1 if expected else 1 + GRACE)
    assert "needs 10.3 GiB and 1 cores, and the largest worker has 2.0 GiB" in str(event.error)


def test_a_run_waits_for_a_worker_that_comes_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def later(second: int) -> dict[str, Worker]:
        return {"small": SMALL} if second < 5 else {"small": SMALL, "large": LARGE}

    cluster = Scripted(later)
    *_, event = cluster.events(Kernel(n=50_000), tmp_path, monkeypatch)
    # It wants a GPU, and another worker might bring one.
    assert event.error is None and cluster.handed == [(1 + GRACE, "large")]

    def at_new_addresses(second: int) -> dict[str, Worker]:
        return {"large": LARGE, f"small {second // 8}": SMALL}

    cluster = Scripted(at_new_addresses)
    cluster.events(Kernel(n=50_000), tmp_path / "restarted", monkeypatch)
    assert cluster.handed == [(1 + GRACE, "large")]

    def with_gpu(second: int) -> dict[str, Worker]:
        return {"cpu": LARGE} if second < 5 else {"cpu": LARGE, "gpu": {**LARGE, "GPU": 1}}

    for expected, handed in ((None, (5, "gpu")), (1, (1, "cpu")), (2, (5, "gpu"))):
        cluster = Scripted(with_gpu, expected)
        cluster.events(Trained(network="alexnet"), tmp_path / str(expected), monkeypatch)
        assert cluster.handed == [handed]


def test_a_run_whose_only_worker_is_gone_for_good_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The others keep the command alive; it must not poll for ever without a word."""

    def dies(second: int) -> dict[str, Worker]:
        return {"small": SMALL, "large": LARGE} if second < 3 else {"small": SMALL}

    cluster = Scripted(dies)
    monkeypatch.setattr(cluster, "_outcome", lambda *arguments: None)
    monkeypatch.setattr(cluster, "_submit", lambda stack, address: Pending())
    *_, event = cluster.events(Kernel(n=50_000), tmp_path, monkeypatch)
    assert "the largest worker has 2.0 GiB" in str(event.error)
    assert PATIENCE < cluster.second < PATIENCE + 10


class Pending:
    def done(self) -> bool:
        return False

    def release(self) -> None: ...


def test_gpus_get_one_run_each_and_others_the_workers_that_are_left(tmp_path: Path) -> None:
    runs: list[Run] = [Trained(network="alexnet", seed=seed) for seed in range(3)]
    runs += [Explicit(n=n) for n in (10, 20, 30)]
    stacks = plan(runs, Store(tmp_path / "r.sqlite"))
    gpu = {"run": 1.0, "cores": 1.0, "memory": 99.0 * GIB, "GPU": 1.0}
    cpu, small = {**gpu, "GPU": 0.0}, {**gpu, "memory": 2.0 * GIB}
    free = {"small": small, "first": gpu, "cpu": cpu, "second": gpu}
    chosen = [(address, stack.runs[0]) for address, stack in match(stacks, free, free)]
    assert chosen == [
        ("small", runs[3]),  # has no memory for a training
        ("first", runs[0]),
        ("cpu", runs[4]),
        ("second", runs[1]),
    ]
    assert not match(stacks[:3], {"cpu": cpu}, free) and not match(stacks[:3], {"cpu": cpu}, None)
    # A GPU without the memory is none to wait for.
    for seen in ({"cpu": cpu}, {"cpu": cpu, "gpu": {**small, "GPU": 1.0}}):
        assert [stack for _, stack in match(stacks[:3], {"cpu": cpu}, seen)] == stacks[:1]


def test_each_worker_is_pinned_to_its_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "3,5")
    monkeypatch.setattr("os.sched_getaffinity", lambda pid: set(range(6)), raising=False)
    monkeypatch.setattr("sys.platform", "linux")
    assert gpus() == ["3", "5"]
    for listed, known in (
        *(("-1", []), ("NoDevFiles", []), ("", []), ("0,-1,1", ["0"]), (" 1, 2", ["1", "2"])),
        ("GPU-8932f937,MIG-3a", ["GPU-8932f937", "MIG-3a"]),
    ):
        monkeypatch.setenv("CUDA_VISIBLE_DEVICES", listed)
        assert gpus() == known
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "3,5")
    assert [s["env"]["CUDA_VISIBLE_DEVICES"] for s in shares(None)] == ["3", "5"]
    three = shares(3)
    assert [s["env"]["CUDA_VISIBLE_DEVICES"] for s in three] == ["3", "5", ""]
    assert [s["resources"]["GPU"] for s in three] == [1, 1, 0]
    assert {s["resources"]["cores"] for s in three} == {2}
    with pytest.raises(ValueError, match="workers is 7: this machine has cores for 1 to 6"):
        shares(7)


def test_records_come_back_from_a_machine_that_sees_none_of_our_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.gettempdir", lambda: str(tmp_path / "elsewhere"))
    run = Explicit(n=20)
    stack = Stack((run,), tmp_path / "not there" / "abc.pt")
    (record,) = do(stack, [run.hash])
    assert record["hash"] == run.hash
    assert not stack.scratch.parent.exists()
    assert not list((tmp_path / "elsewhere").rglob("*.*"))


def test_a_worker_of_another_version_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="another version"):
        do(Stack((Explicit(n=20),), tmp_path / "abc.pt"), ["0" * 16])


def test_a_record_that_was_never_delivered_is_found_again(tmp_path: Path) -> None:
    store = Store(tmp_path / "r.sqlite")
    first, second = Explicit(n=20), Explicit(n=30)
    (stack, _) = plan([first, second], store)
    stack.hold()
    (record,) = stack.records()
    assert len(plan([first, second], store)) == 1
    assert store.get(first.hash) == record


def test_no_scheduler_is_said_with_the_mend(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("experiments.sweeps.cluster.ANSWER", 1)
    with pytest.raises(ClusterLostError, match="start one with `dask scheduler`"):  # noqa: SIM117
        with connected("tcp://127.0.0.1:9"):
            pass


def test_a_scheduler_without_workers_is_said_with_the_mend(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("experiments.sweeps.cluster.PATIENCE", 1)
    monkeypatch.setattr("experiments.sweeps.workers.Nanny", None)
    with local(1) as runner, pytest.raises(ClusterLostError, match="no worker for 1 s"):
        sweep([Explicit(n=20)], Store(tmp_path / "r.sqlite"), runner)


def test_the_table_counts_in_a_file(capsys: pytest.CaptureFixture[str]) -> None:
    with LiveTable(5) as table:
        table.started(2)
        table.interrupted(2, "a, seed 0")
        table.started(3)
        table.done(True)
        table.done(False)
        table.failed("b, seed 0: it broke")
        cells = table.cells()
    counted = {name: cells[name] for name in ("done", "running", "waiting", "failed")}
    assert counted == {"done": "1", "running": "1", "waiting": "2", "failed": "1"}
    said = capsys.readouterr().err
    assert "it waits for another: a, seed 0 and 1 more" in said
    assert "failed: b, seed 0: it broke" in said


def test_a_stack_asks_for_what_its_most_demanding_run_asks_for(tmp_path: Path) -> None:
    runs = (Explicit(n=20), Kernel(n=10_000))
    assert Stack(runs, tmp_path / "a.pt").needs == replace(Needs(gpu=True), memory=4 * 10**8 + GIB)


def _listening(pids: set[int]) -> set[tuple[str, int]]:
    """Return where processes listen."""
    connections: Any = psutil.net_connections("inet")
    return {
        (connection.laddr.ip, connection.laddr.port)
        for connection in connections
        if connection.status == psutil.CONN_LISTEN and connection.pid in pids
    }


def _family() -> set[int]:
    me = psutil.Process()
    return {me.pid, *(child.pid for child in me.children(recursive=True))}


def _asked(connection: socket.socket) -> bytes:
    connection.settimeout(5)
    connection.sendall(b"GET /health HTTP/1.0\r\n\r\n")
    return connection.recv(1024)


def _plain(port: int) -> bytes:
    """Return what a port answers to anybody, nothing if it ends the talk."""
    try:
        with socket.create_connection(("127.0.0.1", port), 5) as connection:
            return _asked(connection)
    except OSError:
        return b""


def _without_certificate(port: int) -> bytes:
    """Return what a port answers to anybody who encrypts."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    try:
        with socket.create_connection(("127.0.0.1", port), 5) as connection:
            return _asked(context.wrap_socket(connection))
    except OSError:
        return b""


@pytest.mark.skipif(sys.platform != "linux", reason="needs to see who listens where")
def test_ports_of_a_local_run_admit_only_those_who_have_its_certificate(tmp_path: Path) -> None:
    before = _listening(_family())
    store = Store(tmp_path / "r.sqlite")
    with local(1) as runner:
        assert not sweep([Explicit(n=20)], store, runner)
        places = _listening(_family()) - before
        assert places and {ip for ip, _ in places} == {"127.0.0.1"}
        answers = {port: (_plain(port), _without_certificate(port)) for _, port in places}
    for plain, encrypted in answers.values():
        assert plain == b"" or b" 404 " in plain.splitlines()[0]
        assert encrypted == b""
    assert any(plain == b"" for plain, _ in answers.values())
    assert len(store.all()) == 1


def test_a_worker_listens_where_the_scheduler_is_reached() -> None:
    assert near("tcp://127.0.0.1:8786") == "127.0.0.1"
    assert near("tls://[::1]:8786") == "::1"


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="needs to see who listens where")
def test_workers_of_a_cluster_listen_nowhere_else(tmp_path: Path) -> None:
    with _cluster(tmp_path, 1) as (where, (_, nannies)):
        with connected(where) as runner:
            assert not sweep([Explicit(n=20)], Store(tmp_path / "r.sqlite"), runner)
        worker = psutil.Process(nannies.pid)
        pids = {worker.pid, *(child.pid for child in worker.children(recursive=True))}
        assert {ip for ip, _ in _listening(pids)} == {"127.0.0.1"}


def test_a_temporary_folder_that_others_could_have_filled_is_refused(tmp_path: Path) -> None:
    folder = private(tmp_path / "own")
    assert folder.stat().st_mode & 0o777 == 0o700
    folder.chmod(0o755)
    assert private(folder).stat().st_mode & 0o777 == 0o700
    folder.chmod(0o777)
    with pytest.raises(PermissionError, match="is not this user's alone: remove it"):
        private(folder)
    folder.chmod(0o700)
    (tmp_path / "link").symlink_to(folder)
    with pytest.raises(PermissionError, match="link is not this user's alone"):
        private(tmp_path / "link")
    if os.geteuid() == 0:
        os.chown(folder, 65534, 65534)
        with pytest.raises(PermissionError, match="own is not this user's alone"):
            private(folder)


def test_a_planted_record_does_not_come_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("tempfile.gettempdir", lambda: str(tmp_path))
    stack = Stack((Explicit(n=20),), tmp_path / "not there" / "abc.pt")
    folder = private(tmp_path / f"expressivity-{os.getuid()}")
    planted = {"hash": "0" * 16, "specification": {}, "fitted": True}
    (folder / "abc.0.record").write_text(json.dumps(planted))
    (record,) = do(stack, [stack.runs[0].hash])
    assert record["hash"] == stack.runs[0].hash
    assert "abc.0.record is damaged" in capsys.readouterr().err


def test_a_run_that_is_refused_is_never_counted_as_running(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines: list[str] = []
    monkeypatch.setattr(LiveTable, "_say", lambda self, message: lines.append(str(self)))
    refused = iter(
        [Ended(Stack((Explicit(n=20), Explicit(n=30)), tmp_path / "a.pt"), MemoryError())]
    )
    sweep([Explicit(n=20), Explicit(n=30)], Store(tmp_path / "r.sqlite"), lambda *a: refused)
    assert lines and all("running -" not in line for line in lines)
