from dataclasses import replace
from pathlib import Path

import pytest
from fontTools.ttLib import TTFont
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

import presscheck_templates
from presscheck.errors import CopyError, FontError
from presscheck.fitting import Setting, Style, fit
from presscheck.fonts import open_face
from presscheck.painting import draw_setting

FACE = open_face(
    Path(presscheck_templates.__file__).parent / "brands/sundial/fonts/BarlowCondensed-Medium.ttf"
)
STYLE = Style(face=FACE, sizes=(8, 60))
COPY = st.text("abcgjpyAQÉÄŠ ,.\n-", min_size=1, max_size=40).filter(
    lambda text: all(line.strip() for line in text.split("\n"))
)


def drawn(setting: Setting, room: tuple[int, int], margin: int = 50) -> tuple[int, int, int, int]:
    """Return the bounds of the pixels that really change, from the room's corner."""
    sheet = Image.new("RGB", (room[0] + 2 * margin, room[1] + 2 * margin))
    draw_setting(sheet, setting, (margin, margin), (255, 255, 255))
    box = sheet.getbbox()
    assert box is not None
    left, top, right, bottom = (edge - margin for edge in box)
    return left, top, right, bottom


@settings(max_examples=150, deadline=None)
@given(
    COPY,
    st.integers(30, 400),
    st.integers(15, 200),
    st.sampled_from(["left", "center", "right"]),
    st.sampled_from(["top", "middle", "bottom"]),
    st.sampled_from([(0.0, 0.0), (0.7, 0.5)]),
)
def test_no_ink_ever_leaves_the_room(text, width, height, align, valign, padding) -> None:
    style = replace(STYLE, align=align, valign=valign, padding=padding)
    try:
        setting = fit(text, (width, height), style)
    except CopyError:
        return
    left, top, right, bottom = drawn(setting, (width, height))
    assert left >= 0 and top >= 0 and right <= width and bottom <= height
    assert setting.ink[0] <= left and setting.ink[1] <= top
    assert setting.ink[2] >= right and setting.ink[3] >= bottom
    assert 8 <= setting.size <= 60


def test_copy_is_as_large_as_it_may_be() -> None:
    assert fit("Sale", (1000, 500), STYLE).size == 60
    small = fit("Sale", (60, 500), STYLE)
    assert small.size < 60
    with pytest.raises(CopyError):
        fit("Sale", (60, 500), replace(STYLE, sizes=(small.size + 0.5, 60)))


def test_copy_that_cannot_fit_is_refused_with_a_remedy() -> None:
    with pytest.raises(CopyError, match="'Schlussverkauf' does not fit 40 x 40 pixels") as caught:
        fit("Schlussverkauf", (40, 40), replace(STYLE, sizes=(20, 60)))
    assert "Shorten" in caught.value.remedy


def test_capitals_are_centred_by_their_height() -> None:
    setting = fit("HILL", (400, 200), STYLE)
    assert abs(setting.ink[1] - (200 - setting.ink[3])) <= 1


def test_accents_and_descenders_do_not_shift_a_label() -> None:
    plain, tailed = (fit(text, (400, 200), STYLE) for text in ("HILL", "Étang"))
    assert plain.lines[0].y == tailed.lines[0].y


def test_lines_never_touch_however_tight_the_leading() -> None:
    setting = fit("gjpy\nÉÄŠ", (400, 200), replace(STYLE, leading=0.8))
    upper, lower = setting.lines
    assert upper.y + upper.box[3] < lower.y + lower.box[1]


def test_a_block_hugs_its_label() -> None:
    setting = fit("Shop", (400, 200), replace(STYLE, padding=(0.7, 0.5)))
    left, top, right, bottom = setting.block
    assert left == 0 and right < 300
    assert setting.ink[0] - left == right - setting.ink[2] == 42
    assert top > 0 and bottom < 200


def test_right_to_left_copy_is_set_from_the_right() -> None:
    setting = fit("מבצע", (400, 100), STYLE)
    assert setting.direction == "rtl"
    assert setting.ink[2] == 400


def test_a_blank_line_leaves_a_gap() -> None:
    close, apart = (fit(text, (400, 200), STYLE) for text in ("ONE\nTWO", "ONE\n\nTWO"))
    assert drawn(apart, (400, 200))[3] - drawn(apart, (400, 200))[1] > close.ink[3] - close.ink[1]


@pytest.mark.parametrize("size", [12, 40, 150])
def test_left_set_copy_stands_flush_whatever_its_size(size: int) -> None:
    setting = fit("Hill\nBooks", (800, 500), replace(STYLE, sizes=(size, size), align="left"))
    assert drawn(setting, (800, 500))[0] == setting.ink[0] == 0


@pytest.mark.parametrize("text", ["a\n\nb", "a\n\u00a0\nb", "a\n\u200b\nb"])
def test_a_blank_line_keeps_its_height_and_draws_nothing(text: str) -> None:
    upper, blank, lower = fit(text, (200, 300), STYLE).lines
    assert blank.box == (0, 0, 0, 0)
    assert lower.y - upper.y == 2 * (blank.y - upper.y) > 0


def test_a_font_with_a_broken_glyph_is_named(tmp_path: Path) -> None:
    source = FACE.path.read_bytes()
    with TTFont(FACE.path, lazy=True) as font:
        glyphs = font.reader.tables["glyf"]
    data = bytearray(source)
    data[glyphs.offset : glyphs.offset + glyphs.length] = bytes([1, 255]) * (glyphs.length // 2)
    path = tmp_path / "broken.ttf"
    path.write_bytes(data)
    with pytest.raises(FontError, match=r"broken\.ttf cannot set 'Sale'") as caught:
        fit("Sale", (200, 100), replace(STYLE, face=open_face(path)))
    assert "again" in caught.value.remedy


@pytest.mark.parametrize(("room", "largest"), [((768, 83), 42), ((400, 44), 22), ((500, 52), 27)])
def test_copy_gives_up_a_little_size_for_even_lines(room: tuple[int, int], largest: int) -> None:
    text = "Liegen und Sonnenschirme aus Teakholz, bis Freitag auf deiner Terrasse."
    setting = fit(text, room, replace(STYLE, sizes=(20, 60), leading=1.12))
    widths = [line.box[2] - line.box[0] for line in setting.lines]
    assert min(widths) > 0.7 * max(widths)
    assert 0.9 * largest < setting.size < largest
