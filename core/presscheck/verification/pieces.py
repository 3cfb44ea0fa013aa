"""Finds the lines of a slot's copy as its font sets them.

As a rule a reader says where each character stands. Where it reads next to nothing, in script faces
or upside down, the copy is sought without it: the lines that it found are rows, with what stands
beside each other in one, and the words of the copy are shared out among them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property, partial
from itertools import combinations, pairwise

import numpy as np
from PIL import Image

from presscheck.assets import Box, CharReading, SlotReading, Status
from presscheck.verification.assign import Found
from presscheck.verification.directions import has_sides
from presscheck.verification.laid import laid_along
from presscheck.verification.lines import Line
from presscheck.verification.normalise import allowed_case, tidy
from presscheck.verification.shapes import Course, KnownType, LineShapes, line_shapes
from presscheck.verification.shapes.template import EM, Floats, Pixels
from presscheck.verification.slots import Expected

KNOWN, ASKED = 0.9, 0.97
"""A line whose glyphs fit less, in the median, isn't set in the font, and nothing follows from it;
the second counts where a model was asked for the font: it may have drawn one that is like it."""
SPACE, MOST = 0.14, 0.75
"""A glyph that stands so much further away than the others do, in em, may have a space before it;
in fonts with narrow spaces it may from this part of one on."""
AS_WELL = 0.02
"""What fits less by no more than this fits as well."""
BESIDE = 0.5
"""Lines are in one row where one's middle is off the other's course by so much of its height."""
INSIDE = 0.95
"""A line that is sought without a reader's help fits so well in the mean."""
BREAKS = 12
"""So many ways of sharing out words among rows are tried, or none."""
ENOUGH = 2
"""From so many glyphs on it is known where the rest of the copy would stand beside them."""
AROUND = 0.5
"""What a reader's box is longer than the ink in it, in parts of its height."""


@dataclass(frozen=True, kw_only=True)
class Piece:
    """A line with the part of the copy that stands in it: `start` counts in the whole copy.

    `others` are the places of the slot's other lines. `instead` is the same line in another case,
    where that fits as well: small capitals do.
    """

    text: str
    start: int
    shapes: LineShapes
    strict: bool
    others: tuple[Box, ...]
    instead: tuple[Piece, ...] = ()

    @cached_property
    def narrowest(self) -> float:
        """What may be a space in its font, in em."""
        return min(SPACE, MOST * self.shapes.font(EM).getlength(" ") / EM)


def find_pieces(
    image: Image.Image, slot: Expected, found: Found, reading: SlotReading
) -> list[Piece]:
    """Return the lines in which the copy is found as the font sets it; none where it isn't.

    They are all of the copy, or the reader's `found` lines that are set in the font.
    """
    assert slot.type is not None
    pixels = np.asarray(image if image.mode == "RGB" else image.convert("RGB"))
    page = _Page(pixels=pixels, slot=slot, known=slot.type, found=found)
    least = KNOWN if slot.type.certain else ASKED
    read = [piece for piece in page.as_read(reading.characters) if piece.shapes.fit >= least]
    whole = len(read) == len(found) and all(map(_is_whole, read))
    if whole or not slot.type.certain or reading.status is Status.ACCEPT:
        return read
    wanted = "".join(one.character for one in reading.characters)
    sought = page.sought(wanted)
    if sought or not read:
        return sought or read
    beyond = page.beyond(max(read, key=lambda piece: piece.shapes.fit), wanted)
    return read if beyond is None else [beyond]


def covers(pieces: Sequence[Piece], characters: Sequence[CharReading]) -> bool:
    """Tell whether pieces are all of the copy."""
    laid = sum(len("".join(piece.text.split())) for piece in pieces)
    return laid == sum(not one.character.isspace() for one in characters)


def _is_whole(piece: Piece) -> bool:
    """Tell whether every glyph of a piece was found, also those at its ends."""
    return min(shape.likeness for shape in piece.shapes.shapes) >= KNOWN


def _is_there(piece: Piece) -> bool:
    """Tell whether a piece that was sought without a reader's help is where it was sought."""
    return piece.shapes.whole_fit >= INSIDE and _is_whole(piece)


def as_written(expected: str, wanted: str) -> str:
    """Return normalised copy with the quotes and dashes that were written, if they are one each.

    >>> as_written("Don’t miss", "DON'T MISS")
    'DON’T MISS'
    """
    text = tidy(expected)
    if len(text) != len(wanted):
        return wanted
    return "".join(other if one.isalpha() else one for one, other in zip(text, wanted, strict=True))


@dataclass(frozen=True, kw_only=True)
class _Page:
    """What a slot's copy is sought in: an RGB image, (height, width, 3), and the `found` lines."""

    pixels: Pixels
    slot: Expected
    known: KnownType
    found: Found

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels."""
        return self.pixels.shape[1], self.pixels.shape[0]

    @cached_property
    def cases(self) -> list[str]:
        """The copy as it may be written: as it was read, and as it should be."""
        wanted = allowed_case(self.slot.text, " ".join(line.text for line in self.found))
        # In some fonts small letters look like capitals, and are others than the capitals.
        read = () if self.slot.strict else (as_written(self.slot.text, wanted),)
        written = dict.fromkeys((*read, as_written(self.slot.text, self.slot.text)))
        return [one for one in written if len(one) == len(wanted)]

    def as_read(self, characters: Sequence[CharReading]) -> Iterator[Piece]:
        """Yield the lines that a reader laid the copy along."""
        for laid in laid_along(self.size, self.slot.text, self.found, characters):
            piece = self.lay(laid.text, laid.start, laid.course, laid.ways, (laid.line,))
            if piece is not None:
                yield piece

    def lay(
        self, text: str, start: int, course: Course, ways: Sequence[float], lines: Found
    ) -> Piece | None:
        """Return a part of the copy along `lines`, in the case that fits best; None if none does.

        `ways` are how far along the course each character stands, in pixels.
        """
        parts = dict.fromkeys(one[start : start + len(text)] for one in self.cases)
        drawn = (line_shapes(self.pixels, course, part, ways, self.known) for part in parts)
        others = tuple(other.box for other in self.found if other not in lines)
        pieces = sorted(
            (
                Piece(text=text, start=start, shapes=one, strict=self.slot.strict, others=others)
                for one in drawn
                if one is not None
            ),
            key=lambda piece: -piece.shapes.whole_fit,
        )
        if not pieces:
            return None
        best, *rest = pieces
        least = best.shapes.whole_fit - AS_WELL
        return replace(best, instead=tuple(one for one in rest if one.shapes.whole_fit >= least))

    def sought(self, wanted: str) -> list[Piece]:
        """Return the copy shared out among rows so that all of it fits; else nothing."""
        rows = _rows(self.found, self.size)
        cuts = [at for at, character in enumerate(wanted) if character == " "]
        ways = list(combinations(cuts, len(rows) - 1)) if rows else []
        if len(ways) > BREAKS:
            return []
        laid = cache(partial(self._in_row, wanted))
        for breaks in ways:
            parts = list(pairwise((-1, *breaks, len(wanted))))
            pieces = [
                laid(row, before + 1, end) for row, (before, end) in zip(rows, parts, strict=True)
            ]
            whole = [piece for piece in pieces if piece is not None]
            if len(whole) == len(rows):
                return whole
        return []

    def _in_row(self, wanted: str, row: _Row, start: int, end: int) -> Piece | None:
        """Return a row with a part of the copy in it, either way up; None where none fits."""
        middles = self._middles(wanted[start:end])
        edge = AROUND / 2 * row.course.tall
        ways = edge + (row.course.length - 2 * edge) * middles / max(float(middles[-1]), 1.0)
        for course in (row.course, row.course.turned):
            piece = self.lay(wanted[start:end], start, course, ways[:-1].tolist(), row.lines)
            if piece is not None and _is_there(piece):
                return piece
        return None

    def beyond(self, piece: Piece, wanted: str) -> Piece | None:
        """Return all of the copy in a line that a reader found part of; None if it isn't there."""
        middles = self._middles(wanted)[:-1]
        sure = [one.at for one in piece.shapes.shapes if one.likeness >= KNOWN]
        if len(sure) < ENOUGH:
            return None
        places = [piece.shapes.way_of(at) for at in sure]
        slope, start = np.polyfit([middles[piece.start + at] for at in sure], places, 1)
        course, ways, edge = piece.shapes.registered.course, slope * middles + start, slope * EM
        before = max(0.0, float(edge - ways[0]))
        course = course.extended(before, max(0.0, float(ways[-1] + edge - course.length)))
        laid = self.lay(wanted, 0, course, (ways + before).tolist(), self.found)
        return laid if laid is not None and _is_there(laid) else None

    def _middles(self, text: str) -> Floats:
        """Return where the middle of each character stands, and the end, in a template's pixels."""
        font = self.known.font(EM)
        steps = np.array([font.getlength(text[:at]) for at in range(len(text) + 1)], np.float32)
        return np.asarray(np.append((steps[:-1] + steps[1:]) / 2, steps[-1:]), np.float32)


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class _Row:
    """Lines beside each other, and how they run together."""

    course: Course
    lines: Found


def _rows(found: Found, size: tuple[int, int]) -> list[_Row]:
    """Return the rows of a slot's lines in reading order, those beside each other joined."""
    left = {at: Course.of(line, *size) for at, line in enumerate(found) if has_sides(line.corners)}
    rows: list[tuple[int, _Row]] = []
    while left:
        longest = max(left, key=lambda at: left[at].length)
        course = left[longest]
        row = [at for at in left if at == longest or _is_beside(course, found[at], size)]
        for at in row:
            del left[at]
        lines = tuple(found[at] for at in row)
        ends = [course.way_of(x * size[0], y * size[1]) for one in lines for x, y in one.corners]
        beyond = max(0.0, -min(ends)), max(0.0, max(ends) - course.length)
        rows.append((min(row), _Row(course=course.extended(*beyond), lines=lines)))
    return [row for _, row in sorted(rows, key=lambda pair: pair[0])]


def _is_beside(course: Course, line: Line, size: tuple[int, int]) -> bool:
    """Tell whether a line stands in the row that a course goes on to."""
    x, y = (line.box.x + line.box.width / 2) * size[0], (line.box.y + line.box.height / 2) * size[1]
    way = course.way_of(x, y)
    off = float(np.linalg.norm(course.at(way) - np.array([x, y])))
    return not 0 <= way <= course.length and off < BESIDE * course.tall
