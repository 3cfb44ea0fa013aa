"""RapidOCR as it comes: the reader that gates are measured with."""

from __future__ import annotations

from functools import cache

from PIL import Image, ImageDraw, ImageFont

from conftest import FONT
from presscheck_plugins.read_rapidocr import RapidOcrReader, register_readers


@cache
def reader() -> RapidOcrReader:
    return RapidOcrReader()


def test_words_are_read_and_no_more_than_words() -> None:
    image = Image.new("RGB", (640, 240), "white")
    font = ImageFont.truetype(str(FONT), 72)
    ImageDraw.Draw(image).text((40, 60), "SUMMER SALE", font=font, fill="black")
    (line,) = reader().read(image)
    assert line.text == "SUMMER SALE"
    assert line.posteriors is None


def test_an_empty_picture_holds_no_text() -> None:
    assert reader().read(Image.new("RGB", (300, 250), "teal")) == []


def test_characters_that_it_lacks_are_named() -> None:
    assert reader().unreadable("Лето ¡hola!") == frozenset("Лето¡")


def test_it_is_offered_by_name() -> None:
    assert [entry.name for entry in register_readers()] == ["rapidocr"]
    assert reader().name.startswith("rapidocr 3.")
