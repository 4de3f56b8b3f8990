"""Numbers that no measure is defined for are refused by name, not computed with."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch

from experiments.measures import (
    alignment,
    leave_one_out,
    margins,
    memorization,
    norms,
    pac_bayes,
    panel,
    rademacher,
    sharpness,
    spectral,
    stability,
    vc,
)
from experiments.measures.layers import Layer

NAN = float("nan")
K, SIGNS = np.eye(4), np.array([[1, -1, 1, -1], [1, 1, 1, -1]])
LABELS, SCORES = np.array([0, 1, 2, 3]), np.eye(4)
Y = SIGNS[0].astype(float)
STACK = [Layer(3 * np.eye(4), np.zeros(4)), Layer(np.eye(4), np.zeros(4))]
# What each argument may be, and what it may not: all others are kept as they are.
DELTA = ("delta", 0.1, [0, 1, -1, 2, NAN, "a", True])
N = ("n", 10, [0, -1, 2.5, NAN, True, "a"])
ABOVE = [0, -1, NAN, math.inf, "a", True]
AT_LEAST = [-1, NAN, "a", True]
SHARE = [-0.1, 1.1, NAN, "a"]
GIVEN: list[tuple[Callable[..., Any], list[tuple[str, Any, list[Any]]]]] = [
    (stability.from_random_labels, [("training_accuracy", 1, SHARE), ("classes", 10, [0, 1, 2.5])]),
    (stability.from_interpolation, [("fits_every_labeling", True, ["no", None, 1])]),
    (
        stability.convex_sgd,
        [("lipschitz", 1, [*AT_LEAST, math.inf]), ("rates", [0.1], [[], [-1], [NAN]]), N],
    ),
    (
        stability.convex_sgd_distance,
        [("lipschitz", 1, AT_LEAST), ("rates", [0.1], [[], [-1], [NAN]]), N],
    ),
    (stability.strongly_convex_sgd, [("lipschitz", 1, AT_LEAST), ("strength", 1, ABOVE), N]),
    (
        stability.nonconvex_sgd,
        [
            ("lipschitz", 1, AT_LEAST),
            ("smoothness", 1, ABOVE),
            ("c", 1, ABOVE),
            ("steps", 5, [0, -1, 2.5]),
            ("n", 10, [1, 0, 2.5]),
        ],
    ),
    (rademacher.random_signs, [N, ("draws", 2, [0, -1, 1.5]), ("seed", 0, [-1, 1.5, None])]),
    (rademacher.lower_limit, [("correlations", [1.0], [[], [1.1], [-2], [NAN]]), N, DELTA]),
    (
        rademacher.bound_on_error,
        [("training_error", 0, SHARE), ("complexity", 0.5, AT_LEAST), N, DELTA],
    ),
    (rademacher.of_two_constants, [N]),
    (
        rademacher.of_a_kernel_ball,
        [
            ("K", K, [K[:3], K * NAN, -K, K + np.eye(4, k=1)]),
            ("radius", 1, AT_LEAST),
            ("signs", SIGNS, [SIGNS[:, :3], 0 * SIGNS, SIGNS[:0]]),
        ],
    ),
    (
        alignment.alignment,
        [("K", K, [K[:3], K * NAN, -K, 0 * K]), ("Y", Y, [Y[:3], Y * NAN, np.array([*"abcd"])])],
    ),
    (alignment.over_random_signs, [("K", K, [K[:3], K * NAN, -K, 0 * K])]),
    (
        leave_one_out.residuals,
        [
            ("K", K, [K[:3], K * NAN, -K, 0 * K]),
            ("Y", Y, [Y[:3], Y * NAN]),
            ("ridge", 0.0, AT_LEAST),
        ],
    ),
    (
        leave_one_out.error,
        [
            ("K", K, [K * NAN, 0 * K]),
            ("labels", LABELS, [LABELS[:3], LABELS - 1, LABELS + 1.0]),
            ("classes", 4, [1, 4.0]),
        ],
    ),
    (
        margins.margins,
        [
            ("outputs", SCORES, [SCORES[:, :1], SCORES * NAN, SCORES[:3]]),
            ("labels", LABELS, [LABELS + 1, LABELS - 1, LABELS[:3], LABELS + 0.0]),
        ],
    ),
    (
        margins.margin_at,
        [("outputs", SCORES, [SCORES * NAN]), ("labels", LABELS, [-LABELS]), ("share", 0.1, SHARE)],
    ),
    (
        memorization.subsets,
        [
            ("n", 5, [0, 1, 2.5]),
            ("models", 3, [0, 1.5]),
            ("share", 0.7, [0, 1, *SHARE]),
            ("seed", 0, [-1]),
        ],
    ),
    (
        memorization.scores,
        [
            ("seen", SIGNS > 0, [SIGNS, SIGNS[:1] > 0, SIGNS[:0] > 0]),
            ("right", SIGNS > 0, [SIGNS, SIGNS[:1] > 0]),
        ],
    ),
    (
        pac_bayes.kl_of_gaussians,
        [
            ("mean", Y, [Y[:2], Y * NAN]),
            ("reference", Y, [Y[:2], Y * NAN]),
            ("sigma", 1, ABOVE),
            ("prior_sigma", 1, ABOVE),
        ],
    ),
    (
        spectral.bound,
        [
            ("matrices", [K, K], []),
            ("references", [K, K], [[K], [K, K[:3]]]),
            ("X", K, [K[:, :3], K * NAN, K[:0], K[0], np.array([[*"abcd"]])]),
            ("margins", Y, [Y[:3], Y * NAN]),
            ("gamma", 0.5, ABOVE),
            DELTA,
        ],
    ),
    (
        norms.golowich_bound,
        [("matrices", [K], []), ("X", K, [K[:, :3], K * NAN]), ("gamma", 0.5, ABOVE)],
    ),
    (norms.distance, [("network", STACK, []), ("initial", STACK, [STACK[:1]])]),
    (
        panel.panel,
        [
            ("network", STACK, []),
            ("initial", STACK, [STACK[:1]]),
            ("X", K, [K[:, :3], K * NAN, K[:0]]),
            ("labels", LABELS, [LABELS[:3], LABELS + 1, LABELS + 0.0]),
        ],
    ),
    (
        sharpness.largest_noise,
        [
            ("error", lambda w: float(np.abs(w).max() > 1), []),
            ("weights", np.zeros(3), []),
            ("seed", 0, [-1]),
            ("allowance", 0.1, SHARE),
            ("draws", 4, [0, 1.5]),
            ("least", 0.1, AT_LEAST),
        ],
    ),
    (Layer, [("M", K, [K[0], np.array([[*"abcd"]])]), ("c", Y, [Y[:3], K])]),
    (pac_bayes.kl_of_bernoullis, [("q", 0.5, SHARE), ("p", 0.5, SHARE)]),
    (pac_bayes.largest_error, [("q", 0.5, SHARE), ("allowance", 1, AT_LEAST)]),
    (pac_bayes.bound, [("sample_error", 0.1, SHARE), ("kl", 1, AT_LEAST), N, DELTA]),
    (
        pac_bayes.bound_by_draws,
        [
            ("drawn_error", 0.1, SHARE),
            ("draws", 5, [0, 2.5]),
            ("kl", 1, AT_LEAST),
            N,
            DELTA,
        ],
    ),
    (vc.perceptron, [("d", 3, [0, -1, 2.5, True, "a"])]),
    (
        vc.classifier,
        [("parameters", [9], [[], [-1], [1.5]]), ("units", [3], [[], [1], [0], [2.5]])],
    ),
    (vc.agnostic, [("vc", 5, [0, -1, NAN]), N, DELTA]),
    (vc.realizable, [("vc", 5, [0, -1, NAN]), N, DELTA]),
    (
        vc.points_needed,
        [("bound", vc.agnostic, []), ("vc", 5, [0, NAN, math.inf]), ("error", 0.5, [0, 2, NAN])],
    ),
    (vc.shattered_by_the_construction, [("hidden", [9], [[], [0], [-1], [2.5], [3, 3]])]),
]
WRONG = [
    pytest.param(call, arguments, name, value, id=f"{call.__module__}.{call.__name__}-{name}-{k}")
    for call, arguments in GIVEN
    for name, _, values in arguments
    for k, value in enumerate(values)
]


@pytest.mark.parametrize(("call", "arguments", "name", "value"), WRONG)
@pytest.mark.filterwarnings("error")
def test_what_is_out_of_range_is_refused_by_name(
    call: Callable[..., Any], arguments: list[tuple[str, Any, list[Any]]], name: str, value: Any
) -> None:
    given = {key: right for key, right, _ in arguments}
    assert call(**given) is not None
    # Arguments of shapes that depend on each other are refused by either name.
    related = "|".join(given) if isinstance(value, np.ndarray | list) else name
    with pytest.raises((TypeError, ValueError), match=rf"\b({related})\b"):
        call(**{**given, name: value})


@pytest.mark.filterwarnings("error")
def test_constants_of_any_size_give_the_bound_of_their_limit() -> None:
    assert stability.nonconvex_sgd(1e300, 1e300, 1e300, 10**6, 11) == pytest.approx(1e5)
    assert pac_bayes.bound(0.1, math.inf, 10) == 1.0
    assert stability.convex_sgd(1e200, [0.1], 10) == math.inf
    assert stability.strongly_convex_sgd(1e200, 0.1, 10) == math.inf


# Each call with the arrays that it takes, and its other arguments.
OF_ARRAYS: list[tuple[Callable[..., Any], dict[str, Any], dict[str, Any]]] = [
    (alignment.alignment, {"K": 2 * K, "Y": Y}, {}),
    (leave_one_out.residuals, {"K": 2 * K, "Y": Y}, {}),
    (leave_one_out.error, {"K": 2 * K, "labels": LABELS}, {"classes": 4}),
    (margins.margins, {"outputs": SCORES * 9, "labels": LABELS}, {}),
    (rademacher.correlation, {"outputs": SCORES[:, :2], "signs": Y}, {}),
    (rademacher.of_a_kernel_ball, {"K": K, "signs": SIGNS}, {"radius": 1}),
    (memorization.scores, {"seen": SIGNS > 0, "right": SIGNS > 0}, {}),
    (pac_bayes.kl_of_gaussians, {"mean": Y, "reference": 2 * Y}, {"sigma": 1, "prior_sigma": 1}),
    (spectral.bound, {"X": K, "margins": Y}, {"matrices": [K], "references": None, "gamma": 0.5}),
    (norms.golowich_bound, {"X": K}, {"matrices": [K], "gamma": 0.5}),
    (panel.panel, {"X": 100 * K, "labels": LABELS}, {"network": STACK, "initial": STACK}),
    (lambda **given: Layer(**given).weights, {"M": 100 * K, "c": Y}, {}),
]


@pytest.mark.parametrize(("call", "arrays", "others"), OF_ARRAYS)
@pytest.mark.parametrize("into", [np.ndarray.tolist, torch.from_numpy, np.asfortranarray, "narrow"])
def test_any_container_of_the_same_numbers_gives_the_same(
    call: Callable[..., Any], arrays: dict[str, Any], others: dict[str, Any], into: Any
) -> None:
    def made(values: Any) -> Any:
        if into != "narrow":
            return into(values)
        return values if values.dtype == bool else values.astype(np.int8)

    found = call(**{name: made(values) for name, values in arrays.items()}, **others)
    assert repr(found) == repr(call(**arrays, **others))
