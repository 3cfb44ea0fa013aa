"""Reads text with PP-OCRv6 small, whose weights lie in the `rapidocr` wheel: offline, one thread.

It knows 18,708 characters: Latin, Greek, Chinese and kana; no Cyrillic, Hangul, Arabic, Hebrew,
Indic scripts or Thai.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations

import numpy as np
from PIL import Image

from presscheck import hookimpl
from presscheck.registry import ReaderEntry, ReadText
from presscheck_plugins.ppocr.detect import Corners, Detector, Pixels
from presscheck_plugins.ppocr.places import find_lines, polygon_of
from presscheck_plugins.ppocr.recognise import Line, Recogniser, cut_out
from presscheck_plugins.ppocr.sessions import DETECTOR, RECOGNISER, digest, weights

LEAST_SCORE, FAINT_SCORE = 0.3, 0.1
"""What is read with less certainty is no text; at a close look the second counts."""
TILT = 0.1
"""Rise by run up to which a line counts as level."""


class PpOcrReader:
    """A reader that loads its weights when it first reads."""

    def __init__(self) -> None:
        self.detector, self.recogniser = Detector(), Recogniser()

    @property
    def name(self) -> str:
        """Name of the reader, and digests of its weights."""
        found = "+".join(digest(weights(model)) for model in (DETECTOR, RECOGNISER))
        return f"PP-OCRv6 small {found}"

    def unreadable(self, text: str) -> frozenset[str]:
        """Return the characters of `text` that the recogniser cannot give."""
        known = self.recogniser.alphabet
        return frozenset(char for char in text if not char.isspace() and not known.alike(char))

    def read(self, image: Image.Image, *, closely: bool = False) -> list[ReadText]:
        """Return every line of text in an RGB image, each with its probabilities."""
        pixels: Pixels = np.ascontiguousarray(np.asarray(image.convert("RGB"))[:, :, ::-1])
        boxes = find_lines(self.detector, pixels, closely=closely)
        lines = self.recogniser.read([cut_out(pixels, box) for box in boxes])
        again: set[int] = set()
        for unsure, sure in _overlapping(boxes, lines):
            boxes[unsure] = _cut(boxes[unsure], boxes[sure])
            again.add(unsure)
        anew = self.recogniser.read([cut_out(pixels, boxes[index]) for index in sorted(again)])
        for index, line in zip(sorted(again), anew, strict=True):
            lines[index] = line
        return [
            ReadText(
                text=line.text,
                score=line.score,
                polygon=polygon_of(box, image.size),
                posteriors=line.posteriors,
            )
            for line, box in zip(lines, boxes, strict=True)
            if line.text.strip() and line.score >= (FAINT_SCORE if closely else LEAST_SCORE)
        ]


def _overlapping(boxes: Sequence[Corners], lines: Sequence[Line]) -> Iterator[tuple[int, int]]:
    """Yield pairs of level boxes that reach into one another on one line, the unsure first.

    The detector widens its boxes, so that one may reach a letter of the next word, which would then
    be read twice.
    """
    level = [index for index, box in enumerate(boxes) if _is_level(box)]
    for first, second in combinations(level, 2):
        low = np.maximum(boxes[first].min(axis=0), boxes[second].min(axis=0))
        high = np.minimum(boxes[first].max(axis=0), boxes[second].max(axis=0))
        sides = np.minimum(np.ptp(boxes[first], axis=0), np.ptp(boxes[second], axis=0))
        across, down = (high - low) / sides
        if 0 < across < 0.5 < down:
            unsure, sure = sorted((first, second), key=lambda index: lines[index].score)
            yield unsure, sure


def _is_level(box: Corners) -> bool:
    across, down = np.abs(box[1] - box[0])
    return bool(down <= TILT * across)


def _cut(box: Corners, other: Corners) -> Corners:
    """Return a box without the part that it shares with another one on its line."""
    (left, _), (right, _) = other.min(axis=0), other.max(axis=0)
    cut = box.copy()
    if box[:, 0].mean() < other[:, 0].mean():
        cut[:, 0] = np.minimum(box[:, 0], left)
    else:
        cut[:, 0] = np.maximum(box[:, 0], right)
    return cut


@hookimpl
def register_readers() -> Iterable[ReaderEntry]:
    """Offer the reader."""
    yield ReaderEntry(
        name="ppocr",
        summary="PP-OCRv6 small, offline: Latin, Greek, Chinese, Japanese",
        create=PpOcrReader,
        substitute=True,
    )
