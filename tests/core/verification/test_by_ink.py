"""What the ink of a line shows, read by the real reader in type that it isn't told."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from presscheck.assets import CharReading, EditKind, SlotReading, Status
from presscheck.verification import Expected, proofread
from presscheck.verification.by_ink import SETTLED, told_apart
from presscheck.verification.inked import BODY, extents
from presscheck.verification.lines import to_lines
from presscheck.verification.scoring import score_slot
from presscheck.verification.shapes import Course
from presscheck_plugins.read_ppocr import PpOcrReader
from typefaces import face

PAPER, INK = (250, 246, 238), (20, 40, 90)
HAN = Path("/usr/share/fonts/truetype/wqy/wqy-zenhei.ttc")
needs_han = pytest.mark.skipif(not HAN.is_file(), reason="needs Debian's fonts-wqy-zenhei")


@cache
def reader() -> PpOcrReader:
    return PpOcrReader()


def drawn(font: ImageFont.FreeTypeFont, text: str) -> Image.Image:
    image = Image.new("RGB", (900, 300), PAPER)
    ImageDraw.Draw(image).text((60, 100), text, font=font, fill=INK)
    return image


def read(image: Image.Image, text: str) -> SlotReading:
    readings, _ = proofread(image, [Expected(name="headline", text=text)], reader().read)
    return readings[0]


def settled(image: Image.Image, text: str) -> tuple[CharReading, ...]:
    """Return the characters of a line with all of them in doubt between O and 0."""
    lines = to_lines(reader().read(image), *image.size)
    scored = score_slot(text, lines)
    assert scored is not None
    other = {"O": "0", "0": "O"}
    doubted = [
        CharReading(
            character=one.character,
            loss=5.0 if one.character in other else one.loss,
            posterior=one.posterior,
            instead=other.get(one.character, one.instead),
            box=one.box,
        )
        for one in scored
    ]
    return told_apart(image, tuple(lines), doubted)


@needs_han
@pytest.mark.parametrize(("copy", "at"), [("买一送一", 1), ("全场包邮", 2), ("期間限定", 3)])
def test_a_space_between_characters_that_have_none_is_seen(copy: str, at: int) -> None:
    font = ImageFont.truetype(str(HAN), 64)
    assert read(drawn(font, copy), copy).status is Status.ACCEPT
    told = read(drawn(font, f"{copy[:at]} {copy[at:]}"), copy)
    assert told.status is not Status.ACCEPT
    assert (EditKind.SPLIT, at) in {(edit.kind, edit.at) for edit in told.edits}


@needs_han
def test_copy_that_is_spaced_throughout_has_no_space_too_many() -> None:
    font = ImageFont.truetype(str(HAN), 64)
    image = Image.new("RGB", (900, 300), PAPER)
    for number, sign in enumerate("全场包邮"):
        ImageDraw.Draw(image).text((60 + 90 * number, 100), sign, font=font, fill=INK)
    assert read(image, "全场包邮").status is Status.ACCEPT


@needs_han
def test_uneven_steps_are_no_space() -> None:
    font = ImageFont.truetype(str(HAN), 64)
    image = Image.new("RGB", (900, 300), PAPER)
    for sign, x in zip("全场包邮", (60, 118, 198, 270), strict=True):
        ImageDraw.Draw(image).text((x, 100), sign, font=font, fill=INK)
    assert read(image, "全场包邮").status is Status.ACCEPT


@pytest.mark.parametrize("family", ["Inter", "Montserrat"])
def test_an_o_beside_a_zero_is_told_by_its_breadth(family: str) -> None:
    font = face(family).sized(64)
    for one in settled(drawn(font, "HELLO10"), "HELLO10"):
        if one.character in "O0":
            assert one.loss == SETTLED


@pytest.mark.parametrize("wrong", ["HELL010", "HELLO1O"])
@pytest.mark.parametrize("family", ["Inter", "Montserrat", "Merriweather"])
def test_a_zero_twice_stays_in_doubt(family: str, wrong: str) -> None:
    font = face(family).sized(64)
    losses = [one.loss for one in settled(drawn(font, wrong), "HELLO10") if one.character in "O0"]
    assert losses == [5.0, 5.0]


def test_ink_is_measured_where_it_stands() -> None:
    font = face("Inter").sized(80)
    image = drawn(font, "nil")
    course = Course(
        top=np.array([[40, 100], [300, 100]], np.float32),
        bottom=np.array([[40, 192], [300, 192]], np.float32),
    )
    dark = (np.asarray(image.convert("L")) < 140).any(axis=0).astype(int)
    changes = np.flatnonzero(np.diff(dark)) + 1
    edges = [(int(a), int(b)) for a, b in changes.reshape(-1, 2)]
    assert len(edges) == 3
    found = extents(np.asarray(image), course, [(a + b) / 2 - 40 for a, b in edges])
    pixels = 92 / BODY
    for one, (left, right) in zip(found, edges, strict=True):
        assert one is not None
        assert one.apart
        assert (one.left * pixels - pixels + 40) == pytest.approx(left, abs=2)
        assert (one.right * pixels - pixels + 40) == pytest.approx(right, abs=2)
    tops = [one.top for one in found if one is not None]
    assert tops[2] < tops[0] - 0.1


def test_a_blank_line_has_no_ink() -> None:
    course = Course(
        top=np.array([[40, 100], [300, 100]], np.float32),
        bottom=np.array([[40, 180], [300, 180]], np.float32),
    )
    blank = np.full((300, 400, 3), 240, np.uint8)
    assert extents(blank, course, [20.0, 60.0]) == [None, None]
