"""What a suite makes its runs from: data, size and seeds; and the paper's recipe."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from experiments.contestants import Trained

SizeName = Literal["smoke", "cpu", "full"]
MLPS = ("mlp-3x512", "mlp-1x512")
INCEPTION, WITHOUT, ALEXNET = "inception", "inception-without-batchnorm", "alexnet"
WEIGHT_DECAY = 5e-4  # not published; that of public reproductions


@dataclass(frozen=True)
class Size:
    """How much of a suite is run: all of it, what two cores can do, or a glance.

    Attributes
    ----------
    n : training images for each kind of network, for kernels of points and for those of random
        filters; None for all
    n_test : test images at most; None for all
    levels : corruption levels of figures 1b and 1c
    epoch_limit : of every training; rates so far down that more epochs change nothing
    filters : numbers of random filters
    points : sample sizes of what is drawn against n
    """

    n: dict[str, int | None]
    n_test: int | None
    levels: tuple[float, ...]
    epoch_limit: int
    filters: tuple[int, ...]
    points: tuple[int, ...]

    def images(self, contestant: str) -> dict[str, Any]:
        """Return how many images of each split a network or another contestant gets."""
        return {"n": self.n[contestant.split("-")[0]], "n_test": self.n_test}


TENTHS = tuple(k / 10 for k in range(11))
POWERS = tuple(2**k for k in range(4, 15))
SIZES: dict[SizeName, Size] = {
    "smoke": Size(
        {"mlp": 256, "alexnet": 64, "inception": 16, "kernel": 256, "filters": 256},
        64,
        (0.0, 0.5, 1.0),
        2,
        (10, 20),
        (16, 64),
    ),
    "cpu": Size(
        {"mlp": None, "alexnet": None, "inception": 5000, "kernel": None, "filters": 10_000},
        None,
        TENTHS,
        100,
        (250, 500, 1000, 2000, 4000),
        POWERS,
    ),
    "full": Size(
        {"mlp": None, "alexnet": None, "inception": None, "kernel": None, "filters": None},
        None,
        TENTHS,
        100,
        (1000, 2000, 4000, 8000, 16_000, 32_000),
        POWERS,
    ),
}


@dataclass(frozen=True)
class Plan:
    """What a suite makes its runs from."""

    data: str
    size: Size
    seeds: Sequence[int]

    def paper(self, network: str, **changes: Any) -> list[Trained]:
        """The paper's recipe for a network, once a seed, with what differs from it."""
        run = Trained(
            data=self.data,
            **self.size.images(network),
            network=network,
            learning_rate=0.1 if network.startswith("inception") else 0.01,
            epoch_limit=self.size.epoch_limit,
            precision="bf16",
        )
        return [replace(run, seed=seed, **changes) for seed in self.seeds]
