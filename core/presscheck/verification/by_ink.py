"""Says what the ink of a line shows and no letter tells of, whatever type it is set in.

Chinese and Japanese stand on equal squares, and readers see no space between them: a character that
stands further from the one before it than all others do has a space before it. And readers take a
capital O for a zero: where copy has both in a line, their breadths tell them apart.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np
from PIL import Image

from presscheck.assets import CharReading
from presscheck.verification.assign import Found
from presscheck.verification.directions import has_sides
from presscheck.verification.inked import Extent, extents
from presscheck.verification.lines import Line
from presscheck.verification.normalise import joins_without_space
from presscheck.verification.shapes.strip import Course

FEWEST = 3
"""Characters from which on a line has a usual step."""
BROAD, BROADER = frozenset("O0"), 1.12
"""In every face that draws the two apart, an O is so much broader than a 0, by its height."""
SETTLED = -4.0
"""The loss of a sign that its shape has settled."""
WIDER, EMPTIER, FIRMLY = 0.12, 0.08, 4.0
"""A space makes a step so much longer than the usual one, by its length, and the gap so much wider
than any other, in em; and it is so many times what other steps differ by."""


def wide_gap(
    image: Image.Image, found: Found, characters: Sequence[CharReading] | None
) -> int | None:
    """Return which character of a slot stands too far from the one before it, None if none does.

    It is looked for where the whole slot stands in one line and is written without spaces.
    """
    if characters is None or len(found) != 1 or len(characters) < FEWEST:
        return None
    text = [one.character for one in characters]
    if not all(joins_without_space(*pair) for pair in pairwise(text)):
        return None
    placed = _extents(image, found[0], characters)
    stand = [one for one in placed if one is not None]
    if len(stand) < len(placed):
        return None
    steps = [after.middle - before.middle for before, after in pairwise(stand)]
    gaps = [after.left - before.right for before, after in pairwise(stand)]
    at = int(np.argmax(steps))
    others = np.array(steps[:at] + steps[at + 1 :])
    usual = float(np.median(others))
    differ = float(np.abs(others - usual).max())
    widest = max(gaps[:at] + gaps[at + 1 :])
    wider = steps[at] - usual >= max(WIDER * usual, FIRMLY * differ)
    return at + 1 if wider and gaps[at] - widest >= EMPTIER else None


def told_apart(
    image: Image.Image, found: Found, characters: Sequence[CharReading]
) -> tuple[CharReading, ...]:
    """Return characters with the doubt about O and 0 settled where they differ as they should."""
    text = [one.character for one in characters]
    doubted = any(_is_broad(one) and one.loss > SETTLED for one in characters)
    if len(found) != 1 or not doubted or not set(text) >= BROAD:
        return tuple(characters)
    inked = [one for one in characters if one.character != " "]
    breadths: dict[str, list[float]] = {sign: [] for sign in BROAD}
    for one, extent in zip(inked, _extents(image, found[0], inked), strict=True):
        if one.character not in BROAD:
            continue
        if extent is None or not extent.apart:
            return tuple(characters)
        breadths[one.character].append(extent.breadth)
    if not all(breadths.values()) or min(breadths["O"]) < BROADER * max(breadths["0"]):
        return tuple(characters)
    return tuple(
        replace(one, loss=min(one.loss, SETTLED)) if _is_broad(one) else one for one in characters
    )


def _is_broad(one: CharReading) -> bool:
    """Tell whether a reader takes an O for a 0, or a 0 for an O."""
    return one.character != one.instead and one.character in BROAD and one.instead in BROAD


def _extents(
    image: Image.Image, line: Line, characters: Sequence[CharReading]
) -> list[Extent | None]:
    if not has_sides(line.corners):
        return [None] * len(characters)
    course = Course.of(line, *image.size)
    pixels = np.asarray(image if image.mode == "RGB" else image.convert("RGB"))
    return extents(pixels, course, [course.way_of_box(one.box, image.size) for one in characters])
