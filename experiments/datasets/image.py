"""One image file, as a square of bytes: what is displayed, or a refusal with the file's name."""

from __future__ import annotations

import struct
import warnings
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps
from PIL.ImageFile import ImageFile

from expressivity.files import ordinary

ENDINGS = {
    ".jpeg": "JPEG",
    ".jpg": "JPEG",
    ".png": "PNG",
    ".bmp": "BMP",
    ".webp": "WEBP",
}
# Those that Pillow knows, and those of cameras, telephones and drawings, which it does not.
UNKNOWN = {".arw", ".cr2", ".dng", ".exr", ".hdr", ".heic", ".heif", ".jxl", ".nef", ".raw", ".svg"}
OTHER_ENDINGS = {*Image.registered_extensions(), *UNKNOWN} - {*ENDINGS, ".pdf"}
FORMATS = sorted(set(ENDINGS.values()))
LIMIT = 89_000_000  # pixels; beyond it Pillow warns of a bomb, which takes 300 MB and more
# What Pillow raises for files that are cut, harmed, or whose tags are of a wrong type.
BROKEN = (OSError, SyntaxError, EOFError, IndexError, AttributeError, TypeError, struct.error)
TRANSPARENT = "it has transparent pixels: save it on the background that it is seen on"
GREYS = {"L;2": 85, "L;4": 17}  # what Pillow multiplies grey of 2 and 4 bits by
warnings.filterwarnings("ignore", category=Image.DecompressionBombWarning)  # it is refused here


def decode(path: Path, side: int) -> NDArray[np.uint8]:
    """Return the central square of an image, resized to side x side x 3.

    The image is turned as its EXIF orientation says. Grey, palette and 16-bit grey images become
    RGB, the last divided by 257. Raises ValueError, naming the file, for one that is
    no JPEG, PNG, BMP or WebP image or is cut off, has over 89 million pixels, pixels that are
    transparent (what is behind them is not known), or several frames.
    """
    try:
        return _square(path, side)
    except (Image.DecompressionBombError, ValueError) as error:
        raise ValueError(f"image {path} cannot be read: {error}") from error
    except BROKEN as error:
        raise ValueError(
            f"image {path} cannot be read as {', '.join(FORMATS)} ({error}): fetch it anew"
        ) from error


def _square(path: Path, side: int) -> NDArray[np.uint8]:
    with Image.open(ordinary(path), formats=FORMATS) as image:
        if image.width * image.height > LIMIT:
            raise ValueError(
                f"it has {image.width} x {image.height} pixels, at most {LIMIT:,} are read: make "
                "it smaller"
            )
        if image.format in ("PNG", "WEBP") and getattr(image, "n_frames", 1) > 1:
            raise ValueError("it is animated: save the frame that is meant")
        _scale_transparency(image)
        # A JPEG is decoded at the smallest of its own scales that is large enough.
        image.draft("RGB", (side, side))
        upright = _as_rgb(ImageOps.exif_transpose(image))
        square = min(upright.size)
        left, top = ((length - square) // 2 for length in upright.size)
        centre = upright.crop((left, top, left + square, top + square))
        return np.asarray(centre.resize((side, side), Image.Resampling.BILINEAR))


def _scale_transparency(image: ImageFile) -> None:
    """Bring the value that means transparent to the depth that Pillow decodes pixels to."""
    value, depth = image.info.get("transparency"), image.tile[0].args if image.tile else None
    if isinstance(value, int) and isinstance(depth, str):
        image.info["transparency"] = value * GREYS.get(depth, 1)
    elif value is not None and depth == "RGB;16B":
        raise ValueError("it has a transparent colour of 16 bits a channel: save it with 8")


def _as_rgb(image: Image.Image) -> Image.Image:
    if image.mode.startswith("I"):
        values = np.asarray(image)
        if (values == image.info.get("transparency", -1)).any():
            raise ValueError(TRANSPARENT)
        if values.min() < 0 or values.max() > 65535:
            raise ValueError("it has values beyond 16 bits: save it with 8 or 16")
        eight = (values.astype(np.uint32) + 128) // 257
        return Image.fromarray(eight.astype(np.uint8)).convert("RGB")
    if image.has_transparency_data:
        image = image.convert("RGBA")
        if np.asarray(image.getchannel("A")).min() < 255:
            raise ValueError(TRANSPARENT)
    return image.convert("RGB")
