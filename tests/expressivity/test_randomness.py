"""Whatever is drawn follows from a seed, and what is no seed is refused in the same words."""

from __future__ import annotations

import re
from inspect import signature
from typing import Any

import numpy as np
import pytest

from experiments.contestants import Explicit
from experiments.datasets import from_arrays
from experiments.sweeps.run import execute
from expressivity import capacity, interpolate, memorize
from expressivity.estimators import ReLUInterpolatorRegressor
from expressivity.memorizers.construction import constructions
from expressivity.randomness import generator

X = np.random.default_rng(0).integers(0, 50, (12, 3)).astype(float)
Y = np.arange(12) % 2
SEEDED = [
    name for name, chosen in constructions().items() if "seed" in signature(chosen.build).parameters
]
DRAWS: dict[str, Any] = {
    **{name: lambda seed, name=name: memorize(X, Y, name, seed=seed) for name in SEEDED},
    "interpolate": lambda seed: interpolate(X, Y, seed=seed),
    "exact": lambda seed: interpolate(X, Y, seed=seed, exact=True),
    "capacity": lambda seed: capacity(5, 2, seed=seed),
    "estimator": lambda seed: ReLUInterpolatorRegressor(random_state=seed).fit(X, Y),
    "split": lambda seed: from_arrays("mine", {"X": X, "y": Y}, split_seed=seed),
    "run": lambda seed: list(execute([Explicit(n=20, seed=seed)])),
}


@pytest.mark.parametrize("seed", [-1, 1.5, None, True, "1", np.random.default_rng(0)])
@pytest.mark.parametrize("name", DRAWS)
def test_what_is_no_seed_is_refused(name: str, seed: Any) -> None:
    called = "random_state" if name == "estimator" else "seed"
    said = f"{called} is {seed!r}: give a whole number of at least 0"
    with pytest.raises(ValueError, match=re.escape(said)):
        DRAWS[name](seed)


@pytest.mark.parametrize("name", SEEDED)
def test_the_kind_of_integer_does_not_matter(name: str) -> None:
    assert memorize(X, Y, name, seed=3).n_weights == memorize(X, Y, name, seed=np.int8(3)).n_weights


def test_a_seed_is_that_of_numpy_and_its_streams_are_others() -> None:
    drawn = generator(5).random(3)
    assert (drawn == np.random.default_rng(5).random(3)).all()
    assert (generator(5, 7).random(3) == np.random.default_rng([5, 7]).random(3)).all()
    assert (drawn != generator(5, 7).random(3)).all()


def test_an_option_that_a_construction_lacks_is_named_with_those_it_has() -> None:
    with pytest.raises(TypeError, match="colour is no option of construction = 'yun', which has"):
        memorize(X, Y, "yun", colour=1)
