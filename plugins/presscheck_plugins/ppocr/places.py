"""Where the lines of a picture stand, in its own pixels: it is scaled and framed for the detector.

The detector looks at strokes, not at letters: it finds lines of any script.
"""

from __future__ import annotations

import cv2
import numpy as np

from presscheck.verification.rereading import Part
from presscheck_plugins.ppocr.detect import Corners, Detector, Patch, Pixels

LONGEST, CLOSELY = 800, 1280
"""Pixels that the longer side of an image is scaled to before text is looked for; the second is for
a close look."""
MOST_SCALE = 3.0
"""Small images aren't enlarged further."""
PAD = 32
"""Ground added on every side, in scaled pixels: text at the very edge is not detected without."""
SEEN = 64
"""Scaled pixels around a part that the detector sees with it."""


def find_lines(detector: Detector, pixels: Pixels, *, closely: bool) -> list[Corners]:
    """Return the corners of the lines in `pixels`, (height, width, 3) with blue first."""
    whole = 0, 0, pixels.shape[1], pixels.shape[0]
    return [patch.corners for patch in find_patches(detector, pixels, whole, closely=closely)]


def find_patches(detector: Detector, pixels: Pixels, part: Part, *, closely: bool) -> list[Patch]:
    """Return where text touches a part of `pixels`, (height, width, 3) with blue first."""
    height, width = pixels.shape[:2]
    scale = min((CLOSELY if closely else LONGEST) / max(width, height), MOST_SCALE)
    across, down = max(1, round(width * scale)), max(1, round(height * scale))
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    scaled = np.asarray(cv2.resize(pixels, (across, down), interpolation=method))
    frame = np.concatenate([scaled[0], scaled[-1], scaled[:, 0], scaled[:, -1]])
    wide, tall = (-(-(side + 2 * PAD) // 32) * 32 for side in (across, down))
    ground = np.empty((tall, wide, 3), np.uint8)
    ground[:] = np.median(frame, axis=0).astype(np.uint8)
    ground[PAD : PAD + down, PAD : PAD + across] = scaled
    factor = np.array([width / across, height / down])
    left, top, right, bottom = _window(part, factor, (wide, tall))
    found = detector.find(ground[top:bottom, left:right], closely=closely)
    moved = [one.moved(np.array([PAD - left, PAD - top]), factor) for one in found]
    return [one for one in moved if _touches(one.corners, part)]


def _window(part: Part, factor: Corners, size: tuple[int, int]) -> Part:
    """Return what is looked at for a part's sake, in scaled pixels; its sides are multiples of 32.

    The network sees a grid of 32 pixels, so that a part shows as it does within the whole.
    """
    (left, top), (right, bottom) = np.array(part).reshape(2, 2) / factor + PAD
    return (
        max(0, int(left - SEEN) // 32 * 32),
        max(0, int(top - SEEN) // 32 * 32),
        min(size[0], -(-int(right + SEEN) // 32) * 32),
        min(size[1], -(-int(bottom + SEEN) // 32) * 32),
    )


def _touches(corners: Corners, part: Part) -> bool:
    (left, top), (right, bottom) = corners.min(axis=0), corners.max(axis=0)
    return bool(left < part[2] and part[0] < right and top < part[3] and part[1] < bottom)


def polygon_of(outline: Corners, size: tuple[int, int]) -> tuple[tuple[float, float], ...]:
    """Return corners that lie within an image of `size` pixels."""
    return tuple(
        (min(max(float(x), 0.0), float(size[0])), min(max(float(y), 0.0), float(size[1])))
        for x, y in outline
    )
