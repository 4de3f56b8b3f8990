"""The linear theory of section 5, checked on a sample with fewer points than coordinates."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from itertools import combinations_with_replacement
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from experiments.contestants.explicit import flat
from experiments.datasets.sample import TrainingSample
from experiments.sweeps.run import Run
from expressivity.randomness import generator


@dataclass(frozen=True)
class Linear(Run):
    """Fit the class numbers by a linear model, and measure each claim of the theory.

    Attributes
    ----------
    limit : of steps, for SGD, which takes one row at a time

    Examples
    --------
    >>> from experiments.contestants import Linear
    >>> from experiments.sweeps.run import execute
    >>> (record,) = execute([Linear(pixels="gaussian", n=3, n_test=5)])
    >>> record["fitted"], len(record["claims"])  # every claim of the theory holds
    (True, 10)
    """

    contestant: ClassVar[str] = "linear"

    n: int | None = 20
    limit: int = 1_000_000

    def fit(self, sample: TrainingSample) -> dict[str, Any]:
        """Descend from zero and from a random start, by all rows and by one; compare the limits.

        The record's `claims` hold for each claim its name, the value measured, the bound, and
        whether the value has to stay below it or above.
        """
        import torch  # here, as the kernels that need it, so that suites are planned without it

        from experiments.kernels.gradient_descent import (
            descend,
            dual_descent,
            hessian_change,
            projection,
        )

        data = sample.data
        X, X_test = (flat(images).astype(np.float64) / data.white for images in sample.seen)
        y = sample.labels.astype(np.float64)
        rng = generator(self.seed)
        least = np.linalg.pinv(X) @ y
        start = rng.standard_normal(X.shape[1]) * np.linalg.norm(least) / np.sqrt(X.shape[1])
        zero = np.zeros_like(start)
        courses = {
            "gradient descent from zero": descend(X, y, zero, limit=self.limit),
            "SGD from zero": descend(X, y, zero, batch=1, seed=self.seed, limit=self.limit),
            "gradient descent from elsewhere": descend(X, y, start, limit=self.limit),
        }
        full, stochastic, moved = courses.values()
        nearest = projection(X, y, start)
        size = np.linalg.norm(least)
        ys, Xs = torch.from_numpy(y), torch.from_numpy(X)
        at = rng.standard_normal((3, X.shape[1])) * size
        change = hessian_change(lambda w: (Xs @ w - ys).square().mean() / 2, at)
        steps = full.step[-1]
        dual = X_test @ X.T @ dual_descent(X @ X.T, y, steps)
        outputs = X_test @ full.w
        claims = [
            ("gradient descent from zero: distance to pinv(X) y", _apart(full.w, least), 1e-10),
            ("SGD from zero: distance to pinv(X) y", _apart(stochastic.w, least), 1e-10),
            ("gradient descent: part outside the row span", max(full.outside), 1e-10),
            ("SGD: part outside the row span", max(stochastic.outside), 1e-10),
            ("from elsewhere: distance to the projection", _apart(moved.w, nearest), 1e-10),
            ("from elsewhere: part moved outside the row span", max(moved.outside), 1e-10),
            ("Hessian: change between three places", change, 1e-12),
            ("kernel trick: change of outputs, descent on alpha", _apart(dual, outputs), 1e-8),
            ("kernel trick: change of outputs, quadratic kernel", _quadratic(X, y, X_test), 1e-6),
        ]
        found = [
            {"name": name, "value": value, "bound": bound, "below": True}
            for name, value, bound in claims
        ]
        # The last one is no triviality only if the starts lead to different places.
        far = _apart(moved.w, least)
        name = "from elsewhere: distance to pinv(X) y, not small"
        found.append({"name": name, "value": far, "bound": 0.1, "below": False})
        return {
            "n_weights": X.shape[1],
            "claims": found,
            "fitted": all((c["value"] <= c["bound"]) == c["below"] for c in found),
            "norm": float(np.linalg.norm(full.w)),
            "norm_name": "l2 norm of w",
            "condition_number": float(np.linalg.cond(X)),
            "courses": {
                name: {k: v for k, v in asdict(course).items() if k != "w"}
                for name, course in courses.items()
            },
        }


def claims_as_text(record: dict[str, Any]) -> str:
    """Return a record's claims as a table of text."""
    lines = [
        f"{record['data_name']}, {record['condition']}: n = {record['n']}, d = {record['d']}, "
        f"condition number {record['condition_number']:.3g}",
        *(f"{name}: {course['step'][-1]:,} steps" for name, course in record["courses"].items()),
    ]
    for claim in record["claims"]:
        holds = (claim["value"] <= claim["bound"]) == claim["below"]
        sign = "at most" if claim["below"] else "over"
        lines.append(
            f"  {'holds' if holds else 'FAILS':<6}{claim['name']:<58}"
            f"{claim['value']:.1e}  ({sign} {claim['bound']:g})"
        )
    return "\n".join(lines)


def _apart(value: NDArray[np.float64], reference: NDArray[np.float64]) -> float:
    return float(np.linalg.norm(value - reference) / np.linalg.norm(reference))


def _quadratic(
    X: NDArray[np.float64], y: NDArray[np.float64], X_test: NDArray[np.float64]
) -> float:
    """Compare the interpolant of (<x, z> + 1)^2 with pinv on its features written out."""

    def features(Z: NDArray[np.float64]) -> NDArray[np.float64]:
        Z = np.hstack([Z, np.ones((len(Z), 1))])
        pairs = list(combinations_with_replacement(range(Z.shape[1]), 2))
        # A product of two different coordinates stands twice in the square.
        weights = np.array([1.0 if i == j else np.sqrt(2) for i, j in pairs])
        left, right = (list(side) for side in zip(*pairs, strict=True))
        return Z[:, left] * Z[:, right] * weights

    from experiments.kernels import MinimumNormInterpolator, Polynomial

    primal = features(X_test) @ (np.linalg.pinv(features(X)) @ y)
    model = MinimumNormInterpolator(Polynomial(2)).fit(X, y)
    return _apart(model.predict(X_test), primal)
