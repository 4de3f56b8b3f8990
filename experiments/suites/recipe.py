"""What the paper's recipe leaves open, tried: rates, batches, precision, details of a framework."""

from __future__ import annotations

from typing import Any

from experiments.suites.plan import ALEXNET, INCEPTION, MLPS, WEIGHT_DECAY, Plan
from experiments.sweeps.run import Run

# The paper's 0.95 lets the rates sum to 20 epochs of the first one; these sum to 100.
SLOWER_DECAY = 0.99


def slower_decay(plan: Plan) -> list[Run]:
    """The MLPs and AlexNet with rates that fall more slowly than the paper's."""
    return [
        run
        for network in (*MLPS, ALEXNET)
        for level in (0.0, 1.0)
        for run in plan.paper(network, level=level, decay=SLOWER_DECAY)
    ]


def batch_size(plan: Plan) -> list[Run]:
    """Batches of 64, MLPs and AlexNet on 2,500 images; else 128, for the paper does not say."""
    networks = [*((network, {}) for network in MLPS), (ALEXNET, _few(plan, ALEXNET))]
    return [
        run
        for network, images in networks
        for level in (0.0, 1.0)
        for run in plan.paper(network, **images, level=level, batch_size=64)
    ]


def to_the_limit(plan: Plan) -> list[Run]:
    """Trainings that go on after the fit: MLP 3x512, and AlexNet on 2,500 images."""
    return [
        run
        for network, images in (("mlp-3x512", {}), (ALEXNET, _few(plan, ALEXNET)))
        for level in (0.0, 1.0)
        for run in plan.paper(network, **images, level=level, to_the_limit=True)
    ]


def precision(plan: Plan) -> list[Run]:
    """Single precision where the other suites multiply in bfloat16, on random labels."""
    return [
        run
        for network in (*MLPS, ALEXNET, INCEPTION)
        for run in plan.paper(network, level=1.0, precision="fp32")
    ]


def framework(plan: Plan) -> list[Run]:
    """Convolutional networks on 2,500 images, weights decayed: PyTorch's details, TensorFlow's."""
    return [
        run
        for network in (ALEXNET, INCEPTION)
        for level in (0.0, 1.0)
        for details in ("pytorch", "tensorflow")
        for run in plan.paper(
            network,
            **_few(plan, network),
            level=level,
            framework=details,
            weight_decay=WEIGHT_DECAY,
        )
    ]


def subset(plan: Plan) -> list[Run]:
    """Figure 1, conditions and levels, of AlexNet on 2,500 images: another, cheaper experiment."""
    conditions: list[dict[str, Any]] = [{"level": level} for level in plan.size.levels]
    conditions += [{"pixels": pixels} for pixels in ("shuffled", "random", "gaussian")]
    return [run for one in conditions for run in plan.paper(ALEXNET, **_few(plan, ALEXNET), **one)]


def _few(plan: Plan, network: str) -> dict[str, Any]:
    return {"n": min(2500, plan.size.n[network] or 2500)}
