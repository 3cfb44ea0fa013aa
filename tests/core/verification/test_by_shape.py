"""A slot whose font is known, read by the real reader and settled by its shapes."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from random import Random

import numpy as np
import pytest
from PIL import Image, ImageDraw

from presscheck.assets import EditKind, SlotReading, Status
from presscheck.verification import Expected, proofread
from presscheck.verification.benchmark.defects import erase
from presscheck.verification.shapes import KnownType, drawn_alike
from presscheck_plugins.read_ppocr import PpOcrReader
from typefaces import face


@cache
def reader() -> PpOcrReader:
    return PpOcrReader()


def drawn(family: str, text: str, *, pixels: int = 64) -> Image.Image:
    image = Image.new("RGB", (900, 300), (250, 246, 238))
    ImageDraw.Draw(image).text((60, 100), text, font=face(family).sized(pixels), fill=(20, 40, 90))
    return image


def read(image: Image.Image, text: str, family: str | None, **settings: bool) -> SlotReading:
    known = KnownType(font=face(family).sized, certain=True) if family else None
    slot = replace(Expected(name="headline", text=text, type=known), **settings)
    readings, _ = proofread(image, [slot], reader().read)
    return readings[0]


def without_a_part(image: Image.Image, family: str, text: str, at: int) -> Image.Image:
    font = face(family).sized(64)
    left = round(60 + font.getlength(text[:at]))
    right = round(60 + font.getlength(text[: at + 1]))
    pixels = np.asarray(image).copy()
    part = pixels[:, left:right]
    mask = np.where(part.sum(axis=2) < 450, 255, 0).astype(np.uint8)
    rows = np.nonzero(mask.any(axis=1))[0]
    inside = slice(int(rows[0]), int(rows[-1]) + 1)
    broken = erase(mask[inside], Random(2))
    part[inside][(mask[inside] > 0) & (broken == 0)] = (250, 246, 238)
    return Image.fromarray(pixels)


def test_a_stroke_that_a_reader_reads_past_is_seen() -> None:
    text = "Brighter mornings"
    image = without_a_part(drawn("Inter", text), "Inter", text, 9)
    assert read(image, text, None).status is Status.ACCEPT
    told = read(image, text, "Inter")
    assert told.status is not Status.ACCEPT
    assert [(edit.kind, edit.at) for edit in told.edits] == [(EditKind.MALFORMED, 9)]
    assert told.edits[0].box is not None


def test_right_copy_in_its_font_is_accepted() -> None:
    for family in ("Inter", "Merriweather", "Lobster Two", "Anton"):
        told = read(drawn(family, "Garden & home 25%"), "Garden & home 25%", family)
        assert told.status is Status.ACCEPT, (family, told)


def test_copy_in_another_font_is_left_to_the_reader() -> None:
    image = drawn("Merriweather", "Garden furniture")
    assert read(image, "Garden furniture", "Anton") == read(image, "Garden furniture", None)


@pytest.mark.parametrize(("right", "wrong"), [("SAVE20", "SAVE2O"), ("CODE5X", "CODESX")])
def test_a_sign_that_looks_alike_is_told_by_its_shape(right: str, wrong: str) -> None:
    told = read(drawn("Inter", wrong), right, "Inter")
    assert told.status is Status.REJECT
    assert (EditKind.SUBSTITUTED, wrong[-1] if right[-1] != wrong[-1] else "S") in {
        (edit.kind, edit.read) for edit in told.edits
    }


def test_a_word_that_is_split_is_seen() -> None:
    told = read(drawn("Inter", "Sum mer sale"), "Summer sale", "Inter")
    assert told.status is not Status.ACCEPT
    assert EditKind.SPLIT in {edit.kind for edit in told.edits}


def test_quotes_and_dashes_must_be_the_written_ones_in_strict_copy() -> None:
    image = drawn("Inter", "Don't miss 5-7 pm")
    assert read(image, "Don’t miss 5–7 pm", "Inter").status is Status.ACCEPT
    told = read(image, "Don’t miss 5–7 pm", "Inter", strict=True)
    assert told.status is Status.REJECT
    assert {(edit.expected, edit.read) for edit in told.edits} == {("’", "'"), ("–", "-")}


def test_strict_copy_may_not_be_set_in_capitals() -> None:
    image = drawn("Inter", "SUMMER SALE")
    assert read(image, "Summer sale", None).status is Status.ACCEPT
    for known in (None, "Inter"):
        told = read(image, "Summer sale", known, strict=True)
        assert told.status is Status.UNSURE
        assert {edit.kind for edit in told.edits} == {EditKind.CASE}


def test_strict_copy_may_stand_in_a_face_without_small_letters() -> None:
    image = drawn("Bungee", "Summer sale")
    assert read(image, "Summer sale", "Bungee", strict=True).status is Status.ACCEPT


@pytest.mark.parametrize("wrong", ["Wake up t0 music", "Wake up to mu5ic"])
def test_a_sign_that_stands_on_flat_ground_is_told_from_the_right_one(wrong: str) -> None:
    told = read(drawn("Montserrat", wrong), "Wake up to music", "Montserrat")
    at = next(at for at, one in enumerate(wrong) if one.isdigit())
    assert told.status is Status.REJECT
    assert (at, wrong[at]) in {(edit.at, edit.read) for edit in told.edits}


@pytest.mark.parametrize("family", ["Merriweather", "Caveat", "Lobster Two"])
def test_a_descender_that_reaches_into_the_next_line_is_no_blot(family: str) -> None:
    image = Image.new("RGB", (700, 300), (250, 246, 238))
    font = face(family).sized(70)
    for row, text in enumerate(("Enjoy the day", "hide all")):
        ImageDraw.Draw(image).text((60, 60 + 60 * row), text, font=font, fill=(20, 40, 90))
    assert read(image, "Enjoy the day hide all", family).status is Status.ACCEPT


@pytest.mark.parametrize("text", ["HELLO10", "ZOO 2000"])
def test_an_o_is_no_zero_in_perspective(text: str) -> None:
    image = drawn("Inter", text)
    across = (1, 0.05, 0, -0.04, 1 - 0.0004 * 40, 0, 0, -0.0005)
    bent = image.transform(image.size, Image.Transform.PERSPECTIVE, across, 3, fillcolor="white")
    assert read(bent, text, "Inter").status is Status.ACCEPT
    wrong = drawn("Inter", text.replace("O", "0"))
    bent = wrong.transform(wrong.size, Image.Transform.PERSPECTIVE, across, 3, fillcolor="white")
    assert read(bent, text, "Inter").status is Status.REJECT


def test_right_copy_that_is_sheared_and_runs_away_is_accepted() -> None:
    image = drawn("Inter", "Up to 50% off")
    wide, high = image.size
    across = (1, -0.12, 40, 0, 1 - 0.00016 * 40, 0, 0, -0.00035)
    bent = image.transform((wide, high), Image.Transform.PERSPECTIVE, across, 3, fillcolor="white")
    assert read(bent, "Up to 50% off", "Inter").status is Status.ACCEPT


def test_signs_that_the_font_draws_alike_are_no_mistake() -> None:
    known = face("Montserrat").sized
    assert not drawn_alike(known, "O", "0")
    assert drawn_alike(known, "A", "A")


def test_a_small_capital_at_the_end_of_a_word_is_seen() -> None:
    told = read(drawn("Lobster Two", "Möbel für den GarteN"), "Möbel für den Garten", "Lobster Two")
    assert told.status is Status.REJECT
    assert ("n", "N") in {(edit.expected, edit.read) for edit in told.edits}


def test_a_sharp_s_may_stand_in_capitals() -> None:
    image = drawn("Bungee", "Großes Kino")
    assert read(image, "Großes Kino", "Bungee").status is Status.ACCEPT
