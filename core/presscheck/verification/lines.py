"""The lines that a reader found: their boxes, their order, and what is no text at all."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from presscheck.assets import Box
from presscheck.registry import ReadText
from presscheck.verification.directions import (
    STEEP,
    along,
    by_heading,
    is_curved,
    is_level,
    made_level,
)
from presscheck.verification.normalise import (
    compact,
    is_right_to_left,
    joins_without_space,
    normalise,
)
from presscheck.verification.posteriors import Posteriors

MIN_SCORE = 0.6
"""Text nobody asked for is ignored below this score of the reader."""
MIN_HEIGHT = 0.012
"""Text nobody asked for is ignored below this share of the image's shorter side."""
SHAPES = frozenset("OoIl|.-_•°·/\\()'\",:;~—–。、〇一丨")
"""Characters that circles, bars, dots and edges are read as."""
SURE_SCORE = 0.9
"""A single letter or digit is text from this score on: drawn letters scored 0.93-1.00."""
OUTLINES = SHAPES | frozenset("CJLNUVWXcjnuvwx017Λ")
"""Single characters that arcs, crosses and corners were read as, above `SURE_SCORE`."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """One line of text; `box` in fractions of the image, `tall` its height in its shorter side.

    `corners` are those of the line as it stands, also turned, in fractions, clockwise from where it
    begins; a line on an arc has more than four (see `directions`). `stacked` as in `ReadText`.
    """

    text: str
    score: float
    box: Box
    tall: float
    corners: tuple[tuple[float, float], ...] = ()
    posteriors: Posteriors | None = None
    stacked: bool = False


def to_lines(texts: Iterable[ReadText], width: int, height: int) -> list[Line]:
    """Return what was read in an image of `width` x `height` pixels, in reading order."""
    lines = [_line(text, width, height) for text in texts if compact(text.text)]
    return [line for row in rows_of(lines) for line in row]


def _line(text: ReadText, width: int, height: int) -> Line:
    across = [min(max(x / width, 0.0), 1.0) for x, _ in text.polygon]
    down = [min(max(y / height, 0.0), 1.0) for _, y in text.polygon]
    left, top = min(across), min(down)
    box = Box(x=left, y=top, width=max(across) - left, height=max(down) - top)
    tall = min(box.height * height, box.width * width) / min(width, height)
    return Line(
        text=normalise(text.text),
        score=text.score,
        box=box,
        tall=tall,
        corners=tuple(zip(across, down, strict=True)),
        posteriors=text.posteriors,
        stacked=text.stacked,
    )


def rows_of(lines: Iterable[Line]) -> list[list[Line]]:
    """Group lines into rows, in reading order.

    Level rows come top to bottom. A line on an arc is a row of its own. Lines that run another way
    are ordered as they are when the image is turned so that they are level, and come before the
    first level row beneath all of them.
    """
    every = list(lines)
    level = [line for line in every if _runs_level(line)]
    turned = [line for line in every if not _runs_level(line)]
    rows = [(_height(row[0]), row) for row in _level_rows(level)]
    for numbers in by_heading([line.corners for line in turned]):
        group = [turned[number] for number in numbers]
        lowest = max(line.box.y + line.box.height for line in group)
        rows += [(lowest, row) for row in _turned_rows(group)]
    return [row for _, row in sorted(rows, key=lambda pair: pair[0])]


def _runs_level(line: Line) -> bool:
    """Tell whether a line is level; a single sign is, in whichever way it was read."""
    return len(compact(line.text)) < 2 or is_level(line.corners)


def _height(line: Line) -> float:
    """Return where a level line stands among others: an arc by its crown, so by top or bottom."""
    box = line.box
    if not is_curved(line.corners):
        return box.y + box.height / 2
    (_, crown), (_, end) = along(line.corners, 0.5)[0], line.corners[0]
    return box.y if crown < end else box.y + box.height


def _turned_rows(lines: Sequence[Line]) -> list[list[Line]]:
    """Group lines that run the same way, not level, into rows."""
    level = [
        replace(
            line, corners=corners, box=around(Box(x=x, y=y, width=0, height=0) for x, y in corners)
        )
        for line, corners in zip(lines, made_level([line.corners for line in lines]), strict=True)
    ]
    return [
        [lines[next(at for at, one in enumerate(level) if one is line)] for line in row]
        for row in _level_rows(level)
    ]


def _level_rows(lines: Iterable[Line]) -> list[list[Line]]:
    """Group level lines into rows, top to bottom, each in the order in which it is read.

    Two lines share a row when they overlap by half the height of the lower one, as seen along a
    line that runs up or down. Of two that stand one above the other the lower begins a new row,
    also when a taller one beside them spans both.
    """
    rows: list[list[Line]] = []
    for line in sorted(lines, key=_height):
        row = rows[-1] if rows else []
        alone = is_curved(line.corners) or any(is_curved(one.corners) for one in row)
        beside = row and not alone and _beside(row[-1], line)
        if beside and not any(_below(line, up) for up in row):
            rows[-1].append(line)
        else:
            rows.append([line])
    return [_spoken(row) for row in rows]


def _spoken(row: Sequence[Line]) -> list[Line]:
    """Return a row's lines in the order in which they are read."""
    leftward = is_right_to_left("".join(line.text for line in row))
    return sorted(row, key=lambda line: line.box.x, reverse=leftward)


def _beside(one: Line, other: Line) -> bool:
    """Tell whether two lines overlap by half, once the slope of the longer one is taken out."""
    long, short = sorted((one, other), key=lambda line: -line.box.width)
    away = short.box.x + short.box.width / 2 - long.box.x - long.box.width / 2
    drop = _slope(long) * away
    (upper, lower), (top, bottom) = _extent(long), _extent(short)
    common = min(lower, bottom - drop) - max(upper, top - drop)
    return common > 0.5 * min(lower - upper, bottom - top)


def _slope(line: Line) -> float:
    """Return how far a line falls along its length, as a part of it; 0 where it stands upright."""
    if len(line.corners) != 4:
        return 0.0
    (left, top), (right, end), *_ = line.corners
    slope = (end - top) / (right - left) if right > left else 0.0
    return slope if abs(slope) <= STEEP else 0.0


def _extent(line: Line) -> tuple[float, float]:
    """Return the top and bottom of a line at its middle; its box is taller when it slopes."""
    box, middle = line.box, line.box.y + line.box.height / 2
    tall = box.height - abs(_slope(line)) * box.width
    half = max(tall, 0.25 * box.height) / 2
    return middle - half, middle + half


def _below(line: Line, upper: Line) -> bool:
    one, other = line.box, upper.box
    common = min(one.x + one.width, other.x + other.width) - max(one.x, other.x)
    return common > 0.5 * min(one.width, other.width) and not _beside(line, upper)


def is_decoration(line: Line) -> bool:
    """Tell whether a line that nobody asked for may be a shape instead of text.

    Nothing but characters that circles, bars and dots are read as; a single character that isn't
    surely a letter or digit; a score below `MIN_SCORE`; less than `MIN_HEIGHT` tall.
    """
    text = compact(line.text)
    drawn = not _is_letter(text, line.score) if len(text) == 1 else set(text) <= SHAPES
    return drawn or line.score < MIN_SCORE or line.tall < MIN_HEIGHT


def _is_letter(character: str, score: float) -> bool:
    """Tell a letter or digit from a shape; strokes are too often read as Chinese (十, 口, 三)."""
    plain = character.isalnum() and character not in OUTLINES and character < "\u2e80"
    return plain and score >= SURE_SCORE


def join(lines: Sequence[Line]) -> str:
    """Return the text of lines in reading order."""
    text = ""
    for line in lines:
        gap = "" if not text or joins_without_space(text[-1], line.text[0]) else " "
        text += gap + line.text
    return text


def around(boxes: Iterable[Box]) -> Box:
    """Return the smallest box that holds all `boxes`."""
    edges = [(box.x, box.y, box.x + box.width, box.y + box.height) for box in boxes]
    left, top = min(edge[0] for edge in edges), min(edge[1] for edge in edges)
    right, bottom = max(edge[2] for edge in edges), max(edge[3] for edge in edges)
    return Box(x=left, y=top, width=right - left, height=bottom - top)


def grow(box: Box, by: float) -> Box:
    """Return `box` larger by `by` (a fraction of the image) on every side, cut at the edges."""
    left, top = max(0.0, box.x - by), max(0.0, box.y - by)
    right, bottom = min(1.0, box.x + box.width + by), min(1.0, box.y + box.height + by)
    return Box(x=left, y=top, width=right - left, height=bottom - top)


def share_inside(box: Box, region: Box) -> float:
    """Return the part of `box` that lies in `region`, 0-1."""
    area = box.width * box.height
    return box.intersection(region) / area if area else 0.0
