"""Draws the lines that the network learns from: copy in many faces, some of it malformed.

A line is drawn into a picture, worn as pictures are on their way, and cut out again along a box
that is about as exact as those of a detector of text.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from math import exp, log
from pathlib import Path
from random import Random
from typing import Any

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from presscheck.verification.benchmark.defects import Mask
from presscheck.verification.benchmark.draw import ink_colour
from presscheck.verification.grounds import Pixels, paint_ground, wear
from presscheck_glyphs.defects import draw_defect
from presscheck_glyphs.strips import HEIGHT, ROOM, TALL, Strip
from presscheck_glyphs.wording import draw_text

Floats = np.ndarray[Any, np.dtype[np.float32]]
Marks = np.ndarray[Any, np.dtype[np.int8]]
Font = ImageFont.FreeTypeFont
Draw = Callable[[Mask, Random], Mask | None]

SMALLEST, LARGEST = 20, 115
"""Pixels per em."""
WIDEST, LONGEST = 1150, 1500
"""Pixels of a strip, and of the picture that a line is drawn into."""
MALFORMED = 0.55
"""The share of lines with a malformed glyph."""
LEADING = (1.0, 1.3)
MARGIN = 0.9
"""Ground around a block, in ems."""
INK = 100
"""A pixel with so much of 255 is ink."""
LEAST = 6
"""Pixels that a line is tall and wide at least."""
GROUNDS = ("flat", "flat", "gradient", "photo", "shapes", "pattern")
SIDE = 900
"""Pixels of a painted ground; lines are set on parts of it."""
KEPT, USES = 48, 400
"""Painted grounds that are kept, and after how many lines one is painted anew."""
LOW = 0.2
"""How often contrast is low."""
ABOVE, BELOW, BESIDE = (0.1, 0.28), (0.06, 0.26), (0.1, 0.25)
"""How far a detector's box reaches beyond the ink, in parts of its height."""
MISSED, SHORT = 0.06, 1.3
"""How often a box misses an end of its line, and how much at most, in parts of its height."""
STRAY = 0.02
"""How far its corners stray, in parts of its height (one standard deviation)."""
SHIFT, SPREAD = 2.0, 3.2
"""How far to the right of a glyph's middle a recogniser places it, in pixels of a strip."""
BENDS = (*("level",) * 6, *("turned", "perspective") * 2, *("arc",) * 3)


@dataclass(frozen=True, kw_only=True, slots=True)
class Sample:
    """A line as the network sees it, and which of its characters are malformed.

    `middles` are where in the strip they stand, in pixels, as a recogniser places them. `wrong` is
    1 for malformed ones, 0 for whole ones, and -1 where it isn't said: beside malformed ones, and
    beyond the end of a box.
    """

    strip: Strip
    text: str
    middles: Floats
    wrong: Marks


@dataclass(frozen=True, kw_only=True)
class _Set:
    """A line's ink among others, its box (left, top, right, bottom) and its glyphs' middles."""

    ink: Mask
    box: tuple[float, float, float, float]
    middles: Sequence[float]
    wrong: Marks


@dataclass(frozen=True, kw_only=True)
class _Bent:
    """Ink as it stands in a picture, the way there from a level line, and how far an arc sags."""

    ink: Mask
    matrix: Floats
    sag: float = 0.0


@dataclass(kw_only=True)
class World:
    """Draws samples from a seed; the faces are font files, and `malform` draws the defects."""

    faces: Sequence[Path]
    words: Sequence[str]
    random: Random
    malform: Draw = draw_defect
    grounds: list[tuple[Pixels, Pixels]] = field(default_factory=list[tuple[Pixels, Pixels]])
    drawn: int = 0

    def sample(self) -> Sample:
        """Return the next line."""
        while True:
            made = self._sample()
            if made is not None:
                return made

    def _sample(self) -> Sample | None:
        pixels = round(exp(self.random.uniform(log(SMALLEST), log(LARGEST))))
        font = ImageFont.truetype(str(self.random.choice(self.faces)), pixels)
        text = draw_text(self.random, self.words)
        known = _known(font, text)
        text = "".join(one for one in text if one == " " or one in known).strip()
        if len(text.replace(" ", "")) < 2:
            return None
        line = self._set(text, font)
        return None if line is None else self._seen(text, line)

    def _set(self, text: str, font: Font) -> _Set | None:
        """Return a line of a block; None where it is too large or too small."""
        random, margin = self.random, round(MARGIN * font.size)
        leading = round(font.size * random.uniform(*LEADING))
        rows = random.choice((1, 1, 2, 3)) if " " in text or random.random() < 0.3 else 1
        at = random.randrange(rows)
        size = round(font.getlength(text)) + 2 * margin, leading * rows + 2 * margin
        if size[0] > LONGEST:
            return None
        block = Image.new("L", size, 0)
        draw = ImageDraw.Draw(block)
        for row in range(rows):
            if row != at:
                other = draw_text(random, self.words)[: max(2, len(text))]
                draw.text((margin, margin + row * leading), other, font=font, fill=255)
        top = margin + at * leading
        left, highest, right, lowest = draw.textbbox((margin, top), text, font=font)
        if min(left, highest) < 0 or right > size[0] or lowest > size[1]:
            return None
        alone = Image.new("L", size, 0)
        ImageDraw.Draw(alone).text((margin, top), text, font=font, fill=255)
        line: Mask = np.array(alone, np.uint8)
        down, across = np.unique(np.nonzero(line > INK)[0]), np.unique(np.nonzero(line > INK)[1])
        if len(down) < LEAST or len(across) < LEAST:
            return None
        edges = [margin + font.getlength(text[:end]) for end in range(len(text) + 1)]
        wrong = np.zeros(len(text), np.int8)
        if random.random() < MALFORMED:
            below = min(size[1], top + round(font.size * 1.25))
            line = self._malformed(line, text, edges, (top, below), wrong)
        return _Set(
            ink=np.maximum(np.asarray(block, np.uint8), line),
            box=(float(across[0]), float(down[0]), float(across[-1] + 1), float(down[-1] + 1)),
            middles=[(one + other) / 2 for one, other in pairwise(edges)],
            wrong=wrong,
        )

    def _malformed(
        self, line: Mask, text: str, edges: Sequence[float], rows: tuple[int, int], wrong: Marks
    ) -> Mask:
        """Return a line with some glyphs malformed, as `wrong` is told."""
        random, (top, bottom) = self.random, rows
        letters = [at for at, one in enumerate(text) if one.isalnum()]
        changed = line.copy()
        for at in random.sample(letters, min(random.choice((1, 1, 1, 2, 3)), len(letters))):
            left, right = max(0, round(edges[at])), min(line.shape[1], round(edges[at + 1]))
            inked = np.nonzero(line[top:bottom, left:right].any(axis=1))[0]
            if not len(inked) or right - left < 4:
                continue
            first, last = top + int(inked[0]), top + int(inked[-1]) + 1
            broken = self.malform(line[first:last, left:right], random)
            if broken is None:
                continue
            changed[first:last, left:right] = broken
            for near in (at - 1, at + 1):
                if 0 <= near < len(text) and wrong[near] == 0:
                    wrong[near] = -1
            wrong[at] = 1
        return changed

    def _seen(self, text: str, line: _Set) -> Sample | None:
        """Return a line bent, in a picture, and cut out of it; None where it is too long."""
        random, (left, top, right, bottom) = self.random, line.box
        tall = bottom - top
        bent = _bent(line.ink, (left, right), random)
        high = top - random.uniform(*ABOVE) * tall
        low = bottom + bent.sag + random.uniform(*BELOW) * tall
        left, right = left - self._beyond(tall), right + self._beyond(tall)
        scale = TALL / (low - high)
        across = round((right - left) * scale) + 2 * ROOM
        if not 2 * ROOM + 8 <= across <= WIDEST:
            return None
        corners = _moved(_corners(left, high, right, low), bent.matrix)
        corners += np.array([random.gauss(0, STRAY * tall) for _ in range(8)]).reshape(4, 2)
        edge = (HEIGHT - TALL) / 2
        level = _corners(ROOM, edge, across - ROOM, HEIGHT - edge)
        to_strip = cv2.getPerspectiveTransform(corners.astype(np.float32), level)
        picture = self._picture(bent.ink)
        if scale < 0.7:
            picture = np.asarray(cv2.GaussianBlur(picture, (0, 0), 0.3 / scale), np.uint8)
        strip = cv2.warpPerspective(
            picture,
            to_strip,
            (across, HEIGHT),
            flags=cv2.INTER_CUBIC,
            borderMode=cv2.BORDER_REPLICATE,
        )
        points = np.array([[x, (top + bottom) / 2] for x in line.middles], np.float32)
        at = _moved(_moved(points, bent.matrix), np.asarray(to_strip, np.float32))[:, 0]
        shift, spread = random.gauss(SHIFT, 1.0), random.uniform(0.3, 1.0) * SPREAD
        middles = at + np.array([random.gauss(shift, spread) for _ in at])
        beyond = (at < ROOM) | (at > across - ROOM)
        return Sample(
            strip=np.asarray(strip, np.uint8),
            text=text,
            middles=middles.astype(np.float32),
            wrong=np.where(beyond, -1, line.wrong).astype(np.int8),
        )

    def _beyond(self, tall: float) -> float:
        """Return how far a box reaches beyond the end of its line."""
        if self.random.random() < MISSED:
            return -self.random.uniform(0.0, SHORT) * tall
        return self.random.uniform(*BESIDE) * tall

    def _picture(self, ink: Mask) -> Strip:
        """Return ink on a ground, worn, in shades of grey."""
        random = self.random
        self.drawn += 1
        if len(self.grounds) < KEPT or self.drawn % USES == 0:
            self._paint()
        ground, mean = random.choice(self.grounds)
        height, width = ink.shape
        if height > SIDE or width > SIDE:
            ground = np.tile(ground, (1 + height // SIDE, 1 + width // SIDE, 1))
        y = random.randrange(ground.shape[0] - height + 1)
        x = random.randrange(ground.shape[1] - width + 1)
        part = ground[y : y + height, x : x + width]
        colour = ink_colour(mean, "low" if random.random() < LOW else "high", random)
        share = ink[:, :, None].astype(np.float32) / 255
        pixels = (part * (1 - share) + colour * share).astype(np.float32)
        blur = random.choice((0.0, 0.0, 0.0, 0.6, 1.0, random.uniform(0.3, 1.2)))
        quality = random.choice((100, 100, 92, 80, 65))
        return np.asarray(wear(pixels, blur, quality).convert("L"), np.uint8)

    def _paint(self) -> None:
        random = self.random
        noise = np.random.default_rng(random.getrandbits(32))
        first = np.array([random.uniform(0, 255) for _ in range(3)], np.float32)
        second = np.clip(first + noise.uniform(-90, 90, 3), 0, 255).astype(np.float32)
        kind = random.choice(GROUNDS)
        ground = paint_ground(kind, (SIDE, SIDE), (first, second), noise, random)
        self.grounds.append((ground, ground.mean(axis=(0, 1), keepdims=True)))
        del self.grounds[:-KEPT]


def _bent(ink: Mask, ends: tuple[float, float], random: Random) -> _Bent:
    """Return ink level, turned, in perspective or on an arc; `ends` are the line's, in pixels."""
    height, width = ink.shape
    kind = random.choice(BENDS)
    if kind == "level":
        return _Bent(ink=ink, matrix=np.eye(3, dtype=np.float32))
    if kind == "arc":
        sag = min(random.uniform(0.0, 0.1) * width, 0.9 * height)
        rows, columns = np.mgrid[0 : round(height + sag), 0:width].astype(np.float32)
        fall = sag * (2 * columns / width - 1) ** 2
        moved = cv2.remap(ink, columns, (rows - fall).astype(np.float32), cv2.INTER_LINEAR)
        farthest = max(abs(2 * x / width - 1) for x in ends)
        identity = np.eye(3, dtype=np.float32)
        return _Bent(ink=np.asarray(moved, np.uint8), matrix=identity, sag=sag * farthest**2)
    corners = _corners(0, 0, width, height)
    matrix = np.eye(3, dtype=np.float32)
    if kind == "turned":
        angle = random.choice((-1, 1)) * random.uniform(1, 14)
        matrix[:2] = cv2.getRotationMatrix2D((width / 2, height / 2), angle, 1.0)
    else:
        by = random.uniform(0.02, 0.2) * height
        tilted = corners + np.array([[0, by], [0, 0], [0, 0], [0, -by]], np.float32)
        if random.random() < 0.5:
            tilted = corners + np.array([[0, 0], [0, by], [0, -by], [0, 0]], np.float32)
        matrix = np.asarray(cv2.getPerspectiveTransform(corners, tilted), np.float32)
    stands = _moved(corners, matrix)
    shift = np.eye(3, dtype=np.float32)
    shift[:2, 2] = -stands.min(axis=0)
    matrix = (shift @ matrix).astype(np.float32)
    across, down = np.ceil(stands.max(axis=0) - stands.min(axis=0)).astype(int)
    bent = cv2.warpPerspective(ink, matrix, (int(across), int(down)), flags=cv2.INTER_CUBIC)
    return _Bent(ink=np.asarray(bent, np.uint8), matrix=matrix)


def _corners(left: float, top: float, right: float, bottom: float) -> Floats:
    return np.array([[left, top], [right, top], [right, bottom], [left, bottom]], np.float32)


def _moved(points: Floats, matrix: Floats) -> Floats:
    """Return points, (count, 2), where a perspective puts them."""
    return np.asarray(cv2.perspectiveTransform(points[None], matrix)[0], np.float32)


def _known(font: Font, text: str) -> set[str]:
    """Return the characters of a text that a font has: others are drawn as its missing glyph."""
    missing = _drawn(font, "\U0010ffff")
    return {one for one in set(text) if _drawn(font, one) not in {missing, ""}}


def _drawn(font: Font, one: str) -> str:
    mask: Any = font.getmask(one)
    return f"{mask.size} {bytes(mask).hex()}" if mask.getbbox() is not None else ""
