"""Sets text otherwise than level: turned, stacked, in columns, and on a circle."""

from __future__ import annotations

from math import pi
from random import Random
from typing import Any

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from presscheck.verification.benchmark.defects import Mask

Font = ImageFont.FreeTypeFont


def turned(text: str, font: Font, angle: float) -> Mask:
    """Return the ink of a line turned anticlockwise by `angle`, in degrees."""
    return trimmed(np.asarray(Image.fromarray(_line(text, font)).rotate(angle, _SMOOTH, expand=1)))


def stacked(text: str, font: Font, leading: float = 1.1) -> Mask:
    """Return the ink of letters that stand one beneath the other; a space is half a letter."""
    pitch = round(font.size * leading)
    width = round(max(font.getlength(letter) for letter in text)) + 8
    image = Image.new("L", (width, pitch * (len(text) + 1)), 0)
    draw, y = ImageDraw.Draw(image), float(pitch)
    for letter in text:
        draw.text((width / 2, y), letter, 255, font, anchor="ms")
        y += pitch / 2 if letter == " " else pitch
    return trimmed(np.asarray(image))


def columns(text: str, font: Font, count: int) -> Mask:
    """Return the ink of Chinese or Japanese in columns, the first at the right."""
    size = round(font.size)
    length = -(-len(text) // count)
    image = Image.new("L", (round(1.5 * size) * count + size, size * (length + 1)), 0)
    draw = ImageDraw.Draw(image)
    for column in range(count):
        x = image.width - size - column * round(1.5 * size)
        part = text[column * length : (column + 1) * length]
        draw.text((x, size // 2), part, 255, font, anchor="mt", direction="ttb")
    return trimmed(np.asarray(image))


def on_circle(text: str, font: Font, sweep: float, *, below: bool = False) -> Mask:
    """Return the ink of letters on a circle, over an angle of `sweep` in degrees.

    The text runs over the circle's top; `below`, along its lower half, the letters' feet outwards.
    """
    whole = font.getlength(text)
    radius = whole / np.deg2rad(sweep) + (font.size if below else 0)
    side = 2 * round(radius + 2 * font.size)
    ink = np.zeros((side, side), np.uint8)
    for at, letter in enumerate(text):
        along = font.getlength(text[:at]) + font.getlength(letter) / 2 - whole / 2
        turn = (-1 if below else 1) * along / whole * np.deg2rad(sweep) + (pi if below else 0)
        ink = np.maximum(ink, _letter(letter, font, float(radius), float(turn), side, below=below))
    return trimmed(ink)


def _letter(letter: str, font: Font, radius: float, turn: float, side: int, *, below: bool) -> Mask:
    """Return the ink of a letter on a circle, `turn` radians clockwise from its top."""
    size = round(2 * font.size)
    image = Image.new("L", (2 * size, 2 * size), 0)
    ImageDraw.Draw(image).text((size, size), letter, 255, font, anchor="ms")
    foot = side / 2 + radius * np.sin(turn), side / 2 - radius * np.cos(turn)
    angle = -np.rad2deg(turn) + (180 if below else 0)
    matrix: Any = cv2.getRotationMatrix2D((size, size), angle, 1.0)
    matrix[:, 2] += np.array(foot) - size
    moved = cv2.warpAffine(np.asarray(image), matrix, (side, side), flags=cv2.INTER_CUBIC)
    return np.asarray(moved, np.uint8)


def _line(text: str, font: Font) -> Mask:
    size = round(font.size)
    image = Image.new("L", (round(font.getlength(text)) + size, 2 * size), 0)
    ImageDraw.Draw(image).text((size / 2, size * 1.4), text, 255, font, anchor="ls")
    return np.asarray(image, np.uint8)


def trimmed(ink: Any) -> Mask:
    """Return ink without the empty rows and columns around it."""
    rows, across = np.nonzero(ink.any(axis=1))[0], np.nonzero(ink.any(axis=0))[0]
    if not len(rows):
        return np.zeros((1, 1), np.uint8)
    return np.asarray(ink[rows[0] : rows[-1] + 1, across[0] : across[-1] + 1], np.uint8)


def set_in(kind: str, text: str, font: Font, random: Random) -> Mask:
    """Return the ink of a text set in one of `KINDS`."""
    if kind == "vertical CJK":
        return columns(text, font, 2 if len(text) >= 6 and random.random() < 0.5 else 1)
    if kind == "stacked":
        return stacked(text, font, random.uniform(0.95, 1.25))
    if kind in ARCS:
        return on_circle(text, font, random.uniform(*ARCS[kind]), below=random.random() < 0.4)
    low, high = TURNS[kind]
    return turned(text, font, random.uniform(low, high) * random.choice((-1, 1)))


_SMOOTH = Image.Resampling.BICUBIC
TURNS = {
    "level": (0.0, 0.0),
    "slanted": (14.0, 30.0),
    "steep": (30.0, 80.0),
    "upright 90": (90.0, 90.0),
    "upside down": (180.0, 180.0),
}
"""Degrees, to either side."""
ARCS = {"arc": (50.0, 100.0), "half circle": (120.0, 180.0)}
"""Degrees of the circle that a text takes."""
KINDS = (*TURNS, "stacked", "vertical CJK", *ARCS)
