"""What posters are drawn on: cells with codes, and the strokes that make their pixels."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from presscheck_nano.world import (
    CELL,
    COLOURS,
    Grid,
    Pixels,
    glyph,
    ink_for,
    letter_code,
    rgb,
    shape_code,
    stamp,
)


@dataclass(frozen=True, slots=True)
class Stroke:
    """Ink on one cell: a kind's in a colour, or half a letter's in a typeface."""

    row: int
    column: int
    kind: str = ""
    colour: str = ""
    character: str = ""
    half: int = 0
    typeface: str = ""


class Canvas:
    """A poster while it is made. The ground is flat; shapes lie on it, letters beside them."""

    def __init__(self, rows: int, columns: int, ground: str) -> None:
        self.rows, self.columns, self.ground = rows, columns, ground
        self.codes: Grid = np.full((rows, columns), shape_code(ground, "ground"), dtype=np.int64)
        self.strokes: list[Stroke] = []
        self.reserved = np.zeros(rows, dtype=bool)
        self.plain_from = rows

    def reserve(self, top: int, bottom: int) -> None:
        """Keep the rows from `top` to before `bottom` clear of shapes."""
        self.reserved[max(top, 0) : max(bottom, 0)] = True

    def deepen(self, colour: str) -> None:
        """Carry a floor on down to the edge, where what is below it is to be left plain."""
        floor = sum(self.span())
        if floor >= self.plain_from:
            self.reserved[floor:] = False
            for row in range(floor, self.rows):
                self.band(row, colour)

    def span(self) -> tuple[int, int]:
        """Return the first row and the number of rows of the largest free block."""
        best, start = (0, 0), 0
        for row, reserved in enumerate([*self.reserved, True]):
            if reserved:
                best = max(best, (row - start, -start))
                start = row + 1
        return -best[1], best[0]

    def cell(self, row: int, column: int, colour: str, kind: str) -> None:
        """Draw one cell, if it is on the poster and free."""
        inside = 0 <= row < self.rows and 0 <= column < self.columns
        if inside and kind != "ground" and not self.reserved[row]:
            self.codes[row, column] = shape_code(colour, kind)
            self.strokes.append(Stroke(row, column, kind=kind, colour=colour))

    def edge(self, top: int) -> None:
        """Mark what is ground in the last column; the copy begins in row `top`."""
        for row in range(self.rows):
            if self.codes[row, -1] == shape_code(self.ground, "ground"):
                kind = "edge-before" if row < top else "edge-after"
                self.codes[row, -1] = shape_code(self.ground, kind)

    def band(self, row: int, colour: str, kind: str = "solid") -> None:
        """Draw a row from edge to edge."""
        for column in range(self.columns):
            self.cell(row, column, colour, kind)

    def disc(self, row: int, column: int, radius: int, colour: str, *, half: bool = False) -> None:
        """Draw a disc around the upper left corner of a cell; only its upper half on demand."""
        for down in range(-radius, 0 if half else radius):
            for across in range(-radius, radius):
                kind = disc_kind(radius, down, across)
                self.cell(row + down, column + across, colour, kind)

    def land(self, heights: npt.NDArray[np.int64], colour: str, top: int, bottom: int) -> None:
        """Fill below a line, from row `top` to before `bottom`.

        `heights` are quarters of a cell above `bottom`, at the columns + 1 edges between columns;
        within a column they do not cross from one cell to another.
        """
        for column in range(self.columns):
            left, right = int(heights[column]), int(heights[column + 1])
            base = min(left, right) // 4 * 4
            for row in range(top, bottom):
                below = 4 * (bottom - 1 - row)
                if below < base:
                    self.cell(row, column, colour, "solid")
                elif below == base:
                    self.cell(row, column, colour, slope(left - base, right - base))

    def letter(self, row: int, column: int, character: str, mark: int, typeface: str) -> None:
        """Draw a letter, the copy's `mark`th, whose upper half is the given cell."""
        for half in (0, 1):
            self.codes[row + half, column] = letter_code(character, mark, half)
            if not character.isspace():
                self.strokes.append(
                    Stroke(row + half, column, character=character, half=half, typeface=typeface)
                )


def slope(left: int, right: int) -> str:
    """Return the kind that is filled to `left` and `right` quarters of its sides."""
    if left + right in {0, 8}:
        return "solid" if left else "ground"
    return f"slope-{left}-{right}"


def disc_kind(radius: int, down: int, across: int) -> str:
    """Return the kind of a cell whose place is counted from a disc's middle."""
    corner = ("s" if down < 0 else "n") + ("e" if across < 0 else "w")
    down, across = (part if part >= 0 else -1 - part for part in (down, across))
    if np.hypot(down + 1, across + 1) <= radius:
        return "solid"
    return f"disc-{corner}-{radius}-{down}{across}" if np.hypot(down, across) < radius else "ground"


def draw(rows: int, columns: int, ground: str, strokes: Iterable[Stroke]) -> Pixels:
    """Return the picture, (rows * CELL, columns * CELL, 3) in 0..1."""
    pixels = np.empty((rows * CELL, columns * CELL, 3), np.float32)
    pixels[:] = rgb(COLOURS[ground])
    for stroke in strokes:
        if stroke.character:
            ink, colour = glyph(stroke.character, stroke.typeface)[stroke.half], ink_for(ground)
        else:
            ink, colour = stamp(stroke.kind), COLOURS[stroke.colour]
        top, left = stroke.row * CELL, stroke.column * CELL
        spot = pixels[top : top + CELL, left : left + CELL]
        spot += ink[..., None] * (rgb(colour) - spot)
    return pixels
