"""Reads text with PP-OCRv6 small, whose weights lie in the `rapidocr` wheel: offline, one thread.

It knows 18,708 characters: Latin, Greek, Chinese and kana; no Cyrillic, Hangul, Arabic, Hebrew,
Indic scripts or Thai.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from importlib import import_module
from importlib.metadata import version
from itertools import combinations
from typing import Any

import numpy as np
from PIL import Image

from presscheck import hookimpl
from presscheck.registry import ReaderEntry, ReadText

AREA = 1_000_000
"""Pixels that an image is scaled to before it is read."""
MAX_SIDE = 1_600
"""Longest side of the image that is read, in pixels: wide banners don't reach `AREA`."""
MAX_SCALE = 3.0
PAD = 32
"""Ground added on every side, in pixels: text at the very edge is not detected without it."""
LEAST_SCORE = 0.3
"""What is read with less certainty is no text."""
TILT = 0.1
"""Rise by run up to which a line counts as level."""

Pixels = np.ndarray[Any, Any]
Corners = np.ndarray[Any, np.dtype[np.float64]]


class RapidOcrReader:
    """A reader that loads its weights when it first reads; it takes about 400 MB."""

    @property
    def name(self) -> str:
        """Name and version of the reader and its weights."""
        return f"rapidocr {version('rapidocr')} PP-OCRv6 small"

    def unreadable(self, text: str) -> frozenset[str]:
        """Return the characters of `text` that the recogniser cannot give."""
        return frozenset(char for char in text if not char.isspace()) - self._characters

    def read(self, image: Image.Image) -> list[ReadText]:
        """Return every line of text in an RGB image."""
        scale = min(
            math.sqrt(AREA / (image.width * image.height)), MAX_SIDE / max(image.size), MAX_SCALE
        )
        picture = _prepare(image, scale)
        found = self._engine(picture, use_det=True)
        if found.boxes is None or found.txts is None or found.scores is None:
            return []
        boxes = np.asarray(found.boxes, dtype=np.float64)
        texts, scores = list(found.txts), list(found.scores)
        for unsure, sure in _overlapping(boxes, scores):
            boxes[unsure] = _cut(boxes[unsure], boxes[sure])
            texts[unsure], scores[unsure] = self._recognise(picture, boxes[unsure])
        corners = (boxes - PAD) / scale
        return [
            ReadText(text=text, score=float(score), polygon=_polygon(box, image.size))
            for text, score, box in zip(texts, scores, corners, strict=True)
            if text.strip() and score >= LEAST_SCORE
        ]

    def _recognise(self, picture: Pixels, box: Corners) -> tuple[str, float]:
        """Read the level rectangle around a box as one line."""
        (left, top), (right, bottom) = box.min(axis=0).astype(int), np.ceil(box.max(axis=0))
        again = self._engine(picture[top : int(bottom), left : int(right)], use_det=False)
        return (again.txts[0], float(again.scores[0])) if again.txts else ("", 0.0)

    @cached_property
    def _engine(self) -> Any:
        engine: Any = import_module("rapidocr").RapidOCR(
            params={
                "Global.log_level": "error",
                "Global.text_score": LEAST_SCORE,
                "Global.use_cls": False,
                "Global.use_vertical_padding": False,
                "Det.limit_type": "max",
                "Det.limit_side_len": MAX_SIDE + 2 * PAD,
                "EngineConfig.onnxruntime.intra_op_num_threads": 1,
                "EngineConfig.onnxruntime.inter_op_num_threads": 1,
            }
        )
        logging.getLogger("RapidOCR").setLevel(logging.ERROR)
        return engine

    @cached_property
    def _characters(self) -> frozenset[str]:
        recogniser: Any = self._engine._load_rec_model()
        return frozenset(recogniser.postprocess_op.character)


def _overlapping(boxes: Corners, scores: Sequence[float]) -> Iterator[tuple[int, int]]:
    """Yield pairs of level boxes (4, 2) that reach into one another on one line, the unsure first.

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
            unsure, sure = sorted((first, second), key=lambda index: scores[index])
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


def _prepare(image: Image.Image, scale: float) -> Pixels:
    """Return the scaled image on a border of its ground colour, blue first as OpenCV has it."""
    size = max(1, round(image.width * scale)), max(1, round(image.height * scale))
    pixels = np.asarray(image.convert("RGB").resize(size, Image.Resampling.LANCZOS))
    frame = np.concatenate([pixels[0], pixels[-1], pixels[:, 0], pixels[:, -1]])
    height, width = pixels.shape[:2]
    ground = np.empty((height + 2 * PAD, width + 2 * PAD, 3), np.uint8)
    ground[:] = np.median(frame, axis=0).astype(np.uint8)
    ground[PAD:-PAD, PAD:-PAD] = pixels
    return np.ascontiguousarray(ground[:, :, ::-1])


def _polygon(box: Any, size: tuple[int, int]) -> tuple[tuple[float, float], ...]:
    return tuple(
        (min(max(float(x), 0.0), float(size[0])), min(max(float(y), 0.0), float(size[1])))
        for x, y in box
    )


@hookimpl
def register_readers() -> Iterable[ReaderEntry]:
    """Offer the reader."""
    yield ReaderEntry(
        name="rapidocr",
        summary="PP-OCRv6 small, offline: Latin, Greek, Chinese, Japanese",
        create=RapidOcrReader,
    )
