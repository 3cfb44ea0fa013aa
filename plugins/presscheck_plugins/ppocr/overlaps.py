"""Boxes that reach into one another: the detector widens them, and letters would be read twice."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations

import numpy as np

from presscheck_plugins.ppocr.detect import Corners
from presscheck_plugins.ppocr.recognise import Line

TILT = 0.1
"""Rise by run up to which a line counts as level."""


def overlapping(boxes: Sequence[Corners], lines: Sequence[Line]) -> Iterator[tuple[int, int]]:
    """Yield pairs of level boxes that reach into one another on one line, the unsure first.

    The detector widens its boxes, so that one may reach a letter of the next word, which would then
    be read twice.
    """
    level = [index for index, box in enumerate(boxes) if is_level(box)]
    for first, second in combinations(level, 2):
        low = np.maximum(boxes[first].min(axis=0), boxes[second].min(axis=0))
        high = np.minimum(boxes[first].max(axis=0), boxes[second].max(axis=0))
        sides = np.minimum(np.ptp(boxes[first], axis=0), np.ptp(boxes[second], axis=0))
        across, down = (high - low) / sides
        if 0 < across < 0.5 < down:
            unsure, sure = sorted((first, second), key=lambda index: lines[index].score)
            yield unsure, sure


def is_level(box: Corners) -> bool:
    """Tell whether a box rises or falls by no more than `TILT`."""
    across, down = np.abs(box[1] - box[0])
    return bool(down <= TILT * across)


def cut(box: Corners, other: Corners) -> Corners:
    """Return a box without the part that it shares with another one on its line."""
    (left, _), (right, _) = other.min(axis=0), other.max(axis=0)
    cut = box.copy()
    if box[:, 0].mean() < other[:, 0].mean():
        cut[:, 0] = np.minimum(box[:, 0], left)
    else:
        cut[:, 0] = np.maximum(box[:, 0], right)
    return cut
