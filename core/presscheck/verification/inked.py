"""Measures where the ink of a line's characters stands, whatever type it is set in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np

from presscheck.verification.shapes.strip import ABOVE, Course
from presscheck.verification.shapes.template import EM, Bools, Floats, Pixels

INK = 0.5
"""From so much on a pixel is ink."""
STRONG = 24.0
"""The least contrast of ink, in steps of RGB."""
TOUCHING = 0.04
"""Less ink than this, in em, joins nothing."""
STROKE, ASIDE = 0.05, 2.0
"""Between two characters, ink as thick as a stroke, in em, weighs as much as 1; and so much the
whole way from the middle to either of them."""
BODY = 1.15
"""A detected line is so many em tall, about."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Extent:
    """Where the ink of a character ends, in em of the line: `top` and `bottom` count downwards.

    `apart` says that no ink joins it to its neighbours.
    """

    left: float
    right: float
    top: float
    bottom: float
    apart: bool

    @property
    def middle(self) -> float:
        """Half-way from left to right."""
        return (self.left + self.right) / 2

    @property
    def breadth(self) -> float:
        """Its width by its height."""
        return (self.right - self.left) / (self.bottom - self.top)


def extents(pixels: Pixels, course: Course, ways: Sequence[float]) -> list[Extent | None]:
    """Return the extent of each character of a line; None where no ink is found.

    `pixels` are (height, width, 3), 0-255; `ways` say how far along the line the middle of each
    character stands, in pixels, as the reader gives it.
    """
    em = course.tall / BODY
    strip = course.cut(pixels, em)
    ink = _ink(strip)
    if ink is None:
        return [None] * len(ways)
    middles = [(way + em) * EM / em for way in ways]
    columns = np.asarray(cv2.GaussianBlur(ink.sum(axis=0)[None], (0, 0), 1.0)[0], np.float32)
    cuts = [_emptiest(columns, *pair) for pair in pairwise(middles)]
    pitch = float(np.median(np.diff(middles))) if len(middles) > 1 else float(EM)
    ends = [middles[0] - pitch, *cuts, middles[-1] + pitch]
    free = columns < TOUCHING * EM
    return [_extent(ink, free, round(start), round(end)) for start, end in pairwise(ends)]


def _ink(strip: Floats) -> Floats | None:
    """Return how much of each pixel of a level line is ink, about 0-1; None where there is none."""
    edge = round(0.5 * ABOVE * EM)
    frame = np.concatenate([strip[:edge].reshape(-1, 3), strip[-edge:].reshape(-1, 3)])
    ground = np.median(frame, axis=0)
    inside = strip[round(ABOVE * EM) : -round(ABOVE * EM)].reshape(-1, 3) - ground
    contrast = np.linalg.norm(inside, axis=1)
    strongest = inside[contrast >= np.quantile(contrast, 0.95)]
    colour = np.median(strongest, axis=0) if len(strongest) else np.zeros(3)
    far = float(colour @ colour)
    if far < STRONG**2:
        return None
    ink = np.asarray((strip - ground) @ colour / far, np.float32)
    margin = round(0.75 * ABOVE * EM)
    ink[:margin] = ink[-margin:] = 0
    return ink


def _emptiest(columns: Floats, first: float, last: float) -> float:
    """Return where one character ends and the next begins: little ink, and near half-way."""
    start, end = max(0, round(first)), round(last) + 1
    part = columns[start:end]
    if not len(part):
        return (first + last) / 2
    away = (np.arange(start, start + len(part)) - (first + last) / 2) / max(1.0, (last - first) / 2)
    return start + float(np.argmin(part / (STROKE * EM) + ASIDE * away**2))


def _extent(ink: Floats, free: Bools, start: int, end: int) -> Extent | None:
    start, end = max(0, start), max(0, min(end, ink.shape[1] - 1))
    part = ink[:, start:end] > INK
    across, down = np.nonzero(part.any(axis=0))[0], np.nonzero(part.any(axis=1))[0]
    if not len(across):
        return None
    return Extent(
        left=(start + float(across[0])) / EM,
        right=(start + float(across[-1]) + 1) / EM,
        top=float(down[0]) / EM,
        bottom=(float(down[-1]) + 1) / EM,
        apart=bool(free[start] and free[end]),
    )
