"""Says glyph by glyph how what was drawn differs from what the font would have drawn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import cv2
import numpy as np

from presscheck.verification.lines import Line
from presscheck.verification.shapes.register import Registered, correlation, ownership, register
from presscheck.verification.shapes.template import (
    EM,
    Floats,
    KnownType,
    Rect,
    Sized,
    draw_template,
)

FOCUS = (0.0, 0.7, 1.0, 1.4, 1.8, 2.3, 2.9, 3.6)
"""Blurs that a line may have been drawn or resampled with, in pixels of the template."""
PATCH = 7
"""Pixels: ink is missing, or too much, where so large a square says so."""
USUAL = 0.03
"""What every line differs from its font by, at least."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Shape:
    """How one glyph, by its character's index, fits the font.

    `likeness` is the correlation with the font's glyph, -1 to 1. `missing` and `extra` are how much
    ink, 0-1, is missing or too much in the worst place. `unlike` compares the worse of the two with
    what is usual in its line. `gap` is how much further from the glyph before it stands than the
    font would have it, in em; 0 at the start of a line.
    """

    at: int
    likeness: float
    missing: float
    extra: float
    unlike: float
    gap: float

    @property
    def worst(self) -> float:
        """The worse of what is missing and what is too much."""
        return max(self.missing, self.extra)


@dataclass(frozen=True, kw_only=True)
class LineShapes:
    """The glyphs of a line; `fit` is their median likeness."""

    text: str
    font: Sized
    registered: Registered
    focus: float
    gain: float
    shapes: tuple[Shape, ...]

    @cached_property
    def fit(self) -> float:
        """The median likeness of the glyphs, -1 to 1."""
        return float(np.median([shape.likeness for shape in self.shapes]))


def line_shapes(
    pixels: Floats, line: Line, text: str, places: Sequence[float], known: KnownType
) -> LineShapes | None:
    """Compare a line of an RGB image, (height, width, 3), with `text` in the known font.

    `places` say how far along the line each character of `text` stands, in pixels. None where the
    text as the font sets it is not found there.
    """
    template = draw_template(known.font, text)
    if template is None or len(line.corners) != 4:
        return None
    inked = [places[glyph.at] for glyph in template.glyphs]
    found = register(pixels, line, template, inked)
    if found is None:
        return None
    parts = {glyph.at: template.around(glyph) for glyph in template.glyphs}
    seen = {at: found.seen(found.warps[at], part) for at, part in parts.items()}
    weights = {glyph.at: ownership(glyph, parts[glyph.at]) for glyph in template.glyphs}
    focus, drawn = _focus(found, parts, seen, weights)
    wanted = {at: _cut(drawn, part) for at, part in parts.items()}
    gain = _gain(list(wanted.values()), list(seen.values()))
    likenesses = {at: correlation(wanted[at], seen[at], weights[at]) for at in parts}
    worst = {at: _differences(wanted[at], seen[at], weights[at], gain) for at in parts}
    gaps = _gaps(found)
    shapes = tuple(
        Shape(
            at=at,
            likeness=round(likenesses[at], 4),
            missing=round(missing, 4),
            extra=round(extra, 4),
            unlike=round(max(missing, extra) / (_usual(worst, at) + USUAL), 3),
            gap=round(gaps[at], 3),
        )
        for at, (missing, extra) in worst.items()
    )
    return LineShapes(
        text=text, font=known.font, registered=found, focus=focus, gain=gain, shapes=shapes
    )


def _cut(image: Floats, part: Rect) -> Floats:
    left, top, right, bottom = part
    return image[top:bottom, left:right]


def _focus(
    found: Registered,
    parts: dict[int, Rect],
    seen: dict[int, Floats],
    weights: dict[int, Floats],
) -> tuple[float, Floats]:
    """Return the blur at which the line looks most like the font, and its template so blurred."""
    best: tuple[float, float, Floats] | None = None
    for sigma in FOCUS:
        drawn = found.template.blurred(sigma)
        fits = [correlation(_cut(drawn, parts[at]), seen[at], weights[at]) for at in parts]
        fit = float(np.median(fits))
        if best is not None and fit < best[0]:
            break
        best = fit, sigma, drawn
    assert best is not None
    return best[1], best[2]


def _gain(wanted: Sequence[Floats], seen: Sequence[Floats]) -> float:
    """Return how strong the line's ink is: the slope of what is seen over what is wanted."""
    one = np.concatenate([part.ravel() for part in wanted])
    other = np.concatenate([part.ravel() for part in seen])
    return max(0.2, float(np.polyfit(one, other, 1)[0]))


def _differences(wanted: Floats, seen: Floats, weight: Floats, gain: float) -> tuple[float, float]:
    """Return how much ink is missing, and how much is too much, in the worst patch of a glyph."""
    ground = float(np.median(seen - gain * wanted))
    ink = (seen - ground) / gain
    # Where the ground changes beside ink, no ink is missing, and what is half as dark is no ink.
    missing = np.maximum(wanted - ink, 0) * wanted * _surely(1 - ink)
    extra = np.maximum(ink - wanted, 0) * (1 - wanted) * _surely(ink)
    missing, extra = (cv2.blur(one * weight, (PATCH, PATCH)) for one in (missing, extra))
    return float(missing.max()), float(extra.max())


def _surely(share: Floats) -> Floats:
    """Return 0 where less than a third is ink (or ground), 1 where more than two thirds are."""
    return np.clip(3 * share - 1, 0, 1)


def _usual(worst: dict[int, tuple[float, float]], at: int) -> float:
    """Return what glyphs of a line usually differ by, but for one."""
    others = [max(pair) for other, pair in worst.items() if other != at]
    return float(np.median(others)) if others else 0.1


def _gaps(found: Registered) -> dict[int, float]:
    """Return by how much each glyph stands further from the one before it, in em."""
    glyphs = found.template.glyphs
    gaps = {glyphs[0].at: 0.0}
    for before, glyph in pairwise(glyphs):
        warp, own = found.warps[before.at], found.warps[glyph.at]
        shape = (warp[:, :2] + own[:, :2]) / 2
        step = (own[:, :2] @ glyph.middle + own[:, 2]) - (warp[:, :2] @ before.middle + warp[:, 2])
        along = shape[:, 0] / max(float(np.linalg.norm(shape[:, 0])), 1e-6)
        wanted = shape @ (glyph.middle - before.middle)
        gaps[glyph.at] = float((step - wanted) @ along) / (found.scale * EM)
    return gaps
