"""A line cut out of an image, level, also where it is turned or runs on an arc."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np

from presscheck.assets import Box
from presscheck.verification.lines import Line
from presscheck.verification.shapes.template import EM, Floats, Pixels

BESIDE, ABOVE = 1.0, 0.6
"""Ground that is cut out with a line, in em: at its ends, and on either side."""


@dataclass(frozen=True, kw_only=True)
class Course:
    """How a line runs, in pixels of the image: its `top` and its `bottom`, (points, 2) each."""

    top: Floats
    bottom: Floats

    @classmethod
    def of(cls, line: Line, width: int, height: int) -> Course:
        """Return the course of a line in an image of `width` x `height` pixels."""
        size = np.array([width, height], np.float32)
        outline = np.asarray(np.array(line.corners, np.float32) * size, np.float32)
        half = len(outline) // 2
        return cls(top=outline[:half], bottom=outline[half:][::-1])

    @cached_property
    def middle(self) -> Floats:
        """The points between top and bottom, (points, 2)."""
        return np.asarray((self.top + self.bottom) / 2, np.float32)

    @cached_property
    def ways(self) -> Floats:
        """How far along the line each point stands, in pixels."""
        steps = np.linalg.norm(np.diff(self.middle, axis=0), axis=1)
        return np.concatenate([[0], np.cumsum(steps)]).astype(np.float32)

    @property
    def length(self) -> float:
        """Pixels from one end to the other."""
        return float(self.ways[-1])

    @cached_property
    def tall(self) -> float:
        """Pixels from top to bottom, on average."""
        return float(np.linalg.norm(self.bottom - self.top, axis=1).mean())

    def way_of(self, x: float, y: float) -> float:
        """Return how far along the line a point stands, in pixels; before its start below 0."""
        starts, steps = self.middle[:-1], np.diff(self.middle, axis=0)
        squares = np.maximum((steps**2).sum(axis=1), 1e-9)
        shares = ((np.array([x, y]) - starts) * steps).sum(axis=1) / squares
        inside = np.clip(shares, 0, 1)
        away = np.linalg.norm(starts + inside[:, None] * steps - np.array([x, y]), axis=1)
        at = int(away.argmin())
        return float(self.ways[at] + shares[at] * np.sqrt(squares[at]))

    def way_of_box(self, box: Box, size: tuple[int, int]) -> float:
        """Return how far along the line the middle of a box stands, in pixels.

        `box` is in fractions of the image, whose `size` is (width, height).
        """
        middle = box.x + box.width / 2, box.y + box.height / 2
        return self.way_of(middle[0] * size[0], middle[1] * size[1])

    def at(self, way: float) -> Floats:
        """Return the point between top and bottom so far along the line, (2,)."""
        along = np.array([way], np.float32)
        return np.asarray((self._points(self.top, along) + self._points(self.bottom, along))[0] / 2)

    def extended(self, before: float, after: float) -> Course:
        """Return the course with so many more pixels at its start and at its end."""
        along = np.concatenate([[-before], self.ways, [self.length + after]]).astype(np.float32)
        return Course(top=self._points(self.top, along), bottom=self._points(self.bottom, along))

    @property
    def turned(self) -> Course:
        """The same course, read upside down."""
        return Course(top=self.bottom[::-1], bottom=self.top[::-1])

    def cut(self, pixels: Pixels, em: float) -> Floats:
        """Return the line, level, with some ground around it, scaled to the template's em.

        `pixels` are (height, width, 3), and so is what comes back; `em` is in pixels of the image.
        """
        return self.level(pixels, EM / em, beside=BESIDE * em, above=ABOVE * em)

    def level(self, pixels: Pixels, scale: float, *, beside: float, above: float) -> Floats:
        """Return the line, level and scaled, with ground at its ends and on either side of it.

        `pixels` are (height, width, 3), and so is what comes back; `beside` and `above` are in
        pixels of the image.
        """
        wide = max(1, round((self.length + 2 * beside) * scale))
        high = max(1, round((self.tall + 2 * above) * scale))
        along = (np.arange(wide, dtype=np.float32) + 0.5) / scale - beside
        down = (np.arange(high, dtype=np.float32) + 0.5) / scale - above
        places = self._places(along, down)
        edge = np.array([pixels.shape[1], pixels.shape[0]]) - 1
        left, first = np.floor(places.min(axis=(0, 1))).clip(0, edge).astype(int)
        right, last = np.ceil(places.max(axis=(0, 1))).clip(0, edge).astype(int)
        part = np.ascontiguousarray(pixels[first : last + 1, left : right + 1])
        if scale < 0.7:
            # Sampling fewer pixels loses thin strokes.
            part = cv2.GaussianBlur(part, (0, 0), 0.3 / scale)
        maps = (places - np.array([left, first]) - 0.5).astype(np.float32)
        cut = cv2.remap(
            part, maps[..., 0], maps[..., 1], cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE
        )
        return np.asarray(cut, np.float32)

    def place_of(self, spot: Floats, em: float) -> tuple[float, float]:
        """Return where a spot of the strip that is `cut` at `em` lies, in pixels of the image."""
        scale = EM / em
        along = np.array([spot[0] / scale - BESIDE * em], np.float32)
        down = np.array([spot[1] / scale - ABOVE * em], np.float32)
        x, y = self._places(along, down)[0, 0]
        return float(x), float(y)

    def _places(self, along: Floats, down: Floats) -> Floats:
        """Return points of the image, (rows, columns, 2), by pixels along the line and down."""
        top, bottom = self._points(self.top, along), self._points(self.bottom, along)
        return np.asarray(
            top[None] + (down / self.tall)[:, None, None] * (bottom - top)[None], np.float32
        )

    def _points(self, side: Floats, along: Floats) -> Floats:
        """Return the points of a side at ways along the line; beyond its ends it goes on."""
        inside = np.clip(along, 0, self.length)
        points = np.stack([np.interp(inside, self.ways, side[:, axis]) for axis in (0, 1)], axis=1)
        beyond = (along - inside)[:, None]
        first, last = (_ahead(self.middle[[0, 1]]), _ahead(self.middle[[-2, -1]]))
        return np.asarray(points + np.where(beyond < 0, first, last) * beyond, np.float32)


def _ahead(ends: Floats) -> Floats:
    step = ends[1] - ends[0]
    return np.asarray(step / max(float(np.linalg.norm(step)), 1e-6), np.float32)
