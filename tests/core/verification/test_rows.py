"""Lines are put in reading order, also where they run up or down, and their spaces are seen."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from presscheck.registry import ReadText
from presscheck.verification.lines import to_lines
from presscheck.verification.rows import spaces_fail, spaces_hold
from typefaces import face

SIZE = (1000, 800)


def turned(text: str, x: float, y: float, width: float, angle: float) -> ReadText:
    """Place a line of 40 pixels height whose middle is at `x`, `y`."""
    along, across = (math.cos(angle), math.sin(angle)), (-math.sin(angle), math.cos(angle))
    corners = [
        (
            x + a * width / 2 * along[0] + b * 20 * across[0],
            y + a * width / 2 * along[1] + b * 20 * across[1],
        )
        for a, b in ((-1, -1), (1, -1), (1, 1), (-1, 1))
    ]
    return ReadText(text=text, score=0.9, polygon=tuple(corners))


@given(angle=st.floats(-0.25, 0.25))
def test_words_of_a_sloping_row_are_read_from_left_to_right(angle: float) -> None:
    texts = [
        turned(word, 500 + step * math.cos(angle), 400 + step * math.sin(angle), 150, angle)
        for word, step in (("UP", -200), ("TO", 0), ("50%", 200))
    ]
    lines = to_lines(reversed(texts), *SIZE)
    assert [line.text for line in lines] == ["UP", "TO", "50%"]


def test_a_row_of_hebrew_is_read_from_right_to_left() -> None:
    texts = [
        turned(word, x, 400, 150, 0) for word, x in (("קיץ", 300), ("SALE", 100), ("מבצע", 500))
    ]
    assert [line.text for line in to_lines(texts, *SIZE)] == ["מבצע", "קיץ", "SALE"]


@pytest.mark.parametrize("angle", [-0.2, 0.0, 0.2])
def test_one_row_below_another_is_read_after_it(angle: float) -> None:
    upper = turned("FEEL", 400, 300, 300, angle)
    lower = turned("THE RHYTHM", 400 - 60 * math.sin(angle), 300 + 60 * math.cos(angle), 300, angle)
    assert [line.text for line in to_lines([lower, upper], *SIZE)] == ["FEEL", "THE RHYTHM"]


def row(drawn: str, read: str) -> tuple[Image.Image, ReadText]:
    """Return a row of letters, and what a reader made of it."""
    image = Image.new("RGB", SIZE, "white")
    font = face("Merriweather").sized(60)
    ImageDraw.Draw(image).text((60, 100), drawn, font=font, fill="navy")
    end = 60 + font.getlength(drawn)
    corners = ((50, 95), (end + 10, 95), (end + 10, 180), (50, 180))
    return image, ReadText(text=read, score=0.9, polygon=corners)


@pytest.mark.parametrize(
    ("drawn", "read", "copy", "hold", "fail"),
    [
        ("Sch oner wohnen", "Sch oner wohnen", "Schoner wohnen", False, True),
        ("Schoner wohnen", "Sch oner wohnen", "Schoner wohnen", True, False),
        ("Schoner wohnen", "Schonerwohnen", "Schoner wohnen", True, False),
        ("Schonerwohnen", "Schonerwohnen", "Schoner wohnen", False, True),
        ("Schoner wohnen", "Schoner wohnen", "Schoner wohnen", True, False),
        ("Sch oner wohnen", "S choner wohnen", "Schoner wohnen", False, False),
    ],
)
def test_ink_has_its_spaces_where_copy_has_them_or_where_they_were_read(
    drawn: str, read: str, copy: str, hold: bool, fail: bool
) -> None:
    image, text = row(drawn, read)
    lines = to_lines([text], *SIZE)
    assert (spaces_hold(image, copy, lines), spaces_fail(image, copy, lines)) == (hold, fail)
