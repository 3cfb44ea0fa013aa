"""Reads text with RapidOCR as it comes: what `ppocr` is measured against. Its words only."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from functools import cached_property
from importlib import import_module
from importlib.metadata import version
from typing import Any

import numpy as np
from PIL import Image

from presscheck import hookimpl
from presscheck.registry import ReaderEntry, ReadText
from presscheck_plugins.ppocr.ways import reading_order


class RapidOcrReader:
    """RapidOCR's own pipeline, with its own settings, on as many threads as it takes."""

    @property
    def name(self) -> str:
        """Name and version of the package; it holds the weights."""
        return f"rapidocr {version('rapidocr')}"

    def unreadable(self, text: str) -> frozenset[str]:
        """Return the characters of `text` that the recogniser cannot give."""
        return frozenset(char for char in text if not char.isspace()) - self._characters

    def read(self, image: Image.Image, *, closely: bool = False) -> list[ReadText]:
        """Return every line of text in an RGB image; there is only one way to look."""
        del closely
        found = self._engine(np.ascontiguousarray(np.asarray(image.convert("RGB"))[:, :, ::-1]))
        if found.boxes is None or found.txts is None or found.scores is None:
            return []
        return [
            ReadText(
                text=text,
                score=float(score),
                polygon=tuple((float(x), float(y)) for x, y in reading_order(np.asarray(box))),
            )
            for text, score, box in zip(found.txts, found.scores, found.boxes, strict=True)
            if text.strip()
        ]

    @cached_property
    def _engine(self) -> Any:
        engine: Any = import_module("rapidocr").RapidOCR(params={"Global.log_level": "error"})
        logging.getLogger("RapidOCR").setLevel(logging.ERROR)
        return engine

    @cached_property
    def _characters(self) -> frozenset[str]:
        recogniser: Any = self._engine._load_rec_model()
        return frozenset(recogniser.postprocess_op.character)


@hookimpl
def register_readers() -> Iterable[ReaderEntry]:
    """Offer the reader."""
    yield ReaderEntry(
        name="rapidocr",
        summary="RapidOCR as it comes, offline: words without probabilities",
        create=RapidOcrReader,
    )
