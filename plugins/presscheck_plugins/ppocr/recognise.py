"""What a line says: PP-OCRv6's recogniser, which gives each frame of a line its probabilities."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import cv2
import numpy as np

from presscheck.verification.posteriors import BLANK, Alphabet, Posteriors
from presscheck_plugins.ppocr.detect import Corners, Pixels
from presscheck_plugins.ppocr.sessions import RECOGNISER, Network, weights

HEIGHT = 48
"""Pixels that a line is scaled to."""
FRAME = 8
"""Pixels of a frame."""
WIDTHS = 64
"""Lines are padded to multiples of so many pixels; equal ones share a batch."""
NARROWEST, WIDEST = 320, 3200
"""Pixels; the model was trained with 320, and a line wider than 3200 is squeezed."""
ROWS = 6
"""Lines of a batch."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """What was read in a box: the likeliest text, its mean probability, and all probabilities."""

    text: str
    score: float
    posteriors: Posteriors


class Recogniser:
    """Reads lines. Loads its weights when it first reads."""

    @cached_property
    def alphabet(self) -> Alphabet:
        """The characters that it knows; class 0 is the blank, the last one the space."""
        characters = self._network.note("character").split("\n")
        classes = {character: number for number, character in enumerate(characters, start=1)}
        return Alphabet({**classes, " ": len(characters) + 1})

    def read(self, crops: Sequence[Pixels]) -> list[Line]:
        """Return what each crop, (height, width, 3) with blue first, says; one line a crop."""
        scaled = [_to_height(crop) for crop in crops]
        padded = [_padded_width(crop.shape[1]) for crop in scaled]
        lines: dict[int, Line] = {}
        for width in sorted(set(padded)):
            alike = [index for index, wide in enumerate(padded) if wide == width]
            for start in range(0, len(alike), ROWS):
                batch = alike[start : start + ROWS]
                chances = self._chances([scaled[index] for index in batch], width)
                for index, row in zip(batch, chances, strict=True):
                    lines[index] = self._line(row, scaled[index].shape[1] / FRAME)
        return [lines[index] for index in range(len(crops))]

    def _chances(self, crops: Sequence[Pixels], width: int) -> np.ndarray[Any, Any]:
        values = np.zeros((len(crops), 3, HEIGHT, width), np.float32)
        for row, crop in enumerate(crops):
            values[row, :, :, : crop.shape[1]] = crop.transpose(2, 0, 1) / np.float32(127.5) - 1
        return self._network.run(values)

    def _line(self, chances: np.ndarray[Any, Any], across: float) -> Line:
        # Frames behind the line saw nothing but padding; the last character may show a frame late.
        # A view would keep the whole batch, and dots of a pattern may be read as hundreds of lines.
        kept = chances[: int(np.ceil(across)) + 2].copy()
        best = kept.argmax(axis=1)
        starts = (best != BLANK) & (best != np.concatenate([[BLANK], best[:-1]]))
        text = "".join(self.alphabet.characters[number] for number in best[starts].tolist())
        score = float(kept[np.flatnonzero(starts), best[starts]].mean()) if starts.any() else 0.0
        posteriors = Posteriors(chances=kept, alphabet=self.alphabet, across=across)
        return Line(text=text, score=score, posteriors=posteriors)

    @cached_property
    def _network(self) -> Network:
        return Network(weights(RECOGNISER))


def cut_out(pixels: Pixels, corners: Corners) -> Pixels:
    """Return the part of an image within four corners, level."""
    width = max(np.linalg.norm(corners[0] - corners[1]), np.linalg.norm(corners[3] - corners[2]))
    height = max(np.linalg.norm(corners[0] - corners[3]), np.linalg.norm(corners[1] - corners[2]))
    across, down = max(1, round(float(width))), max(1, round(float(height)))
    ends = np.array([[0, 0], [across, 0], [across, down], [0, down]], np.float32)
    matrix = cv2.getPerspectiveTransform(corners.astype(np.float32), ends)
    found: Any = cv2.warpPerspective(
        pixels, matrix, (across, down), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE
    )
    return np.ascontiguousarray(found)


def _to_height(crop: Pixels) -> Pixels:
    """Return a line scaled to the height that the model reads."""
    height, width = crop.shape[:2]
    wide = min(WIDEST, max(1, int(np.ceil(HEIGHT * width / height))))
    # Area-averaging when a line shrinks: the sampling of fewer pixels loses thin strokes.
    method = cv2.INTER_AREA if height > HEIGHT else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(crop, (wide, HEIGHT), interpolation=method), np.uint8)


def _padded_width(width: int) -> int:
    return max(NARROWEST, -(-width // WIDTHS) * WIDTHS)
