"""What a slot should say, and what speaks for or against it before any letter is looked at."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from presscheck.assets import Box, SlotReading, Status, Thresholds, Trouble
from presscheck.verification.assign import TOLERANCE, Found
from presscheck.verification.compare import edits, wrong_words
from presscheck.verification.lines import around, grow, join, share_inside
from presscheck.verification.normalise import normalise
from presscheck.verification.shapes.template import KnownType


@dataclass(frozen=True, kw_only=True, slots=True)
class Expected:
    """The copy of one slot; `box` is its region, when there is one.

    `unreadable` holds the characters of the normalised text that the reader doesn't know. `type` is
    the font that it should be set in, where that is known. `strict` copy must be as it is written:
    not all in capitals, no sign that is as likely another one, and, where the type is known, with
    the same quotes and dashes.
    """

    name: str
    text: str
    box: Box | None = None
    unreadable: frozenset[str] = frozenset()
    thresholds: Thresholds = field(default_factory=Thresholds)
    type: KnownType | None = None
    strict: bool = False


def misread(slot: Expected, found: Found) -> SlotReading:
    """Return the reading of a slot as long as nothing speaks for it: misspelt, or missing."""
    read = join(found)
    return SlotReading(
        slot=slot.name,
        expected=slot.text,
        read=read,
        distance=edits(slot.text, read),
        status=Status.REJECT,
        trouble=Trouble.MISSPELT if found else Trouble.MISSING,
        box=around(line.box for line in found) if found else None,
        words=wrong_words(slot.text, read),
    )


def unread(slot: Expected, found: Found) -> SlotReading:
    """Return the reading of a slot with characters that the reader doesn't know."""
    return replace(
        misread(slot, found),
        status=Status.UNSUPPORTED,
        trouble=Trouble.UNREADABLE,
        words=tuple(
            (word, "") for word in normalise(slot.text).split() if slot.unreadable & set(word)
        ),
    )


def outside(slot: Expected, found: Found) -> bool:
    """Tell whether most of the text's area lies outside the grown region."""
    if slot.box is None:
        return False
    near = grow(slot.box, TOLERANCE)
    areas = [(line.box.width * line.box.height, share_inside(line.box, near)) for line in found]
    return sum(area * share for area, share in areas) < 0.5 * sum(area for area, _ in areas)
