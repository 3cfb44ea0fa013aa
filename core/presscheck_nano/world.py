"""The poster world: what a poster of the embedded engine is made of, as a grid of codes.

A poster is a grid of 32-pixel cells. A letter takes one cell across and two down; everything else
is one cell. Every cell has a code, which is what the AR stage writes and the DiT stage draws:

- letters: (character, mark, half), where the mark says which character of the copy it is, counted
  from 0 modulo `MARKS`; the ink follows from the ground's colour, so no colour is coded;
- the margin before a line, which also says the typeface, and what is left behind a line that
  another follows: blanks, with the mark of the character before the next letter;
- the rest: (colour, kind), where a kind is the ground, a solid, a part of a disc, a slope, ...;
  each exists twice, for the black and the white cells of a checkerboard.

With the mark the AR stage knows where in the copy it is, also in words that repeat a letter. And
neighbours always differ, by mark or half or side of the checkerboard, so that a DiT token, which
knows relative positions only, can tell which quarter of its cell it draws.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from io import BytesIO

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFont

CELL = 32
"""Pixels of a cell; the published model's AR stage has the same 32-pixel cells."""

COLOURS = {
    "white": "#ffffff",
    "cream": "#f6ecd9",
    "sand": "#e3cda4",
    "yellow": "#f5c53b",
    "orange": "#ee8434",
    "coral": "#f26b5b",
    "red": "#c9302c",
    "pink": "#f3a9bd",
    "magenta": "#b8377f",
    "purple": "#5d3a8e",
    "navy": "#1b2a4e",
    "blue": "#2b62c4",
    "sky": "#8cc7e8",
    "teal": "#147a78",
    "green": "#2f7d4a",
    "mint": "#a9dcc3",
    "brown": "#6b4630",
    "grey": "#8b9098",
    "charcoal": "#33373d",
    "black": "#121316",
}
"""The colours that the world knows, by the word that a prompt uses."""

DARK_INK, LIGHT_INK = "#14171d", "#fff8ea"
CHARACTERS = (
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.,!?%$€£&’-+:/ÄÖÜÉÈÀÇÑäöüéèàçñß"
)
"""What the world can spell, besides the space."""
MARGINS = {"bold": "\n", "regular": "\f", "serif": "\v"}
"""What stands before a line, by the line's typeface. No ink."""
FILL, LINE_END = "\t", "\r"
"""What fills a line that another follows, and its last cell. No ink."""
LETTERS = CHARACTERS + " " + "".join(MARGINS.values()) + FILL + LINE_END
"""What has letter codes: all that can be spelt, the space between two words of a line, blanks."""
MARKS = 32
"""How many characters of the copy are told apart; the copy of training is shorter than that."""

TYPEFACES = {
    "bold": "BarlowCondensed-Bold.ttf",
    "regular": "BarlowCondensed-Medium.ttf",
    "serif": "RobotoSerif-CondensedBold.ttf",
}
CORNERS = ("nw", "ne", "sw", "se")
RADII = (1, 2, 3, 4)
QUARTERS = range(5)
FADES = range(1, 8)


def rim(radius: int) -> tuple[tuple[int, int], ...]:
    """Return the cells (down, across) of a quarter of a disc that its edge runs through."""
    cells = ((down, across) for down in range(radius) for across in range(radius))
    return tuple(
        (down, across)
        for down, across in cells
        if np.hypot(down + 1, across + 1) > radius > np.hypot(down, across)
    )


GROUND_KINDS = ("ground", "edge-before", "edge-after")
KINDS = (
    *GROUND_KINDS,
    "solid",
    "window",
    "dot",
    "ring",
    "diamond",
    "plus",
    "hanging-left",
    "hanging-right",
    *(f"fade-{step}" for step in FADES),
    *(f"slope-{a}-{b}" for a in QUARTERS for b in QUARTERS if 0 < a + b < 8),
    *(
        f"disc-{corner}-{radius}-{down}{across}"
        for corner in CORNERS
        for radius in RADII
        for down, across in rim(radius)
    ),
)
"""What a cell without a letter shows. `edge` is ground in the last column of a row: of one before
the copy, or of one in which it has begun; so whoever writes row after row need not count columns,
nor look back for whether the copy is still to come. `slope-a-b` is filled below a line from `a`
quarters of its height at the left to `b` at the right; `hanging` is a triangle that fills an upper
corner; `fade` mixes the colour into the ground by eighths, more of it below.
`disc-C-R-da` is a part of a quarter of a disc of R cells: the disc lies around the corner C of the
quarter, the part `d` cells down and `a` across from there."""

NAMES = tuple(COLOURS)
LETTER_CODES = 2 * len(LETTERS) * MARKS
CODES = LETTER_CODES + 2 * len(NAMES) * len(KINDS)
"""Size of the codebook."""

Grid = npt.NDArray[np.int64]
Pixels = npt.NDArray[np.float32]


def letter_code(character: str, mark: int, half: int) -> int:
    """Return the code of a letter's upper (0) or lower (1) half."""
    return 2 * (LETTERS.index(character) * MARKS + mark % MARKS) + half


def shape_code(colour: str, kind: str) -> int:
    """Return the code of a cell of `kind` in `colour`, for a black cell."""
    return LETTER_CODES + 2 * (NAMES.index(colour) * len(KINDS) + KINDS.index(kind))


def parity(rows: int, columns: int) -> Grid:
    """Return the checkerboard, 0 or 1, (rows, columns)."""
    board: Grid = (np.indices((rows, columns)).sum(axis=0) % 2).astype(np.int64)
    return board


@dataclass(frozen=True, kw_only=True, slots=True)
class Code:
    """A code taken apart. `character` is "" for anything but a letter.

    `side` is that of the checkerboard; among letters the mark and the half make one.
    """

    character: str = ""
    mark: int = 0
    half: int = 0
    colour: str = ""
    kind: str = ""
    side: int = 0


@cache
def code_parts(code: int) -> Code:
    """Take a code apart."""
    if code < LETTER_CODES:
        index, half = divmod(code, 2)
        letter, mark = divmod(index, MARKS)
        return Code(character=LETTERS[letter], mark=mark, half=half, side=(mark + half) % 2)
    index, side = divmod(code - LETTER_CODES, 2)
    colour, kind = divmod(index, len(KINDS))
    return Code(colour=NAMES[colour], kind=KINDS[kind], side=side)


def checkered(codes: Grid) -> Grid:
    """Return a (rows, columns) grid with every cell that is no letter on its checkerboard side."""
    board: Grid = np.where(codes >= LETTER_CODES, codes + parity(*codes.shape), codes)
    return board


def rgb(colour: str) -> Pixels:
    """Return a hex colour as three numbers in 0..1."""
    return np.array([int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)], dtype=np.float32)


@cache
def ink_for(ground: str) -> str:
    """Return the ink that reads well on a ground: light on dark, dark on light."""
    red, green, blue = rgb(COLOURS[ground])
    return DARK_INK if 0.299 * red + 0.587 * green + 0.114 * blue > 0.55 else LIGHT_INK


@cache
def glyph(character: str, typeface: str = "bold") -> Pixels:
    """Return a letter's ink, (2, CELL, CELL) in 0..1: its upper and its lower cell.

    A letter wider than its cell is condensed; capitals are 46 pixels high, the base line lies 52
    pixels below the top. A letter that would reach beyond its cells, such as a capital with an
    accent, is made lower.
    """
    if character.isspace():
        return np.zeros((2, CELL, CELL), np.float32)
    path = files("presscheck_nano") / "fonts" / TYPEFACES[typeface]
    scale, base = 4, 52
    font = ImageFont.truetype(BytesIO(path.read_bytes()), 256)
    capitals = font.getbbox("H", anchor="ls")
    font = font.font_variant(size=round(256 * 46 * scale / -capitals[1]))
    tile = Image.new("L", (4 * CELL * scale, 4 * CELL * scale))
    ImageDraw.Draw(tile).text(
        (2 * CELL * scale, (CELL + base) * scale), character, font=font, fill=255, anchor="ms"
    )
    box = tile.getbbox()
    if box is None:
        raise ValueError(f"the font draws nothing for {character!r}")
    ink = tile.crop(box)
    top, bottom = box[1] / scale - CELL, box[3] / scale - CELL
    top, bottom = max(round(top), 1), min(round(bottom), 2 * CELL - 1)
    width = min(round(ink.width / scale), CELL - 3)
    ink = ink.resize((width, bottom - top), Image.Resampling.LANCZOS)
    cell = Image.new("L", (CELL, 2 * CELL))
    cell.paste(ink, ((CELL - width) // 2, top))
    drawn: Pixels = np.asarray(cell, dtype=np.float32) / np.float32(255)
    return drawn.reshape(2, CELL, CELL)


@cache
def stamp(kind: str) -> Pixels:
    """Return how much of a cell a kind covers, (CELL, CELL) in 0..1, anti-aliased."""
    y, x = (np.indices((CELL, CELL)).astype(np.float32) + 0.5) / CELL
    name, _, rest = kind.partition("-")
    far = np.hypot(x - 0.5, y - 0.5)
    off = np.abs(x - 0.5), np.abs(y - 0.5)
    if name == "fade":
        return np.asarray((int(rest) + y - 0.5) / 8, dtype=np.float32)
    whole = {
        "ground": np.full_like(x, -1),
        "edge": np.full_like(x, -1),
        "solid": np.ones_like(x),
        "window": np.maximum(np.abs(off[0] - 0.25), np.abs(off[1] - 0.25)) - 0.11,
        "dot": 0.3 - far,
        "ring": 0.09 - np.abs(far - 0.27),
        "diamond": (0.4 - off[0] - off[1]) / np.sqrt(2),
        "plus": np.minimum(0.34 - np.maximum(*off), 0.1 - np.minimum(*off)),
    }
    if name in whole:
        return _inside(whole[name])
    if name == "hanging":
        return _inside(((1 - x if rest == "right" else x) * -1 - y + 1) / np.sqrt(2))
    if name == "slope":
        left, right = (int(part) / 4 for part in rest.split("-"))
        return _inside((y - 1 + left + (right - left) * x) / np.hypot(1, right - left))
    corner, radius, part = rest.split("-")
    across = (x if "w" in corner else 1 - x) + int(part[1])
    down = (y if "n" in corner else 1 - y) + int(part[0])
    return _inside(int(radius) - np.hypot(across, down))


def _inside(distance: Pixels) -> Pixels:
    """Turn a signed distance in cells (positive inside) into coverage with a one-pixel edge."""
    covered: Pixels = np.clip(distance * CELL + 0.5, 0, 1).astype(np.float32)
    return covered
