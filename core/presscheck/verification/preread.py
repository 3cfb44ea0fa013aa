"""The verdict on a plan whose copy was read off its tokens: there are no pixels to look at yet."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from presscheck.assets import Finding, SlotReading, Status, Trouble
from presscheck.verification.assign import Found, assign
from presscheck.verification.lines import Line
from presscheck.verification.slots import Expected, misread, outside
from presscheck.verification.unwanted import unwanted_text


def preread(
    lines: Sequence[Line], slots: Sequence[Expected], allowed: Collection[str] = ()
) -> tuple[tuple[SlotReading, ...], tuple[Finding, ...]]:
    """Return a reading for each slot, and findings about letters that nobody asked for.

    What is read off tokens is exact, spaces too: a slot is accepted or rejected, never unsure.
    """
    regions = {slot.name: slot.box for slot in slots if slot.box is not None}
    found = assign({slot.name: slot.text for slot in slots}, regions, lines)
    readings = tuple(_judge(slot, found[slot.name]) for slot in slots)
    return readings, tuple(unwanted_text(lines, found, readings, allowed))


def _judge(slot: Expected, found: Found) -> SlotReading:
    reading = misread(slot, found)
    if reading.distance:
        return reading
    if outside(slot, found):
        return replace(reading, trouble=Trouble.MISPLACED)
    return replace(reading, status=Status.ACCEPT, trouble=None)
