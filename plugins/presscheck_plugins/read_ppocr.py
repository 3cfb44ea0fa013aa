"""Reads text with PP-OCRv6 small, whose weights lie in the `rapidocr` wheel: offline, one thread.

It knows 18,708 characters: Latin, Greek, Chinese and kana; no Cyrillic, Hangul, Arabic, Hebrew,
Indic scripts or Thai.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from PIL import Image

from presscheck import hookimpl
from presscheck.registry import ReaderEntry, ReadText
from presscheck.verification.rereading import Part
from presscheck_plugins.ppocr.detect import Detector, Pixels
from presscheck_plugins.ppocr.places import find_patches, polygon_of
from presscheck_plugins.ppocr.reading import Reading
from presscheck_plugins.ppocr.recognise import Recogniser
from presscheck_plugins.ppocr.sessions import DETECTOR, RECOGNISER, digest, weights

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
        patches = find_patches(self.detector, pixels, part, closely=closely)
        return [
            ReadText(
                text=line.text,
                score=line.score,
                polygon=polygon_of(way.outline, image.size),
                posteriors=line.posteriors,
                stacked=way.stacked,
            )
            for way, line in Reading(self.recogniser, pixels, patches).lines()
            if line.text.strip() and line.score >= (FAINT_SCORE if closely else LEAST_SCORE)
        ]


@hookimpl
def register_readers() -> Iterable[ReaderEntry]:
    """Offer the reader."""
    yield ReaderEntry(
        name="ppocr",
        summary="PP-OCRv6 small, offline: Latin, Greek, Chinese, Japanese",
        create=PpOcrReader,
    )
