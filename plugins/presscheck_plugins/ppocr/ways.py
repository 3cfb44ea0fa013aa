"""The ways to read a patch: as it lies, turned by quarters, or unrolled from its arc."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from presscheck_plugins.ppocr.arcs import Arc, boxed, fit_arc, grown, inked, unroll
from presscheck_plugins.ppocr.detect import Corners, Patch, Pixels
from presscheck_plugins.ppocr.ink import laid_out
from presscheck_plugins.ppocr.recognise import Line, cut_out

GOOD = 0.9
"""A line read with this score needs no other way: upside down, text scored 0.4-0.8."""
SURE, BETTER = 0.75, 0.05
"""Another way counts from the first score on, and when it is so much better than the first way."""
FEW = 2
"""So many letters, or fewer, may read well upside down: $8 and 8$."""
EITHER_WAY = frozenset("01689HINOSXZlosxz$%-–|.,:'/+=")
"""Signs that are signs upside down, too: 60 % reads as % 09."""
CLEARLY = 0.15
"""What has no more than a few other signs must read so much better upside down: 60 % read as % 09
was better by 0.1, and few adverts stand on their heads."""
UPRIGHT = 1.5
"""A box this much taller than wide holds a line that was turned, or letters beneath each other."""


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Way:
    """Text as a level strip, and its outline: along the top, as it is read, and back below."""

    strip: Pixels
    outline: Corners
    turns: int = 0
    """Quarters, anticlockwise, by which a level box was turned; the arcs have none."""
    stacked: bool = False
    """Whether letters that stand beneath each other were laid side by side."""


def first_way(pixels: Pixels, patch: Patch) -> Way | None:
    """Return the likeliest way to read a patch; None where it is no line of text."""
    arc = fit_arc([patch.outline]) if patch.bent else None
    if arc is not None:
        wide = grown(arc)
        return along(pixels, inked(pixels, wide) or wide, below=arc.below)
    return straight(pixels, patch.corners) if patch.straight else None


def straight(pixels: Pixels, corners: Corners) -> Way:
    """Return a box as it lies; one that stands upright is read from top to bottom."""
    crop = cut_out(pixels, corners)
    down, across = crop.shape[:2]
    return _turned(crop, corners, 1 if down >= UPRIGHT * across else 0)


def reading_order(corners: Corners) -> Corners:
    """Return a box's corners from where its line begins: one that stands is read downwards."""
    across, down = (np.linalg.norm(corners[end] - corners[0]) for end in (1, 3))
    return np.roll(corners, -1, axis=0) if down >= UPRIGHT * across else corners


def column(pixels: Pixels, corners: Corners) -> Way | None:
    """Return the letters of a box that stand beneath each other, laid side by side."""
    strip = laid_out(cut_out(pixels, corners))
    outline = np.roll(corners, -1, axis=0)
    return None if strip is None else Way(strip=strip, outline=outline, stacked=True)


def along(pixels: Pixels, arc: Arc, *, below: bool) -> Way:
    """Return an arc unrolled."""
    strip, outline = unroll(pixels, arc, below=below)
    return Way(strip=strip, outline=outline)


def other_ways(pixels: Pixels, patch: Patch, first: Way) -> Iterator[Way]:
    """Yield the other ways to read a patch that was read poorly in the first."""
    arc = fit_arc([patch.outline]) if patch.bent else None
    if arc is not None:
        yield along(pixels, grown(arc), below=arc.below)
        yield along(pixels, grown(arc), below=not arc.below)
    elif (ink := boxed(pixels, patch.corners)) is not None:
        yield along(pixels, ink, below=ink.below)
    if not patch.straight:
        return
    crop = cut_out(pixels, patch.corners)
    down, across = crop.shape[:2]
    long = max(down, across) >= UPRIGHT * min(down, across)
    done = first.turns if arc is None else None
    likely = (0, 2) if long and across > down else (0, 1, 2, 3)
    yield from (_turned(crop, patch.corners, turns) for turns in likely if turns != done)


def last_ways(pixels: Pixels, patch: Patch, _: Way) -> Iterator[Way]:
    """Yield the way that is left when all others read poorly: letters beneath each other.

    Not before: a line that runs upwards would be read from its end.
    """
    down, across = np.ptp(patch.corners, axis=0)[::-1]
    letters = column(pixels, patch.corners) if patch.straight else None
    if letters is not None and down >= UPRIGHT * across:
        yield letters


def _turned(crop: Pixels, corners: Corners, turns: int) -> Way:
    strip = np.ascontiguousarray(np.rot90(crop, turns))
    return Way(strip=strip, outline=np.roll(corners, -turns, axis=0), turns=turns)


def is_better(other: Line, first: Line, *, overturned: bool = False) -> bool:
    """Tell whether another way to read a patch is the right one; few letters say too little.

    `overturned` tells that it is the first way upside down.
    """
    letters = other.text.replace(" ", "")
    telling = sum(letter not in EITHER_WAY for letter in letters)
    by = CLEARLY if overturned and telling <= FEW else BETTER
    return len(letters) > FEW and other.score >= max(SURE, first.score + by)


def is_overturned(way: Way, first: Way) -> bool:
    """Tell whether a way to read a box is another one upside down."""
    level = len(way.outline) == len(first.outline) == 4
    return level and abs(way.turns - first.turns) == 2
