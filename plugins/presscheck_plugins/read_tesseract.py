"""Reads scripts that the default reader lacks, with Tesseract, where it is installed.

Lines are found by PP-OCR's detector: Tesseract looks for columns and paragraphs, and misses words
on panels and pictures. Each is cut out, drawn dark on white, and read by itself. Tesseract gives no
probabilities of characters, so copy is compared by its words.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from copy import copy
from functools import cached_property

import cv2
import numpy as np
from PIL import Image

from presscheck import hookimpl
from presscheck.errors import PluginError
from presscheck.registry import ReaderEntry, ReadText
from presscheck_plugins.ppocr.detect import Detector, Pixels
from presscheck_plugins.ppocr.places import find_lines, polygon_of
from presscheck_plugins.ppocr.ways import straight
from presscheck_plugins.tesseract.binary import Tesseract, Word, find_tesseract
from presscheck_plugins.tesseract.languages import choose, letters, packages_for
from presscheck_plugins.tesseract.order import logical

TALLEST = 120
"""Pixels; a taller line is scaled down."""
LEAST_SCORE, FAINT_SCORE = 0.3, 0.1
"""What is read with less certainty is no text; at a close look the second counts."""
SURE_SIGN = 0.6
"""A sign at a line's end is the edge of a panel or a shape, when it is read with less certainty."""


class TesseractReader:
    """A reader of the installed languages, or of those that `expecting` picks for its copy."""

    def __init__(self) -> None:
        self._expected = ""
        self._detector = Detector()

    @property
    def name(self) -> str:
        """Version of Tesseract, and each language with the digest of its data.

        Raises:
            PluginError: Tesseract isn't installed, or has no language.
        """
        tesseract, languages = self._ready()
        told = " ".join(f"{name} {tesseract.digest(name)}" for name in languages)
        return f"tesseract {tesseract.version} {told}"

    def unreadable(self, text: str) -> frozenset[str]:
        """Return the characters of `text` that no installed language knows."""
        tesseract = self._tesseract
        languages = tesseract.languages.values() if tesseract is not None else ()
        return letters(text).difference(*languages)

    def remedy(self, text: str) -> str:
        """Return what to install so that `text` can be read; empty when nothing would help."""
        tesseract = self._tesseract
        packages = packages_for(self.unreadable(text), tesseract.languages if tesseract else ())
        if not packages:
            return ""
        first = [] if tesseract else ["tesseract-ocr"]
        return f"Install it with: apt-get install {' '.join([*first, *packages])}."

    def expecting(self, text: str) -> TesseractReader:
        """Return a reader of those languages only that know the characters of `text`."""
        reader = copy(self)
        reader._expected = text
        return reader

    def read(self, image: Image.Image, *, closely: bool = False) -> list[ReadText]:
        """Return every line of text in an RGB image; a line from right to left as it is spoken.

        Raises:
            PluginError: Tesseract isn't installed, has no language, or failed.
            TransientError: It took too long.
        """
        tesseract, languages = self._ready()
        pixels: Pixels = np.ascontiguousarray(np.asarray(image.convert("RGB"))[:, :, ::-1])
        ways = [
            straight(pixels, box) for box in find_lines(self._detector, pixels, closely=closely)
        ]
        lines = tesseract.read([_dark_on_white(way.strip) for way in ways], languages)
        least = FAINT_SCORE if closely else LEAST_SCORE
        return [
            ReadText(
                text=logical([(word.left, word.text) for word in words]),
                score=_score(words),
                polygon=polygon_of(way.outline, image.size),
            )
            for way, words in zip(ways, map(_without_edges, lines), strict=True)
            if words and _score(words) >= least
        ]

    @cached_property
    def _tesseract(self) -> Tesseract | None:
        return find_tesseract()

    def _ready(self) -> tuple[Tesseract, tuple[str, ...]]:
        """Return Tesseract and the languages to read with."""
        tesseract = self._tesseract
        if tesseract is None or not tesseract.languages:
            raise PluginError(
                "tesseract is not installed." if tesseract is None else "it has no language.",
                remedy="Install it with: apt-get install tesseract-ocr tesseract-ocr-rus "
                "(or another language).",
            )
        chosen = choose(self._expected, tesseract.languages)
        return tesseract, chosen or tuple(sorted(tesseract.languages))


def _dark_on_white(crop: Pixels) -> Image.Image:
    """Return a line as grey pixels: the further from its ground's colour, the darker."""
    values = crop.astype(np.float32)
    frame = np.concatenate([values[0], values[-1], values[:, 0], values[:, -1]])
    away = np.abs(values - np.median(frame, axis=0)).max(axis=2)
    grey = (255 - 255 * away / max(1.0, float(away.max()))).astype(np.uint8)
    height, width = grey.shape
    if height > TALLEST:
        size = max(1, round(width * TALLEST / height)), TALLEST
        grey = np.asarray(cv2.resize(grey, size, interpolation=cv2.INTER_AREA), np.uint8)
    return Image.fromarray(grey)


def _without_edges(words: Sequence[Word]) -> list[Word]:
    """Leave out doubtful signs at both ends: what was cut out may reach the edge of a panel."""
    kept = list(words)
    for end in (0, -1):
        while kept and kept[end].score < SURE_SIGN and not _says(kept[end].text):
            del kept[end]
    return kept


def _says(text: str) -> bool:
    return any(character.isalnum() for character in text)


def _score(words: Sequence[Word]) -> float:
    """Return the mean certainty of a line's characters."""
    count = sum(len(word.text) for word in words)
    return sum(word.score * len(word.text) for word in words) / count if count else 0.0


@hookimpl
def register_readers() -> Iterable[ReaderEntry]:
    """Offer the reader."""
    yield ReaderEntry(
        name="tesseract",
        summary="Tesseract, where it is installed: Cyrillic, Hangul, Arabic, Hebrew and more",
        create=TesseractReader,
        substitute=True,
    )
