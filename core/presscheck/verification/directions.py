"""Which way lines run: level, steep, upright, upside down, or along an arc.

An outline's points go along the line's top, as it is read, and back along its bottom; a straight
line has four.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import hypot

Point = tuple[float, float]
Outline = Sequence[Point]

STEEP = 0.3
"""Lines that fall or rise more than this, in fractions of the image, are made level first."""
SAME = 0.95
"""Cosine of the angle from which on two lines run the same way."""


def along(outline: Outline, share: float) -> tuple[Point, Point]:
    """Return the points of the top and of the bottom at a share (0-1) of a line's length.

    >>> along(((0, 0), (4, 0), (4, 2), (0, 2)), 0.25)
    ((1.0, 0.0), (1.0, 2.0))
    """
    half = len(outline) // 2
    place = min(max(share, 0.0), 1.0) * (half - 1)
    at = min(int(place), half - 2)
    sides = outline[:half], outline[: half - 1 : -1]
    top, bottom = (_between(side[at], side[at + 1], place - at) for side in sides)
    return top, bottom


def _between(one: Point, other: Point, share: float) -> Point:
    return one[0] + share * (other[0] - one[0]), one[1] + share * (other[1] - one[1])


def has_sides(outline: Outline) -> bool:
    """Tell whether an outline has a top and a bottom of as many points."""
    return len(outline) >= 4 and len(outline) % 2 == 0


def is_curved(outline: Outline) -> bool:
    """Tell whether an outline is that of a line on an arc."""
    return has_sides(outline) and len(outline) > 4


def heading(outline: Outline) -> Point:
    """Return the direction from a line's beginning to its end, of length 1."""
    return _towards(outline[0], outline[len(outline) // 2 - 1])


def _towards(one: Point, other: Point) -> Point:
    across, down = other[0] - one[0], other[1] - one[1]
    length = hypot(across, down) or 1.0
    return across / length, down / length


def is_level(outline: Outline) -> bool:
    """Tell whether a line runs from left to right, not too steeply; without an outline it does."""
    if not has_sides(outline):
        return True
    across, down = heading(outline)
    return across > 0 and abs(down) <= STEEP * across


def by_heading(outlines: Sequence[Outline]) -> list[list[int]]:
    """Group lines, by their numbers, that run the same way."""
    groups: list[list[int]] = []
    for number, outline in enumerate(outlines):
        ahead = heading(outline)
        for group in groups:
            other = heading(outlines[group[0]])
            if ahead[0] * other[0] + ahead[1] * other[1] >= SAME:
                group.append(number)
                break
        else:
            groups.append([number])
    return groups


def made_level(outlines: Sequence[Outline]) -> list[tuple[Point, ...]]:
    """Return the outlines of lines that run the same way as they are when the longest is level.

    All lie within 0-1.
    """
    longest = max(outlines, key=_length)
    (ax, ay), (bx, by) = heading(longest), _towards(longest[0], longest[-1])
    turn = ax * by - ay * bx
    if abs(turn) < 1e-6:
        bx, by, turn = -ay, ax, 1.0
    turned = [
        [((x * by - y * bx) / turn, (ax * y - ay * x) / turn) for x, y in outline]
        for outline in outlines
    ]
    xs, ys = zip(*(point for outline in turned for point in outline), strict=True)
    size = max(max(xs) - min(xs), max(ys) - min(ys)) or 1.0
    return [
        tuple(((x - min(xs)) / size, (y - min(ys)) / size) for x, y in outline)
        for outline in turned
    ]


def _length(outline: Outline) -> float:
    (left, top), (right, end) = outline[0], outline[len(outline) // 2 - 1]
    return hypot(right - left, end - top)
