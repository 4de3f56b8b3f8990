"""The minimum-norm interpolant of random convolutional features, and how it grows with them."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from experiments.datasets.sample import TrainingSample
from experiments.sweeps.memory import GIB
from experiments.sweeps.progress import bar
from experiments.sweeps.run import Needs, Run

if TYPE_CHECKING:  # torch is imported where it is used
    from torch import Tensor

FILTERS_AT_A_TIME = 250
BLOCK = 4096  # images whose products are in single precision before they are added up
RIDGES = 10.0 ** np.arange(-4, 1)  # of the mean of K's diagonal


@dataclass(frozen=True)
class RandomConvolution(Run):
    """Interpolate one-hot targets by a linear kernel on the features of random filters.

    Runs that differ in the number of filters grow one kernel matrix together.

    Attributes
    ----------
    n_filters : of 6 x 6 pixels, giving 18 features each on images of 32 x 32
    regularized : whether a ridge, chosen on held-out training points, is added
    features : names the kernel in the records

    Examples
    --------
    >>> import tempfile
    >>> from experiments.contestants import RandomConvolution
    >>> from experiments.sweeps.run import execute
    >>> images = np.random.default_rng(0).integers(0, 256, (80, 32, 32, 3), dtype=np.uint8)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     np.savez(f"{folder}/mine.npz", images=images, labels=np.arange(80) % 2)
    ...     (record,) = execute([RandomConvolution(f"{folder}/mine.npz", n_filters=10)])
    >>> record["fitted"], record["n_features"]
    (True, 180)
    """

    contestant: ClassVar[str] = "kernel"

    n_filters: int = 1000
    regularized: bool = False
    features: str = "random-convolution"

    @property
    def title(self) -> str:
        ridge = ", l2" if self.regularized else ""
        return f"kernel, {self.n_filters:,} random filters{ridge}"

    @property
    def stack(self) -> str | None:
        """Runs on the same images and labels."""
        images = f"{self.data} {self.n} {self.n_test} {self.pixels}"
        return f"random-convolution {images} {self.level} {self.seed}"

    @property
    def needs(self) -> Needs:
        """Two matrices of the images in single precision, and one in double to solve with."""
        n = self.size
        return Needs(memory=16 * n * n + GIB, gpu=True)

    @classmethod
    def fit_together(
        cls,
        runs: Sequence[RandomConvolution],
        samples: Sequence[TrainingSample],
        scratch: Path | None,
    ) -> Iterator[tuple[int, dict[str, Any]]]:
        """Add filters to K = F F^T and solve at each number of them that a run asks for.

        Raises ValueError for fewer features than images without a ridge, and for small images.
        """
        import torch

        from experiments.kernels import MinimumNormInterpolator
        from experiments.kernels.random_convolution import features_of

        sample = samples[0]
        each = features_of(sample.train_images)
        for run in runs:
            if not run.regularized and each * run.n_filters < len(sample.labels):
                raise ValueError(
                    f"n_filters is {run.n_filters}: {each * run.n_filters:,} features cannot "
                    f"interpolate {len(sample.labels):,} images; take more, or a ridge"
                )
        n_classes = len(sample.data.classes)
        Y = np.eye(n_classes)[sample.labels]
        started = time.perf_counter()
        order = sorted(range(len(runs)), key=lambda position: runs[position].n_filters)
        sizes = sorted({run.n_filters for run in runs})
        for n_filters, K, K_test in grown(sample, sizes, runs[0].seed):
            for position in (p for p in order if runs[p].n_filters == n_filters):
                ridge = _chosen_ridge(K, sample) if runs[position].regularized else 0.0
                model = MinimumNormInterpolator("precomputed", ridge=ridge, device=str(K.device))
                model.fit(K, torch.from_numpy(Y))
                fitted, outputs = model.fitted_, model.decision_function(K_test)
                accuracies = sample.accuracies(
                    *(values.argmax(1).cpu().numpy() for values in (fitted, outputs))
                )
                report = model.report_
                yield (
                    position,
                    {
                        **accuracies,
                        # From the start of the first features: those of fewer filters are shared.
                        "seconds": time.perf_counter() - started,
                        "n_weights": each * n_filters * n_classes,
                        "n_features": each * n_filters,
                        # All pixels, where other contestants see the centre.
                        "d": samples[0].train_images[0].size,
                        "fitted": accuracies["train_accuracy"] == 1,
                        "norm": float(np.linalg.norm(report.norms)),
                        "norm_name": "l2 norm of the weights",
                        "relative_residual": report.relative_residual,
                        "smallest_eigenvalue": report.smallest_eigenvalue,
                        "chosen_ridge": ridge,
                        "peak_gib": None if report.peak is None else report.peak / 2**30,
                    },
                )


def grown(
    sample: TrainingSample, sizes: Sequence[int], seed: int
) -> Iterator[tuple[int, Tensor, Tensor]]:
    """Yield the kernel matrices of training and test images for each number of filters.

    Products are taken in single precision over the features of 250 filters, and added up in
    double. The matrices grow in place.
    """
    import torch

    from experiments.kernels.random_convolution import draw_filters, random_convolution

    device = "cuda" if torch.cuda.is_available() else "cpu"
    data = sample.data
    # Grey images have one channel.
    splits = sample.train_images, sample.test_images
    train, test = (images if images.ndim == 4 else images[..., None] for images in splits)
    filters = draw_filters(train, sizes[-1], seed, device)
    n, m = len(train), len(test)
    K = torch.zeros(n, n, dtype=torch.float64, device=device)
    K_test = torch.zeros(m, n, dtype=torch.float64, device=device)
    with bar(total=sizes[-1], desc=f"filters, {n:,} images", unit="") as progress:
        done = 0
        for size in sizes:
            while done < size:
                chosen = filters[done : min(done + FILTERS_AT_A_TIME, size)]
                F = random_convolution(train, chosen, data.white)
                F_test = random_convolution(test, chosen, data.white)
                for start in range(0, n, BLOCK):
                    stop = start + BLOCK
                    K[start:stop, :stop] += F[start:stop] @ F[:stop].T
                for start in range(0, m, BLOCK):
                    rows = slice(start, start + BLOCK)
                    K_test[rows] += F_test[rows] @ F.T
                done += len(chosen.offsets)
                progress.update(len(chosen.offsets))
            for start in range(BLOCK, n, BLOCK):
                K[:start, start : start + BLOCK] = K[start : start + BLOCK, :start].T
            yield size, K, K_test


def _chosen_ridge(K: Tensor, sample: TrainingSample) -> float:
    """Return the ridge with the best accuracy on every fifth image, fitted on the others."""
    import torch

    from experiments.kernels import MinimumNormInterpolator

    labels = sample.labels
    held_out = np.arange(len(labels)) % 5 == 0
    fit, held = (torch.from_numpy(rows).to(K.device) for rows in (~held_out, held_out))
    among, beside = K[fit][:, fit], K[held][:, fit]
    scale = float(K.diagonal().mean())
    accuracy = {}
    for ridge in (RIDGES * scale).tolist():
        model = MinimumNormInterpolator("precomputed", ridge=ridge, device=str(K.device))
        model.fit(among, torch.from_numpy(labels[~held_out]))
        accuracy[ridge] = model.score(beside, torch.from_numpy(labels[held_out]))
    return max(accuracy, key=lambda ridge: (accuracy[ridge], ridge))
