"""Pieces that are one line: words and letters along an arc, and letters beneath each other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

import cv2
import numpy as np

from presscheck_plugins.ppocr.arcs import Arc, fit_arc
from presscheck_plugins.ppocr.detect import Corners, Patch
from presscheck_plugins.ppocr.recognise import Line

ALIKE = 1.8
"""Pieces of a line differ less than this in thickness."""
NEAR = 3.6
"""Pieces of an arc are at most so many thicknesses apart; the map shows both shrunk."""
MOST, TRIED = 20, 6
"""Pieces of a chain in which arcs are looked for, and how many sets of them are tried."""
ON_CIRCLE, THICKER = 0.4, 1.5
"""Pieces lie this near to their circle, in thicknesses; together they are no thicker than this."""
BESIDE, BENEATH = 0.35, 0.9
"""Letters of a column stand off its middle by less than the first, and apart by less than the
second, in heights."""
TILT = 0.14
"""Rise by run from which a piece isn't level."""
SURE, WORSE = 0.8, 0.06
"""A joined line counts from the first score on, and when it isn't worse by the second."""
KEPT = 0.7
"""It has this part of the letters of its pieces."""


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class _Piece:
    index: int
    outline: Corners
    middle: Corners
    thick: float
    long: float
    level: bool
    low: Corners
    high: Corners


def _piece(index: int, patch: Patch) -> _Piece:
    (x, y), (width, height), _ = cv2.minAreaRect(patch.outline.astype(np.float32))
    across, down = np.abs(patch.corners[1] - patch.corners[0])
    arc = fit_arc([patch.outline]) if patch.bent else None
    if arc is not None:
        height = arc.thick
    return _Piece(
        index=index,
        outline=patch.outline,
        middle=np.array([x, y]),
        thick=max(1.0, min(width, height)),
        long=max(width, height),
        level=patch.straight and not patch.bent and bool(down <= TILT * across),
        low=patch.corners.min(axis=0),
        high=patch.corners.max(axis=0),
    )


def arcs_of(patches: Sequence[Patch]) -> Iterator[tuple[tuple[int, ...], Arc]]:
    """Yield patches, by their numbers, that lie on one arc, and the arc."""
    for chain in _chains([_piece(index, patch) for index, patch in enumerate(patches)]):
        if all(piece.level and piece.long > 1.5 * piece.thick for piece in chain):
            continue
        rest = chain
        while (found := _on_circle(rest)) is not None:
            on, arc = found
            yield tuple(piece.index for piece in on), arc
            rest = [piece for piece in rest if all(piece is not other for other in on)]


def _chains(pieces: Sequence[_Piece]) -> list[list[_Piece]]:
    """Group pieces that are about as thick and near each other."""
    group = list(range(len(pieces)))
    for one, other in _near(pieces):
        if group[one] != group[other] and _linked(pieces[one], pieces[other]):
            old, new = group[other], group[one]
            group = [new if number == old else number for number in group]
    chains = [[p for p, g in zip(pieces, group, strict=True) if g == n] for n in sorted({*group})]
    return [chain for chain in chains if 1 < len(chain) <= MOST]


def _near(pieces: Sequence[_Piece]) -> list[tuple[int, int]]:
    """Return pairs of pieces, by their numbers, that are about as thick, with boxes near by."""
    if len(pieces) < 2:
        return []
    thick = np.array([piece.thick for piece in pieces])
    low, high = (np.array([getattr(p, side) for p in pieces]) for side in ("low", "high"))
    larger = np.maximum(thick[:, None], thick)
    apart = (low[:, None] - high).max(axis=2)
    near = np.maximum(apart, apart.T) <= NEAR * larger
    alike = larger <= ALIKE * np.minimum(thick[:, None], thick)
    return [(int(a), int(b)) for a, b in np.argwhere(np.triu(near & alike, 1))]


def _linked(one: _Piece, other: _Piece) -> bool:
    gaps = one.outline[:, None, :] - other.outline[None, :, :]
    far = float(np.hypot(gaps[..., 0], gaps[..., 1]).min())
    return far <= NEAR * max(one.thick, other.thick)


def _on_circle(chain: Sequence[_Piece]) -> tuple[list[_Piece], Arc] | None:
    """Return the most pieces of a chain that lie on one arc, and the arc."""
    everywhere = range(len(chain))
    sets = {frozenset(everywhere), *_on_circles(chain)}
    likely = sorted((one for one in sets if len(one) > 1), key=lambda one: (-len(one), sorted(one)))
    for numbers in likely[:TRIED]:
        on = [chain[number] for number in sorted(numbers)]
        arc = fit_arc([piece.outline for piece in on])
        if arc is not None and arc.thick <= THICKER * max(piece.thick for piece in on):
            return on, arc
    return None


def _on_circles(chain: Sequence[_Piece]) -> Iterator[frozenset[int]]:
    """Yield which pieces lie on the circle through the middles of three of them."""
    places = np.array([piece.middle for piece in chain])
    thick = np.array([piece.thick for piece in chain])
    for three in combinations(range(len(chain)), 3):
        a, b, c = places[list(three)]
        matrix = 2 * np.array([b - a, c - a])
        if abs(np.linalg.det(matrix)) < 1e-6:
            continue
        centre = np.linalg.solve(matrix, np.array([b @ b - a @ a, c @ c - a @ a]))
        radius = float(np.hypot(*(a - centre)))
        off = np.abs(np.hypot(*(places - centre).T) - radius)
        yield frozenset(np.flatnonzero(off <= ON_CIRCLE * thick).tolist())


def columns_of(
    patches: Sequence[Patch], lines: Sequence[Line], turns: Sequence[int]
) -> Iterator[tuple[tuple[int, ...], Corners]]:
    """Yield patches, by their numbers, whose letters stand beneath each other, and their box.

    `turns` tells how each patch was turned to be read: letters of a column stand, or were laid down
    with their column, but read from bottom to top they are no column.
    """
    every = [_piece(index, patch) for index, patch in enumerate(patches)]
    able = [p for p in every if turns[p.index] in {0, 1} and _stands(p, lines[p.index])]
    able.sort(key=lambda piece: float(piece.low[1]))
    while able:
        column = [able.pop(0)]
        for piece in [*able]:
            if _beneath(column[-1], piece):
                column.append(piece)
                able.remove(piece)
        upright = sum(len(_letters(lines[piece.index])) > 1 for piece in column)
        others = [p for p in every if all(p is not one for one in column)]
        if len(column) + upright > 2 and len(column) > 1 and not _in_rows(column, others):
            yield tuple(piece.index for piece in column), _box(column)


def _stands(piece: _Piece, line: Line) -> bool:
    """Tell whether a piece may be a letter of a column, or several."""
    width, height = piece.high - piece.low
    return len(_letters(line)) == 1 or bool(height > width)


def _letters(line: Line) -> str:
    return line.text.replace(" ", "")


def _beneath(upper: _Piece, lower: _Piece) -> bool:
    across = [float(np.ptp([piece.low[0], piece.high[0]])) for piece in (upper, lower)]
    tall = min(_letter_height(upper), _letter_height(lower))
    off = abs(upper.middle[0] - lower.middle[0])
    gap = float(lower.low[1] - upper.high[1])
    alike = max(across) <= 3 * min(across)
    return alike and off <= BESIDE * tall and -0.5 * tall < gap <= BENEATH * tall


def _letter_height(piece: _Piece) -> float:
    width, height = piece.high - piece.low
    return float(min(height, 1.6 * width))


def _in_rows(column: Sequence[_Piece], others: Sequence[_Piece]) -> bool:
    """Tell whether letters of a column have neighbours at their sides: then they begin rows."""
    tall = max(_letter_height(piece) for piece in column)
    beside = 0
    for piece in column:
        for other in others:
            apart = max(piece.low[0] - other.high[0], other.low[0] - piece.high[0])
            common = min(piece.high[1], other.high[1]) - max(piece.low[1], other.low[1])
            beside += bool(apart < 1.5 * tall and common > 0.5 * (piece.high[1] - piece.low[1]))
    return beside > 0


def _box(column: Sequence[_Piece]) -> Corners:
    low = np.min([piece.low for piece in column], axis=0)
    high = np.max([piece.high for piece in column], axis=0)
    (left, top), (right, bottom) = low, high
    return np.array([[left, top], [right, top], [right, bottom], [left, bottom]])


def is_whole(joined: Line, pieces: Sequence[Line]) -> bool:
    """Tell whether a joined line says what its pieces say, together, as surely."""
    letters = [len(_letters(piece)) for piece in pieces]
    whole = sum(letters)
    mean = sum(n * one.score for n, one in zip(letters, pieces, strict=True)) / max(1, whole)
    enough = len(_letters(joined)) >= max(2.0, KEPT * whole)
    return enough and joined.score >= max(SURE, min(mean, 1.0) - WORSE)
