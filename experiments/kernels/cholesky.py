"""Cholesky's factorization by panels, from a matrix that is never held."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor
from tqdm import tqdm

from experiments.datasets.sealed import read_sealed, write_sealed
from experiments.kernels.matrix import KernelMatrix
from experiments.sweeps.progress import bar


class NotPositiveDefinite(ValueError):  # noqa: N818 - the mathematical term
    """A pivot that is not positive: `pivot` counts from 1."""

    def __init__(self, pivot: int, n: int, dtype: torch.dtype) -> None:
        super().__init__(
            f"K is not positive definite at pivot {pivot} of {n} in {str(dtype).split('.')[1]}: "
            "drop repeated or nearly repeated points, use a larger gamma (of a polynomial kernel a "
            "higher degree), or add a ridge"
        )
        self.pivot = pivot


@dataclass(frozen=True)
class Cholesky:
    """The lower triangular L of K = L L^T.

    `panels[j]` holds the columns of block j, from its diagonal down, so n^2 / 2 numbers in all,
    and no array of more than n times a block's width.
    """

    panels: list[Tensor]

    @property
    def dtype(self) -> torch.dtype:
        return self.panels[0].dtype

    def solve(self, B: Tensor) -> Tensor:
        """Return (L L^T)^-1 B, float64 (n, k). Cost: 2 n^2 k operations; the panels read twice."""
        X = B.to(self.dtype, copy=True)
        starts = [len(X) - len(panel) for panel in self.panels]
        for start, panel in zip(starts, self.panels, strict=True):
            stop = start + panel.shape[1]
            corner, below = panel[: panel.shape[1]], panel[panel.shape[1] :]
            X[start:stop] = torch.linalg.solve_triangular(corner, X[start:stop], upper=False)
            X[stop:].addmm_(below, X[start:stop], alpha=-1)
        for start, panel in zip(reversed(starts), reversed(self.panels), strict=True):
            stop = start + panel.shape[1]
            corner, below = panel[: panel.shape[1]], panel[panel.shape[1] :]
            # Not below.T @ X: few columns as rows are much faster in some libraries.
            X[start:stop] -= (X[stop:].T.contiguous() @ below).T
            X[start:stop] = torch.linalg.solve_triangular(corner.T, X[start:stop], upper=True)
        return X.double()

    def inverse_diagonal(self) -> Tensor:
        """Return the diagonal of (L L^T)^-1, float64 (n,): the squared norms of L^-1's columns.

        Cost: n^3 / 3 operations, and no array of more than n times a block's width.
        """
        n = sum(panel.shape[1] for panel in self.panels)
        found = torch.empty(n, dtype=torch.float64, device=self.panels[0].device)
        starts = [n - len(panel) for panel in self.panels]
        with _bar("inverse", n, self.panels, sum((n - start) ** 2 for start in starts)) as progress:
            for first, (start, own) in enumerate(zip(starts, self.panels, strict=True)):
                width = own.shape[1]
                # Columns `start` to `start + width` of the inverse of L; they are 0 above.
                V = torch.zeros(n - start, width, dtype=self.dtype, device=own.device)
                V[:width] = torch.eye(width, dtype=self.dtype, device=own.device)
                for top, panel in zip(starts[first:], self.panels[first:], strict=True):
                    a, b = top - start, top - start + panel.shape[1]
                    corner, below = panel[: b - a], panel[b - a :]
                    V[a:b] = torch.linalg.solve_triangular(corner, V[a:b], upper=False)
                    V[b:].addmm_(below, V[a:b], alpha=-1)
                found[start : start + width] = V.double().square().sum(0)
                progress.update((n - start) ** 2)
        return found


def cholesky(K: KernelMatrix, dtype: torch.dtype, folder: Path | None = None) -> Cholesky:
    """Factor K in the precision `dtype`.

    Parameters
    ----------
    K : KernelMatrix (n, n)
    dtype : float32 or float64
    folder : where finished panels are kept; those found there are not computed again

    Returns
    -------
    Cholesky

    Raises
    ------
    NotPositiveDefinite
        and at which pivot.

    Cost: n^3 / 3 operations, n^2 / 2 kernel entries; n^2 / 2 numbers of memory.
    Source: the left-looking variant, in which a panel once finished is never touched again, so
    that an interrupted factorization goes on where it was.
    """
    cuts = K.cuts()
    panels = [] if folder is None else list(_kept(folder, K, dtype))
    work = [(K.n - cut.start) * cut.stop for cut in cuts]
    with _bar("Cholesky", K.n, cuts, sum(work), sum(work[: len(panels)])) as progress:
        for cut in cuts[len(panels) :]:
            panels.append(_panel(K, cut, panels, dtype))
            if folder is not None:
                _keep(panels[-1], folder, len(panels) - 1)
            progress.update(work[len(panels) - 1])
    return Cholesky(panels)


def _bar(what: str, n: int, blocks: Sequence[Any], work: int, done: int = 0) -> tqdm[Any]:
    """Make a bar of all the work; of few blocks there is nothing to see."""
    return bar(
        total=work,
        initial=done,
        desc=f"{what}, {n:,} points",
        unit="",
        disable=len(blocks) < 20,
        bar_format="{desc} {percentage:3.0f}% |{bar}| {elapsed}, {remaining} to go",
    )


def _panel(K: KernelMatrix, cut: slice, panels: list[Tensor], dtype: torch.dtype) -> Tensor:
    width = cut.stop - cut.start
    panel = torch.empty(K.n - cut.start, width, dtype=dtype, device=K.device)
    for rows in K.cuts():
        if rows.start >= cut.start:
            panel[rows.start - cut.start : rows.stop - cut.start] = K.block(rows, cut)
    for left in panels:
        rows = left[len(left) - len(panel) :]
        # Half of the columns at a time: a quarter of the corner, above the diagonal, is left out.
        for half in slice(0, width // 2), slice(width // 2, width):
            panel[half.start :, half].addmm_(rows[half.start :], rows[half].T, alpha=-1)
    corner, info = torch.linalg.cholesky_ex(panel[:width])
    # A pivot that is NaN passes for positive in some libraries; what is NaN makes a pivot so.
    if int(info) > 0 or not bool(torch.isfinite(corner.diagonal()).all()):
        raise NotPositiveDefinite(cut.start + max(int(info), 1), K.n, dtype)
    panel[:width] = corner
    # The transpose lies as LAPACK wants it, so that this is done in place.
    below = panel[width:].T
    torch.linalg.solve_triangular(corner, below, upper=False, out=below)
    return panel


def _keep(panel: Tensor, folder: Path, number: int) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    content = io.BytesIO()
    np.save(content, panel.cpu().numpy(), allow_pickle=False)
    write_sealed(folder / f"panel-{number:05}", content.getbuffer())


def _kept(folder: Path, K: KernelMatrix, dtype: torch.dtype) -> Iterator[Tensor]:
    """Yield the panels on disk, up to the first that is missing or damaged."""
    for number, cut in enumerate(K.cuts()):
        path = folder / f"panel-{number:05}"
        if not path.exists():
            return
        try:
            content = io.BytesIO(read_sealed(path))
        except ValueError as error:
            print(f"{error}: it and those after it are computed anew", file=sys.stderr)
            return
        panel = torch.from_numpy(np.load(content, allow_pickle=False)).to(K.device)
        if panel.dtype != dtype or panel.shape != (K.n - cut.start, cut.stop - cut.start):
            raise ValueError(f"checkpoint {folder} holds the factor of another matrix: delete it")
        yield panel
