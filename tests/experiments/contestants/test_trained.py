"""What a run of a network is called: two that may end otherwise have two names."""

from __future__ import annotations

from collections import Counter
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from experiments.contestants import Trained
from experiments.sweeps.run import execute
from experiments.sweeps.store import load_records

OTHER = {
    "data": "mnist",
    "n": 100,
    "level": 0.5,
    "pixels": "random",
    "seed": 1,
    "learning_rate": 0.02,
    "momentum": 0.8,
    "decay": 1.0,
    "batch_size": 64,
    "weight_decay": 5e-4,
    "precision": "bf16",
    "early_stopping": True,
    "to_the_limit": True,
    "target_loss": 0.01,
    "network": "inception",
    "dropout": 0.5,
    "random_crop": True,
    "flip": True,
    "rotation": 25.0,
    "framework": "tensorflow",
}
# What a training that ends before has in common with one of another limit, and which test images
# and which bytes of the data set a record counted.
UNNAMED = {"epoch_limit", "n_test", "data_hash"}


def test_each_number_that_changes_a_training_is_in_its_name() -> None:
    run = Trained()
    assert {each.name for each in fields(Trained)} == set(OTHER) | UNNAMED
    names = [run.name, *(replace(run, **{key: OTHER[key]}).name for key in set(OTHER) - UNNAMED)]
    assert len(set(names)) == len(names)


def test_a_recipe_of_the_paper_is_named_by_its_rate() -> None:
    assert Trained().title == "mlp-1x512 (rate 0.01 x 0.95^epoch, fp32)"
    assert Trained(batch_size=64, to_the_limit=True, weight_decay=5e-4).title == (
        "mlp-1x512, weight decay 0.0005 (rate 0.01 x 0.95^epoch, batches of 64, to the limit, fp32)"
    )


@pytest.mark.parametrize("name", ["early_stopping", "to_the_limit", "random_crop", "flip"])
def test_a_switch_of_a_training_is_true_or_false(name: str) -> None:
    assert replace(Trained(), **{name: np.True_}).hash == replace(Trained(), **{name: True}).hash
    for wrong in ("no", 1, None):
        with pytest.raises(ValueError, match=f"{name} is {wrong!r}: give True or False"):
            replace(Trained(), **{name: wrong})


def test_no_two_committed_records_have_one_name() -> None:
    names = Counter(
        (r["title"], r["data_name"], r["condition"], r["n"], r["d"], what["n"], what["seed"])
        for r in load_records(None)
        if (what := r["specification"])
    )
    assert [name for name, count in names.items() if count > 1] == []


@pytest.mark.parametrize("shape", [(28, 16), (16, 28)])
@pytest.mark.parametrize("option", [{"flip": True}, {"random_crop": True}, {"rotation": 5.0}])
def test_images_whose_sides_differ_are_not_cut_to_be_augmented(
    shape: tuple[int, int], option: dict[str, Any], tmp_path: Path
) -> None:
    images = np.random.default_rng(0).integers(0, 256, (40, *shape), dtype=np.uint8)
    np.savez(tmp_path / "mine.npz", images=images, labels=np.arange(40) % 2)
    run = Trained(str(tmp_path / "mine.npz"), network="mlp-1x16", epoch_limit=1, **option)
    with pytest.raises(ValueError, match=f"images are {shape[0]} x {shape[1]}: crops, flips and"):
        list(execute([run]))
