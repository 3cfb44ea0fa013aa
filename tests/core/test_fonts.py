import struct
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import presscheck_templates
from presscheck import fonts
from presscheck.errors import FontError

KITS = Path(presscheck_templates.__file__).parent / "brands"
STATIC = KITS / "sundial/fonts/BarlowCondensed-Medium.ttf"
VARIABLE = KITS / "northline/fonts/Oswald-wght.ttf"


def written(folder: Path, data: bytes) -> Path:
    path = folder / "font.ttf"
    path.write_bytes(data)
    return path


def test_a_font_loads_with_raqm_layout() -> None:
    font = fonts.load(STATIC, 20)
    assert font.layout_engine == 1
    assert font.getlength("Sale") > 10


def test_axes_change_what_is_set() -> None:
    light, bold = (fonts.load(VARIABLE, 40, {"wght": weight}) for weight in (200, 700))
    assert light.getlength("NORTH") < bold.getlength("NORTH")


@pytest.mark.parametrize(
    ("path", "axes", "expected"),
    [
        (VARIABLE, {"wdth": 100.0}, "no axis 'wdth'.*Its axes: wght"),
        (VARIABLE, {"wght": 900.0}, "cannot set wght to 900.*200 to 700"),
        (VARIABLE, {"wght": float("nan")}, "cannot set wght"),
        (STATIC, {"wght": 400.0}, "it is not variable"),
    ],
)
def test_an_axis_that_the_font_cannot_set_is_refused(path, axes, expected) -> None:
    with pytest.raises(FontError, match=expected):
        fonts.open_face(path, axes)


def test_missing_glyphs_are_named_once_and_line_feeds_are_none() -> None:
    assert fonts.missing_glyphs(STATIC, "a漢b漢\nع\u200f") == ("漢", "ع")
    assert fonts.missing_glyphs(STATIC, "Größe élan €") == ()
    assert fonts.name_character("ẞ") == "ẞ (U+1E9E LATIN CAPITAL LETTER SHARP S)"


def test_characters_that_harfbuzz_makes_need_no_glyph() -> None:
    face = fonts.open_face(STATIC)
    made = "249\u202f€\u2009\u3000E\u2011Bike\ufe0f\u00ad"
    assert not {ord("\u202f"), ord("\u2011"), ord("\ufe0f")} & face.characters
    assert face.missing(made) == ()
    assert face.missing("a\u2028\u2029\t") == ("\u2028", "\u2029", "\t")


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", "not a TTF or OTF"),
        (b"<html>not found</html>", "not a TTF or OTF"),
        (b"wOF2" + bytes(60), "WOFF2.*TTF or OTF file"),
        (b"wOFF" + bytes(60), "WOFF web font"),
        (b"ttcf" + bytes(60), "collection of fonts.*Extract"),
        (b"\x00\x01\x00\x00", "ends inside its table directory"),
        (b"\x00\x01\x00\x00\x00\x09" + bytes(40), "ends inside its table directory"),
        (b"\x00\x01\x00\x00" + bytes(60), "it has no"),
    ],
)
def test_what_is_no_font_is_refused_by_name(tmp_path: Path, data: bytes, expected: str) -> None:
    path = written(tmp_path, data)
    with pytest.raises(FontError, match=expected) as caught:
        fonts.open_face(path)
    assert str(path) in str(caught.value)
    assert caught.value.remedy


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(FontError, match="cannot be read: No such file"):
        fonts.open_face(tmp_path / "none.ttf")


def test_a_folder_is_told(tmp_path: Path) -> None:
    with pytest.raises(FontError, match="cannot be read"):
        fonts.open_face(tmp_path)


def test_a_huge_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "huge.ttf"
    with path.open("wb") as file:
        file.truncate(fonts.MAX_BYTES + 1)
    with pytest.raises(FontError, match="larger than 32 MB"):
        fonts.open_face(path)


def test_a_truncated_font_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path, STATIC.read_bytes()[:40_000])
    with pytest.raises(FontError, match="cut off inside its"):
        fonts.open_face(path)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 60_000), st.integers(0, 2**32 - 1))
def test_a_damaged_font_loads_or_is_refused_as_font_error(tmp_path_factory, place, value) -> None:
    data = bytearray(STATIC.read_bytes())
    struct.pack_into(">I", data, place, value)
    path = written(tmp_path_factory.mktemp("font"), bytes(data))
    try:
        fonts.load(path, 12)
    except FontError as error:
        assert str(path) in str(error)
