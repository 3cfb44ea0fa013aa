"""The reader works offline, on small and on very wide images, and knows what it cannot read."""

from functools import cache

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from presscheck_nano.posters import make_poster
from presscheck_plugins.read_rapidocr import RapidOcrReader, register_readers


@cache
def reader() -> RapidOcrReader:
    return RapidOcrReader()


def set_text(text: str, width: int, height: int, size: int) -> Image.Image:
    image = Image.new("RGB", (width, height), (20, 60, 120))
    font = ImageFont.load_default(size)
    ImageDraw.Draw(image).text((width / 2, height / 2), text, "white", font, anchor="mm")
    return image


@pytest.mark.parametrize(
    ("width", "height", "size"), [(300, 250, 22), (728, 90, 28), (1200, 628, 80), (64, 64, 12)]
)
def test_every_size_is_read(width: int, height: int, size: int) -> None:
    text = "SALE" if width < 100 else "SUMMER SALE"
    found = reader().read(set_text(text, width, height, size))
    assert [line.text for line in found] == [text]
    assert found[0].score > 0.8
    across, down = zip(*found[0].polygon, strict=True)
    assert 0 <= min(across) < width / 2 < max(across) <= width
    assert 0 <= min(down) < height / 2 < max(down) <= height


@pytest.mark.parametrize(("copy", "seed"), [("SUMMER SALE", 1), ("€9.99 ONLY", 19)])
def test_words_whose_boxes_overlap_are_read_once(copy: str, seed: int) -> None:
    pixels = make_poster(np.random.default_rng(seed), copy).pixels
    found = reader().read(Image.fromarray((pixels * 255).round().astype(np.uint8)))
    assert [line.text.strip() for line in sorted(found, key=lambda line: line.polygon)] == (
        copy.split()
    )


def test_an_empty_picture_holds_no_text() -> None:
    assert reader().read(Image.new("RGB", (300, 250), "teal")) == []


def test_characters_that_it_lacks_are_named() -> None:
    assert reader().unreadable("SUMMER SALE 50 % Größe été") == frozenset()
    assert reader().unreadable("Лето ¡hola!") == frozenset("Лето¡")


def test_it_is_offered_by_name() -> None:
    assert [entry.name for entry in register_readers()] == ["rapidocr"]
    assert "PP-OCRv6" in reader().name
