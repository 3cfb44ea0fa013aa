"""Glyphs that came out wrong in other ways than those of the score board."""

from __future__ import annotations

from random import Random

import cv2
import numpy as np

from presscheck.verification.benchmark.defects import DEFECTS, Defect, Mask, malform

OFTEN = 0.8
"""How often a defect is of a kind of the score board."""


def weight(glyph: Mask, random: Random) -> Mask:
    """Make strokes thicker or thinner than the other glyphs'."""
    by = max(1, round(glyph.shape[0] * random.uniform(0.03, 0.07)))
    kernel = np.ones((by + 1, by + 1), np.uint8)
    change = cv2.dilate if random.random() < 0.5 else cv2.erode
    return np.asarray(change(glyph, kernel), np.uint8)


def tremble(glyph: Mask, random: Random) -> Mask:
    """Let its outline tremble."""
    height, width = glyph.shape
    noise = np.random.default_rng(random.getrandbits(32))
    cells = random.randint(3, 6)
    size = height * random.uniform(0.08, 0.16)
    rows, columns = np.mgrid[0:height, 0:width].astype(np.float32)
    moves = [
        cv2.resize(
            noise.normal(0, size, (cells, cells)).astype(np.float32),
            (width, height),
            interpolation=cv2.INTER_CUBIC,
        )
        for _ in range(2)
    ]
    moved = cv2.remap(glyph, columns + moves[0], rows + moves[1], cv2.INTER_LINEAR)
    return np.asarray(moved, np.uint8)


def mirror(glyph: Mask, random: Random) -> Mask:
    """Turn it over, or upside down."""
    return np.ascontiguousarray(glyph[:, ::-1] if random.random() < 0.5 else glyph[::-1])


def smear(glyph: Mask, random: Random) -> Mask:
    """Close its counters, or wash it out."""
    by = max(2, round(glyph.shape[0] * random.uniform(0.08, 0.16)))
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (by + 1, by + 1))
    how = cv2.MORPH_CLOSE if random.random() < 0.5 else cv2.MORPH_OPEN
    return np.asarray(cv2.morphologyEx(glyph, how, kernel), np.uint8)


def gaps(glyph: Mask, random: Random) -> Mask:
    """Break its strokes in several places."""
    rows, columns = np.nonzero(glyph > 128)
    broken = glyph.copy()
    if not len(rows):
        return broken
    for _ in range(random.randint(2, 4)):
        at = random.randrange(len(rows))
        radius = max(1, round(glyph.shape[0] * random.uniform(0.05, 0.09)))
        cv2.circle(broken, (int(columns[at]), int(rows[at])), radius, 0, -1, cv2.LINE_AA)
    return broken


MORE: tuple[Defect, ...] = (weight, tremble, mirror, smear, gaps)


def draw_defect(glyph: Mask, random: Random) -> Mask | None:
    """Return a glyph with a defect that shows, of the board's kinds or of `MORE`."""
    return malform(glyph, random, DEFECTS if random.random() < OFTEN else MORE)
