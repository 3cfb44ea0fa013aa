"""The default reader, with its real weights: words, probabilities, places, and hostile images."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from conftest import FONT
from presscheck.verification.benchmark.setting import on_circle, stacked
from presscheck.verification.forced import score_text
from presscheck.verification.lines import join, to_lines
from presscheck.verification.scoring import score_slot
from presscheck_nano.posters import make_poster
from presscheck_plugins.read_ppocr import PpOcrReader, register_readers


@cache
def reader() -> PpOcrReader:
    return PpOcrReader()


def drawn(text: str, *, size: tuple[int, int] = (640, 240), turned: int = 0) -> Image.Image:
    image = Image.new("RGB", size, "#fbf3df")
    font = ImageFont.truetype(str(FONT), 72)
    ImageDraw.Draw(image).text((40, 60), text, font=font, fill="#16324f")
    return image.rotate(turned, expand=True, fillcolor="#fbf3df") if turned else image


@pytest.mark.parametrize("text", ["SUMMER SALE", "Fresh bread", "50% off", "Größe & Maß"])
def test_words_are_read_with_their_probabilities(text: str) -> None:
    (line,) = reader().read(drawn(text))
    assert line.text == text
    assert line.posteriors is not None
    scores = score_text(line.posteriors, text)
    assert max(score.loss for score in scores) < 0
    assert np.allclose(line.posteriors.chances.sum(axis=1), 1, atol=1e-3)


def test_another_text_scores_badly_where_it_differs() -> None:
    (line,) = reader().read(drawn("SUMMER SALE"))
    assert line.posteriors is not None
    scores = score_text(line.posteriors, "SUMNER SALE")
    worst = max(scores, key=lambda score: score.loss)
    assert (worst.character, worst.instead) == ("N", "M")
    assert worst.loss > 3


@pytest.mark.parametrize("turned", [12, 35, 60, 80, 90, 135, 180, 200, 270])
def test_turned_lines_are_read_from_where_they_begin(turned: int) -> None:
    image = drawn("Fresh bread", turned=turned)
    found = reader().read(image)
    # Some are found as two words.
    assert join(to_lines(found, *image.size)) == "Fresh bread"
    angle = np.deg2rad(turned)
    for line in found:
        (left, top), (right, end) = line.polygon[:2]
        ahead = np.array([right - left, end - top]) / np.hypot(right - left, end - top)
        assert ahead @ [np.cos(angle), -np.sin(angle)] > 0.98


SPACED = ImageFont.truetype(str(FONT), 60)


def inked(ink: np.ndarray[Any, np.dtype[np.uint8]]) -> Image.Image:
    """Paint ink on a larger plain ground."""
    height, width = ink.shape
    image = Image.new("RGB", (width + 300, height + 200), "#fbf3df")
    image.paste("#16324f", (150, 100), Image.fromarray(ink))
    return image


@pytest.mark.parametrize("leading", [0.9, 1.2, 1.5])
def test_letters_beneath_each_other_are_one_line(leading: float) -> None:
    lines = reader().read(inked(stacked("SUMMER", SPACED, leading)))
    assert [(line.text, line.stacked) for line in lines] == [("SUMMER", True)]


@pytest.mark.parametrize("sweep", [40, 90, 140, 180])
@pytest.mark.parametrize("below", [False, True])
def test_text_on_a_circle_is_read(sweep: float, *, below: bool) -> None:
    lines = reader().read(inked(on_circle("The river bakery", SPACED, sweep, below=below)))
    assert [line.text for line in lines] == ["The river bakery"]


def test_characters_on_a_circle_have_their_own_boxes() -> None:
    image = inked(on_circle("The river bakery", SPACED, 170))
    (line,) = to_lines(reader().read(image), *image.size)
    scored = score_slot("The river bakery", (line,))
    assert scored is not None
    first, middle, last = (scored[at].box for at in (0, 8, 15))
    assert first.x < middle.x < last.x
    assert middle.y < min(first.y, last.y) - 0.1
    assert max(one.box.width for one in scored) < 0.2


def test_level_letters_at_the_beginning_of_rows_are_no_column() -> None:
    image = Image.new("RGB", (640, 480), "#fbf3df")
    draw = ImageDraw.Draw(image)
    for row, text in enumerate(("A   Apples", "B   Bananas", "C   Cherries")):
        draw.text((60, 60 + 120 * row), text, "#16324f", ImageFont.truetype(str(FONT), 64))
    texts = " ".join(line.text for line in to_lines(reader().read(image), 640, 480))
    assert texts == "A Apples B Bananas C Cherries"


def test_a_part_is_read_as_within_the_whole() -> None:
    image = Image.new("RGB", (900, 700), "#fbf3df")
    draw = ImageDraw.Draw(image)
    for row, text in enumerate(("SUMMER SALE", "Fresh bread", "50% off today")):
        draw.text((80, 60 + 220 * row), text, "#16324f", ImageFont.truetype(str(FONT), 80))
    whole = {line.text: line for line in reader().read(image)}
    (line,) = reader().read_part(image, (60, 280, 600, 380))
    same = whole[line.text]
    assert line.text == "Fresh bread"
    assert np.allclose(line.polygon, same.polygon, atol=6)
    assert line.score == pytest.approx(same.score, abs=0.02)


def test_the_same_image_reads_the_same_alone_and_again() -> None:
    image = drawn("SUMMER SALE")
    first, again = PpOcrReader().read(image), reader().read(image)
    assert [line.text for line in first] == [line.text for line in again]
    assert first[0].posteriors is not None
    assert again[0].posteriors is not None
    assert np.array_equal(first[0].posteriors.chances, again[0].posteriors.chances)


def test_unknown_characters_are_told_before_anything_is_read() -> None:
    assert reader().unreadable("SALE €49") == frozenset()
    assert reader().unreadable("Лето ¡hola!") == frozenset("Лето¡")


@pytest.mark.parametrize("size", [(1, 1), (2, 300), (2000, 5), (40, 40)])
@pytest.mark.parametrize("mode", ["RGB", "L", "RGBA", "I;16"])
def test_no_image_breaks_it(size: tuple[int, int], mode: str) -> None:
    image = Image.new(mode, size)
    assert reader().read(image) == []
    assert reader().read(image, closely=True) == []


def test_noise_breaks_nothing() -> None:
    noise = np.random.default_rng(0)
    for _ in range(5):
        pixels = noise.integers(0, 256, (int(noise.integers(1, 300)), 200, 3), np.uint8)
        reader().read(Image.fromarray(pixels), closely=True)


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
def test_letterspaced_words_are_read_once(copy: str, seed: int) -> None:
    pixels = make_poster(np.random.default_rng(seed), copy).pixels
    found = reader().read(Image.fromarray((pixels * 255).round().astype(np.uint8)))
    lines = sorted(found, key=lambda line: line.polygon)
    assert " ".join(line.text.strip() for line in lines) == copy


def test_it_is_offered_under_its_name() -> None:
    assert [entry.name for entry in register_readers()] == ["ppocr"]
