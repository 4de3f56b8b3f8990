"""The minimum-norm interpolant of a kernel, and what can be measured of it in closed form."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from experiments.datasets.sample import TrainingSample
from experiments.sweeps.memory import GIB
from experiments.sweeps.run import Needs, Run
from expressivity.sample import distinct
from expressivity.sample import sample as as_sample

if TYPE_CHECKING:  # torch is imported where it is used
    from experiments.kernels.functions import Kernel

Name = Literal["gaussian", "laplace", "arc-cosine", "ntk"]
KERNELS: tuple[Name, ...] = get_args(Name)
LOOKED_AT = 2000  # images on which a Gaussian's bandwidth is chosen


@dataclass(frozen=True)
class Interpolant(Run):
    """Interpolate one-hot targets on standardized images; the largest output is the prediction.

    All labelings of the same images share one factor, in double precision.

    Attributes
    ----------
    kernel : gaussian (bandwidth by held-out training images), laplace (bandwidth the root mean
        squared distance), arc-cosine (H infinity), or ntk (of two layers)

    Examples
    --------
    >>> from experiments.contestants import Interpolant
    >>> from experiments.sweeps.run import execute
    >>> (record,) = execute([Interpolant(kernel="laplace", n=64, n_test=64)])
    >>> record["fitted"], record["relative_residual"] < 1e-8, record["leave_one_out_error"] < 0.5
    (True, True, True)
    """

    contestant: ClassVar[str] = "interpolant"

    kernel: Name = "gaussian"

    @property
    def title(self) -> str:
        return f"interpolant, {self.kernel}"

    @property
    def stack(self) -> str | None:
        """Labelings of the same images."""
        if self.pixels != "true":
            return None
        return f"interpolant {self.data} {self.n} {self.n_test} {self.pixels} {self.kernel}"

    @property
    def needs(self) -> Needs:
        """The factor in double precision, n^2 / 2 numbers."""
        return Needs(memory=4 * self.size**2 + 2 * GIB)

    @classmethod
    def fit_together(
        cls, runs: Sequence[Interpolant], samples: Sequence[TrainingSample], scratch: Path | None
    ) -> Iterator[tuple[int, dict[str, Any]]]:
        """Factor once; then norms, label alignment and leave-one-out errors of every labeling.

        Raises ValueError for images that repeat others.
        """
        import torch

        from experiments.kernels.arc_cosine import OfWideNetworks
        from experiments.kernels.cholesky import cholesky
        from experiments.kernels.matrix import cross, of_points
        from experiments.kernels.points import points
        from experiments.measures.alignment import of_traces

        started = time.perf_counter()
        first, device = samples[0], torch.device("cpu")
        X, X_test = (standardized(images, first) for images in first.seen)
        if copies := len(X) - len(distinct(as_sample(X, np.zeros(len(X))))):
            raise ValueError(
                f"{runs[0].data} has {copies} training images that repeat others: drop them, for "
                "their kernel's matrix has no inverse"
            )
        kernel = named(runs[0].kernel, X, first.data.train_labels)
        x = points(torch.from_numpy(X), device)
        if isinstance(kernel, OfWideNetworks):
            kernel.refuse_parallel(x)
        K = of_points(kernel, x)
        factor = cholesky(K, torch.float64)
        n, classes = len(X), len(first.data.classes)
        one_hot = [np.eye(classes)[sample.labels] for sample in samples]
        Y = torch.from_numpy(np.column_stack((np.ones(n), *one_hot)))
        alpha = factor.solve(Y)
        fitted = K @ alpha
        outputs = cross(kernel, points(torch.from_numpy(X_test), device, x.centre), x, alpha)
        diagonal = factor.inverse_diagonal()
        trace = sum(float(K.block(cut, cut).diagonal().sum()) for cut in K.cuts())
        seconds = (time.perf_counter() - started) / len(samples)
        for position, sample in enumerate(samples):
            own = slice(1 + position * classes, 1 + (position + 1) * classes)
            y, a, f = (each[:, own].numpy() for each in (Y, alpha, fitted))
            accuracies = sample.accuracies(f.argmax(1), outputs[:, own].numpy().argmax(1))
            without = (y - a / diagonal.numpy()[:, None]).argmax(1)
            form = _centred_form(y, a, alpha[:, 0].numpy())
            yield (
                position,
                {
                    **accuracies,
                    "seconds": seconds,
                    "labelings": len(samples),
                    "n_weights": n * classes,
                    "fitted": accuracies["train_accuracy"] == 1,
                    "norm": float(np.sqrt((a * f).sum())),
                    "norm_name": "RKHS norm",
                    "relative_residual": float(np.linalg.norm(f - y) / np.linalg.norm(y)),
                    "alignment": of_traces(form, trace, n),
                    "alignment_of_signs": of_traces(float(diagonal.sum()), trace, n),
                    "leave_one_out_error": float((without != sample.labels).mean()),
                    "chosen_kernel": str(kernel),
                },
            )


def standardized(images: NDArray[Any], sample: TrainingSample) -> NDArray[np.float64]:
    """Return images as a network sees them, float64 (n, d)."""
    import torch

    from experiments.training.preprocessing import as_inputs

    x = as_inputs(images, sample.data.white, torch.device("cpu"), torch.float32)
    return x.flatten(1).double().numpy()


def named(name: Name, X: NDArray[np.float64], labels: NDArray[np.int64]) -> Kernel:
    from experiments.kernels.arc_cosine import NTK, ArcCosine
    from experiments.kernels.bandwidth import choose_gamma
    from experiments.kernels.functions import Gaussian, scaled_laplace

    if name == "gaussian":
        return Gaussian(choose_gamma(X[:LOOKED_AT], labels[:LOOKED_AT]))
    return {"laplace": lambda: scaled_laplace(X), "arc-cosine": ArcCosine, "ntk": NTK}[name]()


def _centred_form(y: NDArray[Any], alpha: NDArray[Any], of_ones: NDArray[Any]) -> float:
    """Return tr C' K^-1 C for the centred columns C of y, scaled together to the norm sqrt n.

    alpha = K^-1 y, of_ones = K^-1 1.
    """
    mean = y.mean(0)
    centred = y - mean
    return float((centred * (alpha - np.outer(of_ones, mean))).sum()) * len(y) / (centred**2).sum()
