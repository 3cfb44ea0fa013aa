"""The verdict on a plan whose copy was read off its tokens: there are no pixels to look at yet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from presscheck.assets import Finding, SlotReading, Status, Trouble
from presscheck.verification.assign import Found, assign
from presscheck.verification.compare import edits, wrong_words
from presscheck.verification.lines import Line, around, join
from presscheck.verification.proofread import Expected, extra_text, outside


def preread(
    lines: Sequence[Line], slots: Sequence[Expected]
) -> tuple[tuple[SlotReading, ...], tuple[Finding, ...]]:
    """Return a reading for each slot, and findings about letters that nobody asked for.

    What is read off tokens is exact, spaces too: a slot is accepted or rejected, never unsure.
    """
    regions = {slot.name: slot.box for slot in slots if slot.box is not None}
    found = assign({slot.name: slot.text for slot in slots}, regions, lines)
    readings = tuple(_judge(slot, found[slot.name]) for slot in slots)
    taken = [line for lines_ in found.values() for line in lines_]
    rest = [line for line in lines if all(line is not other for other in taken)]
    return readings, tuple(extra_text(rest, readings))


def _judge(slot: Expected, found: Found) -> SlotReading:
    read = join(found)
    reading = SlotReading(
        slot=slot.name,
        expected=slot.text,
        read=read,
        distance=edits(slot.text, read),
        status=Status.REJECT,
        trouble=Trouble.MISSPELT if found else Trouble.MISSING,
        box=around(line.box for line in found) if found else None,
        words=wrong_words(slot.text, read),
    )
    if reading.distance:
        return reading
    if outside(slot, found):
        return replace(reading, trouble=Trouble.MISPLACED)
    return replace(reading, status=Status.ACCEPT, trouble=None)
