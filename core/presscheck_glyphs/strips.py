"""A line as the network sees it: level, in shades of grey, of one height."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from presscheck.verification.shapes.strip import Course

HEIGHT, TALL = 64, 48
"""Pixels of a strip, and of the line's box in it."""
ROOM = 16
"""Pixels of ground at either end."""
STEP = 8
"""A strip's width is padded to a multiple of so many pixels."""
GREY = (0.299, 0.587, 0.114)
"""The luma of red, green and blue (ITU-R BT.601), as Pillow weighs them."""
FAINT = 4.0
"""Added to what values, 0-255, spread: noise on flat ground is no ink."""

Strip = np.ndarray[Any, np.dtype[np.uint8]]
"""(HEIGHT, width), 0-255."""


def cut_strip(
    pixels: npt.NDArray[np.uint8], course: Course, ways: Sequence[float], size: float
) -> tuple[Strip, npt.NDArray[np.float64]]:
    """Return a line's strip, and where in it the characters stand, in pixels.

    `ways` are in pixels of the image from where the line begins; at a `size` other than 1 it is as
    much larger in the strip.
    """
    scale = size * TALL / course.tall
    above = (HEIGHT / scale - course.tall) / 2
    level = course.level(pixels, scale, beside=ROOM / scale, above=above)
    grey = np.clip(level @ np.array(GREY, np.float32), 0, 255).round().astype(np.uint8)
    return grey, np.array(ways) * scale + ROOM


def padded(strip: Strip) -> Strip:
    """Return a strip made wider, as its end goes on."""
    return np.pad(strip, ((0, 0), (0, -strip.shape[1] % STEP)), "edge")


def normalised(strip: Strip) -> npt.NDArray[np.float32]:
    """Return a strip of mean 0 and a spread of about 1."""
    values = strip.astype(np.float32)
    spread = float(values.std()) + FAINT
    return np.asarray((values - values.mean()) / spread, np.float32)
