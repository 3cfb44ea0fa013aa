"""Lays a template over a line in an image, glyph by glyph, along bends and in perspective.

The line is cut out level. Where a few letters fit best at some scale is searched for around the
place that the recogniser gives; from there each neighbour is sought where the last one lets expect
it, and fitted by maximising the enhanced correlation coefficient (Evangelidis & Psarakis 2008).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import cv2
import numpy as np

from presscheck.verification.shapes.strip import BESIDE, Course
from presscheck.verification.shapes.template import EM, Floats, Glyph, Pixels, Rect, Template

SCALES = (1.0, 0.92, 1.08, 0.85, 1.17, 0.78, 1.27, 0.72, 1.38)
"""How much larger than expected a line is sought, the likeliest first."""
CENTRAL, SEEDS = 3, 9
"""So many glyphs in the middle of a line are sought first, and so many at most."""
FOUND = 0.9
"""A correlation from which on nothing better is sought."""
LIKELY = 0.85
"""Below this a glyph is sought as if the line grew, too."""
LOST = 0.55
"""A glyph that fits less says nothing about where the next one stands."""
FITS = 0.97
"""A glyph that fits so well needs no second try."""
PLANE = 3
"""From so many glyphs on it is known how the plane lies that a line stands in."""
LARGER = (1.0, 1.2, 0.83)
"""How much larger a glyph may be than its neighbours: in perspective lines grow."""
SEEK = round(0.36 * EM)
"""Pixels by which a glyph may stand away from where it is expected."""
WIDELY = 10
"""Pixels around a glyph that help to find it: its neighbours show in them."""
GROWN = 0.25
"""By how much, of its scale, a line may grow from glyph to glyph."""
BENT, MOVED = 0.25, 0.2
"""What a fit may change of a glyph's shape, by its scale, and of its place, in em."""
FADE = 4
"""Pixels over which what lies beside a glyph counts less and less."""
STEPS = 6
"""How often a fit is improved."""
ODD = 0.15
"""A pixel whose ink differs by so much counts half."""
SMALLEST = 6.0
"""Pixels per em of the image: what is smaller has no shape."""
CONTRAST = 10.0
"""The least distance of ink and ground in RGB."""
SOME_INK, THIN = 20, 0.5
"""So many pixels tell ink's colour: those with most of it, and they have so much at least."""
PERFECT = 0.9999
"""A correlation that nothing but flat ground has."""
FLAT, FLAT_INK = 1.0, 0.02
"""Where values, 0-255, spread less than this there is no ink; and where ink, 0-1, does."""

Matrix = np.ndarray[Any, Any]
Warp = Floats
"""(2, 3): from a template's pixels to those of the strip."""


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Registered:
    """A template laid over a line: `ink` is (height, width) of the level strip, about 0-1.

    The strip is cut out along `course` at `em` pixels of the image. `warps` are by the index of
    each glyph's character.
    """

    template: Template
    ink: Floats
    course: Course
    em: float
    scale: float
    warps: dict[int, Warp] = field(default_factory=dict[int, Warp])

    def seen(self, warp: Warp, part: Rect, *, pad: int = 0) -> Floats:
        """Return what the strip shows where a part of the template is laid."""
        left, top, right, bottom = part
        moved = shifted(warp, left - pad, top - pad)
        size = right - left + 2 * pad, bottom - top + 2 * pad
        return warped(self.ink, moved, size)


def shifted(warp: Warp, x: float, y: float) -> Warp:
    """Return a warp for pixels that are counted from (x, y) of the template."""
    moved = warp.copy()
    moved[:, 2] += warp[:, :2] @ np.array([x, y], np.float32)
    return moved


def register(
    pixels: Pixels, course: Course, template: Template, places: Sequence[float]
) -> Registered | None:
    """Lay `template` over a line of an RGB image, (height, width, 3); None where it isn't found.

    `places` say how far along the line each glyph stands, in pixels of the image.
    """
    slope, start = _spacing(template, places, course.length)
    if not template.glyphs or not SMALLEST <= EM * slope <= 4 * course.tall:
        return None
    strip = course.cut(pixels, EM * slope)
    expected = {
        glyph.at: (slope * float(glyph.middle[0]) + start) / slope + BESIDE * EM
        for glyph in template.glyphs
    }
    for glyph, warp in _seeds(strip, template, expected):
        ink = _as_ink(strip, template, glyph, warp)
        if ink is not None:
            break
    else:
        return None
    found = Registered(
        template=template, ink=ink, course=course, em=EM * slope, scale=float(warp[0, 0])
    )
    _walk(found, [one for one in template.glyphs if one.at >= glyph.at], warp)
    back = [one for one in reversed(template.glyphs) if one.at < glyph.at]
    _walk(found, back, found.warps[glyph.at])
    _settle(found)
    return found


def _spacing(template: Template, places: Sequence[float], length: float) -> tuple[float, float]:
    """Return pixels of the image by pixel of the template, and where the template starts."""
    middles = [float(glyph.middle[0]) for glyph in template.glyphs]
    if len(middles) > 1 and middles[-1] - middles[0] > 0.8 * EM:
        slope, start = np.polyfit(middles, places, 1)
        return float(slope), float(start)
    if not middles:
        return 0.0, 0.0
    # So short a line says little; its box is about half an em longer than its ink.
    wide = template.glyphs[-1].box[2] - template.glyphs[0].box[0]
    slope = length / (wide + EM / 2)
    return slope, float(np.mean(places)) - slope * float(np.mean(middles))


def _seeds(
    strip: Floats, template: Template, expected: dict[int, float]
) -> Iterator[tuple[Glyph, Warp]]:
    """Yield glyphs, those in the middle of the line first, and where each fits with its neighbours.

    Where one fits well it is the first, and else those that fit best are.
    """
    middle = (template.glyphs[0].at + template.glyphs[-1].at) / 2
    tried = sorted(template.glyphs, key=lambda glyph: abs(glyph.at - middle))
    tried = [*tried[:CENTRAL], *(glyph for glyph in tried[CENTRAL:] if glyph.steady)][:SEEDS]
    small = cv2.resize(strip, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    channels = [np.array(small[:, :, channel], np.float32) for channel in range(3)]
    likely: list[tuple[float, Glyph, Warp]] = []
    for number, glyph in enumerate(tried, start=1):
        part = template.around(*_with_neighbours(template, glyph), pad=4)
        best: tuple[float, Warp] | None = None
        for scale in SCALES:
            for channel in channels:
                found = _best_place(channel, template, part, scale, expected[glyph.at])
                if found is not None and (best is None or found[0] > best[0]):
                    best = found
            if best is not None and best[0] >= FOUND:
                yield glyph, best[1]
                break
        if best is not None:
            likely.append((best[0], glyph, best[1]))
        if number == CENTRAL:
            yield from _likeliest(likely)
    yield from _likeliest(likely)


def _likeliest(found: Sequence[tuple[float, Glyph, Warp]]) -> Iterator[tuple[Glyph, Warp]]:
    for _, glyph, warp in sorted(found, key=lambda one: -one[0]):
        yield glyph, warp


def _with_neighbours(template: Template, glyph: Glyph) -> list[Glyph]:
    return [one for one in template.glyphs if abs(one.at - glyph.at) <= 1]


def _best_place(
    channel: Floats, template: Template, part: Rect, scale: float, middle: float
) -> tuple[float, Warp] | None:
    """Return how well a part of the template fits in a strip, dark on light or light on dark.

    The strip is half as large; the warp is for the whole one.
    """
    left, top, right, bottom = part
    patch = template.coverage[top:bottom, left:right]
    half = scale / 2
    size = max(1, round((right - left) * half)), max(1, round((bottom - top) * half))
    patch = np.asarray(cv2.resize(patch, size, interpolation=cv2.INTER_AREA), np.float32)
    first = max(0, round((middle - 0.9 * EM) / 2 - size[0] / 2))
    area = channel[:, first : round((middle + 0.9 * EM) / 2 + size[0] / 2)]
    if area.shape[0] < size[1] or area.shape[1] < size[0]:
        return None
    fits = np.abs(matched(area, patch, FLAT))
    y, x = np.unravel_index(int(fits.argmax()), fits.shape)
    warp = [[scale, 0, 2 * (x + first) - left * scale], [0, scale, 2 * y - top * scale]]
    return float(fits[y, x]), np.array(warp, np.float32)


def matched(area: Floats, patch: Floats, flat: float = FLAT_INK) -> Floats:
    """Return the correlation of a patch with each place of an area, -1 to 1.

    It is 0 where values spread less than `flat`: OpenCV lets anything correlate with nothing.
    """
    fits = np.asarray(cv2.matchTemplate(area, patch, cv2.TM_CCOEFF_NORMED), np.float32)
    if float(np.abs(fits).max()) < PERFECT:
        return fits
    centred = np.asarray(area - area.mean(), np.float32)
    mean = _means(centred, patch.shape)
    square = _means(centred * centred, patch.shape)
    rows, columns = fits.shape
    fits[(square - mean * mean)[:rows, :columns] < flat * flat] = 0.0
    return fits


def _means(area: Floats, size: tuple[int, ...]) -> Floats:
    """Return the mean of an area below and right of each pixel, over `size` (height, width)."""
    mean = cv2.blur(area, (size[1], size[0]), anchor=(0, 0), borderType=cv2.BORDER_REPLICATE)
    return np.asarray(mean, np.float32)


def _as_ink(strip: Floats, template: Template, glyph: Glyph, warp: Warp) -> Floats | None:
    """Return how much of each pixel is ink, as told by the colours at the first glyph."""
    left, top, right, bottom = template.around(*_with_neighbours(template, glyph))
    wanted = template.coverage[top:bottom, left:right]
    shown = warped(strip, shifted(warp, left, top), (right - left, bottom - top))
    # Of a thin stroke no pixel is all ink.
    full = min(0.9, float(np.sort(wanted, axis=None)[-min(SOME_INK, wanted.size)]))
    inside, outside = shown[wanted >= full], shown[wanted < 0.02]
    if full < THIN or len(outside) < 5:
        return None
    ground = np.median(outside, axis=0)
    step = np.median(inside, axis=0) - ground
    far = float(step @ step)
    return None if far < CONTRAST**2 else np.asarray((strip - ground) @ step / far, np.float32)


def spot(warp: Warp, point: Floats) -> Floats:
    """Return where a warp puts a point of the template, (2,)."""
    return np.asarray(warp[:, :2] @ point + warp[:, 2])


def placed(shape: Matrix, point: Floats, place: Matrix) -> Warp:
    """Return the warp that scales and turns by `shape`, (2, 2), and puts a point at a place."""
    return np.column_stack([shape, place - shape @ point]).astype(np.float32)


def warped(image: Floats, warp: Warp, size: tuple[int, int]) -> Floats:
    """Return what an image shows where a warp lays a part of that size, width and height."""
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    return np.asarray(
        cv2.warpAffine(image, warp, size, flags=flags, borderMode=cv2.BORDER_REPLICATE), np.float32
    )


def _walk(found: Registered, glyphs: Sequence[Glyph], warp: Warp) -> None:
    """Fit glyph after glyph, each where those before it let expect it."""
    known: list[Glyph] = []
    for glyph in glyphs:
        warp = found.warps[known[-1].at] if known else warp
        fit, best = fitted(found, glyph, warp)
        if fit < LIKELY and known:
            grown = _expected(found, known, glyph)
            others = [fitted(found, glyph, grown), fitted(found, glyph, grown, seek=2 * SEEK)]
            fit, best = max((fit, best), *others, key=lambda one: one[0])
        found.warps[glyph.at] = best
        if fit >= LOST and (glyph.steady or not known):
            known.append(glyph)


def _expected(found: Registered, known: Sequence[Glyph], glyph: Glyph) -> Warp:
    """Return the warp that goes on as the last two glyphs began: in perspective lines grow."""
    last, before = known[-1], known[max(0, len(known) - 4)]
    shape = found.warps[last.at][:, :2]
    grown = np.zeros((2, 2), np.float32)
    if abs(last.middle[0] - before.middle[0]) > EM / 4:
        ratio = (glyph.middle[0] - last.middle[0]) / (last.middle[0] - before.middle[0])
        grown = np.clip(ratio, -1, 1) * (shape - found.warps[before.at][:, :2])
        grown = np.clip(grown, -GROWN * found.scale, GROWN * found.scale).astype(np.float32)
    there = found.warps[last.at] @ np.append(last.middle, np.float32(1))
    there = there + (shape + grown / 2) @ (glyph.middle - last.middle)
    shape = shape + grown
    return placed(shape, glyph.middle, there)


def fitted(
    found: Registered, glyph: Glyph, warp: Warp, *, bent: float = BENT, seek: int = SEEK
) -> tuple[float, Warp]:
    """Return how well a glyph fits near where a warp puts it, and the warp that fits it best.

    It is sought so many pixels to each side.
    """
    part = found.template.around(glyph, pad=WIDELY)
    left, top, right, bottom = part
    wanted = soft(found.template.coverage[top:bottom, left:right])
    shown = found.seen(warp, part, pad=seek)
    fits = matched(shown, wanted)
    rows, columns = np.mgrid[0 : fits.shape[0], 0 : fits.shape[1]] - seek
    likely = fits - 0.15 * (rows**2 + columns**2) / seek**2
    y, x = np.unravel_index(int(likely.argmax()), fits.shape)
    moved = shifted(warp, int(x) - seek, int(y) - seek)
    near = refined(found, wanted, moved, (left, top), bent=bent)
    return float(fits[y, x]), moved if near is None else near


def refined(
    found: Registered, wanted: Floats, warp: Warp, corner: tuple[int, int], *, bent: float = BENT
) -> Warp | None:
    """Return the warp near `warp` that fits a part of the template best; None if it runs away."""
    start = shifted(warp, *corner)
    end = aligned(wanted, found.ink, start, cv2.MOTION_AFFINE)
    if end is None:
        return None
    height, width = wanted.shape
    away = (end - start) @ np.array([width / 2, height / 2, 1])
    if np.abs(end - start)[:, :2].max() > bent * found.scale or np.abs(away).max() > MOVED * EM:
        return None
    return shifted(end, -corner[0], -corner[1])


def aligned(wanted: Floats, shown: Floats, start: Warp, motion: int) -> Warp | None:
    """Return the warp near `start` by which `wanted` lies best on what is shown.

    None where it doesn't converge: nothing there is alike.
    """
    search: Any = cv2.findTransformECC
    stop = cv2.TERM_CRITERIA_EPS | cv2.TERM_CRITERIA_COUNT, 10, 1e-3
    smooth = 3 if motion == cv2.MOTION_AFFINE else 1
    try:
        _, end = search(
            np.ascontiguousarray(wanted), shown, start.copy(), motion, stop, None, smooth
        )
    except cv2.error:
        return None
    return np.asarray(end, np.float32)


def _settle(found: Registered) -> None:
    """Try each glyph that fits badly once more, in the shape and place that its neighbours have."""
    glyphs, before = found.template.glyphs, dict(found.warps)
    steady = [glyph for glyph in glyphs if glyph.steady] or list(glyphs)
    fits = {glyph.at: likeness(found, glyph, before[glyph.at]) for glyph in glyphs}
    sure = [glyph for glyph in steady if fits[glyph.at] >= LIKELY]
    for glyph in glyphs:
        own = before[glyph.at]
        if fits[glyph.at] >= FITS:
            continue
        others = sorted(
            (one for one in steady if one is not glyph), key=lambda one: abs(one.at - glyph.at)
        )
        likely = _from_neighbours(glyph, [before[one.at] for one in others[:4]], own)
        likely += _in_perspective(glyph, [one for one in sure if one is not glyph], before)
        tried = [own]
        for warp in likely:
            tried += [warp, fitted(found, glyph, warp, bent=0.6 * BENT)[1]]
        best = max(tried, key=lambda warp: likeness(found, glyph, warp))
        near = polished(found, glyph, best)
        found.warps[glyph.at] = max(best, near, key=lambda warp: likeness(found, glyph, warp))


def _in_perspective(glyph: Glyph, others: Sequence[Glyph], warps: Mapping[int, Warp]) -> list[Warp]:
    """Return the warp that a glyph has where all stand in one plane, seen from anywhere.

    It is the derivative of the homography that fits the others' corners best, by least squares;
    none where too few others tell.
    """
    if len(others) < PLANE:
        return []
    corners = [
        (np.array([x, y], np.float32), warps[one.at])
        for one in others
        for x in one.box[::2]
        for y in one.box[1::2]
    ]
    origin = glyph.middle
    points = np.array([point - origin for point, _ in corners], np.float32)
    places = np.array([spot(warp, point) for point, warp in corners], np.float32)
    matrix: Any = cv2.findHomography(points, places, 0)[0]
    if matrix is None or abs(matrix[2, 2]) < FLAT_INK:
        return []
    matrix = matrix / matrix[2, 2]
    place = matrix[:2, 2]
    return [placed(matrix[:2, :2] - np.outer(place, matrix[2, :2]), origin, place)]


def _from_neighbours(glyph: Glyph, near: Sequence[Warp], own: Warp) -> list[Warp]:
    """Return warps in the neighbours' shape, also larger, in its own place and in theirs."""
    if not near:
        return []
    shape = np.median([warp[:, :2] for warp in near], axis=0)
    there = np.median([spot(warp, glyph.middle) for warp in near[:2]], axis=0)
    here = spot(own, glyph.middle)
    return [placed(size * shape, glyph.middle, place) for size in LARGER for place in (here, there)]


def polished(found: Registered, glyph: Glyph, warp: Warp) -> Warp:
    """Return the warp near `warp` that fits a glyph alone best, whatever stands beside it.

    Least squares over an affine change, gain and offset (Lucas & Kanade 1981, composed as by Baker
    & Matthews 2004); pixels that differ much count little (Cauchy weights): a defect must not pull.
    """
    part = found.template.around(glyph)
    left, top, right, bottom = part
    wanted = soft(found.template.coverage[top:bottom, left:right])
    weight = ownership(glyph, part).ravel()
    rows, columns = np.mgrid[top:bottom, left:right].astype(np.float32)
    x = ((columns - glyph.middle[0]) / EM).ravel()
    y = ((rows - glyph.middle[1]) / EM).ravel()
    for _ in range(STEPS):
        shown = soft(found.seen(warp, part), 0.7)
        down, across = (slope.ravel() for slope in np.gradient(shown))
        flat = shown.ravel()
        sides = np.stack(
            [across * x, across * y, across, down * x, down * y, down, flat, np.ones_like(flat)]
        )
        gain, offset = line_through(flat, wanted.ravel(), weight)
        left_over = wanted.ravel() - gain * flat - offset
        counted = sides * (weight / (1 + (left_over / ODD) ** 2))
        ridge = 1e-3 * np.eye(8)
        step = np.linalg.solve(counted @ sides.T + ridge, counted @ left_over)[:6] / max(gain, 0.2)
        change = np.array([[step[0], step[1]], [step[3], step[4]]], np.float32) / EM
        if np.abs(change).max() > BENT or np.abs(step[[2, 5]]).max() > MOVED * EM:
            return warp
        shape = warp[:, :2] @ (np.eye(2, dtype=np.float32) + change)
        place = spot(warp, glyph.middle + step[[2, 5]].astype(np.float32))
        warp = placed(shape, glyph.middle, place)
    return warp


def likeness(found: Registered, glyph: Glyph, warp: Warp) -> float:
    """Return the correlation of a glyph, a little blurred, with what is seen, -1 to 1."""
    part = found.template.around(glyph)
    wanted = soft(found.template.coverage[part[1] : part[3], part[0] : part[2]])
    return correlation(wanted, soft(found.seen(warp, part), 0.7), ownership(glyph, part))


def soft(image: Floats, sigma: float = 1.0) -> Floats:
    """Return an image a little blurred: glyphs are hinted differently at every size."""
    return np.asarray(cv2.GaussianBlur(image, (0, 0), sigma), np.float32)


def ownership(glyph: Glyph, part: Rect) -> Floats:
    """Return how much each pixel around a glyph belongs to it: its neighbours' ink doesn't."""
    left, _, right, _ = part
    columns = np.arange(left, right, dtype=np.float32)
    beyond = np.maximum(glyph.box[0] - columns - 0.5, columns - glyph.box[2] + 0.5)
    fading = np.clip(1 - np.maximum(beyond, 0) / FADE, 0, 1)
    return np.where(glyph.beside, 0, fading[None]).astype(np.float32)


def line_through(one: Floats, other: Floats, weight: Floats) -> tuple[float, float]:
    """Return slope and offset of `other` over `one` by weighted least squares; slope 0 if flat."""
    whole = float(weight.sum())
    first, second = float(one @ weight) / whole, float(other @ weight) / whole
    spread = float((one - first) ** 2 @ weight)
    slope = float(((one - first) * (other - second)) @ weight) / spread if spread > 0 else 0.0
    return slope, second - slope * first


def correlation(one: Floats, other: Floats, weight: Floats) -> float:
    """Return Pearson's weighted correlation of two images, -1 to 1; 0 where one is flat."""
    first, second, weights = one.ravel(), other.ravel(), weight.ravel()
    whole = float(weights.sum())
    first = first - float(first @ weights) / whole
    second = second - float(second @ weights) / whole
    weighed = first * weights
    spread = float(weighed @ first) * float((second * weights) @ second)
    return float(weighed @ second) / spread**0.5 if spread > 0 else 0.0
