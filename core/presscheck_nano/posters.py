"""Makes posters of the world: a layout, its codes, and its pixels."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from presscheck_nano.canvas import Canvas, Stroke, draw
from presscheck_nano.motifs import MOTIFS
from presscheck_nano.world import (
    CELL,
    FILL,
    LINE_END,
    MARGINS,
    NAMES,
    TYPEFACES,
    Grid,
    Pixels,
    checkered,
)

SIZES = {"square": (16, 16), "portrait": (18, 14), "story": (21, 12), "wide": (12, 21)}
"""Rows and columns of the formats; `NATIVE` has their pixels."""
NATIVE = tuple((columns * CELL, rows * CELL) for rows, columns in SIZES.values())
PLACES = ("top", "middle", "bottom")
SHIFTS = {"top": (0, 0, 0, 0, 0, 1), "middle": (0, 0, 0, 0, -1, 1), "bottom": (0, 0, 0, 0, -1, -2)}
"""By how many rows copy may stand off its place: a model that only ever saw the right row would
lose its thread when it missed it. But the right row must be likelier than the others together, or
else the likeliest would be in every row that the copy begins later."""
ALIGNS = ("left", "centre", "right")
BAND = 0.34
"""Share of the rows that stay plain when the prompt asks for a plain lower (or upper) third."""
MAX_LINES = 4

Rng = np.random.Generator


@dataclass(frozen=True, kw_only=True)
class Poster:
    """A poster: what was asked for, and what answers it. `codes` is (rows, columns)."""

    format: str
    ground: str
    accents: tuple[str, str]
    motif: str
    place: str
    align: str
    typeface: str
    lines: tuple[str, ...]
    plain_third: bool
    codes: Grid
    strokes: tuple[Stroke, ...]

    @property
    def copy(self) -> str:
        """The headline as it stands in the prompt."""
        return " ".join(self.lines)

    @cached_property
    def pixels(self) -> Pixels:
        """The picture, (rows * CELL, columns * CELL, 3) in 0..1."""
        rows, columns = self.codes.shape
        return draw(rows, columns, self.ground, self.strokes)


def make_poster(
    rng: Rng, copy: str, *, format_: str | None = None, place: str | None = None
) -> Poster:
    """Make a poster around `copy`, which must fit the format's lines (see `fits`)."""
    format_ = format_ or str(rng.choice(list(SIZES)))
    rows, columns = SIZES[format_]
    ground, first, second = (str(name) for name in rng.choice(NAMES, 3, replace=False))
    drawn_place = str(rng.choice(PLACES, p=[0.5, 0.22, 0.28]))
    place = place or drawn_place
    align = _align(rng, copy, columns)
    lines = wrap(copy, line_width(columns, align))
    typeface = str(rng.choice(list(TYPEFACES), p=[0.5, 0.2, 0.3]))
    plain_third = bool(rng.random() < 0.35) and place != "middle" and len(lines) < 4
    canvas = Canvas(rows, columns, ground)
    top = first_row(rows, len(copy), line_width(columns, align), place)
    top += int(rng.choice(SHIFTS[place]))
    # The first row is ground: a plan that begins with a shape may take its colour for the ground's.
    canvas.reserve(0, 1)
    canvas.reserve(top - 1, top + 2 * len(lines) + 1)
    if plain_third:
        band = round(rows * BAND)
        canvas.reserve(*((rows - band, rows) if place == "top" else (0, band)))
        canvas.plain_from = rows - band if place == "top" else rows
    fitting = [name for name, motif in MOTIFS.items() if motif.fits(canvas)]
    weights = np.array([MOTIFS[name].weight for name in fitting])
    motif = str(rng.choice(fitting, p=weights / weights.sum()))
    MOTIFS[motif].draw(canvas, rng, (first, second))
    _write(canvas, lines, top, align, typeface)
    return Poster(
        format=format_,
        ground=ground,
        accents=(first, second),
        motif=motif,
        place=place,
        align=align,
        typeface=typeface,
        lines=tuple(lines),
        plain_third=plain_third,
        codes=checkered(canvas.codes),
        strokes=tuple(canvas.strokes),
    )


def _align(rng: Rng, copy: str, columns: int) -> str:
    """Return an alignment that the copy fits."""
    align = str(rng.choice(ALIGNS, p=[0.4, 0.35, 0.25]))
    return align if fits(copy, line_width(columns, align)) else "left"


def line_width(columns: int, align: str) -> int:
    """Return how many characters a line has: what is set at the right has the right half."""
    return columns - 2 if align != "right" else columns - columns // 2 - 1


def fits(copy: str, width: int) -> bool:
    """Return whether copy fits the block that its length is given."""
    if max(map(len, copy.split()), default=0) > width:
        return False
    return len(wrap(copy, width)) <= block(len(copy), width)


def block(length: int, width: int) -> int:
    """Return for how many lines copy of `length` characters is given room; by length alone.

    So where copy starts follows from what the opening token says, before a line is broken.
    """
    if length <= width:
        return 1
    return min(max(2, int(np.ceil(length / (0.8 * width)))), MAX_LINES)


def first_row(rows: int, length: int, width: int, place: str) -> int:
    """Return the row of the first line's upper half."""
    if place == "top":
        return 1
    lines = block(length, width)
    return rows - 1 - 2 * lines if place == "bottom" else (rows - 2 * lines) // 2


def _write(canvas: Canvas, lines: list[str], top: int, align: str, typeface: str) -> None:
    """Write the lines from row `top`; only a single line is centred.

    The marks of the first line's margin count up to the first letter's. Behind a line that another
    follows, and in the margin of that one, they stay at the last character's, which is the space
    between the two: so whatever is written next, the cells around it say what.
    """
    mark = 0
    for number, line in enumerate(lines):
        left = 1 if align != "right" else canvas.columns // 2
        if align == "centre" and len(lines) == 1:
            left = (canvas.columns - len(line)) // 2
        written = [
            (MARGINS[typeface], mark - left + column if number == 0 else mark - 1)
            for column in range(left)
        ]
        written += [(character, mark + place) for place, character in enumerate(line)]
        if number + 1 < len(lines):
            blanks = FILL * (canvas.columns - len(written) - 1) + LINE_END
            written += [(blank, mark + len(line)) for blank in blanks]
        for column, (character, place) in enumerate(written):
            canvas.letter(top + 2 * number, column, character, place, typeface)
        mark += len(line) + 1
    canvas.edge(top)


def wrap(copy: str, width: int) -> list[str]:
    """Break copy at its spaces into as few lines as fit, filling each line in turn.

    Raises:
        ValueError: A word is longer than `width` characters.
    """
    lines: list[str] = []
    for word in copy.split():
        if len(word) > width:
            raise ValueError(f"{word!r} is longer than a line of {width} characters")
        if lines and len(lines[-1]) + 1 + len(word) <= width:
            lines[-1] += " " + word
        else:
            lines.append(word)
    return lines
