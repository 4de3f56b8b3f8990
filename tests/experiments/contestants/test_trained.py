"""What a run of a network is called: two that may end otherwise have two names."""

from __future__ import annotations

from collections import Counter
from dataclasses import fields, replace

from experiments.contestants import Trained
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


def test_each_number_of_a_training_is_in_its_name() -> None:
    run = Trained()
    assert {each.name for each in fields(Trained)} == set(OTHER) | UNNAMED
    names = [run.name, *(replace(run, **{key: OTHER[key]}).name for key in set(OTHER) - UNNAMED)]
    assert len(set(names)) == len(names)


def test_a_recipe_of_the_paper_is_named_by_its_rate() -> None:
    assert Trained().title == "mlp-1x512 (rate 0.01 x 0.95^epoch, fp32)"
    assert Trained(batch_size=64, to_the_limit=True, weight_decay=5e-4).title == (
        "mlp-1x512, weight decay 0.0005 (rate 0.01 x 0.95^epoch, batches of 64, to the limit, fp32)"
    )


def test_no_two_committed_records_have_one_name() -> None:
    names = Counter(
        (r["title"], r["data_name"], r["condition"], r["specification"]["n"], r["n"], r["d"], seed)
        for r in load_records(None)
        for seed in [r["specification"]["seed"]]
    )
    assert [name for name, count in names.items() if count > 1] == []
