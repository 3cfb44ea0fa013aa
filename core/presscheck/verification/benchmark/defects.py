"""Glyphs that came out wrong: strokes that are missing, too many, or out of shape."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random
from typing import Any

import cv2
import numpy as np

Mask = np.ndarray[Any, np.dtype[np.uint8]]
"""(height, width): ink, 0-255."""
Defect = Callable[[Mask, Random], Mask]

SEEN = 0.10
"""A defect that changes less than this part of a glyph's ink is none."""
HIDDEN = 0.9
"""One that changes more leaves no glyph."""


def _somewhere(glyph: Mask, random: Random) -> tuple[int, int]:
    rows, columns = np.nonzero(glyph > 128)
    if not len(rows):
        return glyph.shape[1] // 2, glyph.shape[0] // 2
    at = random.randrange(len(rows))
    return int(columns[at]), int(rows[at])


def _disc(glyph: Mask, random: Random, least: float, ink: int) -> Mask:
    """Draw a disc of ink or ground; its radius is from `least` to a fifth of the glyph's height."""
    x, y = _somewhere(glyph, random)
    radius = max(2, round(glyph.shape[0] * random.uniform(least, 0.2)))
    broken = glyph.copy()
    cv2.circle(broken, (x, y), radius, ink, -1, cv2.LINE_AA)
    return broken


def erase(glyph: Mask, random: Random) -> Mask:
    """Erase a part of a stroke."""
    return _disc(glyph, random, 0.10, 0)


def cut(glyph: Mask, random: Random) -> Mask:
    """Cut through the glyph with a bar of ground."""
    x, y = _somewhere(glyph, random)
    angle = random.uniform(0, np.pi)
    reach = max(glyph.shape)
    across = round(reach * np.cos(angle)), round(reach * np.sin(angle))
    broken = glyph.copy()
    wide = max(2, round(glyph.shape[0] * random.uniform(0.06, 0.12)))
    cv2.line(broken, (x - across[0], y - across[1]), (x + across[0], y + across[1]), 0, wide)
    return broken


def stroke(glyph: Mask, random: Random) -> Mask:
    """Add a stroke that doesn't belong there."""
    x, y = _somewhere(glyph, random)
    to = random.randrange(glyph.shape[1]), random.randrange(glyph.shape[0])
    broken = glyph.copy()
    wide = max(2, round(glyph.shape[0] * random.uniform(0.07, 0.13)))
    cv2.line(broken, (x, y), to, 255, wide, cv2.LINE_AA)
    return broken


def blot(glyph: Mask, random: Random) -> Mask:
    """Fill a part with ink."""
    return _disc(glyph, random, 0.12, 255)


def melt(glyph: Mask, random: Random) -> Mask:
    """Push its parts about."""
    height, width = glyph.shape
    rows, columns = np.mgrid[0:height, 0:width].astype(np.float32)
    size = height * random.uniform(0.12, 0.22)
    wave, phase = random.uniform(0.35, 0.8) * height, random.uniform(0, 6)
    x = columns + size * np.sin(rows / wave * 6.28 + phase)
    y = rows + size * np.sin(columns / wave * 6.28 + phase + 1)
    moved = cv2.remap(glyph, x.astype(np.float32), y.astype(np.float32), cv2.INTER_LINEAR)
    return np.asarray(moved, np.uint8)


def half(glyph: Mask, random: Random) -> Mask:
    """Leave a side of it out."""
    height, width = glyph.shape
    broken = glyph.copy()
    part = random.uniform(0.25, 0.4)
    side = random.randrange(4)
    if side == 0:
        broken[: round(height * part)] = 0
    elif side == 1:
        broken[round(height * (1 - part)) :] = 0
    elif side == 2:
        broken[:, : round(width * part)] = 0
    else:
        broken[:, round(width * (1 - part)) :] = 0
    return broken


DEFECTS: tuple[Defect, ...] = (erase, cut, stroke, blot, melt, half)


def malform(glyph: Mask, random: Random, defects: Sequence[Defect] = DEFECTS) -> Mask | None:
    """Return a glyph with one of some `defects` that shows; None where it cannot have one."""
    ink = float(glyph.sum())
    if ink < 255 * 12:
        return None
    for _ in range(12):
        broken = random.choice(defects)(glyph, random)
        changed = float(np.abs(broken.astype(np.int16) - glyph).sum())
        if SEEN * ink <= changed <= HIDDEN * ink:
            return broken
    return None
