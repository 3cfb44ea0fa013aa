"""Where lines of text stand: PP-OCRv6's detector, a map of text that is cut into patches.

Differentiable binarization (Liao et al. 2020): the map is cut at a threshold, each patch gets its
smallest rectangle, and the rectangle is widened, since the map shows text shrunk. A bent patch
fills little of its rectangle; it counts when its own inside is text.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import cv2
import numpy as np

from presscheck_plugins.ppocr.sessions import DETECTOR, Network, weights

TEXT, FAINT = 0.3, 0.2
"""From this value on a pixel of the map is text; at a close look from the second."""
SURE, LIKELY = 0.5, 0.3
"""A patch whose mean is below this is none; at a close look the second counts."""
WIDEN = 1.6
"""How far a rectangle is widened: by its area over its circumference, times this."""
SHORTEST = 3.0
"""Pixels; rectangles less tall are no text."""
MOST = 1000
"""Patches that are looked at."""
FILLED = 0.75
"""A straight line's patch fills this part of its rectangle."""
VALUES = np.arange(256, dtype=np.uint8).astype(np.float32) / 127.5 - 1.0
"""What the network is shown of each value of a pixel."""

Pixels = np.ndarray[Any, np.dtype[np.uint8]]
Chart = np.ndarray[Any, np.dtype[np.float32]]
"""(height, width): how surely a pixel is text, 0-1."""
Corners = np.ndarray[Any, np.dtype[np.float64]]
"""(4, 2): x and y, clockwise from the top left."""


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Patch:
    """Where the map shows text: its widened rectangle, and its outline, (n, 2), as the map has it.

    `straight` tells whether the rectangle as a whole is text. `filled` is the part of it that the
    patch fills.
    """

    corners: Corners
    outline: Corners
    straight: bool
    filled: float

    @property
    def bent(self) -> bool:
        """Tell whether the text may run along a curve."""
        return self.filled < FILLED

    def moved(self, origin: Corners, factor: Corners) -> Patch:
        """Return the patch with its points taken from `origin` and multiplied by `factor`."""
        corners, outline = ((points - origin) * factor for points in (self.corners, self.outline))
        return replace(self, corners=corners, outline=outline)


class Detector:
    """Finds lines of text. Loads its weights when it first looks."""

    def find(self, pixels: Pixels, *, closely: bool = False) -> list[Patch]:
        """Return where text is in `pixels`, (height, width, 3), sides multiples of 32.

        Patches come top to bottom.
        """
        planes = np.ascontiguousarray(pixels.transpose(2, 0, 1))
        values = cv2.LUT(planes.reshape(len(planes), -1), VALUES).reshape(planes.shape)
        chart = self._network.run(np.asarray(values, np.float32)[None])[0, 0]
        found = list(_patches(chart, *((FAINT, LIKELY) if closely else (TEXT, SURE))))
        return sorted(found, key=lambda one: (*one.corners.min(axis=0)[::-1].tolist(),))

    @cached_property
    def _network(self) -> Network:
        return Network(weights(DETECTOR))


def _patches(chart: Chart, text: float, sure: float) -> Iterator[Patch]:
    mask = cv2.dilate((chart > text).astype(np.uint8), np.ones((2, 2), np.uint8))
    outlines, _ = cv2.findContours(mask, cv2.RETR_LIST, cv2.CHAIN_APPROX_SIMPLE)
    for outline in outlines[:MOST]:
        (middle, (width, height), angle) = cv2.minAreaRect(outline)
        if min(width, height) < SHORTEST:
            continue
        filled = cv2.contourArea(outline) / (width * height)
        points = outline[:, 0].astype(np.float64)
        straight = _mean_inside(chart, cv2.boxPoints((middle, (width, height), angle))) >= sure
        if not straight and (filled >= FILLED or _mean_inside(chart, points) < sure):
            continue
        wider = 2 * WIDEN * width * height / (2 * (width + height))
        grown = cv2.boxPoints((middle, (width + wider, height + wider), angle))
        corners = clockwise(np.asarray(grown, dtype=np.float64))
        yield Patch(corners=corners, outline=points, straight=straight, filled=filled)


def _mean_inside(chart: Chart, corners: Any) -> float:
    height, width = chart.shape
    left, top = np.floor(corners.min(axis=0)).astype(int).clip(0)
    right, bottom = np.ceil(corners.max(axis=0)).astype(int)
    right, bottom = min(right, width - 1), min(bottom, height - 1)
    if right < left or bottom < top:
        return 0.0
    mask = np.zeros((bottom - top + 1, right - left + 1), np.uint8)
    shifted: list[Any] = [np.asarray(np.round(corners - np.array([left, top])), np.int32)]
    cv2.fillPoly(mask, shifted, 1)
    return float(cv2.mean(chart[top : bottom + 1, left : right + 1], mask)[0])


def clockwise(corners: Corners) -> Corners:
    """Return a rectangle's corners clockwise from the one that is its top left when it is read."""
    by_x = corners[np.argsort(corners[:, 0], kind="stable")]
    left, right = by_x[:2], by_x[2:]
    left, right = left[np.argsort(left[:, 1])], right[np.argsort(right[:, 1])]
    return np.array([left[0], right[0], right[1], left[1]])
