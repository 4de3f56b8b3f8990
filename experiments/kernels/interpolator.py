"""The minimum-norm interpolant: exact, to a residual that was really computed."""

from __future__ import annotations

import warnings
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.metrics import r2_score
from sklearn.utils.validation import check_is_fitted
from torch import Tensor

from experiments.kernels import distributed
from experiments.kernels.arc_cosine import OfWideNetworks
from experiments.kernels.checkpoint import folder_for, forget
from experiments.kernels.choice import chosen, points_for
from experiments.kernels.cholesky import NotPositiveDefinite
from experiments.kernels.functions import Function, Gaussian, Kernel, Laplace, Linear
from experiments.kernels.least_squares import least_squares
from experiments.kernels.matrix import BLOCK, KernelMatrix, cross, of_array, of_points
from experiments.kernels.minimum_norm import MinimumNorm
from experiments.kernels.points import Points, points
from experiments.kernels.report import Clock, Solved, measure
from experiments.kernels.solver import solve
from experiments.kernels.spectrum import warn_if_degenerate
from experiments.kernels.targets import read, targets
from experiments.kernels.threads import threads_for
from experiments.sweeps import memory
from expressivity.arrays import as_array, check_values, real
from expressivity.ranges import is_number
from expressivity.sample import distinct, sample
from expressivity.scikit_learn import accuracy, check_columns


@dataclass(frozen=True)
class _System:
    """What is solved: K of a kernel, for the points (unless K was given) of these rows of X."""

    K: KernelMatrix
    kernel: Kernel | str
    points: Points | None
    support: NDArray[np.int64]


class MinimumNormInterpolator(MinimumNorm):
    """The function of least norm in a kernel's space that passes through every training point.

    Parameters
    ----------
    kernel : Gaussian, Laplace, Polynomial, Linear, ArcCosine or NTK; a name of scikit-learn's
        ("rbf", "laplacian", "polynomial", "linear", "precomputed"); or a function of two arrays
        (m, d) and (n, d) that gives (m, n). Without it, Gaussian with 1 / gamma = d Var X.
    ridge : added to the diagonal: 0 interpolates
    device : of the computation, as torch names it
    tolerance : of the relative residual of every column
    checkpoint : folder of its own in which an interrupted factorization is kept, deleted at the end

    Attributes
    ----------
    dual_coef_ : float64 (m, k), alpha in K alpha = Y, for the points in `support_`
    support_ : int64 (m,), the training points without repetitions
    kernel_ : the kernel used
    classes_ : the class labels (a list of them for several labelings), None for real targets
    fitted_ : float64 (m, k), the outputs at the points in `support_`, as really computed
    report_ : Report, with residuals, norms, spectrum, seconds and memory

    Targets that are floats are taken as they are, all others as labels of classes, whose one-hot
    columns share one factorization; so do the columns of y (n, m). To cross-validate classes take
    `MinimumNormClassifier`, whose folds are stratified: what this one fits, y decides. Folds of a
    precomputed kernel are cut out of arrays, K.to_numpy(): scikit-learn cannot cut them out of
    frames, for its own estimators neither. NumPy in, NumPy out; torch in, torch out. Under
    `torchrun` the rows are shared out over the processes, see `distributed`.

    Cost: n^3 / 3 operations and 2 n^2 bytes (single precision as a preconditioner) or 4 n^2, and up
    to 4 n^2 more where there is memory for entries that are then computed only once.
    Source: section 5 of the paper; Zhang et al. solve K alpha = y by one dense solve.

    Examples
    --------
    >>> import numpy as np
    >>> from experiments.kernels import Gaussian, MinimumNormInterpolator
    >>> rng = np.random.default_rng(0)
    >>> X, labels = rng.standard_normal((40, 5)), rng.integers(0, 3, 40)
    >>> model = MinimumNormInterpolator(Gaussian(gamma=0.1)).fit(X, labels)
    >>> model.score(X, labels), model.decision_function(X).shape
    (1.0, (40, 3))
    >>> bool((model.predict(X) == labels).all() and model.report_.relative_residual < 1e-8)
    True
    """

    n_features_in_: int

    def fit(self, X: Any, y: Any) -> MinimumNormInterpolator:
        """Solve K alpha = Y.

        Parameters
        ----------
        X : array or tensor (n, d) of any real dtype; (n, n) for a precomputed kernel
        y : array or tensor (n,) or (n, m): floats are real targets, all else labels of classes

        Returns
        -------
        self

        Raises
        ------
        ValueError, TypeError
            for shapes that do not fit, NaN, identical points with different targets, and a kernel
            that is not positive definite (at which pivot, and what would help).
        MemoryError
            with the numbers, before anything large is allocated.
        """
        device = self._checked_device()
        clock = Clock(device)
        with clock("prepare"):
            wanted = targets(y)
        # A user's autocast would round sums of products to half precision, unseen.
        with threads_for(len(wanted.columns)), torch.autocast(device.type, enabled=False):
            with clock("prepare"):
                if self._precomputed:
                    system = self._given(X, wanted.columns, device)
                else:
                    system = self._of_points(X, wanted.columns, device)
                Y = torch.from_numpy(wanted.columns[system.support]).to(device)
            solved = self._solve(system, Y, clock)
        report = measure(solved, Y, clock)
        worst = report.residuals.max()
        if not (np.isfinite(worst) and bool(torch.isfinite(solved.alpha).all())):
            raise ValueError(
                f"{system.kernel} leads to numbers beyond double precision for this sample: "
                "rescale X, or give a larger gamma or a ridge"
            )
        if worst > max(self.tolerance, 1e-8):
            self._warn(solved, worst)
        check_columns(self, X, as_array(X, "X"), reset=True)
        # Only now: a fit that fails leaves the one before it whole.
        self.kernel_, self.support_, self.report_ = system.kernel, system.support, report
        self.dual_coef_ = _as(X, solved.alpha)
        self.fitted_ = _as(X, solved.outputs)
        self._points, self._alpha, self._targets = system.points, solved.alpha, wanted
        classes = wanted.classes
        self.classes_ = classes[0] if classes and wanted.one_dimensional else classes
        return self

    def decision_function(self, X: Any) -> Any:
        """Return the interpolant's outputs at X (m, d), float64 (m, k): K(X, X_fit) alpha.

        For a precomputed kernel X is K(X, X_fit), (m, n). Raises ValueError, and TypeError, for
        points of another dimension or that are not finite, and where an output overflows. Cost
        O(m n (d + k)), by blocks.
        """
        check_is_fitted(self, "dual_coef_")
        given = real(X, "X")
        if given.ndim != 2 or given.shape[1] != self.n_features_in_:
            raise ValueError(
                f"X has shape {given.shape}: give (m, {self.n_features_in_}), as in the fit"
            )
        check_values(given)
        check_columns(self, X, given, reset=False)
        with torch.autocast(self._alpha.device.type, enabled=False):
            outputs = self._outputs(X, given) if len(given) else self._alpha[:0]
        if not bool((fine := torch.isfinite(outputs).all(1)).all()):
            raise ValueError(
                f"X[{int(fine.int().argmin())}] has an output beyond double precision under "
                f"{self.kernel_}: rescale X, for the fit as well"
            )
        return _as(X, outputs)

    def _outputs(self, X: Any, given: NDArray[Any]) -> Tensor:
        if self._points is None:
            return _matrix(X).to(self._alpha) @ self._alpha
        z = points(_tensor(given), self._alpha.device, self._points.centre)
        assert not isinstance(self.kernel_, str)
        if isinstance(self.kernel_, Linear):
            # w first, as the solve had it: sums over the points lose what cancels in w.
            return z.original @ (self._points.original.T @ self._alpha)
        return cross(self.kernel_, z, self._points, self._alpha)

    def predict(self, X: Any) -> Any:
        """Return real outputs or class labels at X (m, d), shaped as the targets were given.

        Labels of which torch has no tensors, as strings, come as a NumPy array for tensors X too.
        """
        outputs = self.decision_function(X)
        decided = self._targets.decide(as_array(outputs, "outputs"))
        if isinstance(X, Tensor) and decided.dtype.kind in "biuf":
            return torch.from_numpy(decided).to(X.device)
        return decided

    def score(self, X: Any, y: Any) -> float:
        """Return the accuracy at X for classes y, R^2 for real targets y."""
        given, predicted = read(y), as_array(self.predict(X), "predictions")
        if self._targets.classes is None:
            return float(r2_score(given, predicted))
        return accuracy(given.ravel(), predicted.ravel())

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.target_tags.required = True
        tags.target_tags.multi_output = True
        return tags

    def _checked_device(self) -> torch.device:
        """Return the device, having refused options that are none. Raises ValueError by name."""
        for name in ("ridge", "tolerance"):
            value = getattr(self, name)
            if not (is_number(value) and 0 <= value < np.inf):
                raise ValueError(f"{name} is {value!r}: give a number of at least 0")
        try:
            device = torch.device(self.device)
            # Not "meta", which has no numbers, nor "mps", which has no doubles.
            torch.zeros(1, dtype=torch.float64, device=device).tolist()
        except (RuntimeError, AssertionError, TypeError) as error:
            reason = str(error).splitlines()[0]
            raise ValueError(
                f"device is {self.device!r}, which is not there ({reason}): give cpu"
            ) from error
        if device.type not in BLOCK:
            raise ValueError(f"device is {self.device!r}: give cpu or cuda")
        return device

    def _given(self, X: Any, columns: NDArray[np.float64], device: torch.device) -> _System:
        K = _matrix(X).to(device)
        if K.ndim != 2 or K.shape[0] != K.shape[1] or len(K) != len(columns):
            raise ValueError(
                f"X is K of shape {tuple(K.shape)} and y has {len(columns)} targets: K must be "
                "(n, n) and y of length n"
            )
        for rows in range(0, len(K), 1024):
            part = slice(rows, rows + 1024)
            if not bool(torch.isfinite(K[part]).all()):
                raise ValueError("X is K and holds NaN or infinity: check the points and gamma")
            asymmetry = float((K[part] - K[:, part].T).abs().max())
            if asymmetry > 1e-6 * float(K[part].abs().max()):
                raise ValueError(
                    f"X is K and differs from its transpose by {asymmetry:.2g}: give (K + K.T) / 2"
                )
        return _System(of_array(K, self.ridge), "precomputed", None, np.arange(len(K)))

    def _of_points(self, X: Any, columns: NDArray[np.float64], device: torch.device) -> _System:
        """Validate the sample, merge its identical points, and return its kernel matrix."""
        given = sample(X, columns)
        support = np.arange(len(given.z))
        linear = isinstance(self.kernel, Linear) or self.kernel == "linear"
        if not self.ridge and not linear:
            support = distinct(given)
            if repeated := len(given.z) - len(support):
                warnings.warn(
                    f"X has {repeated} points that repeat others with the same targets: merged",
                    stacklevel=3,
                )
        rows = given.z if len(support) == len(given.z) else given.z[support]
        x = points_for(self.kernel, _tensor(rows), device)
        kernel = chosen(self.kernel, x, numpy=not isinstance(X, Tensor))
        if isinstance(kernel, OfWideNetworks) and not self.ridge:
            kernel.refuse_parallel(x)
        if isinstance(kernel, Function):
            kernel.refuse_asymmetric(x)
        K = of_points(kernel, x, self.ridge)
        if isinstance(kernel, Gaussian | Laplace):
            warn_if_degenerate(K, kernel)
        return _System(K, kernel, x, support)

    def _solve(self, system: _System, Y: Tensor, clock: Clock) -> Solved:
        K, x = system.K, system.points
        if distributed.active():
            if self.checkpoint is not None:
                raise ValueError(
                    f"checkpoint is {str(self.checkpoint)!r}: what several processes factor is not "
                    "kept; leave it out, or solve with one process"
                )
            return distributed.solve(K, Y, self.tolerance, clock)
        folder = None if self.checkpoint is None else folder_for(Path(self.checkpoint), K, x)
        if x is None or not isinstance(system.kernel, Linear):
            return solve(K, Y, self.tolerance, folder, clock)
        if x.values.shape[1] >= K.n:
            # A singular matrix may pass for a positive definite one, by what rounding has left.
            with suppress(NotPositiveDefinite):
                if (solved := solve(K, Y, self.tolerance, folder, clock)).converged:
                    return solved
        if folder is not None:
            forget(folder)
        if K.device.type == "cpu":
            memory.require(8 * 4 * x.values.numel(), f"the singular values of {len(x):,} points")
        with clock("svd"):
            return least_squares(x.original, Y, self.ridge)

    def _warn(self, solved: Solved, residual: float) -> None:
        if solved.rank < len(solved.alpha):
            message = (
                f"X has rank {solved.rank:,}, fewer than its {len(solved.alpha):,} points: this is "
                f"the minimum-norm least-squares solution, with relative residual {residual:.2g}, "
                "no interpolant; a Gaussian or Laplace kernel has full rank"
            )
        else:
            message = (
                f"the relative residual is {residual:.2g} after {solved.iterations} iterations, "
                f"above the tolerance {self.tolerance:g}: use a larger gamma or a ridge"
            )
        warnings.warn(message, stacklevel=3)


def _matrix(X: Any) -> Tensor:
    """Return a precomputed matrix as a tensor of floats, copied only where it must be."""
    array = real(X, "X")
    if isinstance(X, Tensor):
        return X.detach() if X.dtype in (torch.float32, torch.float64) else X.detach().double()
    if array.dtype.newbyteorder("=") not in (np.float32, np.float64):
        array = array.astype(np.float64)
    native = array.astype(array.dtype.newbyteorder("="), copy=False)
    if any(stride < 0 for stride in native.strides) or not native.flags.writeable:
        native = native.copy()
    return torch.from_numpy(native)


def _tensor(X: NDArray[Any]) -> Tensor:
    if X.dtype.kind == "b" or (X.dtype.kind in "uf" and X.dtype.itemsize in (2, 4, 8)):
        X = X.astype(np.uint8 if X.dtype.kind == "b" else np.float64, copy=False)
    # torch shares memory only with arrays that may be written to.
    return torch.from_numpy(np.require(X, requirements=["C", "W"]))


def _as(X: Any, values: Tensor) -> Any:
    """Return values as what X is: a tensor on its device, or a NumPy array."""
    return values.to(X.device) if isinstance(X, Tensor) else values.cpu().numpy()
