"""Text in the picture that nobody asked for: gibberish, watermarks, misspelt signs, repeated copy.

Phrases that a brand or a campaign allows may stand in the scene: its name on a product, "OPEN" on
a door. A line is fine when it is made of allowed phrases and nothing else, in whichever case; a
phrase may also run over lines that stand close together.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import pairwise

from rapidfuzz.distance import OSA

from presscheck.assets import Finding, Severity, SlotReading
from presscheck.verification.lines import Line, around, grow, is_decoration, join, share_inside
from presscheck.verification.normalise import compact, normalise

CHECK = "copy"
MOSTLY = 0.5
"""A line with this share of its box inside another is taken for the same ink."""
LEAST_NEAR = 3
"""Shorter phrases are within one edit of too much to be told."""
MOST_LINES = 4
"""An allowed phrase runs over no more lines."""


def left_over(lines: Iterable[Line], found: Mapping[str, Sequence[Line]]) -> list[Line]:
    """Return the lines that no slot took."""
    taken = [line for lines_ in found.values() for line in lines_]
    return [line for line in lines if all(line is not other for other in taken)]


def unwanted_text(
    lines: Iterable[Line],
    found: Mapping[str, Sequence[Line]],
    readings: Sequence[SlotReading],
    allowed: Collection[str] = (),
) -> list[Finding]:
    """Return an error for each line that nobody asked for or allowed, unless it may be a shape.

    `found` holds the lines of each slot, `readings` what came of them.
    """
    rest = [line for line in left_over(lines, found) if not is_decoration(line)]
    rest = [line for line in rest if not any(_same_ink(line, one, found) for one in readings)]
    phrases = {_folded(phrase): phrase for phrase in allowed}
    repeated = [line for line in rest if any(_overlaps(line, one) for one in readings)]
    fine = _allowed([line for line in rest if line not in repeated], phrases)
    return [_finding(line, readings, phrases) for line in rest if line not in fine]


def _same_ink(line: Line, reading: SlotReading, found: Mapping[str, Sequence[Line]]) -> bool:
    """Tell whether a line is a slot's own copy, read another way.

    Where a second look read the slot's place, all that the first one saw there is. Otherwise only
    parts of the slot's own lines are: anything else inside its box is drawn over or between them.
    """
    if reading.box is None or share_inside(line.box, reading.box) < MOSTLY:
        return False
    own = found[reading.slot]
    if not own or around(one.box for one in own) != reading.box:
        return True
    return any(
        share_inside(line.box, one.box) >= MOSTLY and _is_proper_part(line.text, one.text)
        for one in own
    )


def _is_proper_part(text: str, whole: str) -> bool:
    part, all_of_it = compact(text).casefold(), compact(whole).casefold()
    return part in all_of_it and part != all_of_it


def _overlaps(line: Line, reading: SlotReading) -> bool:
    """Tell whether a line is a slot's copy again, drawn over it or up against it."""
    touches = reading.box is not None and line.box.intersection(reading.box) > 0
    return touches and _repeats(line, reading)


def _repeats(line: Line, reading: SlotReading) -> bool:
    return _folded(line.text) == _folded(reading.expected)


def _allowed(lines: Sequence[Line], phrases: Collection[str]) -> list[Line]:
    """Return the lines that are made of allowed phrases, alone or together with their neighbours.

    `lines` are in reading order.
    """
    fine = [line for line in lines if made_of(line.text, phrases)]
    others = [line for line in lines if line not in fine]
    for start in range(len(others)):
        for end in range(start + 2, min(start + MOST_LINES, len(others)) + 1):
            run = others[start:end]
            if all(_close(*pair) for pair in pairwise(run)) and made_of(join(run), phrases):
                fine += run
    return fine


def _close(one: Line, other: Line) -> bool:
    """Tell whether two lines are no further apart than the first is tall."""
    return grow(one.box, one.box.height).intersection(other.box) > 0


def made_of(text: str, phrases: Collection[str]) -> bool:
    """Tell whether a text is allowed phrases (folded ones) and nothing else but marks between them.

    >>> made_of("Open · NORTHLINE", {"open", "northline"}), made_of("opener", {"open", "er"})
    (True, False)
    """
    words = _folded(text).split()
    ends = {0}
    for end in range(1, len(words) + 1):
        mark = end - 1 in ends and not any(map(str.isalnum, words[end - 1]))
        if mark or any(" ".join(words[start:end]) in phrases for start in ends):
            ends.add(end)
    return len(words) in ends


def nearly(text: str, phrases: Iterable[str]) -> str | None:
    """Return the folded phrase that words of a text miss by one edit; None when there is none.

    Two letters in each other's place are one edit. The longest phrase is told.

    >>> nearly("Fresh Nortlhine bread", {"northline"}), nearly("Northern", {"northline"})
    ('northline', None)
    """
    words = _folded(text).split()
    for phrase in sorted(phrases, key=len, reverse=True):
        lengths = range(max(1, len(phrase.split()) - 1), len(phrase.split()) + 2)
        runs = (words[at : at + length] for length in lengths for at in range(len(words)))
        if len(phrase) >= LEAST_NEAR and any(
            OSA.distance(" ".join(run), phrase, score_cutoff=1) == 1 for run in runs
        ):
            return phrase
    return None


def _folded(text: str) -> str:
    return normalise(text).casefold()


def _finding(line: Line, readings: Sequence[SlotReading], phrases: Mapping[str, str]) -> Finding:
    what, remedy = _said(line, readings, phrases)
    return Finding(
        check=CHECK,
        severity=Severity.ERROR,
        message=f'"{line.text}" stands in the image, {what}.',
        remedy=remedy,
        box=line.box,
    )


def _said(
    line: Line, readings: Sequence[SlotReading], phrases: Mapping[str, str]
) -> tuple[str, str]:
    """Return what is wrong with a line, and what to do."""
    near = nearly(line.text, phrases)
    if near is not None:
        return f'nearly "{phrases[near]}", which is allowed', "Roll again; it is misspelt."
    if any(_repeats(line, reading) for reading in readings):
        return "and it is copy that stands there already", "Roll again; copy is drawn once."
    return "and nobody asked for it", "Roll again, or ask for a calmer picture in the brief."
