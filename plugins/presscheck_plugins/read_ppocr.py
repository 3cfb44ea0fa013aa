"""Reads text with PP-OCRv6 small, whose weights lie in the `rapidocr` wheel: offline, one thread.

It knows 18,708 characters: Latin, Greek, Chinese and kana; no Cyrillic, Hangul, Arabic, Hebrew,
Indic scripts or Thai.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations

import cv2
import numpy as np
from PIL import Image

from presscheck import hookimpl
from presscheck.registry import ReaderEntry, ReadText
from presscheck_plugins.ppocr.detect import Corners, Detector, Pixels
from presscheck_plugins.ppocr.recognise import Line, Recogniser, cut_out
from presscheck_plugins.ppocr.sessions import DETECTOR, RECOGNISER, digest, weights

LONGEST, CLOSELY = 800, 1280
"""Pixels that the longer side of an image is scaled to before text is looked for; the second is for
a close look."""
MOST_SCALE = 3.0
"""Small images aren't enlarged further."""
PAD = 32
"""Ground added on every side, in scaled pixels: text at the very edge is not detected without."""
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
        boxes = self._boxes(pixels, closely=closely)
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
                polygon=_polygon(box, image.size),
                posteriors=line.posteriors,
            )
            for line, box in zip(lines, boxes, strict=True)
            if line.text.strip() and line.score >= (FAINT_SCORE if closely else LEAST_SCORE)
        ]

    def _boxes(self, pixels: Pixels, *, closely: bool) -> list[Corners]:
        """Return where lines stand, in pixels of the image."""
        height, width = pixels.shape[:2]
        scale = min((CLOSELY if closely else LONGEST) / max(width, height), MOST_SCALE)
        across, down = max(1, round(width * scale)), max(1, round(height * scale))
        method = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
        scaled = np.asarray(cv2.resize(pixels, (across, down), interpolation=method))
        frame = np.concatenate([scaled[0], scaled[-1], scaled[:, 0], scaled[:, -1]])
        wide, tall = (-(-(side + 2 * PAD) // 32) * 32 for side in (across, down))
        ground = np.empty((tall, wide, 3), np.uint8)
        ground[:] = np.median(frame, axis=0).astype(np.uint8)
        ground[PAD : PAD + down, PAD : PAD + across] = scaled
        factor = np.array([width / across, height / down])
        return [(box - PAD) * factor for box in self.detector.find(ground, closely=closely)]


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


def _polygon(box: Corners, size: tuple[int, int]) -> tuple[tuple[float, float], ...]:
    return tuple(
        (min(max(float(x), 0.0), float(size[0])), min(max(float(y), 0.0), float(size[1])))
        for x, y in box
    )


@hookimpl
def register_readers() -> Iterable[ReaderEntry]:
    """Offer the reader."""
    yield ReaderEntry(
        name="ppocr",
        summary="PP-OCRv6 small, offline: Latin, Greek, Chinese, Japanese",
        create=PpOcrReader,
    )
