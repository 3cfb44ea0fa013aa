"""The motifs of the poster world. Each is drawn cell by cell, so that every cell has a kind.

A motif takes the largest block of free rows; what rises from a floor is put on its lowest row.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from presscheck_nano.canvas import Canvas, disc_kind
from presscheck_nano.world import CORNERS, FADES

Rng = np.random.Generator
Accents = tuple[str, str]

SILHOUETTES = {
    "bottle": (".#.", ".#.", "a#b", "###", "###", "###"),
    "vase": (".##.", "/##\\", "####", "####", "c##d"),
    "cup": ("####.", "####b", "####d", "c##d."),
    "lamp": ("/#\\", "###", ".#.", ".#.", ".#.", "/#\\"),
    "house": ("./\\.", "/##\\", "#ww#", "####"),
    "tree": ("a#b", "###", "###", "c#d", ".#."),
    "fir": ("./\\.", "/##\\", "./\\.", "/##\\", ".##."),
    "boat": ("..#\\..", "..##\\.", "..#...", "J####L", ".####."),
}
"""Silhouettes as cells; the key is in `_SIGNS`."""
_SIGNS = {
    "#": "solid",
    "/": "slope-0-4",
    "\\": "slope-4-0",
    "a": "disc-se-1-00",
    "b": "disc-sw-1-00",
    "c": "disc-ne-1-00",
    "d": "disc-nw-1-00",
    "w": "window",
    "J": "hanging-right",
    "L": "hanging-left",
}


@dataclass(frozen=True, kw_only=True)
class Motif:
    """A motif: how often it is chosen, how many free rows it needs, and how it is drawn.

    One that must be `at_edge` needs its free rows to end at the lower edge.
    """

    draw: Callable[[Canvas, Rng, Accents], None]
    weight: float = 1.0
    rows: int = 2
    at_edge: bool = False

    def fits(self, canvas: Canvas) -> bool:
        """Return whether the canvas has room."""
        top, rows = canvas.span()
        return rows >= self.rows and (not self.at_edge or top + rows == canvas.rows)


def _plain(canvas: Canvas, rng: Rng, accents: Accents) -> None:
    del canvas, rng, accents


def _tiles(canvas: Canvas, rng: Rng, accents: Accents) -> None:
    """Draw Bauhaus tiles of two by two cells over everything that is free."""
    for row in range(0, canvas.rows - 1, 2):
        for column in range(canvas.columns % 2, canvas.columns - 1, 2):
            if not canvas.reserved[row : row + 2].any():
                _tile(canvas, rng, row, column, str(rng.choice(accents)))


def _tile(canvas: Canvas, rng: Rng, row: int, column: int, colour: str) -> None:
    shape = rng.choice(["arc", "disc", "slope", "solid", "ground"], p=[0.4, 0.2, 0.2, 0.1, 0.1])
    corner = str(rng.choice(CORNERS))
    for down in (0, 1):
        for across in (0, 1):
            kind = _tile_kind(str(shape), corner, down, across)
            canvas.cell(row + down, column + across, colour, kind)


def _tile_kind(shape: str, corner: str, down: int, across: int) -> str:
    """Return the kind of one of a tile's four cells; `down`, `across` count from its top left."""
    if shape in {"solid", "ground"}:
        return shape
    if shape == "disc":  # the quarters of a disc around the tile's middle
        return disc_kind(1, down - 1, across - 1)
    if shape == "arc":
        return disc_kind(2, down - 2 * ("s" in corner), across - 2 * ("e" in corner))
    # A slope fills half of the tile: the cell in its corner, and two halves of cells.
    away = (down if "n" in corner else 1 - down) + (across if "w" in corner else 1 - across)
    halves = {"nw": "hanging-left", "ne": "hanging-right", "sw": "slope-4-0", "se": "slope-0-4"}
    return ("solid", halves[corner], "ground")[away]


def _hills(canvas: Canvas, rng: Rng, accents: Accents) -> None:
    """Draw a sun behind two lines of hills."""
    top, rows = canvas.span()
    radius = int(rng.integers(1, 3 if rows < 8 else 4))
    column = int(rng.integers(radius, canvas.columns - radius + 1))
    high = max(rows // 2, 2)
    canvas.disc(top + rows - high, column, min(radius, rows - high), accents[0])
    _ranges(canvas, rng, accents, high, _rolling)


def _mountains(canvas: Canvas, rng: Rng, accents: Accents) -> None:
    """Draw two lines of pointed mountains."""
    _ranges(canvas, rng, accents, max(canvas.span()[1] * 2 // 3, 2), _pointed)


def _waves(canvas: Canvas, rng: Rng, accents: Accents) -> None:
    """Draw two or three lines of equal waves."""
    top, rows = canvas.span()
    lines = 3 if rows >= 5 else 2
    for number in range(lines):
        phase = int(rng.integers(8))
        # A wave rises for a column to three quarters, stays, falls, stays.
        shape = np.array([0, 2, 3, 3, 2, 0, 0, 0])
        level = 4 * ((lines - number) * max(rows // (lines + 1), 1) - 1)
        heights = level + shape[(np.arange(canvas.columns + 1) + phase) % 8]
        canvas.land(heights, accents[number % 2], top, top + rows)
    canvas.deepen(accents[(lines - 1) % 2])


def _ranges(
    canvas: Canvas,
    rng: Rng,
    accents: Accents,
    high: int,
    line: Callable[[Rng, int, int], npt.NDArray[np.int64]],
) -> None:
    top, rows = canvas.span()
    behind, before = line(rng, canvas.columns, high), line(rng, canvas.columns, max(high // 2, 1))
    canvas.land(behind, accents[1], top, top + rows)
    canvas.land(np.minimum(before, behind // 4 * 4), accents[0], top, top + rows)
    canvas.deepen(accents[0])


def _rolling(rng: Rng, columns: int, high: int) -> npt.NDArray[np.int64]:
    """Return the heights of gentle hills, at most `high` cells."""
    return _walk(rng, columns, high, lambda: int(rng.choice([1, 2])))


def _pointed(rng: Rng, columns: int, high: int) -> npt.NDArray[np.int64]:
    """Return the heights of mountains, which rise and fall by whole cells."""
    return _walk(rng, columns, high, lambda: 4)


def _walk(rng: Rng, columns: int, high: int, step: Callable[[], int]) -> npt.NDArray[np.int64]:
    top = 4 * high
    height, rising = 4 * int(rng.integers(1, high + 1)), bool(rng.random() < 0.5)
    heights = [height]
    for _ in range(columns):
        if height >= top or (rising and rng.random() < 0.12):
            rising = False
        if height <= 2 or (not rising and rng.random() < 0.12):
            rising = True
        pace = step()
        # No further than the edge of the cell that the line is in.
        limit = (height // 4 + 1) * 4 if rising else (height - 1) // 4 * 4
        height = min(height + pace, limit, top) if rising else max(height - pace, limit, 1)
        heights.append(height)
    return np.array(heights)


def _circle(canvas: Canvas, rng: Rng, accents: Accents) -> None:
    """Draw a large disc with a smaller one in its middle."""
    top, rows = canvas.span()
    radius = min(rows // 2, canvas.columns // 2, 4)
    row = top + radius + int(rng.integers(rows - 2 * radius + 1))
    column = radius + int(rng.integers(canvas.columns - 2 * radius + 1))
    canvas.disc(row, column, radius, accents[0])
    if radius > 1:
        canvas.disc(row, column, radius // 2, accents[1])


def _sunrise(canvas: Canvas, rng: Rng, accents: Accents) -> None:
    """Draw half a disc on a floor."""
    top, rows = canvas.span()
    floor = int(rng.integers(1, max(rows // 3, 1) + 1))
    radius = min(rows - floor, canvas.columns // 2, 4)
    column = int(rng.choice([radius, canvas.columns // 2, canvas.columns - radius]))
    canvas.disc(top + rows - floor, column, radius, accents[0], half=True)
    _floor(canvas, accents[1], floor)


def _floor(canvas: Canvas, colour: str, deep: int) -> None:
    top, rows = canvas.span()
    for row in range(top + rows - deep, top + rows):
        canvas.band(row, colour)
    canvas.deepen(colour)


def _skyline(canvas: Canvas, rng: Rng, accents: Accents) -> None:
    """Draw houses of blocks and windows, side by side, on a street."""
    top, rows = canvas.span()
    street = top + rows - 1
    column = 0
    while column < canvas.columns:
        width, height = int(rng.integers(1, 4)), int(rng.integers(1, max(rows - 1, 2)))
        colour, roof = accents[0], str(rng.choice(["", "slope-0-4", "slope-4-0", "slope-2-2"]))
        lit = rng.random() < 0.5 and width > 1
        for across in range(column, min(column + width, canvas.columns)):
            for row in range(street - height, street):
                kind = "window" if lit else "solid"
                if row == street - height and roof and width == 1:
                    kind = roof
                canvas.cell(row, across, colour, kind)
        column += width + int(rng.random() < 0.3)
    _floor(canvas, accents[1], 1)


def _stripes(canvas: Canvas, rng: Rng, accents: Accents) -> None:
    """Draw level stripes from edge to edge."""
    gap = int(rng.integers(2, 4))
    for number, row in enumerate(range(int(rng.integers(0, 2)), canvas.rows, gap)):
        canvas.band(row, accents[number % 2])


def _confetti(canvas: Canvas, rng: Rng, accents: Accents) -> None:
    """Scatter dots, rings, diamonds and plus signs."""
    for row in range(canvas.rows):
        for column in range(canvas.columns):
            if rng.random() < 0.3:
                kind = str(rng.choice(["dot", "dot", "ring", "diamond", "plus"]))
                canvas.cell(row, column, str(rng.choice(accents)), kind)


def _gradient(canvas: Canvas, rng: Rng, accents: Accents) -> None:
    """Let the ground turn into a colour towards the lower edge."""
    del rng
    top, rows = canvas.span()
    for step in range(rows):
        kind = f"fade-{step + 1}" if step < len(FADES) else "solid"
        canvas.band(top + step, accents[0], kind)


def _scallops(canvas: Canvas, rng: Rng, accents: Accents) -> None:
    """Draw rows of half discs, each row shifted by half of one."""
    del rng
    top, rows = canvas.span()
    for row in range(rows):
        for column in range(canvas.columns):
            across = (column + row) % 2 - 1
            canvas.cell(top + row, column, accents[row % 2], disc_kind(1, -1, across))


def _silhouette(name: str, *, many: bool) -> Callable[[Canvas, Rng, Accents], None]:
    def draw(canvas: Canvas, rng: Rng, accents: Accents) -> None:
        del rng
        cells = SILHOUETTES[name]
        wide = len(cells[0])
        top, rows = canvas.span()
        foot = top + rows - 1
        lefts = [(canvas.columns - wide) // 2]
        if many:
            lefts = list(range(1, canvas.columns - wide + 1, wide + 1))
        for left in lefts:
            _stamp(canvas, cells, foot - len(cells), left, accents[0])
        _floor(canvas, accents[1], 1)

    return draw


def _stamp(canvas: Canvas, cells: Sequence[str], top: int, left: int, colour: str) -> None:
    for down, row in enumerate(cells):
        for across, sign in enumerate(row):
            canvas.cell(top + down, left + across, colour, _SIGNS.get(sign, "ground"))


MOTIFS = {
    "plain": Motif(draw=_plain, rows=0, weight=0.6),
    "tiles": Motif(draw=_tiles, weight=2.0),
    "hills": Motif(draw=_hills, rows=4, weight=1.5),
    "mountains": Motif(draw=_mountains, rows=3),
    "waves": Motif(draw=_waves, rows=3),
    "circle": Motif(draw=_circle, rows=4),
    "sunrise": Motif(draw=_sunrise, rows=3),
    "skyline": Motif(draw=_skyline, rows=4, weight=1.5),
    "stripes": Motif(draw=_stripes),
    "confetti": Motif(draw=_confetti),
    "gradient": Motif(draw=_gradient, rows=3, at_edge=True),
    "scallops": Motif(draw=_scallops, rows=2, weight=0.8),
    **{
        f"{name}{'s' if many else ''}": Motif(
            draw=_silhouette(name, many=many), rows=len(cells) + 1, weight=0.3
        )
        for name, cells in SILHOUETTES.items()
        for many in (False, True)
    },
}
"""All motifs by name. The plural of a silhouette is a row of them."""
