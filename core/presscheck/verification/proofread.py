"""The verdict: slot by slot, then on text that nobody asked for.

A slot is accepted when its text was read exactly (see `normalise`), in its place. It is unsure when
only spaces differ and the ink doesn't settle it. It is rejected when it is misspelt, missing or
misplaced. Before a slot is rejected for its letters its place is read a second time, twice as
large; a second reading counts only when it is exact and the first was near, or read nothing there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from PIL import Image

from presscheck.assets import Box, Finding, Severity, SlotReading, Status, Trouble
from presscheck.registry import ReadText
from presscheck.verification.assign import TOLERANCE, Found, assign
from presscheck.verification.compare import edits, same_letters, wrong_words
from presscheck.verification.lines import (
    Line,
    around,
    grow,
    is_decoration,
    join,
    share_inside,
    to_lines,
)
from presscheck.verification.normalise import normalise
from presscheck.verification.rows import spaces_hold

NEAR = 8
"""A first reading is near when it has at most one edit for each so many characters (or one)."""
IN_LOGO = 0.5
"""Text is part of the logo when this share of its box lies in the logo's region."""
MARGIN = 0.03
"""How far beyond its region or its first box a slot is read again, in fractions of the image."""

Look = Callable[[Image.Image], Sequence[ReadText]]
"""Reads an image."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Expected:
    """The copy of one slot; `box` is its region, when there is one.

    `unreadable` holds the characters of the normalised text that the reader doesn't know.
    """

    name: str
    text: str
    box: Box | None = None
    unreadable: frozenset[str] = frozenset()


def proofread(
    image: Image.Image, slots: Sequence[Expected], look: Look, *, logo: Box | None = None
) -> tuple[tuple[SlotReading, ...], tuple[Finding, ...]]:
    """Read `image` and return a reading for each slot, and findings about other text."""
    lines = to_lines(look(image), *image.size)
    if logo is not None:
        lines = [line for line in lines if share_inside(line.box, logo) < IN_LOGO]
    regions = {slot.name: slot.box for slot in slots if slot.box is not None}
    found = assign({slot.name: slot.text for slot in slots}, regions, lines)
    readings = tuple(_settle(image, slot, found[slot.name], look) for slot in slots)
    return readings, tuple(extra_text(left_over(lines, found), readings))


def left_over(lines: Iterable[Line], found: Mapping[str, Found]) -> list[Line]:
    """Return the lines that no slot took."""
    taken = [line for lines_ in found.values() for line in lines_]
    return [line for line in lines if all(line is not other for other in taken)]


def overall(readings: Iterable[SlotReading], findings: Iterable[Finding]) -> Status:
    """Return the worst status: reject, then unsupported, then unsure, then accept."""
    states = {reading.status for reading in readings}
    if any(finding.severity is Severity.ERROR for finding in findings):
        states.add(Status.REJECT)
    order = (Status.REJECT, Status.UNSUPPORTED, Status.UNSURE)
    return next((status for status in order if status in states), Status.ACCEPT)


def extra_text(lines: Iterable[Line], readings: Sequence[SlotReading]) -> list[Finding]:
    """Return an error for each line that nobody asked for, unless it may be a shape.

    What lies where a slot's copy was read at the second look is that copy.
    """
    boxes = [reading.box for reading in readings if reading.box is not None]
    return [
        Finding(
            check="copy",
            severity=Severity.ERROR,
            message=f'"{line.text}" stands in the image, and nobody asked for it.',
            remedy="Roll again, or ask for a calmer picture in the brief.",
            box=line.box,
        )
        for line in lines
        if not is_decoration(line) and all(share_inside(line.box, box) < 0.5 for box in boxes)
    ]


def _settle(image: Image.Image, slot: Expected, found: Found, look: Look) -> SlotReading:
    if slot.unreadable:
        return _unreadable(slot, found)
    first = _judge(image, slot, found)
    if first.status is Status.ACCEPT or first.trouble is Trouble.MISPLACED:
        return first
    near = first.distance <= max(1, len(slot.text) // NEAR) or not first.read
    place = _place(slot, first)
    if not near or place is None:
        return first
    second = _second_look(image, slot, place, look)
    return second if second is not None and second.status is Status.ACCEPT else first


def _unreadable(slot: Expected, found: Found) -> SlotReading:
    return replace(
        misread(slot, found),
        status=Status.UNSUPPORTED,
        trouble=Trouble.UNREADABLE,
        words=tuple(
            (word, "") for word in normalise(slot.text).split() if slot.unreadable & set(word)
        ),
    )


def _judge(image: Image.Image, slot: Expected, found: Found) -> SlotReading:
    reading = misread(slot, found)
    if not found or not same_letters(slot.text, reading.read):
        return reading
    settled = _judge_spaces(image, reading, found)
    if settled.status is not Status.REJECT and outside(slot, found):
        return replace(settled, status=Status.REJECT, trouble=Trouble.MISPLACED)
    return settled


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


def _judge_spaces(image: Image.Image, reading: SlotReading, found: Found) -> SlotReading:
    """Accept right spaces; otherwise let the ink of each row decide, or stay unsure."""
    if reading.distance == 0 or spaces_hold(image, reading.expected, found):
        return replace(reading, distance=0, status=Status.ACCEPT, trouble=None, words=())
    return replace(reading, status=Status.UNSURE)


def outside(slot: Expected, found: Found) -> bool:
    """Tell whether most of the text's area lies outside the grown region."""
    if slot.box is None:
        return False
    near = grow(slot.box, TOLERANCE)
    areas = [(line.box.width * line.box.height, share_inside(line.box, near)) for line in found]
    return sum(area * share for area, share in areas) < 0.5 * sum(area for area, _ in areas)


def _place(slot: Expected, first: SlotReading) -> Box | None:
    if first.box is not None:
        return grow(first.box, MARGIN)
    return None if slot.box is None else grow(slot.box, MARGIN)


def _second_look(image: Image.Image, slot: Expected, place: Box, look: Look) -> SlotReading | None:
    """Read a part of the image at twice the size; boxes come back in fractions of the whole."""
    crop = image.crop(place.pixels(*image.size))
    if min(crop.size) < 4:
        return None
    large = crop.resize((crop.width * 2, crop.height * 2), Image.Resampling.LANCZOS)
    lines = to_lines(look(large), *large.size)
    found = assign({slot.name: slot.text}, {}, lines)[slot.name]
    placeless = replace(slot, box=None)
    second = _judge(large, placeless, found)
    return second if second.box is None else replace(second, box=_back(second.box, place))


def _back(box: Box, place: Box) -> Box:
    return Box(
        x=place.x + box.x * place.width,
        y=place.y + box.y * place.height,
        width=box.width * place.width,
        height=box.height * place.height,
    )
