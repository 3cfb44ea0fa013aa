"""Reads text with PP-OCRv6 small, whose weights lie in the `rapidocr` wheel: offline, one thread.

It knows 18,708 characters: Latin, Greek, Chinese and kana; no Cyrillic, Hangul, Arabic, Hebrew,
Indic scripts or Thai.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Iterable
from functools import cached_property
from importlib import import_module
from importlib.metadata import version
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
        found = self._engine(_prepare(image, scale))
        if found.boxes is None or found.txts is None or found.scores is None:
            return []
        corners = (np.asarray(found.boxes, dtype=np.float64) - PAD) / scale
        return [
            ReadText(text=text, score=float(score), polygon=_polygon(box, image.size))
            for text, score, box in zip(found.txts, found.scores, corners, strict=True)
        ]

    @cached_property
    def _engine(self) -> Any:
        engine: Any = import_module("rapidocr").RapidOCR(
            params={
                "Global.log_level": "error",
                "Global.text_score": 0.3,
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


def _prepare(image: Image.Image, scale: float) -> np.ndarray[Any, Any]:
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
