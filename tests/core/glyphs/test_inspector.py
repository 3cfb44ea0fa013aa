"""The network as it is shipped: whole letters pass, broken ones are seen, in any face."""

from __future__ import annotations

from functools import cache
from itertools import pairwise
from random import Random

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from presscheck.plugins import Plugins
from presscheck.registry import INSPECTOR
from presscheck.verification.benchmark.defects import cut, erase, half
from presscheck.verification.by_glyphs import DOUBT, REJECT
from presscheck.verification.shapes import Course
from presscheck_glyphs.inspector import LONGEST, GlyphNetInspector
from typefaces import face

FAMILIES = ("Inter", "Merriweather", "Montserrat", "Anton")
TEXT = "Brighter mornings 25"
LEFT, TOP, PIXELS = 40, 40, 60


@cache
def inspector() -> GlyphNetInspector:
    return GlyphNetInspector()


def drawn(family: str, text: str = TEXT) -> np.ndarray:
    image = Image.new("RGB", (900, 160), (250, 246, 238))
    font = face(family).sized(PIXELS)
    ImageDraw.Draw(image).text((LEFT, TOP), text, font=font, fill=(20, 40, 90))
    return np.asarray(image).copy()


def laid(family: str, text: str = TEXT) -> tuple[Course, list[float]]:
    """Return where a line stands, as a detector has it, and its characters along it."""
    font = face(family).sized(PIXELS)
    left, top, right, bottom = font.getbbox(text)
    tall = bottom - top
    beside = 0.15 * tall
    y = TOP + top - beside, TOP + bottom + beside
    x = LEFT + left - beside, LEFT + right + beside
    course = Course(
        top=np.array([[x[0], y[0]], [x[1], y[0]]], np.float32),
        bottom=np.array([[x[0], y[1]], [x[1], y[1]]], np.float32),
    )
    ends = [font.getlength(text[:at]) for at in range(len(text) + 1)]
    return course, [LEFT + (one + other) / 2 - x[0] for one, other in pairwise(ends)]


def look(family: str, pixels: np.ndarray, text: str = TEXT) -> list[float]:
    course, ways = laid(family, text)
    return inspector().malformed(pixels, course, text, ways)


@pytest.mark.parametrize("family", FAMILIES)
def test_whole_letters_pass(family: str) -> None:
    assert max(look(family, drawn(family))) < DOUBT


@pytest.mark.parametrize("family", FAMILIES)
def test_a_broken_letter_is_told_among_whole_ones(family: str) -> None:
    font = face(family).sized(PIXELS)
    seen = 0
    for number, at in enumerate((0, 2, 9, 14)):
        pixels = drawn(family)
        ends = (round(LEFT + font.getlength(TEXT[: at + step])) for step in (0, 1))
        part = pixels[TOP : TOP + 75, slice(*ends)]
        ink = np.where(part.sum(axis=2) < 450, 255, 0).astype(np.uint8)
        rows = np.nonzero(ink.any(axis=1))[0]
        ink = ink[rows[0] : rows[-1] + 1]
        broken = (erase, cut, half, cut)[number](ink, Random(number))
        part[rows[0] : rows[-1] + 1][(ink > 0) & (broken == 0)] = (250, 246, 238)
        odds = look(family, pixels)
        if max(odds) >= REJECT:
            assert int(np.argmax(odds)) == at
            seen += 1
    assert seen >= 3


def test_what_it_never_saw_is_not_judged() -> None:
    pixels = drawn("Inter")
    odds = look("Inter", pixels)
    assert [at for at, value in enumerate(odds) if value == -np.inf] == [8, 17]
    course, ways = laid("Inter")
    for text in ("新品上市", "Нет", "7"):
        assert inspector().malformed(pixels, course, text, ways[: len(text)]) == [-np.inf] * len(
            text
        )


def test_what_stands_beyond_the_end_of_a_box_is_not_judged() -> None:
    course, ways = laid("Inter")
    short = Course(top=course.top - [[0, 0], [60, 0]], bottom=course.bottom - [[0, 0], [60, 0]])
    odds = inspector().malformed(drawn("Inter"), short, TEXT, ways)
    assert odds[-1] == -np.inf
    assert odds[0] > -np.inf


def test_a_line_without_height_or_end_is_not_judged() -> None:
    pixels, ways = drawn("Inter"), [5.0, 10.0]
    line = np.array([[10, 50], [800, 50]], np.float32)
    for below in (0.0, 1.0, 790 / LONGEST - 0.1):
        thin = Course(top=line, bottom=line + np.array([0, below], np.float32))
        assert inspector().malformed(pixels, thin, "AB", ways) == [-np.inf, -np.inf]
    point = Course(top=line[[0, 0]], bottom=line[[0, 0]])
    assert inspector().malformed(pixels, point, "AB", ways) == [-np.inf, -np.inf]


@settings(deadline=None, max_examples=25)
@given(
    text=st.text(min_size=1, max_size=12),
    points=st.lists(st.floats(-50, 950), min_size=8, max_size=8),
    ways=st.lists(st.floats(-200, 1200), min_size=12, max_size=12),
)
@example(text="00", points=[0, 187, 0, 177, 0, 216, 0, 286], ways=[0.0] * 12)
def test_no_line_makes_it_fail(text: str, points: list[float], ways: list[float]) -> None:
    corners = np.array(points, np.float32).reshape(4, 2)
    course = Course(top=corners[:2], bottom=corners[2:])
    odds = inspector().malformed(drawn("Inter"), course, text, ways[: len(text)])
    assert len(odds) == len(text)
    assert not np.isnan(odds).any()


def test_it_says_the_same_each_time() -> None:
    pixels = drawn("Merriweather")
    again = GlyphNetInspector()
    course, ways = laid("Merriweather")
    assert look("Merriweather", pixels) == again.malformed(pixels, course, TEXT, ways)
    assert again.name == inspector().name
    assert again.name.startswith("glyphnet ")


def test_it_is_offered_as_a_plugin() -> None:
    entry = Plugins.load().inspectors()[INSPECTOR]
    assert isinstance(entry.create(), GlyphNetInspector)
