"""The poster world: what a poster of the embedded engine is made of, as a grid of codes.

A poster is a grid of 32-pixel cells. A letter takes one cell across and two down; everything else
is one cell. Every cell has a code, which is what the AR stage writes and the DiT stage draws:

- letters: (character, mark, half), where the mark says which character of the copy it is, counted
  from 0 modulo `MARKS`; the ink follows from the ground's colour, so no colour is coded;
- the rest: (colour, kind), where a kind is the ground, a solid, a part of a disc, a triangle, ...;
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
LETTERS = CHARACTERS + " \n"
"""What has letter codes. The last two have no ink: a space stands between two words of a line, a
line break for the margin before a line and for all that is left behind one that another follows."""
MARKS = 28
"""How many characters of the copy are told apart; the copy of training is shorter than that."""

SHAPES = ("nw", "ne", "sw", "se")
KINDS = (
    "ground",
    "solid",
    "partial",
    "dot",
    "diamond",
    *(f"disc-{corner}" for corner in SHAPES),
    *(f"triangle-{corner}" for corner in SHAPES),
    *(f"arc-{corner}-{part}" for corner in SHAPES for part in ("side", "far", "below")),
)
"""What a cell without a letter shows. `disc` is a quarter of a disc of one cell's radius around the
named corner, `arc` a part of one of two cells' radius; `partial` lies on the edge of a large shape,
which the DiT draws from the neighbours."""

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
def glyph(character: str) -> Pixels:
    """Return a letter's ink, (2, CELL, CELL) in 0..1: its upper and its lower cell.

    A letter wider than its cell is condensed; capitals are 46 pixels high, the base line lies 52
    pixels below the top, so that accents and descenders fit.
    """
    if character.isspace():
        return np.zeros((2, CELL, CELL), np.float32)
    path = files("presscheck_nano") / "fonts" / "BarlowCondensed-Bold.ttf"
    scale = 4
    font = ImageFont.truetype(BytesIO(path.read_bytes()), round(46 / 0.7 * scale))
    tile = Image.new("L", (4 * CELL * scale, 2 * CELL * scale))
    ImageDraw.Draw(tile).text(
        (2 * CELL * scale, 52 * scale), character, font=font, fill=255, anchor="ms"
    )
    box = tile.getbbox()
    if box is None:
        raise ValueError(f"the font draws nothing for {character!r}")
    ink = tile.crop((box[0], 0, box[2], tile.height))
    width = min(round(ink.width / scale), CELL - 3)
    ink = ink.resize((width, 2 * CELL), Image.Resampling.LANCZOS)
    cell = Image.new("L", (CELL, 2 * CELL))
    cell.paste(ink, ((CELL - width) // 2, 0))
    drawn: Pixels = np.asarray(cell, dtype=np.float32) / np.float32(255)
    return drawn.reshape(2, CELL, CELL)


@cache
def stamp(kind: str) -> Pixels:
    """Return how much of a cell a kind covers, (CELL, CELL) in 0..1, anti-aliased."""
    y, x = (np.indices((CELL, CELL)).astype(np.float32) + 0.5) / CELL
    name, _, rest = kind.partition("-")
    corner, _, part = rest.partition("-")
    whole = {
        "ground": np.full_like(x, -1),
        "solid": np.ones_like(x),
        "partial": np.ones_like(x),
        "dot": 0.3 - np.hypot(x - 0.5, y - 0.5),
        "diamond": (0.4 - np.abs(x - 0.5) - np.abs(y - 0.5)) / np.sqrt(2),
    }
    if name in whole:
        return _inside(whole[name])
    across = x if "w" in corner else 1 - x
    down = y if "n" in corner else 1 - y
    if name == "disc":
        return _inside(1 - np.hypot(across, down))
    if name == "triangle":
        return _inside((1 - across - down) / np.sqrt(2))
    right, below = {"side": (1, 0), "far": (1, 1), "below": (0, 1)}[part]
    return _inside(2 - np.hypot(across + right, down + below))


def _inside(distance: Pixels) -> Pixels:
    """Turn a signed distance in cells (positive inside) into coverage with a one-pixel edge."""
    covered: Pixels = np.clip(distance * CELL + 0.5, 0, 1).astype(np.float32)
    return covered
