"""Says glyph by glyph how what was drawn differs from what the font would have drawn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise

import cv2
import numpy as np

from presscheck.verification.shapes.register import (
    SEEK,
    Registered,
    aligned,
    correlation,
    fitted,
    line_through,
    matched,
    ownership,
    placed,
    polished,
    register,
    shifted,
    spot,
    warped,
)
from presscheck.verification.shapes.strip import BESIDE, Course
from presscheck.verification.shapes.template import (
    EM,
    Floats,
    Glyph,
    KnownType,
    Pixels,
    Rect,
    Sized,
    Template,
    draw_template,
)

FOCUS = (0.0, 0.7, 1.0, 1.4, 1.8, 2.3, 2.9, 3.6)
"""Blurs that a line may have been drawn or resampled with, in pixels of the template."""
PATCH = 7
"""Pixels: ink is missing, or too much, where so large a square says so."""
NEAR, FAR = 0.12, 0.6
"""Where the next letter of a line would stand, in em from its end."""
INK, SPECK = 0.5, 0.05
"""From so much on a pixel is ink, and from such a share of them on ink is a letter."""
USUAL = 0.03
"""What every line differs from its font by, at least."""
UNLIKE = 0.7
"""What fits less to the pixel doesn't fit between pixels either."""
HIGH, SMALL, FAINT = 14, 5, 0.1
"""Pixels above a glyph's surroundings that may hold an accent, and those of a dot; the font's own
ink is more than the last."""
FEW = 4
"""From so many glyphs on a line's course is known."""
EXPECTED = 0.97
"""A glyph that fits its line's course so well is where, and as large as, it should be."""
LOOSE = 0.8
"""A glyph that fits less says little about its line's course."""
SLIGHT = 0.02
"""What glyphs of a clean line differ by in their worst patch."""


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


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Mark:
    """Ink, 0-1, where the font has none, and where it is in the line's strip, (2,)."""

    ink: float
    spot: Floats


@dataclass(frozen=True, kw_only=True)
class LineShapes:
    """The glyphs of a line; `fit` is their median likeness, `gain` how strong its ink is."""

    text: str
    font: Sized
    registered: Registered
    focus: float
    gain: float
    shapes: tuple[Shape, ...]

    @cached_property
    def fit(self) -> float:
        """The median likeness of the glyphs, of two the better one, -1 to 1."""
        return sorted(shape.likeness for shape in self.shapes)[len(self.shapes) // 2]

    @cached_property
    def usual_gap(self) -> float:
        """The median gap between its glyphs, in em: how widely the line is spaced."""
        return float(np.median([shape.gap for shape in self.shapes]))

    @cached_property
    def whole_fit(self) -> float:
        """The mean likeness of the glyphs: one that doesn't fit at all counts."""
        return float(np.mean([shape.likeness for shape in self.shapes]))

    @cached_property
    def is_long(self) -> bool:
        """Whether it has glyphs enough to tell how large each should be, in perspective, too."""
        return sum(glyph.steady for glyph in self.registered.template.glyphs) > FEW

    def wider(self, index: int) -> float:
        """Return how much wider than usual the gap before a glyph is, in em, by its place in order.

        A glyph that was found too near to the one before it leaves as much more behind it, and one
        that was found too far off so much less: such gaps are counted together.
        """
        own = self.shapes[index].gap - self.usual_gap
        before = self.shapes[index - 1].gap - self.usual_gap if index else 0.0
        if own * before >= 0:
            return own
        return max(0.0, own + before) if own > 0 else min(0.0, own + before)

    def place_of_extra(self, at: int) -> tuple[float, float]:
        """Return where a glyph has most ink that is too much, in pixels of the image."""
        found = self.registered
        glyph = found.template.glyph(at)
        part = found.template.around(glyph)
        drawn, seen = found.template.blurred(self.focus), found.seen(found.warps[at], part)
        _, extra = _patches(_cut(drawn, part), seen, ownership(glyph, part), self.gain)
        y, x = np.unravel_index(int(extra.argmax()), extra.shape)
        return self.place_of(
            spot(found.warps[at], np.array([part[0] + x, part[1] + y], np.float32))
        )

    def way_of(self, at: int) -> float:
        """Return how far along its course a glyph's middle stands, in pixels of the image."""
        found = self.registered
        middle = spot(found.warps[at], found.template.glyph(at).middle)
        return float(middle[0]) * found.em / EM - BESIDE * found.em

    def place_of(self, spotted: Floats) -> tuple[float, float]:
        """Return where a spot of the line's strip is, in pixels of the image."""
        return self.registered.course.place_of(spotted, self.registered.em)

    def above(self, at: int) -> Mark:
        """Return the most ink above a glyph, where the font has none."""
        found = self.registered
        glyph = found.template.glyph(at)
        left, top, right, _ = found.template.around(glyph)
        part = left, max(0, top - HIGH), right, max(1, round(glyph.box[1]) - 1)
        expected = cv2.dilate(_cut(found.template.coverage, part), np.ones((5, 5), np.uint8))
        seen = found.seen(found.warps[at], part)
        ink = np.clip((seen - float(np.median(seen))) / self.gain, 0, 1)
        ink = np.asarray(ink * _surely(ink) * (expected < FAINT), np.float32)
        ink = cv2.blur(ink, (SMALL, SMALL))
        y, x = np.unravel_index(int(ink.argmax()), ink.shape)
        spotted = spot(found.warps[at], np.array([part[0] + x, part[1] + y], np.float32))
        return Mark(ink=float(ink.max()), spot=spotted)

    @cached_property
    def alone(self) -> bool:
        """Whether no ink stands beyond the line's ends, where one more letter would."""
        glyphs = self.registered.template.glyphs
        top = min(glyph.box[1] for glyph in glyphs)
        bottom = max(glyph.box[3] for glyph in glyphs)
        first, last = glyphs[0], glyphs[-1]
        left = round(first.box[0] - FAR * EM), round(first.box[0] - NEAR * EM)
        right = round(last.box[2] + NEAR * EM), round(last.box[2] + FAR * EM)
        inked = [
            float((self.registered.seen(self.registered.warps[glyph.at], part) > INK).mean())
            for glyph, (start, end) in ((first, left), (last, right))
            for part in [(start, round(top), end, round(bottom))]
        ]
        return max(inked) < SPECK


def line_shapes(
    pixels: Pixels, course: Course, text: str, places: Sequence[float], known: KnownType
) -> LineShapes | None:
    """Compare a line of an RGB image, (height, width, 3), 0-255, with `text` in the known font.

    `places` say how far along the line each character of `text` stands, in pixels. None where the
    text as the font sets it is not found there.
    """
    template = draw_template(known.font, text)
    if template is None:
        return None
    inked = [places[glyph.at] for glyph in template.glyphs]
    found = register(pixels, course, template, inked)
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
    return max(0.2, line_through(one, other, np.ones_like(one))[0])


def _differences(wanted: Floats, seen: Floats, weight: Floats, gain: float) -> tuple[float, float]:
    """Return how much ink is missing, and how much is too much, in the worst patch of a glyph."""
    missing, extra = _patches(wanted, seen, weight, gain)
    return float(missing.max()), float(extra.max())


def _patches(wanted: Floats, seen: Floats, weight: Floats, gain: float) -> tuple[Floats, Floats]:
    """Return how much ink is missing, and how much is too much, around each pixel of a glyph."""
    ground = float(np.median(seen - gain * wanted))
    ink = (seen - ground) / gain
    # Where the ground changes beside ink, no ink is missing, and what is half as dark is no ink.
    missing = np.maximum(wanted - ink, 0) * wanted * _surely(1 - ink)
    extra = np.maximum(ink - wanted, 0) * (1 - wanted) * _surely(ink)
    first, second = (cv2.blur(one * weight, (PATCH, PATCH)) for one in (missing, extra))
    return np.asarray(first, np.float32), np.asarray(second, np.float32)


def _surely(share: Floats) -> Floats:
    """Return 0 where less than a third is ink (or ground), 1 where more than two thirds are."""
    return np.clip(3 * share - 1, 0, 1)


def _usual(worst: dict[int, tuple[float, float]], at: int) -> float:
    """Return what glyphs of a line usually differ by, but for one."""
    others = [max(pair) for other, pair in worst.items() if other != at]
    # Few glyphs say little of what is usual.
    return float(np.median([*others, SLIGHT, SLIGHT]))


def _gaps(found: Registered) -> dict[int, float]:
    """Return by how much each glyph stands further from the one before it, in em."""
    glyphs = found.template.glyphs
    gaps = {glyphs[0].at: 0.0}
    for before, glyph in pairwise(glyphs):
        warp, own = found.warps[before.at], found.warps[glyph.at]
        shape = (warp[:, :2] + own[:, :2]) / 2
        step = spot(own, glyph.middle) - spot(warp, before.middle)
        along = shape[:, 0] / max(float(np.linalg.norm(shape[:, 0])), 1e-6)
        wanted = shape @ (glyph.middle - before.middle)
        gaps[glyph.at] = float((step - wanted) @ along) / (found.scale * EM)
    return gaps


def own_fit(line: LineShapes, at: int, *, enough: float = 1.0) -> float:
    """Return how well a character fits in a size and slant of the glyphs beside it, -1 to 1.

    So an O isn't stretched to a 0. From `enough` on no better fit is sought. A font sets glyphs on
    whole pixels, and where they come to stand in a short piece of the line, the neighbours may be a
    pixel nearer: what fits in a piece counts, since the rivals are set in one.
    """
    template = line.registered.template
    own = template.glyph(at)
    fit = _best_fit(line, template, own, own, line.registered.warps[at], enough=enough)
    return fit if fit > enough else max(fit, rival_fit(line, at, line.text[at]) or fit)


def rival_fit(line: LineShapes, at: int, other: str) -> float | None:
    """Return how well `other` would fit in a character's place, as `own_fit` does.

    None where the font draws nothing for it.
    """
    rival = _rival(line, at, other)
    if rival is None:
        return None
    own = line.registered.template.glyph(at)
    return _best_fit(line, rival.template, rival.glyph, own, rival.place)


def rival_likeness(line: LineShapes, at: int, other: str) -> float | None:
    """Return the `likeness` of `other` in a character's place, in any size and slant.

    None where the font draws nothing for it.
    """
    rival = _rival(line, at, other)
    if rival is None:
        return None
    found, glyph = replace(line.registered, template=rival.template, warps={}), rival.glyph
    middle = spot(rival.place, glyph.middle)
    beside, _ = _shapes_beside(line, line.registered.template.glyph(at))
    starts = [rival.place, *(placed(shape, glyph.middle, middle) for shape in beside)]
    part = rival.template.around(glyph)
    wanted = _cut(rival.template.blurred(line.focus), part)
    weight = ownership(glyph, part)
    warps = (polished(found, glyph, fitted(found, glyph, start)[1]) for start in starts)
    return max(correlation(wanted, found.seen(warp, part), weight) for warp in warps)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Rival:
    """Another character in a character's place, with those beside it."""

    template: Template
    glyph: Glyph
    place: Floats


def _rival(line: LineShapes, at: int, other: str) -> _Rival | None:
    own = line.registered.template.glyph(at)
    start = max(0, at - 1)
    text = line.text[start:at] + other + line.text[at + 1 : at + 2]
    template = draw_template(line.font, text)
    glyphs = template.glyphs if template is not None else ()
    rival = next((one for one in glyphs if one.at == at - start), None)
    if template is None or rival is None:
        return None
    # Both begin at the same place of the line.
    by = own.box[0] - rival.box[0], own.box[1] - rival.box[1]
    font = line.font(EM)
    bearing = np.subtract(font.getbbox(line.text[at])[:2], font.getbbox(other)[:2])
    place = shifted(line.registered.warps[at], by[0] - float(bearing[0]), by[1] - float(bearing[1]))
    return _Rival(template=template, glyph=rival, place=place)


def _best_fit(
    line: LineShapes,
    template: Template,
    glyph: Glyph,
    own: Glyph,
    place: Floats,
    *,
    enough: float = 1.0,
) -> float:
    best = -1.0
    shapes, fit = _shapes_beside(line, own)
    if glyph is own and fit >= EXPECTED:
        return fit
    for shape in shapes:
        best = max(best, _fit_in_shape(line, template, glyph, shape, place))
        if best > enough:
            break
    return best


def _shapes_beside(line: LineShapes, glyph: Glyph) -> tuple[list[Floats], float]:
    """Return how glyphs beside one are scaled and turned, (2, 2) each, and how well it fits so.

    In perspective a line grows: it may also go on as it does from the next but one to the next.
    Where the glyph itself fits the course of the whole line, nothing else is tried.
    """
    found = line.registered
    steady = [one for one in found.template.glyphs if one.steady and one is not glyph]
    course = _course_of_shapes(line, glyph, steady)
    place = found.warps[glyph.at]
    if course is not None:
        own = _fit_in_shape(line, found.template, glyph, course, place)
        if own >= EXPECTED:
            return [course], own
    near = sorted(steady, key=lambda one: abs(one.at - glyph.at))[:3] or [glyph]
    shapes = [found.warps[one.at][:, :2] for one in near]
    middle = np.median(shapes, axis=0).astype(np.float32)
    return [middle, shapes[0], 2 * shapes[0] - shapes[-1]], -1.0


def _course_of_shapes(line: LineShapes, glyph: Glyph, others: Sequence[Glyph]) -> Floats | None:
    """Return how a glyph should be scaled and turned, (2, 2), as the whole line changes along it.

    None where too few others say so.
    """
    if len(others) < FEW:
        return None
    warps = line.registered.warps
    ways = np.array([one.middle[0] for one in others])
    sides = sum(ways < glyph.middle[0]), sum(ways > glyph.middle[0])
    bend = 2 if min(sides) >= FEW - 1 else 1
    shapes = np.array([warps[one.at][:, :2].ravel() for one in others])
    fits = {shape.at: shape.likeness for shape in line.shapes}
    weights = [max(0.05, fits[one.at] - LOOSE) for one in others]
    away = np.asarray((ways - glyph.middle[0]) / EM, np.float64)
    course = np.polyfit(away, shapes, bend, w=weights)
    return np.asarray(course[-1].reshape(2, 2), np.float32)


def _fit_in_shape(
    line: LineShapes, template: Template, glyph: Glyph, shape: Floats, place: Floats
) -> float:
    """Return the correlation of a glyph where it fits best near a place, only moved."""
    left, top, right, bottom = part = template.around(glyph)
    warp = placed(shape, glyph.middle, spot(place, glyph.middle))
    shown = line.registered.seen(warp, part, pad=SEEK)
    wanted = np.ascontiguousarray(template.blurred(line.focus)[top:bottom, left:right])
    fits = matched(shown, wanted)
    y, x = np.unravel_index(int(fits.argmax()), fits.shape)
    step = np.array([[1, 0, x], [0, 1, y]], np.float32)
    weight, size = ownership(glyph, part), (right - left, bottom - top)
    fit = correlation(wanted, warped(shown, step, size), weight)
    near = aligned(wanted, shown, step, cv2.MOTION_TRANSLATION) if fit > UNLIKE else None
    return fit if near is None else max(fit, correlation(wanted, warped(shown, near, size), weight))
