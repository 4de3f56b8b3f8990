"""What every data set is once loaded."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Dataset:
    """Images and labels, split into training and test.

    Attributes
    ----------
    name : as it should stand in a figure
    train_images, test_images : uint8 arrays (n, height, width) or (n, height, width, 3)
    train_labels, test_labels : int64 arrays (n,), classes counted from 0
    classes : the classes' names
    white : the value of the brightest pixel, so that images / white is in [0, 1]
    """

    name: str
    train_images: NDArray[np.uint8]
    train_labels: NDArray[np.int64]
    test_images: NDArray[np.uint8]
    test_labels: NDArray[np.int64]
    classes: tuple[str, ...]
    white: int = 255
