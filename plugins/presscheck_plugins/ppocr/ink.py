"""Which pixels of a crop are ink, and letters beneath each other laid side by side."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import cv2
import numpy as np

from presscheck_plugins.ppocr.detect import Pixels

Mask = np.ndarray[Any, np.dtype[np.bool_]]
Run = tuple[int, int]
"""The first row with ink and the first without."""

INK = 24
"""Ink differs from its ground by so much, 0-255."""
SPECK = 0.4
"""Ink less tall than this part of a letter belongs to the nearest one: dots and accents."""
BETWEEN = 0.08
"""Letters laid side by side are so far apart, in heights."""


def ink_of(crop: Pixels) -> Mask:
    """Return which pixels differ from the ground, which most of the crop is (Otsu 1979)."""
    ground = np.median(crop, axis=(0, 1))
    contrast = np.abs(crop.astype(np.int16) - ground).max(axis=2).astype(np.uint8)
    otsu: Any = cv2
    split = float(otsu.threshold(contrast, 0, 255, cv2.THRESH_OTSU)[0])
    return np.asarray(contrast > max(INK, split), np.bool_)


def laid_out(crop: Pixels) -> Pixels | None:
    """Return letters that stand beneath each other as a level line; None where there is only one.

    All keep their size, and their middle stays on one height.
    """
    ink = ink_of(crop)
    runs = _letters(ink)
    if len(runs) < 2:
        return None
    tall = max(bottom - top for top, bottom in runs)
    by = max(1, round(BETWEEN * tall))
    high = tall + 4 * by
    cells: list[Pixels] = []
    for top, bottom in runs:
        columns = np.flatnonzero(ink[top:bottom].any(axis=0))
        left, right = max(0, int(columns[0]) - by), int(columns[-1]) + 1 + by
        cell = np.empty((high, min(right, crop.shape[1]) - left, 3), np.uint8)
        cell[:] = np.median(crop, axis=(0, 1)).astype(np.uint8)
        start = (high - (bottom - top)) // 2
        cell[start : start + bottom - top] = crop[top:bottom, left:right]
        cells.append(cell)
    return np.concatenate(cells, axis=1)


def _letters(ink: Mask) -> list[Run]:
    """Return the rows that each letter takes, its dots and accents with it."""
    rows = ink.any(axis=1).astype(np.int8)
    edges = np.diff(np.concatenate([[0], rows, [0]]))
    pairs = zip(np.flatnonzero(edges == 1), np.flatnonzero(edges == -1), strict=True)
    runs = [(int(top), int(bottom)) for top, bottom in pairs]
    tall = max((bottom - top for top, bottom in runs), default=0)
    while len(runs) > 1:
        small = [at for at, run in enumerate(runs) if run[1] - run[0] < SPECK * tall]
        if not small:
            break
        runs = _joined(runs, small[0])
    return runs


def _joined(runs: Sequence[Run], at: int) -> list[Run]:
    """Return runs with one joined to the nearer of its neighbours."""
    above = runs[at][0] - runs[at - 1][1] if at else np.inf
    below = runs[at + 1][0] - runs[at][1] if at + 1 < len(runs) else np.inf
    first = at - 1 if above < below else at
    return [*runs[:first], (runs[first][0], runs[first + 1][1]), *runs[first + 2 :]]
