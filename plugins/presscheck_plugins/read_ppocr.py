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
        pixels: Pixels = np.ascontiguousarray(np.asarray(image.convert("RGB"))[:, :, ::-1])
        found = Reading(self.recogniser, pixels, self._patches(pixels, closely=closely))
        return [
            ReadText(
                text=line.text,
                score=line.score,
                polygon=_polygon(way.outline, image.size),
                posteriors=line.posteriors,
            )
            for way, line in found.lines()
            if line.text.strip() and line.score >= (FAINT_SCORE if closely else LEAST_SCORE)
        ]

    def _patches(self, pixels: Pixels, *, closely: bool) -> list[Patch]:
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
        return [found.moved(PAD, factor) for found in self.detector.find(ground, closely=closely)]


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
