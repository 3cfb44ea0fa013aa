"""Opens images that others made, without trusting them."""

from __future__ import annotations

import io
import struct
import threading
import warnings
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import numpy as np
from PIL import Image, ImageFile, ImageOps

from presscheck.errors import ImageError

MAX_PIXELS = 64_000_000
"""Largest image that is decoded by default: 8000 x 8000, 192 MB as RGB."""

FORMATS = ("PNG", "JPEG", "WEBP", "TIFF", "GIF", "BMP")

_SAVE = "Save it again as PNG, JPEG or WebP."
_FILTERS = threading.Lock()
"""The filters of warnings belong to the whole process: one thread changes them at a time."""


def open_image(source: Path | str | bytes, *, max_pixels: int = MAX_PIXELS) -> Image.Image:
    """Return an image as RGB, upright, with transparency on white.

    16-bit images are scaled down to 8 bits. The size in the header is checked before a pixel is
    decoded; of an animation the first picture is taken.

    Raises:
        ImageError: The file is missing, a folder, empty, no image, truncated or too large.
    """
    name, data = _read(source)
    if not data:
        raise ImageError(f"{name} is empty.", remedy=_SAVE)
    return _decode(name, io.BytesIO(data), max_pixels)


def _read(source: Path | str | bytes) -> tuple[str, bytes]:
    if isinstance(source, bytes):
        return "the image", source
    path = Path(source)
    try:
        if path.is_dir():
            raise ImageError(f"{path} is a folder.", remedy="Give the path of one image file.")
        return str(path), path.read_bytes()
    except (OSError, ValueError) as error:
        why = (error.strerror if isinstance(error, OSError) else None) or str(error)
        raise ImageError(
            f"{path} cannot be read: {why}.", remedy="Check the path and its permissions."
        ) from error


def _decode(name: str, data: BinaryIO, max_pixels: int) -> Image.Image:
    try:
        with _strict():
            return _load(name, data, max_pixels)
    except Image.DecompressionBombError as error:
        # The WebP reader looks at Pillow's own limit before its size can be asked for.
        raise ImageError(f"{name} is too large: {error}", remedy="Make it smaller.") from error
    except (
        struct.error,
        OSError,
        SyntaxError,
        ValueError,
        EOFError,
        MemoryError,
        Warning,
    ) as error:
        raise ImageError(
            f"{name} is damaged or cut off: {error}.", remedy=f"Fetch it again. {_SAVE}"
        ) from error


@contextmanager
def _strict() -> Generator[None]:
    """Raise what Pillow merely warns of, as damage that it reads past; other warnings stay.

    Its warning of size is left out: `max_pixels` decides that.
    """
    with _FILTERS, warnings.catch_warnings():
        warnings.filterwarnings("error", module=r"PIL\.")
        warnings.simplefilter("ignore", Image.DecompressionBombWarning)
        yield


def _load(name: str, data: BinaryIO, max_pixels: int) -> Image.Image:
    image = _identify(data)
    if image is None:
        raise ImageError(f"{name} is no image that can be read.", remedy=_SAVE)
    if image.width * image.height > max_pixels:
        raise ImageError(
            f"{name} has {image.width} x {image.height} pixels; {max_pixels} are allowed.",
            remedy="Make it smaller.",
        )
    image.load()
    return _to_rgb(ImageOps.exif_transpose(image))


def _identify(data: BinaryIO) -> ImageFile.ImageFile | None:
    """Read the header alone.

    `Image.open` warns, or raises, at a limit that belongs to the whole process; this has its own.
    """
    Image.init()
    prefix = data.read(16)
    for format_ in FORMATS:
        factory, accept = Image.OPEN[format_]
        if accept is None or accept(prefix) is True:
            data.seek(0)
            return factory(data, "")
    return None


def _to_rgb(image: Image.Image) -> Image.Image:
    if image.mode.startswith("I") or image.mode == "F":
        image = _to_grey8(image)
    if image.has_transparency_data:
        layer = image.convert("RGBA")
        ground = Image.new("RGBA", layer.size, "white")
        return Image.alpha_composite(ground, layer).convert("RGB")
    return image.convert("RGB")


def _to_grey8(image: Image.Image) -> Image.Image:
    """Scale integers of 16 bits, or floats of 0-1, to 8 bits: Pillow would cut them off."""
    values = np.asarray(image, dtype=np.float64)
    full = 1.0 if image.mode == "F" and values.max(initial=0) <= 1 else 65535.0
    if image.mode in {"I", "F"} and 1 < values.max(initial=0) <= 255:
        full = 255.0
    return Image.fromarray(np.clip(values / full * 255, 0, 255).round().astype(np.uint8))
