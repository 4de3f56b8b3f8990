"""Examples as small pictures, where inputs are images."""

from __future__ import annotations

import base64
import io
from typing import Any

import numpy as np
from numpy.typing import NDArray

LARGEST = 96  # pixels of a side
LEAST = 4
CHANNELS = (1, 3)


def thumbnail(image: NDArray[Any], white: int) -> str:
    """Return an image as a data URI of a PNG; "" for an input that is none.

    Parameters
    ----------
    image : (height, width[, channels]) or (channels, height, width), bytes or floats; floats are
        stretched from black to white
    white : the brightest value of bytes
    """
    pixels = _pixels(image, white)
    if pixels is None:
        return ""
    from PIL import Image

    picture, target = Image.fromarray(pixels), io.BytesIO()
    picture.thumbnail((LARGEST, LARGEST))
    picture.save(target, format="png", optimize=True)
    return f"data:image/png;base64,{base64.b64encode(target.getvalue()).decode()}"


def _pixels(image: NDArray[Any], white: int) -> NDArray[np.uint8] | None:
    if image.ndim == 3 and image.shape[0] in CHANNELS and image.shape[2] not in CHANNELS:
        image = image.transpose(1, 2, 0)
    if image.ndim == 3 and image.shape[2] == 1:
        image = image[:, :, 0]
    square = image.ndim == 2 or (image.ndim == 3 and image.shape[2] == 3)
    if not square or min(image.shape[:2]) < LEAST:
        return None
    bytes_ = image.dtype == np.uint8
    low, high = (0.0, float(white)) if bytes_ else (float(image.min()), float(image.max()))
    # By halves: the range of the largest doubles is none.
    scaled = (image.astype(np.float64) / 2 - low / 2) / (high / 2 - low / 2 or 1)
    return (255 * scaled.clip(0, 1)).round().astype(np.uint8)
