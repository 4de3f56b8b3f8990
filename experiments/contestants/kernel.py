"""The minimum-norm interpolant of a Gaussian kernel, on pixels or on Gabor wavelets."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from experiments.contestants.explicit import flat
from experiments.datasets.sample import TrainingSample
from experiments.sweeps.memory import GIB
from experiments.sweeps.run import YOUNGER, Needs, Run


@dataclass(frozen=True)
class Kernel(Run):
    """Interpolate one-hot targets; the largest output is the prediction.

    All labelings of the same images share one factorization. Choices are made once from the true
    training labels and used for every labeling, so that the norms compared are those of one space.

    Attributes
    ----------
    features : what the kernel compares, pixels / white or magnitudes of Gabor wavelets
    gamma : of the kernel on these; None to choose it on held-out training points
    ridge : added to the diagonal of the kernel matrix; 0 interpolates

    Examples
    --------
    >>> from experiments.contestants import Kernel
    >>> from experiments.sweeps.run import execute
    >>> (record,) = execute([Kernel(n=100, gamma=0.02, level=1.0)])
    >>> record["train_accuracy"], record["norm_name"], record["relative_residual"] < 1e-8
    (1.0, 'RKHS norm', True)
    """

    contestant: ClassVar[str] = "kernel"

    features: Literal["raw", "gabor"] = "raw"
    gamma: float | None = None
    ridge: float = field(default=0.0, metadata=YOUNGER)

    @property
    def title(self) -> str:
        ridge = f", ridge {self.ridge:g}" if self.ridge else ""
        return ("kernel" if self.features == "raw" else f"kernel, {self.features}") + ridge

    @property
    def stack(self) -> str | None:
        """Labelings of the same images."""
        if self.pixels != "true":
            return None
        images = f"{self.data} {self.n} {self.n_test}"
        return f"kernel {images} {self.features} {self.gamma} {self.ridge}"

    @property
    def needs(self) -> Needs:
        """The factor in double precision, n^2 / 2 numbers."""
        n = self.size
        return Needs(memory=4 * n * n + GIB, gpu=True)

    @classmethod
    def fit_together(
        cls, runs: Sequence[Kernel], samples: Sequence[TrainingSample], scratch: Path | None
    ) -> Iterator[tuple[int, dict[str, Any]]]:
        """Solve K alpha = Y for all labelings at once, having chosen what is to be chosen."""
        import torch  # here, so that suites are planned without it

        from experiments.kernels import Gaussian, MinimumNormInterpolator
        from experiments.kernels.bandwidth import choose_gamma

        first = samples[0]
        device = "cuda" if torch.cuda.is_available() else "cpu"
        (X, X_test), unit, chosen = _features(runs[0], first, device)
        # gamma is stated for points in [0, 1]; bytes stay bytes, whose distances are exact.
        gamma = runs[0].gamma
        if gamma is None:
            gamma = choose_gamma(X, first.data.train_labels, device=device) * unit**2
        model = MinimumNormInterpolator(
            Gaussian(gamma / unit**2),
            ridge=runs[0].ridge,
            device=device,
            # A GPU factors faster than a disk keeps.
            checkpoint=scratch.with_suffix(".panels") if scratch and device == "cpu" else None,
        )
        # One column a class for each labeling, all classes present or not.
        n_classes = len(first.data.classes)
        Y = np.hstack([np.eye(n_classes)[sample.labels] for sample in samples])
        model.fit(X, Y)
        merged = len(model.support_) < len(X)
        fitted = model.decision_function(X) if merged else model.fitted_
        outputs = model.decision_function(X_test)
        report = model.report_
        alpha = np.asarray(model.dual_coef_)
        for position, sample in enumerate(samples):
            own = slice(position * n_classes, (position + 1) * n_classes)
            accuracies = sample.accuracies(fitted[:, own].argmax(1), outputs[:, own].argmax(1))
            yield (
                position,
                {
                    **accuracies,
                    **chosen,
                    "seconds": sum(report.seconds.values()),
                    "seconds_by_phase": report.seconds,
                    "labelings": len(samples),
                    "n_weights": report.n * n_classes,
                    "fitted": accuracies["train_accuracy"] == 1,
                    "norm": float(np.linalg.norm(report.norms[own])),
                    "norm_name": "RKHS norm",
                    "norms": {} if runs[0].ridge else norms(alpha[:, own], Y[model.support_, own]),
                    "residual": float(np.abs(fitted[:, own] - Y[:, own]).max()),
                    "relative_residual": float(report.residuals[own].max()),
                    "smallest_eigenvalue": report.smallest_eigenvalue,
                    "factor_precision": report.precision,
                    "iterations": report.iterations,
                    "peak_gib": None if report.peak is None else report.peak / 2**30,
                    "chosen_gamma": gamma,
                },
            )


def norms(alpha: NDArray[Any], Y: NDArray[Any]) -> dict[str, float]:
    """Return what "the l2 norm" of an interpolant of one-hot targets Y may mean.

    All follow from alpha = K^-1 Y, for targets that are other columns C of the same classes have
    the squared norm trace(C' Y' alpha C). Cost O(n) for a fixed number of classes.
    """
    gram = Y.T @ alpha
    classes = Y.shape[1]
    signs = 2 * np.eye(classes) - 1
    numbers = np.arange(classes)
    return {
        "one-hot targets": float(np.sqrt(np.trace(gram))),
        "targets of 1 and -1": float(np.sqrt(np.trace(signs @ gram @ signs))),
        "class numbers as targets": float(np.sqrt(numbers @ gram @ numbers)),
        "l2 norm of the coefficients": float(np.linalg.norm(alpha)),
    }


def _features(
    run: Kernel, sample: TrainingSample, device: str
) -> tuple[tuple[NDArray[Any], NDArray[Any]], float, dict[str, Any]]:
    """Return the points of both splits, the length of their unit, and what was chosen for them."""
    from experiments.kernels.bandwidth import held_out_accuracies
    from experiments.kernels.gabor import CANDIDATES, gabor

    if run.features == "raw":
        train, test = (flat(images) for images in sample.seen)
        return (train, test), float(sample.data.white), {}
    train, test = sample.seen
    labels = sample.data.train_labels
    held_out = {
        candidate: max(
            held_out_accuracies(gabor(train, candidate, device), labels, device).values()
        )
        for candidate in CANDIDATES
    }
    frequencies = max(held_out, key=lambda candidate: held_out[candidate])
    points = gabor(train, frequencies, device), gabor(test, frequencies, device)
    return points, 1.0, {"frequencies": list(frequencies)}
