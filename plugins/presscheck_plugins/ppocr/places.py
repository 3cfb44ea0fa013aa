"""Where the lines of a picture stand, in its own pixels: it is scaled and framed for the detector.

The detector looks at strokes, not at letters: it finds lines of any script.
"""

from __future__ import annotations

import cv2
import numpy as np

from presscheck_plugins.ppocr.detect import Corners, Detector, Pixels

LONGEST, CLOSELY = 800, 1280
"""Pixels that the longer side of an image is scaled to before text is looked for; the second is for
a close look."""
MOST_SCALE = 3.0
"""Small images aren't enlarged further."""
PAD = 32
"""Ground added on every side, in scaled pixels: text at the very edge is not detected without."""


def find_lines(detector: Detector, pixels: Pixels, *, closely: bool) -> list[Corners]:
    """Return where lines stand in `pixels`, (height, width, 3) with blue first."""
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
    return [(box - PAD) * factor for box in detector.find(ground, closely=closely)]


def polygon_of(box: Corners, size: tuple[int, int]) -> tuple[tuple[float, float], ...]:
    """Return corners that lie within an image of `size` pixels."""
    return tuple(
        (min(max(float(x), 0.0), float(size[0])), min(max(float(y), 0.0), float(size[1])))
        for x, y in box
    )
