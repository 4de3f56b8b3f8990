"""The verdict follows from the records, says how sure it is, and accuses no clean data."""

from __future__ import annotations

import itertools
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom
from torch import nn

from experiments.datasets import from_arrays
from experiments.datasets.corruption import corrupt_labels
from experiments.randomization.copies import digests_of, most_fitted
from experiments.randomization.intervals import chance, generalizes, interval
from experiments.randomization.outcome import outcome
from experiments.randomization.randomize import notes, randomize
from experiments.randomization.recipe import default_recipe
from experiments.randomization.verdict import Verdict
from experiments.training.recipe import Recipe

FLAT, RISING = [0.6] * 40, np.linspace(0.2, 0.9, 40).tolist()


def record(
    level: float = 1.0,
    hits: tuple[int, ...] = (50, 50),
    counts: tuple[int, ...] = (100, 100),
    fitted: bool = True,
    accuracy: list[float] = FLAT,
    loss: list[float] | None = None,
    **others: Any,
) -> dict[str, Any]:
    """A record of 100 examples after as many epochs as there are accuracies."""
    shares = [h / c for h, c in zip(hits, counts, strict=True) if c]
    return {
        "title": "net",
        "data_name": "data",
        "specification": {"level": level, "decay": 1.0, "learning_rate": 0.01},
        "n": 100,
        "epochs": len(accuracy),
        "steps": 4 * len(accuracy),
        "fitted": fitted,
        "stopped": "fitted" if fitted else "epoch limit",
        "train_accuracy": 1.0 if fitted else accuracy[-1] if accuracy else 0.5,
        "clean_train_accuracy": 0.5,
        "test_accuracy": sum(hits) / sum(counts),
        "balanced_test_accuracy": float(np.mean(shares)),
        "test_hits": list(hits),
        "test_counts": list(counts),
        "labels_changed": level / 2,
        "course": {
            "running_accuracy": accuracy,
            "loss": loss or [0.69 for _ in accuracy],
        },
        **others,
    }


def verdict(*hits: int, seeds: int = 3, counts: tuple[int, ...] = (500, 500)) -> Verdict:
    """A test of as many levels as there are hits, the same for every class and seed."""
    levels = np.linspace(0, 1, len(hits)).tolist()
    records = [
        record(level, hits=tuple(h * c // 500 for c in counts), counts=counts)
        for level, h in zip(levels, hits, strict=True)
        for _ in range(seeds)
    ]
    return Verdict(records)


def test_a_training_fits_does_not_was_cut_off_or_diverged() -> None:
    assert outcome(record()) == "fits"
    assert outcome(record(fitted=False)) == "does not fit"
    assert outcome(record(fitted=False, accuracy=RISING)) == "cut off"
    falling = np.linspace(0.9, 0.3, 40).tolist()
    assert outcome(record(fitted=False, loss=falling)) == "cut off"
    # Two epochs show no trend; a rate that has decayed to nothing has ended the training.
    assert outcome(record(fitted=False, accuracy=[0.5, 0.5])) == "cut off"
    decayed = {"level": 1.0, "decay": 0.5, "learning_rate": 0.01}
    assert outcome(record(fitted=False, specification=decayed)) == "cut off"
    stopped = record(fitted=False, accuracy=[], stopped="loss is not finite")
    assert outcome(stopped) == "diverged"
    # Guessing between two classes costs log 2.
    assert outcome(record(fitted=False, loss=[2.1 * math.log(2)] * 40)) == "diverged"


@given(st.integers(0, 2**32 - 1), st.integers(60, 400))
def test_noise_around_a_level_is_no_rise(seed: int, epochs: int) -> None:
    rng = np.random.default_rng(seed)
    accuracy = (0.6 + 1e-3 * rng.standard_normal(epochs)).tolist()
    assert outcome(record(fitted=False, accuracy=accuracy)) == "does not fit"


def test_the_words_follow_from_the_outcomes() -> None:
    true = record(level=0.0)
    fits = str(Verdict([true, record(accuracy=[0.6] * 80)]))
    assert "fits random labels: all 100 of them, in 80 epochs (320 steps), 2.0 x" in fits
    short = str(Verdict([true, record(fitted=False)]))
    assert "does not fit random labels: 60.0% of 100" in short
    assert "The true ones it fits in 40 epochs" in short and "does not memorize" in short
    cut = Verdict([true, record(fitted=False, accuracy=RISING)])
    assert "was cut off" in str(cut) and "still rising; raise epoch_limit" in str(cut)
    assert cut.fits_random_labels is None and cut.slowdown is None
    # One labeling of three that was cut off leaves it open.
    mixed = Verdict([true, record(), record(), record(fitted=False, accuracy=RISING)])
    assert mixed.fits_random_labels is None and "in 1 of 3 trainings" in str(mixed)
    # What no model can fit is not fitted, and takes no epochs.
    short = record(level=0.0, fitted=False, accuracy=[0.9] * 40, most_fitted=0.9)
    best = Verdict([short, record()])
    assert best.fits_true_labels is False and best.fits_random_labels and best.slowdown is None
    assert "fits random labels: all 100 of them, in 40 epochs (160 steps)." in str(best)
    neither = str(Verdict([record(level=0.0, fitted=False), record(fitted=False)]))
    assert "does not fit the true labels either" in neither


def test_where_generalization_stops_is_judged_against_chance_with_an_interval() -> None:
    found = verdict(450, 400, 255, 250)
    assert list(found.generalizes.values()) == ["yes", "yes", "no", "no"]
    assert found.stops_generalizing == pytest.approx(2 / 3)
    assert "corrupted at level 0.333333, and no longer at level 0.666667" in str(found)
    assert "does not generalize at any level" in str(verdict(250, 250))
    # A dip is no end while a higher level is above chance.
    assert verdict(450, 250, 400, 250).stops_generalizing == 1


def test_a_few_test_examples_prove_nothing() -> None:
    few = [record(level, hits=(11, 11), counts=(18, 18)) for level in (0.0, 1.0)]
    assert generalizes(few[:1]) == "undecided"
    words = str(Verdict(few))
    assert "undecided: more test examples or seeds would tell" in words
    # What may not generalize at all is not said to, in passing.
    assert "why it generalizes" not in words


def test_a_level_that_is_undecided_is_not_called_one_where_nothing_generalizes() -> None:
    """10 % above chance at level 0.5, give or take 15: only the true labels are decided."""
    no: dict[str, Any] = {"hits": (250, 250), "counts": (500, 500)}
    words = str(Verdict([record(0.0, **no), record(0.5, (18, 18), (30, 30)), record(1.0, **no)]))
    assert "It does not generalize with true labels; at level 0.5 it is undecided" in words
    assert "any level" not in words


def test_a_test_of_one_class_says_nothing_of_generalization() -> None:
    """Always naming that class is right on all of it."""
    hits = [record(level, hits=(0, 20), counts=(0, 20)) for level in (0.0, 1.0)]
    assert generalizes(hits[:1]) == "undecided"
    assert "undecided: these test examples are of one class" in str(Verdict(hits))


def test_where_nothing_generalizes_nobody_explains_why() -> None:
    assert "explain why it generalizes" in str(verdict(450, 250))
    words = str(verdict(250, 250))
    assert "memorizing this sample." in words and "why it generalizes" not in words


def test_the_rule_speaks_of_labelings_only_where_there_are_several() -> None:
    assert "of 3 labelings (Student's t)" in verdict(450, 250).rule()
    assert "Student" not in verdict(450, 250, seeds=1).rule()


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 2)), min_size=1, max_size=30))
def test_no_function_of_the_inputs_is_right_on_more_labels(pairs: list[tuple[int, int]]) -> None:
    x, y = np.array(pairs).T
    # Every function of four inputs to three classes.
    best = max(np.sum(np.array(f)[x] == y) for f in itertools.product(range(3), repeat=4))
    for inputs in (x[:, None], np.where(x[:, None] == 0, -0.0, x[:, None])):
        assert most_fitted(digests_of(inputs), y) == best


def test_so_few_examples_that_a_constant_fits_them_are_noted() -> None:
    x = np.arange(12.0)[:, None]
    few, enough = (
        notes(from_arrays("few", {"X": x[: n + 2], "y": np.arange(n + 2) % 2}), [0])
        for n in (4, 10)
    )
    assert "4 training examples are so few" in few[0] and "probability 12.5%" in few[0]
    assert not enough


def test_rare_classes_count_as_much_as_common_ones() -> None:
    # Always naming the commonest class is right on 95 %, and knows nothing.
    lazy = record(0.0, hits=(950, 0), counts=(950, 50))
    assert lazy["balanced_test_accuracy"] == chance(lazy) == 0.5
    assert generalizes([lazy] * 3) == "no"
    words = str(Verdict([lazy, record(1.0, hits=(475, 25), counts=(950, 50))]))
    assert "balanced" in words and "95.0% of all" in words
    # A class without test examples is none of the test's.
    assert chance(record(hits=(5, 5, 0), counts=(10, 10, 0))) == 0.5


@given(st.integers(12, 60), st.floats(0.3, 0.9))
def test_the_interval_of_one_training_covers_as_often_as_it_says(n: int, p: float) -> None:
    hits = np.arange(n + 1)
    covered = []
    for h in hits:
        found = interval([record(hits=(int(h), int(h)), counts=(n, n))])
        covered.append(found.low <= p <= found.high)
    # Both classes hit alike is more spread than two independent draws: a lower bound of coverage.
    weights = np.convolve(binom.pmf(hits, n, p), binom.pmf(hits, n, p))[::2]
    assert weights[np.array(covered)].sum() / weights.sum() > 0.84


def test_the_spread_of_the_labelings_widens_the_interval() -> None:
    same = [record(hits=(500, 500), counts=(1000, 1000))] * 3
    spread = [record(hits=(h, h), counts=(1000, 1000)) for h in (300, 500, 700)]
    narrow, wide = interval(same), interval(spread)
    # Student's t with two degrees of freedom: 4.303 standard errors.
    half = math.hypot(4.303 * 0.2 / math.sqrt(3), narrow.high - narrow.mean)
    assert wide.high - wide.mean == pytest.approx(half, rel=1e-3)


def test_accuracy_on_random_labels_is_remarked_on_only_where_several_labelings_agree() -> None:
    assert "first weights may know" in str(verdict(450, 450))
    assert "first weights may know" not in str(verdict(450, 450, seeds=2))
    swinging = [record(1.0, hits=(h, h)) for h in (80, 60, 75)]
    assert "may know" not in str(Verdict([record(0.0)] * 3 + swinging))


def test_examples_in_both_splits_and_unlike_columns_are_noted() -> None:
    x = np.arange(80.0).reshape(20, 4) * [1, 1, 1, 1e4]
    y = np.arange(20) % 2
    arrays = {"images": x, "labels": y, "test_images": np.vstack([x[:2], x[2:3] + 0.5])}
    both, scale = notes(from_arrays("mine", {**arrays, "test_labels": y[:3]}), [0])
    assert "2 of 3 test examples are training examples too" in both
    assert "differ in scale by up to 1e+04" in scale


def test_no_clean_data_set_is_accused(tmp_path: Path) -> None:
    """A plane through two classes: random labels agree with it by chance, a little or a lot."""
    for seed in range(3):
        rng = np.random.default_rng(seed)
        x = rng.standard_normal((500, 10)).astype(np.float32)
        y = (x[:, 0] + 0.5 * rng.standard_normal(500) > 0).astype(int)
        data = from_arrays("planes", {"images": x, "labels": y})
        recipe = Recipe(0.1, decay=1.0, epoch_limit=8)
        found = randomize(lambda: nn.Linear(10, 2), data, recipe, (), records=tmp_path / f"{seed}")
        assert found.generalizes[0.0] == "yes"
        assert not found.notes and "may know" not in str(found)


def test_the_default_recipe_gives_small_samples_steps_enough() -> None:
    small, large = default_recipe(142), default_recipe(50_000)
    assert small.decay == 1 and small.epoch_limit * -(-142 // small.batch_size) >= 10_000
    assert (large.batch_size, large.epoch_limit) == (128, 100)
    assert default_recipe(142, "adam").learning_rate == 1e-3
    assert default_recipe(142, "sgd", learning_rate=0.5, epoch_limit=3, decay=None) == Recipe(
        0.5, decay=1.0, batch_size=32, epoch_limit=3
    )


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        *(("epoch_limit", x) for x in (1.5, 0, -1, float("nan"), "many", None)),
        *(("learning_rate", x) for x in (0, -1, float("nan"), float("inf"), "0.1")),
        *(("decay", x) for x in (0, float("nan"))),
        *(("momentum", x) for x in (-1, 1, float("nan"))),
        *(("batch_size", x) for x in (0, 2.5)),
        *(("weight_decay", x) for x in (-1e-9, float("inf"))),
    ],
)
def test_numbers_of_a_recipe_that_make_no_sense_are_refused(name: str, wrong: Any) -> None:
    with pytest.raises(ValueError, match=f"{name} is {wrong}: give"):
        Recipe(**{name: wrong})


def test_epochs_to_fit_are_counted_to_the_fit_where_training_went_on() -> None:
    """Both went on to 40 epochs; random labels were fitted after 30, true ones after 10."""
    both = [record(level=0.0, steps_to_fit=40), record(steps_to_fit=120)]
    verdict = Verdict(both)
    assert verdict.slowdown == 3
    assert "in 30 epochs (120 steps), 3.0 x those of true ones" in str(verdict)
    rows = [line.split() for line in verdict.table().splitlines()[1:]]
    assert [float(row[2]) for row in rows] == [10, 30]


def test_copies_are_said_to_contradict_each_other_only_where_they_do() -> None:
    x = np.vstack((np.arange(20.0)[:, None], [[0.0]]))
    arrays = {"X": x, "y": [0, 1] * 10 + [0], "X_test": x[:2] + 0.5, "y_test": [0, 1]}
    data = from_arrays("copies", arrays)
    said = {}
    for seed in range(20):
        labels = corrupt_labels(data.train_labels, 2, 1, seed).labels
        (said[labels[0] == labels[20]],) = (
            line for line in notes(data, [seed]) if "are copies of others" in line
        )
    assert "contradict" not in said[True]
    assert "contradict each other: at most 20 of those drawn can be fitted" in said[False]
