"""A line as the known font sets it: its ink, and where each glyph of it stands."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

EM = 48
"""Pixels per em of a template."""
MARGIN = 16
"""Pixels of ground on every side of it."""
PAD = 6
"""Pixels around a glyph that are looked at with it."""
SOME = 0.3
"""So much more coverage than a glyph alone gives is another glyph's."""

Floats = np.ndarray[Any, np.dtype[np.float32]]
Pixels = np.ndarray[Any, Any]
"""(height, width, 3), 0-255."""
Bools = np.ndarray[Any, np.dtype[np.bool_]]
Edges = tuple[float, float, float, float]
"""Left, top, right and bottom."""
Rect = tuple[int, int, int, int]
"""Left, top, right, bottom in pixels of a template; the last two are exclusive."""


class Sized(Protocol):
    """Gives a font at a size, as `presscheck.fonts.Face.at` does."""

    def __call__(self, size: float, /) -> ImageFont.FreeTypeFont:
        """Return the font at `size` pixels per em."""
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class KnownType:
    """The font that a slot should be set in.

    `certain` says that it is: the slot was typeset, and not drawn by a model that was asked for it.
    """

    font: Sized
    certain: bool = False


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Glyph:
    """The ink of one character of a template, by its index in the text.

    `beside` is (height, width) of `Template.around`: where other glyphs have ink, too.
    """

    at: int
    box: Edges
    beside: Bools

    @property
    def middle(self) -> Floats:
        """Its centre, (2,)."""
        left, top, right, bottom = self.box
        return np.array([(left + right) / 2, (top + bottom) / 2], np.float32)

    @property
    def steady(self) -> bool:
        """Whether it is large enough to tell how the line around it is scaled and turned."""
        left, top, right, bottom = self.box
        return right - left > EM / 4 and bottom - top > 0.3 * EM


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Template:
    """`coverage` is (height, width), 0-1; `glyphs` are those with ink, from left to right."""

    coverage: Floats
    glyphs: tuple[Glyph, ...]

    def glyph(self, at: int) -> Glyph:
        """Return the glyph of a character by its index; it must have ink."""
        return next(one for one in self.glyphs if one.at == at)

    def around(self, *glyphs: Glyph, pad: int = PAD) -> Rect:
        """Return the pixels around some glyphs, cut at the template's edges."""
        return _around([glyph.box for glyph in glyphs], pad, self.coverage.shape)

    def blurred(self, sigma: float) -> Floats:
        """Return the coverage as it would look out of focus; `sigma` in its pixels."""
        if not sigma:
            return self.coverage
        return np.asarray(cv2.GaussianBlur(self.coverage, (0, 0), sigma), np.float32)


def draw_template(font: Sized, text: str) -> Template | None:
    """Set `text` in one line; None where the font draws nothing for it."""
    sized = font(EM)
    left, top, right, bottom = (round(edge) for edge in sized.getbbox(text))
    if right <= left or bottom <= top:
        return None
    size = right - left + 2 * MARGIN, bottom - top + 2 * MARGIN
    origin = MARGIN - left, MARGIN - top
    coverage = _drawn(sized, text, size, origin)
    known = {character: _measure(sized, character) for character in text}
    boxes = [_box(sized, text, at, origin, known[text[at]]) for at in range(len(text))]
    glyphs = tuple(
        Glyph(at=at, box=box, beside=_beside(sized, text[at], known[text[at]], box, near, coverage))
        for at, (box, near) in enumerate(zip(boxes, _neighbours(boxes), strict=True))
        if box is not None
    )
    return Template(coverage=coverage, glyphs=glyphs)


def _drawn(
    font: ImageFont.FreeTypeFont, text: str, size: tuple[int, int], origin: tuple[float, float]
) -> Floats:
    image = Image.new("L", size, 0)
    ImageDraw.Draw(image).text(origin, text, font=font, fill=255)
    return np.asarray(image, np.float32) / np.float32(255)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Measures:
    """The ink of a character by itself, from its origin, and how far the next one stands."""

    box: Edges
    advance: float


def _measure(font: ImageFont.FreeTypeFont, character: str) -> _Measures:
    return _Measures(box=font.getbbox(character), advance=font.getlength(character))


def _box(
    font: ImageFont.FreeTypeFont, text: str, at: int, origin: tuple[int, int], known: _Measures
) -> Edges | None:
    """Return where a character of a line has its ink, None if it has none; kerning is before it."""
    left, top, right, bottom = known.box
    if text[at].isspace() or right <= left or bottom <= top:
        return None
    x = origin[0] + font.getlength(text[: at + 1]) - known.advance
    return x + left, origin[1] + top, x + right, origin[1] + bottom


def _neighbours(boxes: Sequence[Edges | None]) -> Iterator[list[Edges]]:
    """Yield for each character the boxes of those beside it that have ink."""
    for at in range(len(boxes)):
        yield [box for one in (at - 1, at + 1) if 0 <= one < len(boxes) and (box := boxes[one])]


def _beside(
    font: ImageFont.FreeTypeFont,
    character: str,
    known: _Measures,
    box: Edges,
    near: Sequence[Edges],
    coverage: Floats,
) -> Bools:
    """Return where other glyphs have ink around a character."""
    part = _around([box], PAD, coverage.shape)
    others = coverage[part[1] : part[3], part[0] : part[2]].copy()
    if any(other[0] < box[2] + 1 and box[0] - 1 < other[2] for other in near):
        origin = box[0] - known.box[0] - part[0], box[1] - known.box[1] - part[1]
        others -= _drawn(font, character, (part[2] - part[0], part[3] - part[1]), origin)
    else:
        left, right = int(np.floor(box[0])) - part[0], int(np.ceil(box[2])) - part[0]
        others[:, max(0, left) : right] = 0
    square = np.ones((3, 3), np.uint8)
    return np.asarray(cv2.dilate((others > SOME).astype(np.uint8), square) > 0, np.bool_)


def _around(boxes: Sequence[Edges], pad: int, shape: tuple[int, ...]) -> Rect:
    return (
        max(0, int(np.floor(min(box[0] for box in boxes) - pad))),
        max(0, int(np.floor(min(box[1] for box in boxes) - pad))),
        min(shape[1], int(np.ceil(max(box[2] for box in boxes) + pad))),
        min(shape[0], int(np.ceil(max(box[3] for box in boxes) + pad))),
    )


def drawn_alike(font: Sized, one: str, other: str) -> bool:
    """Tell whether a font draws two characters alike, as many do with I and l."""
    sized, size, origin = font(EM), (3 * EM, 3 * EM), (EM, EM)
    first, second = (_drawn(sized, character, size, origin) for character in (one, other))
    return bool(np.array_equal(first, second))
