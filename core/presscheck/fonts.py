"""Opens font files. They come from anyone, so they are checked before FreeType sees them."""

from __future__ import annotations

import io
import struct
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fontTools.ttLib import TTFont  # type: ignore[import-untyped]
from PIL import ImageFont

from presscheck.errors import FontError

if TYPE_CHECKING:
    from presscheck.brand import Brand

MAX_BYTES = 32 * 1024 * 1024
"""The largest font file that is opened: Noto Sans CJK has 20 MB."""

TABLES = ("cmap", "head", "hhea", "hmtx", "maxp", "name")
"""Tables without which OpenType text cannot be set (OpenType 1.9, "Required tables")."""

SPACES = frozenset("\u00a0\u202f\u205f\u3000") | {chr(code) for code in range(0x2000, 0x200B)}
"""Spaces that HarfBuzz makes from the plain one, as French does before the euro sign."""
HYPHEN, NO_BREAK_HYPHEN = "\u2010", "\u2011"
"""HarfBuzz sets the second with the first, where the font lacks it."""

_REFUSED = {
    b"wOFF": ("a WOFF web font", "Use the TTF or OTF file of the same font."),
    b"wOF2": ("a WOFF2 web font", "Use the TTF or OTF file of the same font."),
    b"ttcf": ("a collection of fonts", "Extract the one font that you want as TTF or OTF."),
}
_KNOWN = (b"\x00\x01\x00\x00", b"OTTO", b"true")
_REMEDY = "Download the font again, as TTF or OTF."


@dataclass(frozen=True, kw_only=True, slots=True)
class Face:
    """A checked font: its bytes, the characters it has, and its axes set in their order."""

    path: Path
    data: bytes
    characters: frozenset[int]
    axes: tuple[float, ...]

    def at(self, size: float) -> ImageFont.FreeTypeFont:
        """Return the font at `size` pixels per em, laid out by Raqm (HarfBuzz and FriBidi).

        Raises:
            FontError: FreeType refuses the file.
        """
        try:
            font = ImageFont.truetype(
                io.BytesIO(self.data), size, layout_engine=ImageFont.Layout.RAQM
            )
            if self.axes:
                font.set_variation_by_axes(list(self.axes))
        except (OSError, ValueError, NotImplementedError) as error:
            raise _broken(self.path, str(error)) from error
        return font

    def missing(self, text: str) -> tuple[str, ...]:
        """Return the characters of `text` without a glyph, each once, in order."""
        wanted = dict.fromkeys(unicodedata.normalize("NFC", text))
        return tuple(character for character in wanted if not self._sets(character))

    def _sets(self, character: str) -> bool:
        """Tell whether the font has a character, or HarfBuzz sets it without a glyph of its own."""
        if character in SPACES:
            return ord(" ") in self.characters
        if character == NO_BREAK_HYPHEN and ord(HYPHEN) in self.characters:
            return True
        return ord(character) in self.characters or _invisible(character)


def _invisible(character: str) -> bool:
    """Tell line breaks, joiners, directional marks and variation selectors: none is drawn."""
    selector = "\ufe00" <= character <= "\ufe0f" or "\U000e0100" <= character <= "\U000e01ef"
    return character == "\n" or selector or unicodedata.category(character) == "Cf"


def open_face(path: Path, axes: Mapping[str, float] | None = None) -> Face:
    """Read and check a TTF or OTF file and set the `axes` of a variable one.

    Axes that aren't named keep their default.

    Raises:
        FontError: The file cannot be read, is no sound font, or lacks an axis or reaches it not.
    """
    data = _read(path)
    _check_container(path, data)
    try:
        with TTFont(io.BytesIO(data), lazy=True) as font:
            _check_tables(path, data, font)
            characters: frozenset[int] = frozenset(font.getBestCmap() or ())
            limits = _limits(font)
    except FontError:
        raise
    except Exception as error:  # fontTools raises anything on a hostile file
        raise _broken(path, f"{type(error).__name__}: {error}") from error
    if not characters:
        raise _broken(path, "it maps no characters to glyphs")
    values = _axis_values(path, limits, axes or {})
    return Face(path=path, data=data, characters=characters, axes=values)


def open_brand_face(brand: Brand, font: str) -> Face:
    """Return a font of a brand kit, by its name there; errors as `open_face`."""
    chosen = brand.fonts[font]
    return open_face(brand.file(chosen.file), chosen.axes)


def load(
    path: Path, size: float, axes: Mapping[str, float] | None = None
) -> ImageFont.FreeTypeFont:
    """Return the font at `size` pixels per em; errors as `open_face`."""
    return open_face(path, axes).at(size)


def missing_glyphs(path: Path, text: str) -> tuple[str, ...]:
    """Return the characters of `text` that the font has no glyph for; errors as `open_face`."""
    return open_face(path).missing(text)


def name_character(character: str) -> str:
    """Return a character with its code and name, as in `ẞ (U+1E9E LATIN CAPITAL ...)`."""
    name = unicodedata.name(character, "")
    return f"{character} (U+{ord(character):04X} {name}".rstrip() + ")"


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise FontError(
            f"font {path} cannot be read: {reason}.", remedy="Check its path in the brand file."
        ) from error
    if len(data) > MAX_BYTES:
        raise FontError(
            f"font {path} is larger than {MAX_BYTES // 2**20} MB.",
            remedy="Use a subset of the font with the scripts that you need.",
        )
    return data


def _check_container(path: Path, data: bytes) -> None:
    magic = data[:4]
    if magic in _REFUSED:
        what, remedy = _REFUSED[magic]
        raise FontError(f"font {path} is {what}.", remedy=remedy)
    if magic not in _KNOWN:
        raise FontError(f"font {path} is not a TTF or OTF file.", remedy=_REMEDY)
    if len(data) < 12 or len(data) < 12 + 16 * struct.unpack_from(">H", data, 4)[0]:
        raise _broken(path, "it ends inside its table directory")


def _check_tables(path: Path, data: bytes, font: TTFont) -> None:
    reader: Any = font.reader
    tables: Mapping[str, Any] = reader.tables
    outline = {"glyf", "CFF ", "CFF2"} & set(tables)
    absent = [name for name in TABLES if name not in tables]
    if absent or not outline:
        raise _broken(path, f"it has no {', '.join(absent) or 'outlines'}")
    for name, entry in tables.items():
        if entry.offset + entry.length > len(data):
            raise _broken(path, f"it is cut off inside its {name.strip()} table")
    for name in ("head", "hhea", "maxp"):
        font[name]  # a table is parsed, and thereby checked, when it is first asked for


def _limits(font: TTFont) -> dict[str, tuple[float, float, float]]:
    if "fvar" not in font:
        return {}
    table: Any = font["fvar"]
    return {
        str(axis.axisTag): (float(axis.minValue), float(axis.defaultValue), float(axis.maxValue))
        for axis in table.axes
    }


def _axis_values(
    path: Path, limits: Mapping[str, tuple[float, float, float]], axes: Mapping[str, float]
) -> tuple[float, ...]:
    for tag, value in axes.items():
        if tag not in limits:
            known = ", ".join(limits) or "none, it is not variable"
            raise FontError(f"font {path} has no axis {tag!r}.", remedy=f"Its axes: {known}.")
        low, _, high = limits[tag]
        if not low <= value <= high:
            raise FontError(
                f"font {path} cannot set {tag} to {value:g}.",
                remedy=f"Choose {low:g} to {high:g}.",
            )
    return tuple(axes.get(tag, default) for tag, (_, default, _) in limits.items())


def _broken(path: Path, problem: str) -> FontError:
    return FontError(f"font {path} is damaged: {problem}.", remedy=_REMEDY)
