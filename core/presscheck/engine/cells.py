"""A plan's cells and the places they cover. Pure."""

from __future__ import annotations

import math

from presscheck.assets import Box

CELL = 32
"""Pixels of a cell of the large grid."""

Place = tuple[int, int, int, int]
"""A rectangle: (left, top, right, bottom), the last two outside it; of cells or of pixels."""

SLACK = 1e-6
"""What a box may reach into a cell, in cells, without touching it."""


def touched(box: Box, rows: int, columns: int) -> Place:
    """Return the cells that a box touches in a grid; at least one.

    >>> touched(Box(x=0.3, y=0.0, width=0.3, height=0.25), rows=4, columns=4)
    (1, 0, 3, 1)
    """
    left = min(max(math.floor(box.x * columns + SLACK), 0), columns - 1)
    top = min(max(math.floor(box.y * rows + SLACK), 0), rows - 1)
    right = math.ceil((box.x + box.width) * columns - SLACK)
    bottom = math.ceil((box.y + box.height) * rows - SLACK)
    return left, top, min(max(right, left + 1), columns), min(max(bottom, top + 1), rows)


def pixels_of(place: Place) -> Place:
    """Return the pixels that some cells cover."""
    left, top, right, bottom = place
    return left * CELL, top * CELL, right * CELL, bottom * CELL
