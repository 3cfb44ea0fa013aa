"""Draws adverts: copy in many faces on many grounds, bent, turned and blurred."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from presscheck.verification.benchmark.defects import Mask, malform
from presscheck.verification.benchmark.faces import Face
from presscheck.verification.grounds import Pixels, paint_ground, wear

SIZES = (
    (1024, 1024),
    (768, 768),
    (640, 800),
    (960, 640),
    (1080, 608),
    (608, 1080),
    (1200, 628),
    (1080, 1350),
    (900, 900),
    (720, 1280),
    (820, 460),
    (1120, 630),
    (840, 1050),
    (1000, 1000),
    (1180, 590),
    (700, 1050),
    (660, 1180),
    (1060, 600),
    (800, 1000),
    (940, 940),
    (1240, 620),
    (740, 1110),
    (680, 1210),
)
"""Pixels."""
SIZES_APART = ((1140, 640), (860, 1070), (980, 980), (1210, 605), (720, 1080), (650, 1150))
LEADING = 1.15
BREAK = 0.3
"""How often copy of several words is set in two lines."""

SHORTEST = 3
"""Characters; nobody breaks copy so that a line has fewer."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Look:
    """What an advert looks like, beside its copy."""

    size: tuple[int, int]
    ground: str
    contrast: str
    bend: str
    blur: float
    quality: int


Place = tuple[str, int, float, int]
"""A line of a block, how many characters stand before it, and its left and top."""

GROUNDS = ("flat", "flat", "gradient", "photo", "shapes", "pattern")
BENDS = ("level", "level", "level", "level", "turned", "perspective", "arc")


def draw_look(random: Random, *, apart: bool = False) -> Look:
    """Choose what an advert looks like."""
    return Look(
        size=random.choice(SIZES_APART if apart else SIZES),
        ground=random.choice(GROUNDS),
        contrast="low" if random.random() < 0.12 else "high",
        bend=random.choice(BENDS),
        blur=random.choice((0.0, 0.0, 0.0, 0.6, 1.0)),
        quality=random.choice((100, 100, 92, 80, 65)),
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class Block:
    """The copy of one slot as it is drawn."""

    text: str
    face: Face
    pixels: int
    weight: float
    malformed: bool = False


def set_block(block: Block, random: Random) -> tuple[Mask, int | None] | None:
    """Return a block's ink, and which character is malformed; None if none can be."""
    font = block.face.sized(block.pixels, block.weight)
    lines = _lines(block.text, random)
    margin = block.pixels // 2
    width = max(round(font.getlength(line)) for line in lines) + 2 * margin
    leading = round(block.pixels * LEADING)
    image = Image.new("L", (width, leading * len(lines) + 2 * margin), 0)
    draw = ImageDraw.Draw(image)
    left = random.choice((True, False))
    places: list[Place] = []
    for row, line in enumerate(lines):
        x = margin if left else (width - font.getlength(line)) / 2
        y = margin + row * leading
        if not _inside(draw.textbbox((x, y), line, font=font), image.size):
            return None
        draw.text((x, y), line, font=font, fill=255)
        places.append((line, sum(len(before) + 1 for before in lines[:row]), float(x), y))
    ink = np.array(image, np.uint8)
    if not block.malformed:
        return ink, None
    return _malformed(ink, font, places, random)


def _inside(box: tuple[float, float, float, float], size: tuple[int, int]) -> bool:
    """Tell whether all ink of a line is drawn: some faces reach far beyond their lines."""
    return min(box[:2]) >= 0 and box[2] <= size[0] and box[3] <= size[1]


def _lines(text: str, random: Random) -> list[str]:
    words = text.split(" ")
    breaks = [
        (" ".join(words[:at]), " ".join(words[at:]))
        for at in range(1, len(words))
        if min(len(" ".join(words[:at])), len(" ".join(words[at:]))) >= SHORTEST
    ]
    if not breaks or random.random() > BREAK:
        return [text]
    return list(random.choice(breaks))


def _malformed(
    ink: Mask,
    font: ImageFont.FreeTypeFont,
    places: Sequence[Place],
    random: Random,
) -> tuple[Mask, int | None] | None:
    for _ in range(20):
        line, before, x, y = random.choice(places)
        letters = [index for index, one in enumerate(line) if one.isalnum()]
        if not letters:
            continue
        at = random.choice(letters)
        left = max(0, round(x + font.getlength(line[:at])))
        right = min(ink.shape[1], round(x + font.getlength(line[: at + 1])))
        top, bottom = y, min(ink.shape[0], y + round(font.size * 1.25))
        rows = np.nonzero(ink[top:bottom, left:right].any(axis=1))[0]
        if not len(rows) or right - left < 4:
            continue
        top, bottom = top + int(rows[0]), top + int(rows[-1]) + 1
        broken = malform(ink[top:bottom, left:right], random)
        if broken is not None:
            changed = ink.copy()
            changed[top:bottom, left:right] = broken
            return changed, before + at
    return None


def draw_ground(look: Look, random: Random) -> Pixels:
    """Return a ground, (height, width, 3), 0-255."""
    noise = np.random.default_rng(random.getrandbits(32))
    first = np.array([random.uniform(0, 255) for _ in range(3)], np.float32)
    second = np.clip(first + noise.uniform(-90, 90, 3), 0, 255).astype(np.float32)
    return paint_ground(look.ground, look.size, (first, second), noise, random)


def bend(ink: Mask, look: Look, random: Random) -> Mask:
    """Return ink that is turned, seen from the side, or on an arc."""
    height, width = ink.shape
    if look.bend == "turned":
        angle = random.choice((-1, 1)) * random.uniform(3, 14)
        return np.asarray(
            Image.fromarray(ink).rotate(angle, Image.Resampling.BICUBIC, expand=True), np.uint8
        )
    if look.bend == "perspective":
        by = random.uniform(0.05, 0.22) * height
        ends = np.array([[0, by], [width, 0], [width, height], [0, height - by]], np.float32)
        if random.random() < 0.5:
            ends = np.array([[0, 0], [width, by], [width, height - by], [0, height]], np.float32)
        corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
        matrix = cv2.getPerspectiveTransform(corners, ends)
        return np.asarray(cv2.warpPerspective(ink, matrix, (width, height)), np.uint8)
    if look.bend == "arc":
        sag = min(random.uniform(0.04, 0.1) * width, 0.9 * height)
        rows, columns = np.mgrid[0 : round(height + sag), 0:width].astype(np.float32)
        lift = sag * (1 - (2 * columns / width - 1) ** 2)
        moved = cv2.remap(ink, columns, (rows - sag + lift).astype(np.float32), cv2.INTER_LINEAR)
        return np.asarray(moved, np.uint8)
    return ink


def ink_colour(ground: Pixels, contrast: str, random: Random) -> Pixels:
    """Return a colour that can be read on a ground: WCAG contrast of 2 to 3 if low, else from 4."""
    mean = ground.reshape(-1, 3).mean(axis=0)
    for _ in range(200):
        colour = np.array([random.uniform(0, 255) for _ in range(3)], np.float32)
        ratio = contrast_ratio(colour, mean)
        if (2.0 <= ratio <= 3.0) if contrast == "low" else ratio >= 4.0:
            return colour
    return np.full(3, 255.0 if luminance(mean) < 0.2 else 0.0, np.float32)


def luminance(colour: Any) -> float:
    """Return the relative luminance of an sRGB colour, 0-255 (WCAG 2.2)."""
    values = np.asarray(colour, np.float64) / 255
    linear = np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)
    return float(linear @ [0.2126, 0.7152, 0.0722])


def contrast_ratio(one: Any, other: Any) -> float:
    """Return the contrast of two sRGB colours, 1-21 (WCAG 2.2)."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def finish(pixels: Pixels, look: Look) -> Image.Image:
    """Return the picture as it is delivered: blurred, and through JPEG, as its look says."""
    return wear(pixels, look.blur, look.quality)
