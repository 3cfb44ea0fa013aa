"""Pictures small enough to live inside one HTML file."""

from __future__ import annotations

import base64
import io
from collections.abc import Callable
from dataclasses import dataclass

from PIL import Image

from presscheck.errors import PresscheckError

Load = Callable[[str], bytes]
"""Returns the bytes of a digest, or raises a PresscheckError."""

THUMB = 384
"""Longest side of an attempt's picture in pixels: twice its place on the page, for sharpness."""
MAX_PIXELS = 100_000_000
"""A larger picture is not decoded for the sake of a preview (8192 x 8192 is the largest asset)."""
QUALITY = 80


@dataclass(frozen=True, kw_only=True, slots=True)
class Preview:
    """An image for a page: a `data:` URI of WebP bytes, and its own pixels."""

    uri: str
    width: int
    height: int


def longest_side(assets: int) -> int:
    """Return the longest side (pixels) of the main pictures, so that a file stays a few MB."""
    if assets <= 24:
        return 1100
    return 720 if assets <= 80 else 480


class Previews:
    """Makes previews of blobs. What is missing or damaged has none: the sheet must still come."""

    def __init__(self, load: Load) -> None:
        self._load = load
        self._made: dict[tuple[str, int], Preview | None] = {}

    def of(self, digest: str, side: int) -> Preview | None:
        """Return a preview at most `side` pixels long; small pictures are not enlarged."""
        key = (digest, side)
        if key not in self._made:
            self._made[key] = self._make(digest, side)
        return self._made[key]

    def _make(self, digest: str, side: int) -> Preview | None:
        try:
            with Image.open(io.BytesIO(self._load(digest))) as image:
                if image.width * image.height > MAX_PIXELS:
                    return None
                small = image.convert("RGB")
        except (PresscheckError, OSError, ValueError, Image.DecompressionBombError):
            return None
        small.thumbnail((side, side), Image.Resampling.LANCZOS, reducing_gap=3)
        return _encoded(small)


def _encoded(image: Image.Image) -> Preview:
    buffer = io.BytesIO()
    image.save(buffer, "WEBP", quality=QUALITY, method=4)
    text = base64.b64encode(buffer.getvalue()).decode()
    return Preview(uri=f"data:image/webp;base64,{text}", width=image.width, height=image.height)
