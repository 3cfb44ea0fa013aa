"""From the wanted pixels to the planned ones and back. Pure.

The rule: an asset is planned at the checkpoint's native size of the nearest aspect ratio, or, where
a checkpoint has none, at the smallest multiple of 32 that covers it, scaled down to what the engine
can do. The rendered picture is then cropped around its middle to the wanted aspect ratio and scaled
to the wanted pixels.

A reference image is scaled so that its sides are 512 to 2048 pixels, as near to its own size as
that allows, and cropped around its middle to multiples of 32.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from presscheck.assets import Box
from presscheck.engine.contract import Capabilities
from presscheck.errors import EngineError

if TYPE_CHECKING:
    from PIL import Image

SHORTEST, LONGEST = 512, 2048
"""Sides of a reference in pixels; smart_resize of transformers' image processor has the same."""


def planned_size(width: int, height: int, capabilities: Capabilities) -> tuple[int, int]:
    """Return the (width, height) at which a wanted size is planned, both multiples of 32.

    Raises:
        EngineError: The aspect ratio is too extreme for the engine.
    """
    if capabilities.native:
        return min(
            capabilities.native, key=lambda size: abs(math.log(size[0] / size[1] * height / width))
        )
    step = capabilities.multiple
    scale = min(1.0, math.sqrt(capabilities.max_pixels / (_up(width, step) * _up(height, step))))
    if scale < 1.0:
        planned = _down(width * scale, step), _down(height * scale, step)
    else:
        planned = _up(width, step), _up(height, step)
    if min(planned) < capabilities.min_side:
        raise EngineError(
            f"{width}x{height} pixels cannot be planned: a side would be {min(planned)} pixels, "
            f"the engine needs {capabilities.min_side}.",
            remedy="Choose a placement nearer to a square.",
        )
    return planned


def _up(length: float, step: int) -> int:
    return math.ceil(length / step) * step


def _down(length: float, step: int) -> int:
    return math.floor(length / step) * step


def reference_size(width: int, height: int) -> tuple[int, int]:
    """Return the (width, height) to which a reference image is scaled before it is cropped.

    >>> reference_size(4096, 2048), reference_size(256, 300)
    ((2048, 1024), (512, 600))

    Raises:
        EngineError: One side is more than four times the other.
    """
    short, long = sorted((width, height))
    scale = min(max(1.0, SHORTEST / short), LONGEST / long)
    if round(short * scale) < SHORTEST:
        raise EngineError(
            f"a reference image of {width}x{height} pixels is too narrow: one side is more than "
            "four times the other.",
            remedy="Crop it, or use another one.",
        )
    return max(SHORTEST, round(width * scale)), max(SHORTEST, round(height * scale))


def crop_box(size: tuple[int, int], width: int, height: int) -> tuple[int, int, int, int]:
    """Return the largest centred (left, top, right, bottom) of the ratio `width` : `height`."""
    across, down = size
    if across * height > down * width:
        kept = max(1, round(down * width / height))
        left = (across - kept) // 2
        return left, 0, left + kept, down
    kept = max(1, round(across * height / width))
    top = (down - kept) // 2
    return 0, top, across, top + kept


def box_before_crop(box: Box, size: tuple[int, int], width: int, height: int) -> Box:
    """Return where `box` of the cropped picture lies in the whole, of `size`; both in fractions.

    >>> box_before_crop(Box(x=0.0, y=0.0, width=1.0, height=0.5), (200, 100), 1, 1)
    Box(x=0.25, y=0.0, width=0.5, height=0.5)
    """
    left, top, right, bottom = crop_box(size, width, height)
    across, down = (right - left) / size[0], (bottom - top) / size[1]
    return Box(
        x=left / size[0] + box.x * across,
        y=top / size[1] + box.y * down,
        width=box.width * across,
        height=box.height * down,
    )


def crop_to_ratio(image: Image.Image, width: int, height: int) -> Image.Image:
    """Return the largest centred part of `image` with the ratio `width` : `height`."""
    return image.crop(crop_box(image.size, width, height))


def fit_size(image: Image.Image, width: int, height: int) -> Image.Image:
    """Return `image` cropped to the ratio and scaled (Lanczos) to `width` x `height` pixels."""
    from PIL import Image as Pillow

    cropped = crop_to_ratio(image, width, height)
    if cropped.size == (width, height):
        return cropped
    return cropped.resize((width, height), Pillow.Resampling.LANCZOS)
