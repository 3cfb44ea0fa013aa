"""Where wrong letters stand in their lines when no probabilities say so: by counting letters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from rapidfuzz.distance import Levenshtein

from presscheck.assets import Box, Edit, SlotReading
from presscheck.verification.lines import Line, join
from presscheck.verification.normalise import allowed_case, normalise
from presscheck.verification.scoring import carried, part_of


def place_edits(reading: SlotReading, found: Sequence[Line]) -> tuple[Edit, ...]:
    """Return a reading's edits, each with a box: its own, or as far along as its letter is read."""
    if not found or all(edit.box for edit in reading.edits):
        return reading.edits
    read = normalise(reading.read)
    blocks = Levenshtein.opcodes(allowed_case(reading.expected, read), read)
    return tuple(
        edit if edit.box else replace(edit, box=_letter(found, carried(blocks, edit.at)))
        for edit in reading.edits
    )


def _letter(found: Sequence[Line], place: int) -> Box:
    """Return the box of the letter at a place of the joined lines, all of one width."""
    number = next(
        (end for end in range(1, len(found)) if place < len(join(found[:end]))), len(found)
    )
    line = found[number - 1]
    at = place - (len(join(found[:number])) - len(line.text))
    at = min(max(at, 0), len(line.text) - 1)
    return part_of(line, at / len(line.text), (at + 1) / len(line.text))
