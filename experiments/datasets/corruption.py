"""Corrupted labels and pixels: drawn once from a seed, fixed for the run, identified by a hash."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from expressivity.randomness import generator

Pixels = Literal["true", "shuffled", "random", "gaussian"]


@dataclass(frozen=True)
class Corruption:
    """The labels of a sample after corruption.

    Attributes
    ----------
    labels : int64 array (n,)
    changed : int64 array of the indices whose label really differs from the true one
    share : the realized share of changed labels; its expectation is level (1 - 1 / classes)
    hash : of the labels, 16 hex digits
    """

    labels: NDArray[np.int64]
    changed: NDArray[np.int64]

    @property
    def share(self) -> float:
        return len(self.changed) / len(self.labels)

    @property
    def hash(self) -> str:
        return array_hash(self.labels)


def corrupt_labels(
    labels: NDArray[np.int64], n_classes: int, level: float, seed: int
) -> Corruption:
    """Replace each label with probability `level` by one uniform over all classes.

    Every sample is drawn by itself (no permutation of the class names, which would be learnable)
    and may keep its label by chance. The same seed gives the same labels; a higher level corrupts
    a superset.

    Raises ValueError for a level outside [0, 1]. Cost O(n).
    Source: section 2.1, "partially corrupted labels" and "random labels" (level 1).
    """
    check_level(level)
    rng = generator(seed, 1)
    chosen = rng.random(len(labels)) < level
    drawn = rng.integers(0, n_classes, len(labels))
    corrupted = np.where(chosen, drawn, labels).astype(np.int64)
    return Corruption(corrupted, np.flatnonzero(corrupted != labels))


def check_level(level: float) -> None:
    """Raise ValueError unless the level is a probability."""
    if not 0 <= level <= 1:
        raise ValueError(f"level is {level}: a corruption level is a probability from 0 to 1")


def corrupt_pixels(
    train: NDArray[np.uint8], test: NDArray[np.uint8], pixels: Pixels, seed: int
) -> tuple[NDArray[Any], NDArray[Any]]:
    """Corrupt the images of both splits; the labels stay as they are.

    Parameters
    ----------
    train, test : uint8 arrays (n, height, width[, channels])
    pixels : "true" leaves the images as they are; "shuffled" moves the pixels of all images by
        one permutation of the places; "random" moves those of each image by one of its own;
        "gaussian" draws pixels with the mean and variance that each channel has in `train`.
        A pixel's channels move together.
    seed : everything is drawn from it, once

    Returns
    -------
    the two splits, uint8, or float32 for "gaussian", which rounding to 0, ..., 255 would change

    Raises ValueError for inputs that are no images. Cost O(n d) time, and n height width uint32 for
    "random". Source: section 2.1.
    """
    if pixels == "true":
        return train, test
    if train.ndim not in (3, 4):
        raise ValueError(
            f"pixels is {pixels!r}, and inputs of shape {train.shape} are no images: give 'true'"
        )
    rng = generator(seed, 2)
    if pixels == "gaussian":
        mean, std = _channel_moments(train)
        return tuple(  # pyright: ignore[reportReturnType]
            mean + std * rng.standard_normal(images.shape, np.float32) for images in (train, test)
        )
    places = np.arange(train.shape[1] * train.shape[2], dtype=np.uint32)
    shuffled = rng.permutation(places)

    def moved(images: NDArray[np.uint8]) -> NDArray[np.uint8]:
        flat = images.reshape(len(images), len(places), -1)
        if pixels == "shuffled":
            return flat[:, shuffled].reshape(images.shape)
        own = rng.permuted(np.broadcast_to(places, flat.shape[:2]), axis=1)
        return np.take_along_axis(flat, own[:, :, None], 1).reshape(images.shape)

    return moved(train), moved(test)


def array_hash(array: NDArray[Any]) -> str:
    """Return 16 hex digits of the SHA-256 of an array's shape, type and values."""
    digest = hashlib.sha256(f"{array.dtype.str}{array.shape}".encode())
    digest.update(np.ascontiguousarray(array).data)
    return digest.hexdigest()[:16]


def _channel_moments(images: NDArray[np.uint8]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return mean and standard deviation of each channel, of bytes exactly summed."""
    channels = images.reshape(-1, images.shape[3] if images.ndim == 4 else 1)
    if images.dtype != np.uint8:
        mean, std = channels.mean(0, dtype=np.float64), channels.std(0, dtype=np.float64)
        return mean.astype(np.float32), std.astype(np.float32)
    counts = [np.bincount(channel, minlength=256) / len(channels) for channel in channels.T]
    values = np.arange(256)
    mean = np.array([count @ values for count in counts])
    variance = np.array([count @ values**2 for count in counts]) - mean**2
    return mean.astype(np.float32), np.sqrt(variance).astype(np.float32)
