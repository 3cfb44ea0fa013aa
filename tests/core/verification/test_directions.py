"""Lines that aren't level come in reading order, and their characters have places."""

from __future__ import annotations

from math import cos, hypot, pi, radians, sin

import pytest
from hypothesis import given
from hypothesis import strategies as st

from presscheck.registry import ReadText
from presscheck.verification.directions import along, by_heading, is_level, made_level
from presscheck.verification.lines import Line, rows_of, to_lines

Point = tuple[float, float]


def said(text: str, outline: tuple[Point, ...]) -> ReadText:
    return ReadText(text=text, score=0.95, polygon=outline)


def block(texts: list[str], angle: float) -> list[Line]:
    """Set lines of 200 x 30 pixels beneath each other and turn all clockwise by `angle`."""
    a = radians(angle)

    def turned(x: float, y: float) -> Point:
        return 500 + x * cos(a) - y * sin(a), 500 + x * sin(a) + y * cos(a)

    lines: list[ReadText] = []
    for row, text in enumerate(texts):
        for column, word in enumerate(text.split()):
            x, y = -100 + column * 120, -60 + row * 40
            corners = (x, y), (x + 100, y), (x + 100, y + 30), (x, y + 30)
            lines.append(said(word, tuple(turned(*corner) for corner in corners)))
    return to_lines(lines[::-1], 1000, 1000)


def arc(text: str, turn: float, *, middle: float = 0.5) -> ReadText:
    """Set a line on the upper half of a circle (`turn` 1) or its lower half (-1)."""
    ends = [pi * (0.9 - 0.8 * step / 8) for step in range(9)]
    top = [(500 - 200 * -cos(e), 1000 * middle - turn * 200 * sin(e)) for e in ends]
    feet = [(500 - 170 * -cos(e), 1000 * middle - turn * 170 * sin(e)) for e in ends]
    sides = (top, feet) if turn > 0 else (feet, top)
    return said(text, (*sides[0], *sides[1][::-1]))


@pytest.mark.parametrize("angle", [0, 10, -20, 45, -60, 80, 90, 135, 180, -90, -135])
def test_a_block_reads_the_same_however_it_is_turned(angle: float) -> None:
    lines = block(["BIG SUMMER", "SALE TODAY", "ONLY"], angle)
    assert [line.text for line in lines] == ["BIG", "SUMMER", "SALE", "TODAY", "ONLY"]
    assert len(rows_of(lines)) == 3


def test_columns_of_chinese_are_read_from_the_right() -> None:
    def column(text: str, x: float) -> ReadText:
        return said(text, ((x + 40, 100), (x + 40, 400), (x, 400), (x, 100)))

    lines = to_lines([column("大促销", 100), column("夏日", 160)], 600, 600)
    assert [line.text for line in lines] == ["夏日", "大促销"]


def test_text_at_the_side_parts_no_level_rows() -> None:
    level = [
        said(text, ((100, y), (500, y), (500, y + 40), (100, y + 40)))
        for text, y in (("BIG", 100), ("SUMMER", 300), ("SALE", 500))
    ]
    side = said("since 1952", ((640, 100), (640, 400), (600, 400), (600, 100)))
    beneath = said("shop now", ((100, 700), (500, 700), (500, 740), (100, 740)))
    lines = to_lines([side, *level, beneath], 800, 800)
    assert [line.text for line in lines] == ["BIG", "SUMMER", "since 1952", "SALE", "shop now"]


def test_a_bow_comes_before_what_it_spans_and_a_bowl_after() -> None:
    inside = said("1952", ((440, 430), (560, 430), (560, 570), (440, 570)))
    lines = to_lines([arc("of Rome", -1), inside, arc("The bakers", 1)], 1000, 1000)
    assert [line.text for line in lines] == ["The bakers", "1952", "of Rome"]


@given(
    angle=st.floats(0, 360),
    at=st.tuples(st.floats(0.3, 0.7), st.floats(0.3, 0.7)),
    share=st.floats(0, 1),
)
def test_a_place_along_a_line_lies_on_its_sides(angle: float, at: Point, share: float) -> None:
    a = radians(angle)
    ends = (0, 0), (0.2, 0), (0.2, 0.05), (0, 0.05)
    outline = tuple(
        (at[0] + x * cos(a) - y * sin(a), at[1] + x * sin(a) + y * cos(a)) for x, y in ends
    )
    top, bottom = along(outline, share)
    assert hypot(top[0] - outline[0][0], top[1] - outline[0][1]) == pytest.approx(0.2 * share)
    assert hypot(top[0] - bottom[0], top[1] - bottom[1]) == pytest.approx(0.05)
    (level,) = made_level([outline])
    assert is_level(level)
    assert by_heading([outline, outline]) == [[0, 1]]
