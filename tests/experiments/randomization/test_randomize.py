"""The randomization test on a model of one's own says what its records say."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from experiments.datasets import Dataset, from_arrays
from experiments.randomization.randomize import randomize
from experiments.training.recipe import Recipe

WIDTH = [64]
RNG = np.random.default_rng(0)


def wide() -> nn.Module:
    return nn.Sequential(nn.Flatten(), nn.Linear(8, WIDTH[0]), nn.ReLU(), nn.Linear(WIDTH[0], 2))


def _data() -> Dataset:
    """Two classes that a plane separates, and a test set of the same kind."""
    x = RNG.standard_normal((260, 8)).astype(np.float32)
    y = (x.sum(1) > 0).astype(int)
    return from_arrays("planes", {"images": x, "labels": y})


def _must_not_train(training: object) -> None:
    raise AssertionError("it was trained again")


def test_a_wide_network_fits_random_labels_and_the_verdict_says_how_much_slower(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    recipe = Recipe(0.1, decay=1.0, epoch_limit=500)
    data, path = _data(), tmp_path / "r.sqlite"
    verdict = randomize(wide, data, recipe, levels=(0.5,), seeds=0, records=path)
    true, half, random = verdict.records
    assert [r["specification"]["level"] for r in verdict.records] == [0.0, 0.5, 1.0]
    assert verdict.fits_random_labels and true["test_accuracy"] > 0.85
    assert verdict.slowdown == random["epochs"] / true["epochs"] > 1
    assert half["labels_changed"] == pytest.approx(0.25, abs=0.1)
    assert verdict.generalizes[0.0] == "yes" and verdict.stops_generalizing != 0
    text = str(verdict)
    assert f"fits random labels: all 208 of them, in {random['epochs']} epochs" in text
    verdict.draw().savefig(tmp_path / "picture.svg")
    assert (tmp_path / "picture.svg").stat().st_size > 5000
    # The records are kept; another width under the same name is another model.
    monkeypatch.setattr("experiments.training.train.Training.do_epoch", _must_not_train)
    assert (
        randomize(wide, data, recipe, levels=(0.5,), seeds=0, records=path).records
        == verdict.records
    )
    monkeypatch.setattr(sys.modules[__name__], "WIDTH", [3])
    with pytest.raises(RuntimeError, match="trained again"):
        randomize(wide, data, recipe, levels=(0.5,), seeds=0, records=path)


def test_images_of_bytes_arrive_standardized_with_the_channels_first(tmp_path: Path) -> None:
    seen: list[torch.Tensor] = []

    class Spy(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.linear = nn.Linear(3 * 5 * 4, 2)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            seen.append(x.detach())
            return self.linear(x.flatten(1))

    images = RNG.integers(0, 256, (30, 5, 4, 3), np.uint8)
    data = from_arrays("colour", {"images": images, "labels": np.arange(30) % 2})
    randomize(Spy, data, Recipe(epoch_limit=1), levels=(), seeds=0, records=tmp_path / "r.sqlite")
    assert {x.shape[1:] for x in seen} == {(3, 5, 4)}
    means = torch.cat(seen).flatten(1).mean(1)
    assert means.abs().max() < 1e-5


def test_floats_arrive_as_they_are(tmp_path: Path) -> None:
    shapes: set[Any] = set()

    class Spy(nn.Linear):
        def forward(self, input: torch.Tensor) -> torch.Tensor:
            shapes.add(input.shape[1:])
            return super().forward(input).mean(1)

    planes = from_arrays("p", {"images": np.ones((10, 6, 8)), "labels": np.arange(10) % 2})
    recipe = Recipe(epoch_limit=1)
    randomize(lambda: Spy(8, 2), planes, recipe, levels=(), seeds=0, records=tmp_path / "r.sqlite")
    assert shapes == {(6, 8)}


def test_the_command_line_prints_the_verdict_and_draws(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text(
        "from torch import nn\ndef net():\n    return nn.Linear(4, 2)\n"
    )
    x = RNG.standard_normal((60, 4))
    np.savez(tmp_path / "mine.npz", images=x, labels=(x[:, 0] > 0).astype(int))
    command = [sys.executable, "-m", "experiments", "randomize", "--model", "mine:net"]
    command += ["--data", "mine.npz", "--epoch-limit", "3", "--seeds", "0", "--levels", "0.5"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("mine:net was cut off before it fitted random labels")
    assert (tmp_path / "results" / "randomize-mine-net-mine.svg").exists()
    command[-1] = "2"
    refused = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert refused.returncode == 2
    assert "levels is 2.0: give 0 to 1" in refused.stderr and "Traceback" not in refused.stderr
