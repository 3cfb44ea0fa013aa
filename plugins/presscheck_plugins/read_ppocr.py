"""Reads text with PP-OCRv6 small, whose weights lie in the `rapidocr` wheel: offline, one thread.

It knows 18,708 characters: Latin, Greek, Chinese and kana; no Cyrillic, Hangul, Arabic, Hebrew,
Indic scripts or Thai.
"""

from __future__ import annotations

from collections.abc import Iterable

import cv2
import numpy as np
from PIL import Image

from presscheck import hookimpl
from presscheck.registry import ReaderEntry, ReadText
from presscheck.verification.rereading import Part
from presscheck_plugins.ppocr.detect import Corners, Detector, Patch, Pixels
from presscheck_plugins.ppocr.reading import Reading
from presscheck_plugins.ppocr.recognise import Recogniser
from presscheck_plugins.ppocr.sessions import DETECTOR, RECOGNISER, digest, weights

LONGEST, CLOSELY = 800, 1280
"""Pixels that the longer side of an image is scaled to before text is looked for; the second is for
a close look."""
MOST_SCALE = 3.0
"""Small images aren't enlarged further."""
PAD = 32
"""Ground added on every side, in scaled pixels: text at the very edge is not detected without."""
SEEN = 64
"""Scaled pixels around a part that the detector sees with it."""
LEAST_SCORE, FAINT_SCORE = 0.3, 0.1
"""What is read with less certainty is no text; at a close look the second counts."""


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
        return self._read(image, (0, 0, *image.size), closely=closely)

    def read_part(self, image: Image.Image, part: Part, *, closely: bool = False) -> list[ReadText]:
        """Return the lines that touch a part of an image, as they are read within the whole."""
        return self._read(image, part, closely=closely)

    def _read(self, image: Image.Image, part: Part, *, closely: bool) -> list[ReadText]:
        pixels: Pixels = np.ascontiguousarray(np.asarray(image.convert("RGB"))[:, :, ::-1])
        patches = self._patches(pixels, part, closely=closely)
        return [
            ReadText(
                text=line.text,
                score=line.score,
                polygon=_polygon(way.outline, image.size),
                posteriors=line.posteriors,
            )
            for way, line in Reading(self.recogniser, pixels, patches).lines()
            if line.text.strip() and line.score >= (FAINT_SCORE if closely else LEAST_SCORE)
        ]

    def _patches(self, pixels: Pixels, part: Part, *, closely: bool) -> list[Patch]:
        """Return where text touches a part, in pixels of the image."""
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
        left, top, right, bottom = _window(part, factor, (wide, tall))
        found = self.detector.find(ground[top:bottom, left:right], closely=closely)
        moved = [one.moved(np.array([PAD - left, PAD - top]), factor) for one in found]
        return [one for one in moved if _touches(one.corners, part)]


def _window(part: Part, factor: Corners, size: tuple[int, int]) -> Part:
    """Return what is looked at for a part's sake, in scaled pixels; its sides are multiples of 32.

    The network sees a grid of 32 pixels, so that a part shows as it does within the whole.
    """
    (left, top), (right, bottom) = np.array(part).reshape(2, 2) / factor + PAD
    return (
        max(0, int(left - SEEN) // 32 * 32),
        max(0, int(top - SEEN) // 32 * 32),
        min(size[0], -(-int(right + SEEN) // 32) * 32),
        min(size[1], -(-int(bottom + SEEN) // 32) * 32),
    )


def _touches(corners: Corners, part: Part) -> bool:
    (left, top), (right, bottom) = corners.min(axis=0), corners.max(axis=0)
    return bool(left < part[2] and part[0] < right and top < part[3] and part[1] < bottom)


def _polygon(outline: Corners, size: tuple[int, int]) -> tuple[tuple[float, float], ...]:
    return tuple(
        (min(max(float(x), 0.0), float(size[0])), min(max(float(y), 0.0), float(size[1])))
        for x, y in outline
    )


@hookimpl
def register_readers() -> Iterable[ReaderEntry]:
    """Offer the reader."""
    yield ReaderEntry(
        name="ppocr",
        summary="PP-OCRv6 small, offline: Latin, Greek, Chinese, Japanese",
        create=PpOcrReader,
    )
