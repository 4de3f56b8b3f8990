"""Numbers that no measure is defined for are refused by name, not computed with."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from experiments.measures import (
    alignment,
    leave_one_out,
    margins,
    memorization,
    pac_bayes,
    rademacher,
    stability,
    vc,
)

NAN = float("nan")
K, SIGNS = np.eye(4), np.array([[1, -1, 1, -1], [1, 1, 1, -1]])
LABELS, SCORES = np.array([0, 1, 2, 3]), np.eye(4)
Y = SIGNS[0].astype(float)
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
    with pytest.raises(ValueError, match=related):
        call(**{**given, name: value})


@pytest.mark.filterwarnings("error")
def test_constants_of_any_size_give_the_bound_of_their_limit() -> None:
    assert stability.nonconvex_sgd(1e300, 1e300, 1e300, 10**6, 11) == pytest.approx(1e5)
    assert pac_bayes.bound(0.1, math.inf, 10) == 1.0
