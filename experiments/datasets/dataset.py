"""What every data set is once loaded."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

Images = TypeVar("Images", bound=Any)


@dataclass(frozen=True)
class Dataset:
    """Images and labels, split into training and test.

    Attributes
    ----------
    name : as it should stand in a figure
    train_images, test_images : uint8 arrays (n, height, width) or (n, height, width, 3); floats of
        any shape (n, ...) where they are the user's own
    train_labels, test_labels : int64 arrays (n,), classes counted from 0
    classes : the classes' names
    white : the value of the brightest training pixel, so that train_images / white is in [0, 1]
    crop : the side of the centre crop that networks see, None for the whole image
    train_rows, test_rows : int64 arrays (n,), which rows of the arrays that were given these are,
        where a share of them was held out

    Examples
    --------
    >>> import numpy as np
    >>> from experiments.datasets import Dataset
    >>> images, labels = np.zeros((4, 8, 8), dtype=np.uint8), np.array([0, 1, 0, 1])
    >>> data = Dataset("mine", images, labels, images[:2], labels[:2], classes=("cat", "dog"))
    >>> data.side, data.white
    (8, 255)
    """

    name: str
    train_images: NDArray[Any]
    train_labels: NDArray[np.int64]
    test_images: NDArray[Any]
    test_labels: NDArray[np.int64]
    classes: tuple[str, ...]
    white: int = 255
    crop: int | None = None
    train_rows: NDArray[np.int64] | None = None
    test_rows: NDArray[np.int64] | None = None

    @property
    def side(self) -> int:
        """The height and width of what networks see."""
        return self.crop or self.train_images.shape[1]

    def cropped(self) -> Dataset:
        """Return the same data set with what networks see of the images alone, the centre.

        >>> import numpy as np
        >>> images, labels = np.zeros((4, 8, 8), dtype=np.uint8), np.array([0, 1, 0, 1])
        >>> data = Dataset("mine", images, labels, images, labels, ("cat", "dog"), crop=6)
        >>> data.cropped().train_images.shape, data.cropped().crop
        ((4, 6, 6), None)
        """
        if self.crop is None:
            return self
        train, test = (centre_crop(v, self.crop) for v in (self.train_images, self.test_images))
        return replace(self, train_images=train, test_images=test, crop=None)


def centre_crop(images: Images, side: int) -> Images:
    """Return the central side x side pixels of images.

    Parameters
    ----------
    images : array or tensor (n, height, width, ...)
    side : of the crop, in pixels; images that are smaller stay as they are

    Returns
    -------
    a view of the images

    Examples
    --------
    >>> import numpy as np
    >>> from experiments.datasets import centre_crop
    >>> centre_crop(np.arange(16).reshape(1, 4, 4), 2).tolist()
    [[[5, 6], [9, 10]]]
    """
    top, left = (max(length - side, 0) // 2 for length in images.shape[1:3])
    return images[:, top : top + side, left : left + side]
