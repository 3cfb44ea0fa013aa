"""Looks at the glyphs of a line with the trained network, by onnxruntime on one thread."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import cached_property
from importlib import import_module
from importlib.resources import files
from typing import Any

import numpy as np
import numpy.typing as npt

from presscheck.verification.shapes.strip import Course
from presscheck_glyphs.alphabet import OTHER, numbers
from presscheck_glyphs.strips import ROOM, Strip, cut_strip, normalised, padded

LOOKS = (1.0, 0.92, 1.08)
"""How large a line is looked at; the second and third where the first one shows something."""
SUSPECT = 2.0
"""From such log odds on a line is looked at again."""
FEWEST = 2
"""A glyph is judged beside others: so many of a line must be known."""
LONGEST = 170
"""A line that is longer than so many times its height isn't judged."""

Odds = npt.NDArray[np.float64]


class GlyphNetInspector:
    """An inspector that loads its weights when it first looks."""

    @property
    def name(self) -> str:
        """Name of the inspector, and a digest of its weights."""
        return f"glyphnet {hashlib.sha256(self._weights).hexdigest()[:12]}"

    def malformed(
        self, pixels: npt.NDArray[np.uint8], course: Course, text: str, ways: Sequence[float]
    ) -> list[float]:
        """Return the log odds of each character, see `presscheck.registry.GlyphInspector`.

        What stands at an end that the line's box cuts off isn't judged, nor what the network never
        saw: spaces, characters of other scripts than Latin, and a letter all alone. Odds of several
        looks are averaged.
        """
        known = sum(letter != OTHER for letter in numbers(text))
        is_line = course.tall >= 1 and 0 < course.length <= LONGEST * course.tall
        if known < FEWEST or not is_line:
            return [-np.inf] * len(text)

        def look(size: float) -> Odds:
            strip, middles = cut_strip(pixels, course, ways, size)
            inside = (middles >= ROOM) & (middles <= strip.shape[1] - ROOM)
            return np.where(inside, self.look(strip, text, middles), -np.inf)

        looks = [look(LOOKS[0])]
        if looks[0].max() >= SUSPECT:
            looks += [look(size) for size in LOOKS[1:]]
        return [float(value) for value in np.mean(looks, axis=0)]

    def look(self, strip: Strip, text: str, middles: npt.NDArray[np.floating[Any]]) -> Odds:
        """Return the log odds of each character of a strip; `middles` are in its pixels."""
        letters = np.array(numbers(text), np.int64)
        (odds,) = self._session.run(
            None,
            {
                "strips": normalised(padded(strip))[None, None],
                "letters": letters[None],
                "middles": middles[None].astype(np.float32),
            },
        )
        return np.where(letters != OTHER, odds[0].astype(np.float64), -np.inf)

    @cached_property
    def _weights(self) -> bytes:
        return (files("presscheck_glyphs") / "weights.onnx").read_bytes()

    @cached_property
    def _session(self) -> Any:
        runtime: Any = import_module("onnxruntime")
        options = runtime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 3
        return runtime.InferenceSession(self._weights, options, providers=["CPUExecutionProvider"])
