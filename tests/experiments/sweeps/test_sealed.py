"""A flipped bit in what an interruption leaves behind is noticed and named."""

from __future__ import annotations

from pathlib import Path

import pytest

from experiments.contestants import Explicit, Trained
from experiments.datasets.sealed import read_sealed, write_sealed
from experiments.sweeps.run import Run
from experiments.sweeps.stack import Stack, plan
from experiments.sweeps.store import Store
from experiments.sweeps.sweep import sweep
from experiments.training.checkpoint import Checkpoint


def _flip(path: Path, byte: int, bit: int = 0) -> None:
    content = bytearray(path.read_bytes())
    content[byte] ^= 1 << bit
    path.write_bytes(content)


def test_any_flipped_bit_and_any_cut_is_noticed(tmp_path: Path) -> None:
    path = tmp_path / "sealed"
    write_sealed(path, b"what was written\n")
    assert read_sealed(path) == b"what was written\n"
    whole = path.read_bytes()
    for byte in range(len(whole)):
        for bit in range(8):
            _flip(path, byte, bit)
            with pytest.raises(ValueError, match="sealed is damaged"):
                read_sealed(path)
            path.write_bytes(whole)
        path.write_bytes(whole[:byte])
        with pytest.raises(ValueError, match="sealed is damaged"):
            read_sealed(path)
        path.write_bytes(whole)


class _InterruptedError(Exception):
    pass


def _interrupted(folder: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[list[Run], Store, Path]:
    """Train halfway and return the runs, the store, and the checkpoint that is left."""
    runs: list[Run] = [Trained(n=100, network="mlp-1x16", epoch_limit=3, seed=s) for s in (0, 1)]
    store = Store(folder / "r.sqlite")
    monkeypatch.setattr(Checkpoint, "interval", 0.0)
    write = Checkpoint.write

    def once(self: Checkpoint, state: dict, force: bool = False) -> None:
        write(self, state, force)
        if state["epoch"] == 1:
            raise _InterruptedError

    with monkeypatch.context() as patch:
        patch.setattr(Checkpoint, "write", once)
        assert len(sweep(runs, store)) == 2
    (checkpoint,) = (folder / "checkpoints").glob("*.pt")
    return runs, store, checkpoint


@pytest.mark.parametrize("place", [0.1, 0.5, 0.9])
def test_a_damaged_checkpoint_is_refused_by_name(
    place: float, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs, store, checkpoint = _interrupted(tmp_path, monkeypatch)
    _flip(checkpoint, int(place * checkpoint.stat().st_size))
    failed = sweep(runs, store)
    assert len(failed) == 2 and store.all() == []
    assert f"{checkpoint} is damaged" in str(failed[0][1])
    checkpoint.unlink()
    assert not sweep(runs, store) and len(store.all()) == 2


def test_damaged_members_are_named_and_their_runs_begun_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    runs, store, checkpoint = _interrupted(tmp_path, monkeypatch)
    members = checkpoint.with_suffix(".json")
    members.write_bytes(members.read_bytes()[:-3])
    assert not sweep([*runs, Explicit(n=20)], store)
    assert f"{members} is damaged" in capsys.readouterr().err
    assert len(store.all()) == 3 and not list(checkpoint.parent.iterdir())


def test_what_another_process_deletes_while_it_is_looked_for_is_not_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two sweeps on one store: the other one ends a stack while this one begins."""
    store, gone = Store(tmp_path / "r.sqlite"), []
    (stack,) = plan([Explicit(n=20)], store)
    stack.hold()
    stack.records()

    def deleted(path: Path) -> bytes:
        gone.append(path.suffix)
        path.unlink()
        return read_sealed(path)

    monkeypatch.setattr("experiments.sweeps.stack.read_sealed", deleted)
    assert stack.kept() == [] and plan([Explicit(n=20)], store) == [stack]
    monkeypatch.setattr("experiments.training.checkpoint.read_sealed", deleted)
    stack.scratch.touch()
    assert Checkpoint(stack.scratch).read() is None
    assert gone == [".record", ".json", ".pt"]


def test_a_kept_record_that_is_damaged_or_of_another_run_is_never_stored(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    store = Store(tmp_path / "r.sqlite")
    first, second, other = Explicit(n=20), Explicit(n=30), Explicit(n=40)
    (stack, *_) = plan([first], store)
    stack.hold()
    (record,) = stack.records()
    (kept,) = stack.scratch.parent.glob("*.record")
    whole = kept.read_bytes()
    _flip(kept, len(whole) // 2)
    assert plan([first, second], store) and store.all() == []
    assert f"{kept} is damaged" in capsys.readouterr().err
    foreign = Stack((other,), stack.scratch).records()[0]
    write_sealed(kept, whole.split(b"\n", 1)[1].replace(record["hash"].encode(), b"0" * 16))
    planned = plan([first], store)
    assert store.get(foreign["hash"]) is None and store.get("0" * 16) is None
    assert planned == [stack]
    said = capsys.readouterr().err
    assert "is of no run of this stack" in said and "its specification's" in said


def test_a_stack_deletes_its_folders_too(tmp_path: Path) -> None:
    stack = Stack((Explicit(n=20),), tmp_path / "abc.pt")
    stack.hold()
    panels = stack.scratch.with_suffix(".panels")
    panels.mkdir()
    (panels / "panel-00000.npy").write_bytes(b"large")
    (tmp_path / "abd.json").write_text("another's")
    stack.delete()
    assert [file.name for file in tmp_path.iterdir()] == ["abd.json"]


def test_a_training_that_diverges_is_a_record(tmp_path: Path) -> None:
    store = Store(tmp_path / "r.sqlite")
    run = Trained(n=50, network="mlp-1x8", learning_rate=1e30, epoch_limit=3)
    assert not sweep([run], store)
    record = store.get(run.hash)
    assert record is not None and record["norm"] is None
    assert record["stopped"] == "loss is not finite" and not record["fitted"]
