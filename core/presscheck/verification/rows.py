"""Checks the spaces of copy row by row, when its letters are right."""

from __future__ import annotations

from collections.abc import Sequence
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
from presscheck.verification.spacing import confirms


def spaces_hold(image: Image.Image, expected: str, found: Sequence[Line]) -> bool:
    """Tell whether the ink has its spaces where `expected` has them.

    The letters of `found` must be those of `expected`. A row may end only at a space, or between
    characters that are written without spaces.
    """
    rows = rows_of(found)
    read = ["".join(compact(line.text) for line in row) for row in rows]
    pieces = _pieces(allowed_case(expected, " ".join(read)), [len(text) for text in read])
    if pieces is None:
        return False
    return all(
        piece == " ".join(line.text for line in row) or _row_holds(image, row, piece)
        for row, piece in zip(rows, pieces, strict=True)
    )


def _row_holds(image: Image.Image, row: Sequence[Line], piece: str) -> bool:
    crop = _level_crop(image, row)
    if crop is None or min(crop.size) < 2:
        return False
    read = " ".join(line.text for line in row).split()
    # The ink is looked at from left to right.
    step = -1 if is_right_to_left(piece) else 1
    return confirms(np.asarray(crop.convert("RGB")), piece.split()[::step], read[::step])


def _level_crop(image: Image.Image, row: Sequence[Line]) -> Image.Image | None:
    """Return a row cut out of an image, level; None where several lines run another way."""
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
