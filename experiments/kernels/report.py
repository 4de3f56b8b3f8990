"""What a solve reports of itself."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from experiments.sweeps import memory

GIB = 2**30


@dataclass(frozen=True)
class Solved:
    """What a way of solving K alpha = Y hands over to be measured.

    Attributes
    ----------
    alpha, fitted : float64 (n, k), coefficients and K alpha as really computed, ridge included
    outputs : the same without the ridge, beside which it may be lost: computed by itself
    precision : of the factor; "svd" for singular linear kernels
    planned : bytes that the solve was said to need
    rank : of K, as far as it is known
    iterations : of conjugate gradients
    converged : whether they reached the tolerance
    smallest_eigenvalue : an estimate; None without a factor of the whole matrix
    """

    alpha: Tensor
    fitted: Tensor
    outputs: Tensor
    precision: str
    planned: int
    rank: int
    iterations: int = 0
    converged: bool = True
    smallest_eigenvalue: float | None = None


@dataclass(frozen=True)
class Report:
    """How good the interpolant is, and what it cost.

    Attributes
    ----------
    n, rank : points that were solved for, and the rank of their matrix as far as it is known
    relative_residual : ||K alpha - Y|| / ||Y|| over all columns, K alpha in double precision
    residuals : the same for each column, float64 (k,)
    norms : RKHS norm of each column's interpolant, sqrt(alpha^T K alpha), float64 (k,)
    smallest_eigenvalue, precision, iterations, planned : as in `Solved`
    peak : bytes, the most that the process so far, or torch on the GPU, has held
    seconds : of each phase
    """

    n: int
    rank: int
    relative_residual: float
    residuals: NDArray[np.float64]
    norms: NDArray[np.float64]
    smallest_eigenvalue: float | None
    precision: str
    iterations: int
    planned: int
    peak: int | None
    seconds: dict[str, float]

    def __str__(self) -> str:
        phases = ", ".join(f"{name} {seconds:.2f} s" for name, seconds in self.seconds.items())
        lines = [
            f"{self.n:,} points, {len(self.norms)} columns, factor: {self.precision}",
            f"relative residual {self.relative_residual:.1e} (worst column "
            f"{self.residuals.max():.1e}) after {self.iterations} iterations",
            f"RKHS norms {self.norms.min():.4g} to {self.norms.max():.4g}",
            f"time: {phases}",
            f"memory: {self.planned / GIB:.2f} GiB planned",
        ]
        if self.smallest_eigenvalue is not None:
            lines[2] += f"; smallest eigenvalue about {self.smallest_eigenvalue:.2g}"
        if self.peak is not None:
            lines[-1] += f", {self.peak / GIB:.2f} GiB at most held by the process"
        if self.rank < self.n:
            lines[0] += f", rank {self.rank:,}"
        return "\n".join(lines)


@dataclass
class Clock:
    """Seconds by phase."""

    device: torch.device
    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def __call__(self, phase: str) -> Iterator[None]:
        """Add the time of what stands in the block to a phase, waiting for the device."""
        started = time.perf_counter()
        try:
            yield
        finally:
            if self.device.type == "cuda":
                torch.cuda.synchronize(self.device)
            spent = time.perf_counter() - started
            self.seconds[phase] = self.seconds.get(phase, 0.0) + spent


def measure(solved: Solved, Y: Tensor, clock: Clock) -> Report:
    """Return the report of a solve, from what it really computed. Cost O(n k)."""
    scale = Y.norm(dim=0)
    residual = solved.fitted - Y
    # A column of zeros is fitted by zero: its residual is 0 / 0 without this.
    residuals = residual.norm(dim=0) / torch.where(scale > 0, scale, 1)
    energy = (solved.alpha * solved.outputs).sum(0)
    return Report(
        n=len(Y),
        rank=solved.rank,
        relative_residual=float(residual.norm() / max(float(Y.norm()), torch.finfo(Y.dtype).tiny)),
        residuals=residuals.cpu().numpy(),
        norms=energy.clamp(min=0).sqrt().cpu().numpy(),
        smallest_eigenvalue=solved.smallest_eigenvalue,
        precision=solved.precision,
        iterations=solved.iterations,
        planned=solved.planned,
        peak=peak_memory(clock.device),
        seconds=clock.seconds,
    )


def peak_memory(device: torch.device) -> int | None:
    """Return the most bytes held so far: on the GPU by torch, else by the process."""
    if device.type == "cuda":
        return torch.cuda.max_memory_allocated(device)
    return memory.peak()
