"""Asks a vision model behind an OpenAI-compatible API what an image says: a second opinion only.

Such a model reads what should be there: it is apt to correct what is misspelt. So it never judges
alone, and isn't told the copy.
"""

from __future__ import annotations

import base64
import io
import os
from collections.abc import Iterable

from PIL import Image

from presscheck import hookimpl
from presscheck.registry import ReaderEntry, ReadText
from presscheck_plugins.vision.answer import lines_of, question
from presscheck_plugins.vision.calls import Caller
from presscheck_plugins.vision.settings import Settings

LONGEST = 2048
"""Pixels of the longer side; larger images are scaled down before they are sent."""


class VisionReader:
    """A reader that posts the pixels, and nothing else of an image, to a service."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    @property
    def name(self) -> str:
        """The model, and the host that it runs on."""
        settings = self._caller.settings
        return f"vision-http {settings.model} at {settings.host}"

    def unreadable(self, text: str) -> frozenset[str]:
        """Return no characters: nobody can say which a vision model doesn't know."""
        del text
        return frozenset()

    def read(self, image: Image.Image, *, closely: bool = False) -> list[ReadText]:
        """Return every line of text; where a line stands isn't asked, so each gets its share.

        Raises:
            PluginError: The service refused, or answered with something else than lines.
            TransientError: It may answer a little later.
        """
        del closely
        body = question(self._caller.settings.model, _data_url(image))
        texts = lines_of(self._caller.post(body))
        return [
            ReadText(text=text, score=1.0, polygon=_band(row, len(texts), image.size))
            for row, text in enumerate(texts)
        ]


def _data_url(image: Image.Image) -> str:
    small = image.convert("RGB")
    small.info = {}
    small.thumbnail((LONGEST, LONGEST), Image.Resampling.LANCZOS)
    file = io.BytesIO()
    small.save(file, "PNG")
    return f"data:image/png;base64,{base64.b64encode(file.getvalue()).decode()}"


def _band(row: int, rows: int, size: tuple[int, int]) -> tuple[tuple[float, float], ...]:
    """Return one of equal rows of an image."""
    width, height = size
    top, bottom = height * row / rows, height * (row + 1) / rows
    return (0.0, top), (float(width), top), (float(width), bottom), (0.0, bottom)


def open_reader() -> VisionReader:
    """Return a reader with the settings of the environment.

    Raises:
        InputError: They are missing, or cannot be used.
    """
    return VisionReader(Caller(settings=Settings.of(os.environ)))


@hookimpl
def register_readers() -> Iterable[ReaderEntry]:
    """Offer the reader."""
    yield ReaderEntry(
        name="vision-http",
        summary="a vision model behind an OpenAI-compatible API, for second opinions",
        create=open_reader,
        alone=False,
    )
