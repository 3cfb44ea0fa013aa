"""Checks the spaces of copy row by row, when its letters are right."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import dist

import numpy as np
from PIL import Image

from presscheck.verification.directions import along, is_curved, is_level
from presscheck.verification.lines import Line, around, rows_of
from presscheck.verification.normalise import (
    allowed_case,
    compact,
    is_right_to_left,
    joins_without_space,
)
from presscheck.verification.spacing import confirms, refutes


def spaces_hold(image: Image.Image, expected: str, found: Sequence[Line]) -> bool:
    """Tell whether the ink has its spaces where `expected` has them.

    The letters of `found` must be those of `expected`. A row may end only at a space, or between
    characters that are written without spaces.
    """
    rows = list(_rows_of_copy(expected, found))
    return bool(rows) and all(row.read == row.piece or _holds(image, row) for row in rows)


def spaces_fail(image: Image.Image, expected: str, found: Sequence[Line]) -> bool:
    """Tell whether the ink has its spaces where they were read, and `expected` has others."""
    wrong = [row for row in _rows_of_copy(expected, found) if row.read != row.piece]
    crops = [_level_crop(image, row.lines) for row in wrong]
    return bool(wrong) and all(
        crop is not None and refutes(np.asarray(crop), row.words(row.piece), row.words(row.read))
        for crop, row in zip(crops, wrong, strict=True)
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class _Row:
    """Lines beside each other, what was read in them, and the copy that should be there."""

    lines: Sequence[Line]
    read: str
    piece: str

    def words(self, text: str) -> list[str]:
        """Return words of its lines in the order of the ink, from left to right."""
        return text.split()[:: -1 if is_right_to_left(self.piece) else 1]


def _rows_of_copy(expected: str, found: Sequence[Line]) -> Iterator[_Row]:
    """Yield the rows of copy whose letters are all there; none where a row ends within a word."""
    rows = rows_of(found)
    read = ["".join(compact(line.text) for line in row) for row in rows]
    pieces = _pieces(allowed_case(expected, " ".join(read)), [len(text) for text in read])
    for row, piece in zip(rows, pieces or (), strict=False):
        yield _Row(lines=row, read=" ".join(line.text for line in row), piece=piece)


def _holds(image: Image.Image, row: _Row) -> bool:
    crop = _level_crop(image, row.lines)
    if crop is None:
        return False
    pixels, wanted, read = np.asarray(crop), row.words(row.piece), row.words(row.read)
    return confirms(pixels, wanted, read) or refutes(pixels, read, wanted)


def _level_crop(image: Image.Image, row: Sequence[Line]) -> Image.Image | None:
    """Return a row cut out of an RGB image, level; None where several lines run another way."""
    crop = _cut_level(image, row)
    return None if crop is None or min(crop.size) < 2 else crop.convert("RGB")


def _cut_level(image: Image.Image, row: Sequence[Line]) -> Image.Image | None:
    if all(is_level(line.corners) and not is_curved(line.corners) for line in row):
        return image.crop(around(line.box for line in row).pixels(*image.size))
    if len(row) > 1:
        return None
    outline = [(x * image.width, y * image.height) for x, y in row[0].corners]
    parts = len(outline) // 2 - 1
    ends = [along(outline, part / parts) for part in range(parts + 1)]
    wide = max(1, round(max(dist(a[0], b[0]) for a, b in pairwise(ends))))
    tall = max(1, round(max(dist(*end) for end in ends)))
    mesh = [
        ((part * wide, 0, (part + 1) * wide, tall), (*a[0], *a[1], *b[1], *b[0]))
        for part, (a, b) in enumerate(pairwise(ends))
    ]
    size = wide * parts, tall
    return image.transform(size, Image.Transform.MESH, mesh, Image.Resampling.BICUBIC)


def _pieces(text: str, lengths: Sequence[int]) -> list[str] | None:
    """Cut `text` into rows of so many letters; None when a cut falls inside a word.

    >>> _pieces("BACK TO SCHOOL", [6, 6])
    ['BACK TO', 'SCHOOL']
    >>> _pieces("BACK TO SCHOOL", [5, 7]) is None
    True
    """
    pieces: list[str] = []
    for number, length in enumerate(lengths, start=1):
        end = _index_after(text, length)
        piece, text = text[:end], text[end:]
        cut = text.startswith(" ") or (bool(text) and joins_without_space(piece[-1], text[0]))
        if number < len(lengths) and not cut:
            return None
        pieces.append(piece)
        text = text.lstrip()
    return pieces


def _index_after(text: str, letters: int) -> int:
    """Return the index after the first `letters` characters that are no spaces."""
    index = 0
    while letters and index < len(text):
        letters -= text[index] != " "
        index += 1
    return index
