"""Glyphs beside those of a known font: what fits, what is missing, too much, or elsewhere."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import cv2
import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from presscheck.assets import Box
from presscheck.verification.benchmark.defects import blot, erase, half
from presscheck.verification.lines import Line
from presscheck.verification.shapes import (
    Course,
    KnownType,
    LineShapes,
    line_shapes,
    own_fit,
    rival_fit,
)
from typefaces import face

SIZE = (900, 220)
TEXT = "Garden furniture"


def drawn(
    font: ImageFont.FreeTypeFont, text: str = TEXT, *, spread: dict[int, int] | None = None
) -> tuple[Image.Image, list[float]]:
    """Return dark text on a light ground, and where the middle of each character stands."""
    image = Image.new("RGB", SIZE, (240, 236, 225))
    draw = ImageDraw.Draw(image)
    middles: list[float] = []
    moved = 0
    for at, character in enumerate(text):
        moved += (spread or {}).get(at, 0)
        x = 60 + font.getlength(text[: at + 1]) - font.getlength(character) + moved
        draw.text((x, 60), character, font=font, fill=(40, 30, 90))
        middles.append(x + font.getlength(character) / 2)
    return image, middles


def compared(image: Image.Image, middles: list[float], text: str, known: KnownType) -> LineShapes:
    left, right = 40.0, min(float(SIZE[0]), middles[-1] + 60)
    corners = ((left, 55.0), (right, 55.0), (right, 145.0), (left, 145.0))
    line = Line(
        text=text,
        score=1.0,
        box=Box(x=left / SIZE[0], y=0.25, width=(right - left) / SIZE[0], height=0.4),
        tall=0.4,
        corners=tuple((x / SIZE[0], y / SIZE[1]) for x, y in corners),
    )
    places = [middle - left for middle in middles]
    found = line_shapes(np.asarray(image, np.float32), Course.of(line, *SIZE), text, places, known)
    assert found is not None
    return found


def known(family: str) -> KnownType:
    return KnownType(font=face(family).sized, certain=True)


@pytest.mark.parametrize("family", ["Inter", "Merriweather", "Lobster Two", "Anton"])
@pytest.mark.parametrize("pixels", [26, 60])
def test_what_the_font_draws_fits_at_any_size(family: str, pixels: int) -> None:
    image, middles = drawn(face(family).sized(pixels))
    found = compared(image, middles, TEXT, known(family))
    assert found.fit > 0.95
    assert all(shape.worst < 0.2 for shape in found.shapes)
    assert all(abs(shape.gap) < 0.1 for shape in found.shapes)


def test_another_font_does_not_fit() -> None:
    image, middles = drawn(face("Merriweather").sized(50))
    found = compared(image, middles, TEXT, known("Anton"))
    assert found.fit < 0.9


@pytest.mark.parametrize("defect", [erase, blot, half])
@pytest.mark.parametrize("at", [0, 4, 12])
def test_a_broken_glyph_stands_out(defect: object, at: int) -> None:
    assert callable(defect)
    font = face("Montserrat").sized(56)
    image, middles = drawn(font)
    ink = 255 - np.asarray(image.convert("L"))
    wide = font.getlength(TEXT[at]) / 2
    left, right = round(middles[at] - wide), round(middles[at] + wide)
    rows = np.nonzero((ink[:, left:right] > 128).any(axis=1))[0]
    part = (slice(int(rows[0]), int(rows[-1]) + 1), slice(left, right))
    mask = np.where(ink > 128, 255, 0).astype(np.uint8)
    pixels = np.asarray(image).copy()
    broken = defect(mask[part], Random(3))
    pixels[part][(mask[part] > 0) & (broken == 0)] = (240, 236, 225)
    pixels[part][(mask[part] == 0) & (broken > 0)] = (40, 30, 90)
    found = compared(Image.fromarray(pixels), middles, TEXT, known("Montserrat"))
    worst = max(found.shapes, key=lambda shape: shape.unlike)
    assert worst.at == at
    assert worst.unlike > 2.2


def test_a_gap_is_seen_where_a_letter_moved() -> None:
    font = face("Inter").sized(50)
    image, middles = drawn(font, spread={9: 15})
    found = compared(image, middles, TEXT, known("Inter"))
    gaps = {shape.at: shape.gap for shape in found.shapes}
    assert gaps[9] == pytest.approx(15 / 50, abs=0.05)
    assert all(abs(gap) < 0.1 for at, gap in gaps.items() if at != 9)


@pytest.mark.parametrize("angle", [-12, 9])
def test_a_line_in_perspective_is_followed(angle: int) -> None:
    image, middles = drawn(face("Inter").sized(50))
    start = np.array([[0, 0], [900, 0], [900, 220], [0, 220]], np.float32)
    end = np.array([[0, 2 * abs(angle)], [900, 0], [900, 220], [0, 220 - angle]], np.float32)
    matrix = cv2.getPerspectiveTransform(start, end)
    bent = cv2.warpPerspective(
        np.asarray(image), matrix, SIZE, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE
    )
    found = compared(Image.fromarray(np.asarray(bent, np.uint8)), middles, TEXT, known("Inter"))
    assert found.fit > 0.95


@pytest.mark.parametrize(("right", "wrong"), [("0", "O"), ("5", "S"), ("8", "B"), ("c", "C")])
def test_a_sign_that_another_is_taken_for_is_told_from_it(right: str, wrong: str) -> None:
    text = f"AB{right}9 code"
    image, middles = drawn(face("Inter").sized(50), text)
    found = compared(image, middles, text, known("Inter"))
    other = rival_fit(found, 2, wrong)
    assert other is not None
    assert own_fit(found, 2) > other + 0.05


def test_a_glyph_whose_neighbours_stand_a_pixel_off_fits_as_well_as_its_rivals() -> None:
    text = "Now in oat milk"
    image, middles = drawn(face("Anton").sized(30), text)
    found = compared(image, middles, text, known("Anton"))
    assert own_fit(found, 12) > 0.95


@pytest.mark.parametrize(
    ("gaps", "wider"),
    [
        ((0.0, 0.3, 0.0), 0.3),
        ((-0.25, 0.35, 0.0), 0.1),
        ((-0.35, 0.25, 0.0), 0.0),
        ((0.25, -0.35, 0.0), -0.1),
        ((0.25, 0.3, 0.0), 0.3),
    ],
)
def test_a_glyph_found_too_near_leaves_no_gap_behind_it(
    gaps: tuple[float, ...], wider: float
) -> None:
    image, middles = drawn(face("Inter").sized(50))
    found = compared(image, middles, TEXT, known("Inter"))
    first, *rest = found.shapes
    placed = {3 + index: gap for index, gap in enumerate(gaps)}
    moved = [replace(one, gap=placed.get(at, 0.0)) for at, one in enumerate(rest, start=1)]
    line = replace(found, shapes=(replace(first, gap=0.0), *moved))
    assert line.wider(4) == pytest.approx(wider)
