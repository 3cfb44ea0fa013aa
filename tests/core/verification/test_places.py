"""Every edit of copy that was found has a place, also without probabilities."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from presscheck.assets import Box, Edit, EditKind
from presscheck.verification.judging import judge, view
from presscheck.verification.lines import Line
from presscheck.verification.places import place_edits
from presscheck.verification.slots import Expected, misread

IMAGE = Image.new("RGB", (100, 100), "white")
WORDS = st.lists(st.text("ABCDEFGH", min_size=1, max_size=9), min_size=1, max_size=4)


def lines(*texts: str) -> tuple[Line, ...]:
    """Return lines one below the other, each letter 0.02 wide."""
    return tuple(_line(text, 0.1 + 0.1 * row) for row, text in enumerate(texts))


def _line(text: str, top: float) -> Line:
    box = Box(x=0.1, y=top, width=0.02 * len(text), height=0.08)
    right, bottom = box.x + box.width, box.y + box.height
    corners = ((0.1, top), (right, top), (right, bottom), (0.1, bottom))
    return Line(text=text, score=0.9, box=box, tall=0.08, corners=corners)


def edits(expected: str, *texts: str) -> tuple[Edit, ...]:
    slot = Expected(name="headline", text=expected)
    return judge(slot, [view(IMAGE, slot, lines(*texts))]).edits


def test_a_wrong_letter_is_placed_in_its_line() -> None:
    (edit,) = edits("SUMMER SALE", "SUMMER", "SOLE")
    assert (edit.kind, edit.read) == (EditKind.SUBSTITUTED, "O")
    assert edit.box is not None
    assert edit.box.y == pytest.approx(0.2)
    assert edit.box.x == pytest.approx(0.12)
    assert edit.box.width == pytest.approx(0.02)


def test_a_word_cut_by_a_line_break_has_its_place() -> None:
    placed = edits("SCHLUSSVERKAUF", "SCHLUS", "VERKAUF")
    assert placed
    assert all(edit.box is not None for edit in placed)


@given(WORDS, WORDS)
def test_every_edit_lies_in_one_of_the_lines(expected: list[str], read: list[str]) -> None:
    found = lines(*read)
    slot = Expected(name="headline", text=" ".join(expected))
    reading = judge(slot, [view(IMAGE, slot, found)])
    for edit in place_edits(reading, found):
        assert edit.box is not None
        middle = edit.box.y + edit.box.height / 2
        assert any(line.box.y <= middle <= line.box.y + line.box.height for line in found)


def test_copy_that_was_not_found_has_no_places() -> None:
    reading = misread(Expected(name="headline", text="SALE"), ())
    assert place_edits(reading, ()) == ()
