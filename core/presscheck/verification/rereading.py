"""Reads only what changed in an image that was made from another one.

A repair, or a slot that is set anew, leaves every pixel outside its region as it was. So the lines
of the original stand for all that is equal, and only the changed parts are read. What comes of it
depends on the two images alone: lines that are remembered are those that reading would give.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Protocol, runtime_checkable

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image

from presscheck.registry import Reader, ReadText
from presscheck.verification.memory import Memory

Part = tuple[int, int, int, int]
"""Left, top, right and bottom in pixels."""
Places = npt.NDArray[np.intp]

MOSTLY = 0.5
"""From this share of the image on the whole of it is read."""
APART = 0.04
"""Changes nearer to each other than this, in the longer side, are one part."""
AROUND = 0.01
"""A part is so much larger than its changes, in the longer side: a letter's edge is faint."""
ROUNDS = 4
"""How often a part may grow by lines that turned out to reach out of it."""


@runtime_checkable
class PartReader(Protocol):
    """A reader that can read a part of an image as it would read it within the whole."""

    def read_part(self, image: Image.Image, part: Part, *, closely: bool = False) -> list[ReadText]:
        """Return the lines that touch a part; their polygons in pixels of the whole image."""
        ...


class Rereader:
    """A reader of one image, and of parts of it, while it is proofread.

    Where it was made from an `original` of the same size, only what changed is read.
    """

    def __init__(
        self, reader: Reader, image: Image.Image, original: Image.Image | None, memory: Memory
    ) -> None:
        self._reader, self._image, self._memory = reader, image, memory
        self._original = original
        self._parts = None if original is None else changed_parts(original, image)

    @property
    def name(self) -> str:
        """Name and version of the reader that reads."""
        return self._reader.name

    def unreadable(self, text: str) -> frozenset[str]:
        """Return the characters of `text` that it does not know."""
        return self._reader.unreadable(text)

    def read(self, image: Image.Image, *, closely: bool = False) -> list[ReadText]:
        """Return every line of text in the image, or in another one."""
        if image is self._image and self._original is not None and self._parts is not None:
            found = self._changed(self._original, self._parts, closely=closely)
            if found is not None:
                return found
        lines = self._reader.read(image, closely=closely)
        if image is self._image:
            self._memory.keep(self._key(image, closely=closely), lines)
        return lines

    def _changed(
        self, original: Image.Image, parts: Sequence[Part], *, closely: bool
    ) -> list[ReadText] | None:
        if not isinstance(self._reader, PartReader) or _is_most(parts, original.size):
            return None
        key = self._key(original, closely=closely)
        known = self._memory.recall(key)
        if known is None:
            known = self._memory.keep(key, self._reader.read(original, closely=closely))
        return reread(self._reader, self._image, known, parts, closely=closely)

    def _key(self, image: Image.Image, *, closely: bool) -> str:
        told = f"{self._reader.name} {closely} {image.mode} {image.size} "
        return hashlib.sha256(told.encode() + image.tobytes()).hexdigest()


def changed_parts(original: Image.Image, image: Image.Image) -> list[Part] | None:
    """Return where two images differ; None when they are of different sizes.

    Outside of these parts they are equal byte by byte.
    """
    if original.size != image.size:
        return None
    before, after = (np.asarray(one.convert("RGB")) for one in (original, image))
    differs = (before != after).any(axis=2).astype(np.uint8)
    by = max(1, round(APART * max(image.size) / 2))
    near = cv2.dilate(differs, np.ones((2 * by + 1, 2 * by + 1), np.uint8))
    count, labels = cv2.connectedComponents(near)
    rows, columns = np.nonzero(differs)
    group = labels[rows, columns]
    return [
        _around(columns[group == number], rows[group == number], image.size)
        for number in range(1, count)
    ]


def _around(x: Places, y: Places, size: tuple[int, int]) -> Part:
    by = round(AROUND * max(size))
    return (
        max(0, int(x.min()) - by),
        max(0, int(y.min()) - by),
        min(size[0], int(x.max()) + 1 + by),
        min(size[1], int(y.max()) + 1 + by),
    )


def reread(
    reader: PartReader,
    image: Image.Image,
    lines: Sequence[ReadText],
    parts: Sequence[Part],
    *,
    closely: bool,
) -> list[ReadText] | None:
    """Return the lines of the original outside of the parts, and those that stand in them now.

    None where the parts come to most of the image.
    """
    waiting, kept = list(parts), list(lines)
    for _ in range(ROUNDS):
        waiting, kept = _with_lines(waiting, kept)
        if _is_most(waiting, image.size):
            return None
        read = [(part, reader.read_part(image, part, closely=closely)) for part in waiting]
        beyond = [
            box_of(line)
            for part, found in read
            for line in found
            if any(_touch(box_of(line), box_of(one)) for one in kept)
            or any(_touch(box_of(line), other) for other in waiting if other is not part)
        ]
        if not beyond:
            return [*kept, *(line for _, found in read for line in found)]
        waiting += beyond
    return None


def _with_lines(
    parts: Sequence[Part], lines: Sequence[ReadText]
) -> tuple[list[Part], list[ReadText]]:
    """Return parts grown by the lines that they touch, those in common joined; and the others."""
    grown, kept = list(parts), list(lines)
    while True:
        touched = next(((a, b) for a in grown for b in grown if a is not b and _touch(a, b)), None)
        line = next((one for one in kept if any(_touch(box_of(one), p) for p in grown)), None)
        if touched is not None:
            grown = [part for part in grown if all(part is not one for one in touched)]
            grown.append(_both(*touched))
        elif line is not None:
            kept = [one for one in kept if one is not line]
            grown.append(box_of(line))
        else:
            return grown, kept


def box_of(line: ReadText) -> Part:
    """Return the pixels that a line takes."""
    across, down = zip(*line.polygon, strict=True)
    return (
        int(np.floor(min(across))),
        int(np.floor(min(down))),
        int(np.ceil(max(across))),
        int(np.ceil(max(down))),
    )


def _both(one: Part, other: Part) -> Part:
    return (
        min(one[0], other[0]),
        min(one[1], other[1]),
        max(one[2], other[2]),
        max(one[3], other[3]),
    )


def _touch(one: Part, other: Part) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _is_most(parts: Sequence[Part], size: tuple[int, int]) -> bool:
    area = sum((right - left) * (bottom - top) for left, top, right, bottom in parts)
    return area > MOSTLY * size[0] * size[1]
