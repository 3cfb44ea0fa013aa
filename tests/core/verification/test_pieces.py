"""The lines of copy in its known font, also where a reader makes little of them."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageDraw

from presscheck.assets import Box, CharReading, SlotReading, Status
from presscheck.verification import Expected
from presscheck.verification.lines import Line
from presscheck.verification.pieces import Piece, covers, find_pieces
from presscheck.verification.shapes import KnownType
from typefaces import face

SIZE = (900, 400)
FONT = face("Inter")


def page(*rows: str) -> Image.Image:
    image = Image.new("RGB", SIZE, (240, 236, 225))
    for number, text in enumerate(rows):
        place = 60, 60 + 120 * number
        ImageDraw.Draw(image).text(place, text, font=FONT.sized(64), fill=(40, 30, 90))
    return image


def line(row: int, before: str, text: str, read: str) -> Line:
    """Return the line that a reader found for `text`, which stands after `before` in its row."""
    font = FONT.sized(64)
    left, right = 60 + font.getlength(before) - 12, 60 + font.getlength(before + text) + 12
    top, bottom = 60 + 120 * row, 60 + 120 * row + 84
    corners = ((left, top), (right, top), (right, bottom), (left, bottom))
    box = Box(
        x=left / SIZE[0],
        y=top / SIZE[1],
        width=(right - left) / SIZE[0],
        height=(bottom - top) / SIZE[1],
    )
    places = tuple((x / SIZE[0], y / SIZE[1]) for x, y in corners)
    return Line(text=read, score=0.5, box=box, tall=0.2, corners=places)


def misread(copy: str, status: Status = Status.REJECT, *, seen: bool = False) -> SlotReading:
    """Return the reading of a slot of which a reader knows nothing, or where each character is."""
    nowhere = Box(x=0.4, y=0.4, width=0.01, height=0.01)
    boxes = [line(0, copy[:at], one, one).box if seen else nowhere for at, one in enumerate(copy)]
    characters = tuple(
        CharReading(character=one, loss=9.0, posterior=0.0, instead="", box=box)
        for one, box in zip(copy, boxes, strict=True)
    )
    return SlotReading(
        slot="headline", expected=copy, read="?", distance=9, status=status, characters=characters
    )


def found(
    image: Image.Image, copy: str, *lines: Line, status: Status = Status.REJECT
) -> list[Piece]:
    known = KnownType(font=FONT.sized, certain=True)
    slot = Expected(name="headline", text=copy, type=known)
    return find_pieces(image, slot, lines, misread(copy, status))


def test_what_stands_beside_each_other_is_one_row() -> None:
    lines = line(0, "", "Garden", "Sanlen"), line(0, "Garden ", "& home", "d")
    (piece,) = found(page("Garden & home"), "Garden & home", *lines)
    assert (piece.text, piece.start) == ("Garden & home", 0)
    assert piece.shapes.whole_fit > 0.97


@pytest.mark.parametrize(("first", "second"), [("Garden &", "home"), ("Garden", "& home")])
def test_words_are_shared_out_among_rows(first: str, second: str) -> None:
    lines = line(0, "", first, "0o0"), line(1, "", second, "lI")
    pieces = found(page(first, second), "Garden & home", *lines)
    assert [piece.text for piece in pieces] == [first, second]
    assert covers(pieces, misread("Garden & home").characters)


def test_a_line_that_was_read_upside_down_is_turned() -> None:
    own = line(0, "", "86 70", "0298")
    upside_down = Line(
        text=own.text,
        score=own.score,
        box=own.box,
        tall=own.tall,
        corners=(*own.corners[2:], *own.corners[:2]),
    )
    (piece,) = found(page("86 70"), "86 70", upside_down)
    assert piece.shapes.whole_fit > 0.97


@pytest.mark.parametrize(
    ("before", "seen", "after"),
    [("€ ", "2,49", ""), ("", "Garden", " & home"), ("5 ", "for £2", "0")],
)
def test_what_a_reader_overlooked_beside_its_line_is_found(
    before: str, seen: str, after: str
) -> None:
    copy = before + seen + after
    known = KnownType(font=FONT.sized, certain=True)
    slot = Expected(name="headline", text=copy, type=known)
    lines = (line(0, before, seen, seen),)
    (piece,) = find_pieces(page(copy), slot, lines, misread(copy, seen=True))
    assert (piece.text, piece.start) == (copy, 0)
    assert piece.shapes.whole_fit > 0.97


def test_copy_that_is_not_there_is_not_found() -> None:
    own = line(0, "", "Garden & home", "Garden & home")
    assert found(page("Garden & home"), "Kitchen & bath", own) == []


def test_what_a_reader_accepts_is_not_sought() -> None:
    lines = line(0, "", "Garden", "Sanlen"), line(0, "Garden ", "& home", "d")
    image = page("Garden & home")
    assert found(image, "Garden & home", *lines, status=Status.ACCEPT) == []


def test_a_slot_in_many_lines_is_not_sought_for_ever() -> None:
    copy = "a b c d e f g h i j k"
    lines = [line(row, "", "a b", "?") for row in range(3)]
    assert found(page("a b", "a b", "a b"), copy, *lines) == []


def test_a_blank_page_has_no_copy() -> None:
    image = Image.fromarray(np.full((400, 900, 3), 240, np.uint8))
    assert found(image, "Garden", line(0, "", "Garden", "Garden")) == []
