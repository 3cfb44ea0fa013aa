"""Looks for malformed glyphs where no font is known.

A reader reads past a stroke that is missing or too many. What it accepts is shown to an inspector
of glyphs, line by line, with what should stand there and where; see `presscheck_glyphs`. Letters
beneath each other aren't: they lie on their sides in such a line.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from PIL import Image

from presscheck.assets import Edit, EditKind, SlotReading, Status, Trouble
from presscheck.registry import GlyphInspector
from presscheck.verification.assign import Found
from presscheck.verification.laid import Laid, laid_along

REJECT, DOUBT = 5.0, 4.0
"""From such log odds on that a glyph is malformed its slot is rejected, or left unsure."""
ODD = 2.0
"""From such log odds on a glyph looks odd: letters of one face are alike, defects are not."""
FACE = 0.5
"""Where this share of all letters is malformed that may be how the face draws them."""
BEYOND = 0.1
"""A character may stand so far beyond an end of its line, in parts of the line's length."""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Judged:
    """A letter, where it stands in the copy of a slot, and the log odds that it is malformed."""

    glyph: str
    slot: str
    at: int
    odds: float


def by_glyphs(
    image: Image.Image, read: Sequence[tuple[SlotReading, Found]], inspector: GlyphInspector
) -> list[SlotReading]:
    """Return readings of slots, which are accepted no longer if glyphs of theirs are malformed.

    With each go the lines that it was found in.
    """
    judged = [
        one
        for reading, found in read
        if reading.status is Status.ACCEPT
        for one in _judged(image, reading, found, inspector)
    ]
    return [_with_edits(reading, judged) for reading, _ in read]


def _with_edits(reading: SlotReading, judged: Sequence[_Judged]) -> SlotReading:
    edits = tuple(_edits(reading, judged))
    if not edits:
        return reading
    letters = sum(one.character.isalnum() for one in reading.characters)
    by_design = len(edits) > 1 and len(edits) >= FACE * letters
    sure = max(edit.confidence for edit in edits) >= _confidence(REJECT) and not by_design
    return replace(
        reading,
        status=Status.REJECT if sure else Status.UNSURE,
        trouble=Trouble.MISSPELT,
        edits=(*reading.edits, *edits),
    )


def _edits(reading: SlotReading, judged: Sequence[_Judged]) -> Iterator[Edit]:
    for one in judged:
        if one.slot != reading.slot or one.odds < DOUBT:
            continue
        # Where the same letter looks odd elsewhere, too, that is how the face draws it.
        others = (other.odds for other in judged if _is_same_elsewhere(one, other))
        if max(others, default=-np.inf) < ODD:
            letter = reading.characters[one.at]
            yield Edit(
                kind=EditKind.MALFORMED,
                expected=letter.character,
                read="",
                at=one.at,
                confidence=_confidence(one.odds),
                box=letter.box,
            )


def _is_same_elsewhere(one: _Judged, other: _Judged) -> bool:
    """Tell whether it is the same letter; what is beside a malformed one shows some of it."""
    return other.glyph == one.glyph and (other.slot != one.slot or abs(other.at - one.at) > 1)


def _judged(
    image: Image.Image, reading: SlotReading, found: Found, inspector: GlyphInspector
) -> Iterator[_Judged]:
    """Yield what an inspector says of the letters of a slot."""
    pixels = np.asarray(image if image.mode == "RGB" else image.convert("RGB"))
    for laid in laid_along(image.size, reading.expected, found, reading.characters):
        if laid.line.stacked or not _is_found(laid):
            continue
        odds = inspector.malformed(pixels, laid.course, laid.text, laid.ways)
        for at, (glyph, value) in enumerate(zip(laid.text, odds, strict=True), start=laid.start):
            if glyph.isalnum():
                yield _Judged(glyph=glyph, slot=reading.slot, at=at, odds=value)


def _is_found(laid: Laid) -> bool:
    """Tell whether characters stand along their line: else they were read in another look."""
    length = laid.course.length
    inside = all(-BEYOND * length <= way <= (1 + BEYOND) * length for way in laid.ways)
    return inside and all(one < other for one, other in pairwise(laid.ways))


def _confidence(odds: float) -> float:
    """Return log odds as a probability.

    >>> _confidence(0.0)
    0.5
    """
    return round(float(1 / (1 + np.exp(-odds))), 4)
