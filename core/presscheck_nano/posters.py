"""Makes posters of the world: a layout, its codes, and its pixels."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from presscheck_nano.world import (
    CELL,
    COLOURS,
    NAMES,
    SHAPES,
    Grid,
    Pixels,
    checkered,
    glyph,
    ink_for,
    letter_code,
    rgb,
    shape_code,
    stamp,
)

SIZES = {"square": (16, 16), "portrait": (18, 14), "story": (21, 12), "wide": (12, 21)}
"""Rows and columns of the formats; `NATIVE` has their pixels."""
NATIVE = tuple((columns * CELL, rows * CELL) for rows, columns in SIZES.values())
MOTIFS = ("plain", "tiles", "hills", "circle", "skyline", "stripes", "confetti")
PLACES = ("top", "middle", "bottom")
BAND = 0.34
"""Share of the rows that stay plain when the prompt asks for a plain lower (or upper) third."""

Rng = np.random.Generator


@dataclass(frozen=True, kw_only=True)
class Poster:
    """A poster: what was asked for, and what answers it.

    `codes` is (rows, columns); `pixels` (rows * CELL, columns * CELL, 3) in 0..1.
    """

    format: str
    ground: str
    accents: tuple[str, str]
    motif: str
    place: str
    align: str
    lines: tuple[str, ...]
    plain_third: bool
    codes: Grid
    pixels: Pixels

    @property
    def copy(self) -> str:
        """The headline as it stands in the prompt."""
        return " ".join(self.lines)


class Canvas:
    """A poster while it is made. The ground is flat; shapes lie on it, letters beside them."""

    def __init__(self, rows: int, columns: int, ground: str) -> None:
        self.rows, self.columns, self.ground = rows, columns, ground
        self.codes = np.full((rows, columns), shape_code(ground, "ground"), dtype=np.int64)
        self.pixels = np.empty((rows * CELL, columns * CELL, 3), np.float32)
        self.pixels[:] = rgb(COLOURS[ground])
        self.free = np.ones((rows, columns), dtype=bool)

    def reserve(self, top: int, bottom: int) -> None:
        """Keep the rows from `top` to before `bottom` clear of shapes."""
        self.free[max(top, 0) : max(bottom, 0)] = False

    def cell(self, row: int, column: int, colour: str, kind: str) -> None:
        """Draw one cell, if it is on the poster and free."""
        inside = 0 <= row < self.rows and 0 <= column < self.columns
        if inside and self.free[row, column]:
            self.codes[row, column] = shape_code(colour, kind)
            self._blend(row, column, stamp(kind), rgb(COLOURS[colour]))

    def letter(self, row: int, column: int, character: str, mark: int) -> None:
        """Draw a letter, the copy's `mark`th, whose upper half is the given cell."""
        for half, ink in enumerate(glyph(character)):
            self.codes[row + half, column] = letter_code(character, mark, half)
            self._blend(row + half, column, ink, rgb(ink_for(self.ground)))

    def shape(self, colour: str, coverage: Pixels) -> None:
        """Draw a large shape; `coverage` is (height, width) in 0..1. Reserved cells stay clear."""
        clear = np.kron(self.free, np.ones((CELL, CELL), np.float32)).astype(np.float32)
        masked = coverage * clear
        self.pixels += masked[..., None] * (rgb(COLOURS[colour]) - self.pixels)
        share = masked.reshape(self.rows, CELL, self.columns, CELL).mean(axis=(1, 3))
        self.codes[share > 0.02] = shape_code(colour, "partial")
        self.codes[share > 0.98] = shape_code(colour, "solid")

    def _blend(self, row: int, column: int, mask: Pixels, colour: Pixels) -> None:
        spot = self.pixels[row * CELL : (row + 1) * CELL, column * CELL : (column + 1) * CELL]
        spot += mask[..., None] * (colour - spot)


def make_poster(
    rng: Rng, copy: str, *, format_: str | None = None, place: str | None = None
) -> Poster:
    """Make a poster around `copy`, which must fit the format's lines (see `wrap`)."""
    format_ = format_ or str(rng.choice(list(SIZES)))
    rows, columns = SIZES[format_]
    ground, first, second = (str(name) for name in rng.choice(NAMES, 3, replace=False))
    lines = wrap(copy, columns - 2)
    motif = str(rng.choice(MOTIFS, p=[0.08, 0.28, 0.16, 0.14, 0.14, 0.1, 0.1]))
    drawn_place = str(rng.choice(PLACES, p=[0.55, 0.2, 0.25]))
    place = place or drawn_place
    align = str(rng.choice(["left", "centre"]))
    plain_third = bool(rng.random() < 0.5) and place != "middle"
    canvas = Canvas(rows, columns, ground)
    top = first_row(rows, len(lines), place)
    canvas.reserve(top - 1, top + 2 * len(lines) + 1)
    if plain_third:
        band = round(rows * BAND)
        canvas.reserve(*((rows - band, rows) if place == "top" else (0, band)))
    DRAW[motif](canvas, rng, (first, second))
    _write(canvas, lines, top, align)
    return Poster(
        format=format_,
        ground=ground,
        accents=(first, second),
        motif=motif,
        place=place,
        align=align,
        lines=tuple(lines),
        plain_third=plain_third,
        codes=checkered(canvas.codes),
        pixels=canvas.pixels,
    )


def _write(canvas: Canvas, lines: list[str], top: int, align: str) -> None:
    """Write the lines from row `top`; only a single line is centred.

    The marks of a margin count up to the first letter's, and a line that another follows is filled
    with its line break's: so whatever is written next, the mark before it says what.
    """
    mark = 0
    for number, line in enumerate(lines):
        row = top + 2 * number
        centred = align == "centre" and len(lines) == 1
        left = (canvas.columns - len(line)) // 2 if centred else 1
        end = canvas.columns if number + 1 < len(lines) else left + len(line)
        written = "\n" * left + line
        for column, character in enumerate(written.ljust(end, "\n")):
            canvas.letter(row, column, character, min(mark - left + column, mark + len(line)))
        mark += len(line) + 1


def first_row(rows: int, lines: int, place: str) -> int:
    """Return the row of the first line's upper half."""
    if place == "top":
        return 1
    if place == "bottom":
        return rows - 1 - 2 * lines
    return (rows - 2 * lines) // 2


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


def _plain(canvas: Canvas, rng: Rng, accents: tuple[str, str]) -> None:
    del canvas, rng, accents


def _tiles(canvas: Canvas, rng: Rng, accents: tuple[str, str]) -> None:
    """Draw Bauhaus tiles of two by two cells over everything that is free."""
    for row in range(0, canvas.rows - 1, 2):
        for column in range(canvas.columns % 2, canvas.columns - 1, 2):
            if canvas.free[row : row + 2, column : column + 2].all():
                _tile(canvas, rng, row, column, str(rng.choice(accents)))


def _tile(canvas: Canvas, rng: Rng, row: int, column: int, colour: str) -> None:
    shape = rng.choice(["arc", "disc", "triangle", "solid", "ground"], p=[0.4, 0.2, 0.2, 0.1, 0.1])
    corner = str(rng.choice(SHAPES))
    for down in (0, 1):
        for across in (0, 1):
            kind = _tile_kind(str(shape), corner, down, across)
            if kind != "ground":
                canvas.cell(row + down, column + across, colour, kind)


def _tile_kind(shape: str, corner: str, down: int, across: int) -> str:
    """Return the kind of one of a tile's four cells; `down`, `across` count from its top left."""
    if shape in {"solid", "ground"}:
        return shape
    if shape == "disc":  # each cell holds the quarter around the tile's centre
        return "disc-" + ("s" if down == 0 else "n") + ("e" if across == 0 else "w")
    away_down = down if "n" in corner else 1 - down
    away_across = across if "w" in corner else 1 - across
    if shape == "arc":
        parts = {(0, 0): "", (0, 1): "side", (1, 0): "below", (1, 1): "far"}
        part = parts[away_down, away_across]
        return f"arc-{corner}-{part}" if part else "solid"
    kinds = {0: "solid", 1: f"triangle-{corner}", 2: "ground"}
    return kinds[away_down + away_across]


def _hills(canvas: Canvas, rng: Rng, accents: tuple[str, str]) -> None:
    """Draw a sun behind two hills."""
    y, x = _plane(canvas)
    top, height = _span(canvas)
    radius = rng.uniform(0.2, 0.3) * height
    level = top + rng.uniform(2.0, 2.6) * radius
    sun_x, sun_y = rng.uniform(0.25, 0.75) * canvas.columns, level - radius * rng.uniform(0.4, 0.9)
    canvas.shape(accents[0], _edge(radius - np.hypot(x - sun_x, y - sun_y)))
    for colour, lift in ((accents[1], 0.0), (accents[0], rng.uniform(0.15, 0.25) * height)):
        waves = rng.uniform(0.5, 1.2), rng.uniform(0, 2 * np.pi), rng.uniform(0.05, 0.1) * height
        phase = waves[0] * 2 * np.pi * x / canvas.columns + waves[1]
        canvas.shape(colour, _edge(y - level - lift - waves[2] * np.sin(phase)))


def _circle(canvas: Canvas, rng: Rng, accents: tuple[str, str]) -> None:
    """Draw a large disc with a smaller one upon it."""
    y, x = _plane(canvas)
    top, height = _span(canvas)
    radius = rng.uniform(0.34, 0.5) * min(height, canvas.columns)
    across = rng.uniform(0.3, 0.7) * canvas.columns
    down = top + height / 2
    canvas.shape(accents[0], _edge(radius - np.hypot(x - across, y - down)))
    angle = rng.uniform(0, 2 * np.pi)
    across, down = across + radius * np.cos(angle) * 0.7, down + radius * np.sin(angle) * 0.7
    canvas.shape(accents[1], _edge(radius * 0.5 - np.hypot(x - across, y - down)))


def _skyline(canvas: Canvas, rng: Rng, accents: tuple[str, str]) -> None:
    """Draw bars that rise from the lowest free row."""
    floor = int(np.nonzero(canvas.free.any(axis=1))[0].max(initial=0))
    column = 0
    while column < canvas.columns:
        width, height = int(rng.integers(1, 3)), int(rng.integers(2, 8))
        colour = str(rng.choice(accents))
        top = str(rng.choice(["solid", "solid", "triangle-sw", "triangle-se", "disc-se"]))
        for row in range(floor - height + 1, floor + 1):
            for across in range(column, min(column + width, canvas.columns)):
                first = row == floor - height + 1 and width == 1
                canvas.cell(row, across, colour, top if first else "solid")
        column += width


def _stripes(canvas: Canvas, rng: Rng, accents: tuple[str, str]) -> None:
    """Draw level stripes from edge to edge."""
    gap = int(rng.integers(2, 4))
    for number, row in enumerate(range(int(rng.integers(0, 2)), canvas.rows, gap)):
        for column in range(canvas.columns):
            canvas.cell(row, column, accents[number % 2], "solid")


def _confetti(canvas: Canvas, rng: Rng, accents: tuple[str, str]) -> None:
    """Scatter dots and diamonds."""
    for row in range(canvas.rows):
        for column in range(canvas.columns):
            if rng.random() < 0.28:
                kind = str(rng.choice(["dot", "diamond"]))
                canvas.cell(row, column, str(rng.choice(accents)), kind)


def _span(canvas: Canvas) -> tuple[float, float]:
    """Return the first row and the height of the largest block of free rows."""
    best, start = (0, 0), 0
    rows = [bool(row.any()) for row in canvas.free] + [False]
    for row, free in enumerate(rows):
        if not free:
            best = max(best, (row - start, start))
            start = row + 1
    return float(best[1]), float(best[0])


def _plane(canvas: Canvas) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Return y and x of every pixel in cells."""
    y, x = np.indices((canvas.rows * CELL, canvas.columns * CELL))
    return (y + 0.5) / CELL, (x + 0.5) / CELL


def _edge(distance: npt.NDArray[np.float64]) -> Pixels:
    return np.clip(distance * CELL + 0.5, 0, 1).astype(np.float32)


DRAW: dict[str, Callable[[Canvas, Rng, tuple[str, str]], None]] = {
    "plain": _plain,
    "tiles": _tiles,
    "hills": _hills,
    "circle": _circle,
    "skyline": _skyline,
    "stripes": _stripes,
    "confetti": _confetti,
}
