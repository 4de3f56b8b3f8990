"""What of a data set reaches a user's model: copies, contiguous, in a dtype that it takes."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from experiments.randomization.copies import digests_of
from experiments.training.examples import View
from experiments.training.preprocessing import as_inputs, channels_first

EXACT = {torch.int64: np.int64, torch.float64: np.float64}
"""dtypes of inputs that are not made of single precision"""


def as_tensor(
    images: NDArray[Any], white: int, dtype: torch.dtype, device: torch.device
) -> torch.Tensor:
    """Return a split as a new tensor of this dtype.

    Images of bytes (n, height, width[, channels]) are standardized as in the paper, everything else
    is taken as it is. Cost O(n d).
    """
    if of_bytes(images):
        return as_inputs(images, white, device, dtype)
    plain = np.array(images, dtype=_numpy(dtype), order="C")
    return torch.from_numpy(plain).to(device, dtype)


def as_rows(images: NDArray[Any], white: int) -> NDArray[Any]:
    """Return a split as estimators see it: a copy, (n, d), images of bytes standardized."""
    if of_bytes(images):
        standardized = as_inputs(images, white, torch.device("cpu"), torch.float32)
        return standardized.flatten(1).numpy()
    return np.array(images.reshape(len(images), -1), order="C")


def digests_as_seen(images: NDArray[Any], white: int, dtype: Any = None) -> list[bytes]:
    """Return `digests_of` a split as models see it: images of bytes standardized. Cost O(n d).

    Without the rounding, which would tell some apart: standardized, two are equal where what is
    left of them beside their means is, up to a factor where their deviation is 1.
    """
    if not of_bytes(images):
        return digests_of(images, dtype)
    return digests_of(_standard(image, white) for image in images)


def _standard(image: NDArray[np.uint8], white: int) -> NDArray[np.int64]:
    """Return whole numbers, equal for images that `standardize` makes equal."""
    counts, values = np.bincount(image.ravel(), minlength=256), np.arange(256)
    beside_mean = image.size * values - int(counts @ values)
    squares = float(counts @ np.square(beside_mean.astype(np.float64)))
    # Below the least deviation that images are divided by, contrast stays.
    scaled = squares >= float(image.size * white) ** 2
    if scaled:
        beside_mean //= int(np.gcd.reduce(beside_mean[counts > 0]))
    return np.append(beside_mean[image], scaled)


def view_of(images: NDArray[Any]) -> View:
    """Return how a model sees a batch: images of bytes with the channels first, all contiguous."""
    if not of_bytes(images):
        return lambda x, training: x.contiguous()
    return lambda x, training: channels_first(x).contiguous()


def dtypes(images: NDArray[Any], model: torch.nn.Module) -> list[torch.dtype]:
    """Return the dtypes that the inputs may have for this model, the likeliest first.

    Numbers come in the model's own floating-point dtype, integers as int64 where it takes them
    (an embedding does), else as numbers.
    """
    own = (p.dtype for p in model.parameters() if p.dtype.is_floating_point)
    floating = next(own, torch.float32)
    if of_bytes(images) or images.dtype.kind == "f":
        return [floating]
    few = images.dtype.kind == "b" or images.dtype == np.uint8
    return [floating, torch.int64] if few else [torch.int64, floating]


def check_precision(images: NDArray[Any], dtype: torch.dtype) -> None:
    """Raise ValueError where numbers lose in this dtype what tells examples apart, or warn of it.

    Numbers beyond it would be infinite, and examples that become equal could not be told apart by
    any model: refused where it is most of them. Cost O(n d), where the dtype is narrower.
    """
    if of_bytes(images) or _holds(dtype, images.dtype):
        return
    with np.errstate(over="ignore"):
        given: NDArray[Any] = images.reshape(len(images), -1)
        seen = torch.from_numpy(given.astype(_numpy(dtype))).to(dtype)
        taken: NDArray[Any] = seen.to(torch.float64).numpy()
    kind = str(dtype).removeprefix("torch.")
    if not np.isfinite(taken).all():
        raise ValueError(
            f"images go up to {np.abs(given.astype(np.float64)).max():.2g}, beyond {kind}, in "
            "which the model computes: rescale them, or give the model another dtype"
        )
    before, after = (set(digests_of(rows)) for rows in (given, taken))
    if len(after) == len(before):
        return
    lost = (
        f"images have {len(before):,} different examples, of which {kind}, in which the model "
        f"computes, tells {len(after):,} apart: subtract an offset and rescale them, or give the "
        "model another dtype"
    )
    if 2 * len(after) < len(before):
        raise ValueError(lost)
    warnings.warn(lost, stacklevel=7)


def of_bytes(images: NDArray[Any]) -> bool:
    """Tell whether these are images of bytes, (n, height, width[, channels])."""
    return images.dtype == np.uint8 and images.ndim in (3, 4)


def _holds(dtype: torch.dtype, numbers: np.dtype[Any]) -> bool:
    """Tell whether a dtype holds all such numbers as they are; doubles do not hold all int64."""
    if dtype.is_floating_point and numbers.kind in "iu" and numbers.itemsize == 8:
        return False
    exact = {**EXACT, torch.float32: np.float32, torch.float16: np.float16}
    return dtype in exact and np.can_cast(numbers, exact[dtype])


def _numpy(dtype: torch.dtype) -> type[np.generic]:
    return EXACT.get(dtype, np.float32)
