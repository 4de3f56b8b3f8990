"""Gradient descent on underdetermined least squares finds the minimum-norm solution (section 5)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from expressivity.randomness import generator

if TYPE_CHECKING:  # torch is imported where it is used
    import torch

Vector = NDArray[np.float64]
Matrix = NDArray[np.float64]
MARKS = 100  # of a course; steps between them grow, for distances fall off geometrically


@dataclass
class Descent:
    """Where a descent went.

    Attributes
    ----------
    w : float64 (d,), the last iterate
    converged : whether the relative residual reached the tolerance within the limit of steps
    step : the steps at which the following was measured
    residual : ||X w - y|| / ||y||
    distance : ||w - limit|| / ||limit||
    outside : the part of w - start outside the span of the rows of X, by ||limit||
    """

    w: Vector
    converged: bool = False
    step: list[int] = field(default_factory=list)
    residual: list[float] = field(default_factory=list)
    distance: list[float] = field(default_factory=list)
    outside: list[float] = field(default_factory=list)


def descend(
    X: Matrix,
    y: Vector,
    start: Vector,
    *,
    batch: int | None = None,
    seed: int = 0,
    tolerance: float = 1e-13,
    limit: int = 1_000_000,
) -> Descent:
    """Minimize ||X w - y||^2 by gradient descent, or by SGD on batches of rows.

    Steps are constant: the inverse of the largest curvature, that of all rows or of the worst row.
    As all rows can be fitted, the noise of SGD vanishes at the solution and it converges too.

    Parameters
    ----------
    X : float64 (n, d), of rank n
    y : float64 (n,)
    start : float64 (d,)
    batch : rows a step, drawn anew each epoch; None for all
    seed : of their order
    tolerance : of the relative residual at which to stop
    limit : of steps

    Returns
    -------
    Descent; its limit is `projection(X, y, start)`

    Raises ValueError if X has not rank n (y need not have a solution then), for shapes that do
    not fit, NaN, and batches of more than n. Cost: O(batch d) a step.
    Source: section 5, "SGD ... w = X^T alpha".
    """
    _check(X, y, start, batch)
    n = len(y)
    _, s, rows = np.linalg.svd(X, full_matrices=False)
    target = projection(X, y, start)
    scale, size = float(np.linalg.norm(target)) or 1.0, float(np.linalg.norm(y)) or 1.0
    # A batch's curvature is at most the sum of its rows'.
    curvature = s[0] ** 2 if batch is None else batch * (X**2).sum(1).max()
    order = _batches(n, batch or n, generator(seed))
    course, w, mark = Descent(start.copy()), start.copy(), 1.0
    for step in range(limit + 1):
        if step >= mark - 1 or step == limit:
            mark = max(mark + 1, mark * limit ** (1 / MARKS))
            moved = w - start
            course.w = w
            course.step.append(step)
            course.residual.append(float(np.linalg.norm(X @ w - y)) / size)
            course.distance.append(float(np.linalg.norm(w - target)) / scale)
            course.outside.append(float(np.linalg.norm(moved - rows.T @ (rows @ moved))) / scale)
            course.converged = course.residual[-1] <= tolerance
            if course.converged:
                break
        chosen = next(order)
        w = w - X[chosen].T @ (X[chosen] @ w - y[chosen]) / curvature
    return course


def projection(X: Matrix, y: Vector, start: Vector) -> Vector:
    """Return the solution of X w = y nearest to `start`, start + pinv(X) (y - X start).

    From zero it is the minimum-norm solution pinv(X) y. Cost O(n^2 d), by singular values.
    """
    return start + np.linalg.pinv(X) @ (y - X @ start)


def dual_descent(K: Matrix, y: Vector, steps: int) -> Vector:
    """Return alpha after steps of gradient descent from zero, from K = X X^T alone; w = X^T alpha.

    Source: section 5, the kernel trick. Cost O(n^2) a step.
    """
    alpha, curvature = np.zeros_like(y), np.linalg.eigvalsh(K)[-1]
    for _ in range(steps):
        alpha = alpha - (K @ alpha - y) / curvature
    return alpha


def hessian_change(loss: Callable[[torch.Tensor], torch.Tensor], points: Matrix) -> float:
    """Return the largest relative change of a loss's Hessian over the points w (m, d).

    By automatic differentiation, so that nothing of the loss's form is assumed. For the square
    loss of a linear model it is 0: curvature cannot tell one solution from another. Source:
    section 5, "all global minima have the same curvature". Cost O(m d) gradients.
    """
    import torch

    hessians = [torch.autograd.functional.hessian(loss, torch.from_numpy(w.copy())) for w in points]
    first, *others = (torch.as_tensor(hessian) for hessian in hessians)
    return max(float((other - first).norm() / first.norm()) for other in others)


def _batches(n: int, batch: int, rng: np.random.Generator) -> Iterator[NDArray[np.int64] | slice]:
    while True:
        if batch == n:
            yield slice(None)
            continue
        order = rng.permutation(n)
        yield from (order[start : start + batch] for start in range(0, n, batch))


def _check(X: Matrix, y: Vector, start: Vector, batch: int | None) -> None:
    if X.ndim != 2 or y.shape != X.shape[:1] or start.shape != X.shape[1:]:
        raise ValueError(
            f"X has shape {X.shape}, y {y.shape} and start {start.shape}: give (n, d), (n,), (d,)"
        )
    if not all(np.isfinite(a).all() for a in (X, y, start)):
        raise ValueError("X, y or start holds NaN or infinity: drop or replace those values")
    if batch is not None and not 1 <= batch <= len(y):
        raise ValueError(f"batch is {batch}: give 1 to {len(y)} rows")
    if (rank := int(np.linalg.matrix_rank(X))) < len(y):
        raise ValueError(
            f"X has rank {rank}, fewer than its {len(y)} rows: take fewer points than coordinates, "
            "without combinations of one another"
        )
