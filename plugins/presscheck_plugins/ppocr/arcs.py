"""Text on an arc: the circle that it runs along, and the strip that comes of unrolling it."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np

from presscheck_plugins.ppocr.circle import fit_circle, without_strays
from presscheck_plugins.ppocr.detect import WIDEN, Corners, Pixels
from presscheck_plugins.ppocr.ink import ink_of

SAG = 0.3
"""An arc that rises by less than this part of its thickness is read as a level line."""
SPREAD = 0.42
"""How far its points may lie from the circle (their deviation), in thicknesses; a perfect ring has
1 / sqrt(12)."""
WIDEST = np.deg2rad(240)
"""The largest angle that a line of text takes of its circle."""
LONGEST_GAP = 3.6
"""Between two pieces of one line there is at most this much, in thicknesses."""
GRAIN = 160
"""Pixels of the longest side when outlines are filled to find their points."""
LONG = 4.0
"""An arc that the map doesn't show is at least so many thicknesses long."""
JOINTS = 8
"""An unrolled line's outline has so many parts along each side."""
LEAST_INK, MOST_INK = 40, 4000
"""Fewer pixels of ink form no line; more are thinned out to about so many."""
INK_ROOM = 1.3
"""A line's strip is this much taller than its ink."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Arc:
    """A line of text along a circle; lengths in pixels, angles in radians.

    `middle` is the direction from the centre to the middle of the line (0 right, a right angle
    down), `sweep` how much of the circle the line takes.
    """

    centre: tuple[float, float]
    radius: float
    thick: float
    middle: float
    sweep: float

    @property
    def sag(self) -> float:
        """How far it is from being straight, in thicknesses."""
        return self.radius * (1 - float(np.cos(min(self.sweep, np.pi) / 2))) / self.thick

    @property
    def below(self) -> bool:
        """Tell whether it is the lower part of its circle: feet stand outwards there."""
        return bool(np.sin(self.middle) > 0)


def fit_arc(outlines: Sequence[Corners]) -> Arc | None:
    """Return the arc that patches with these outlines form; None when they form none."""
    longest = max(float(np.ptp(outline, axis=0).max()) for outline in outlines)
    pieces = [_filled(outline, min(1.0, GRAIN / max(longest, 1.0))) for outline in outlines]
    circle = fit_circle(np.concatenate(pieces))
    radius = circle.radius
    middle, angles = _angles(circle.points, circle.centre)
    low, high = float(angles.min()), float(angles.max())
    ends = itertools.accumulate(len(piece) for piece in pieces[:-1])
    covered = sum(float(np.ptp(part)) for part in np.split(angles, [*ends])) * radius
    area = sum(float(cv2.contourArea(outline.astype(np.float32))) for outline in outlines)
    if not 0 < covered < np.inf or not area:
        return None
    arc = Arc(
        centre=(float(circle.centre[0]), float(circle.centre[1])),
        radius=radius,
        thick=area / covered,
        middle=middle + (low + high) / 2,
        sweep=high - low,
    )
    gap = float(np.diff(np.sort(angles)).max()) * radius
    fits = float(circle.off.std()) <= SPREAD * arc.thick and covered >= 2 * arc.thick
    return arc if fits and gap <= LONGEST_GAP * arc.thick and _may_be_text(arc) else None


def _angles(points: Corners, centre: Corners) -> tuple[float, Corners]:
    """Return the mean direction of points from a centre, and theirs, counted from that."""
    away = points - centre
    facing = np.exp(1j * np.arctan2(away[:, 1], away[:, 0]))
    middle = float(np.angle(facing.mean()))
    return middle, np.angle(facing * np.exp(-1j * middle))


def _may_be_text(arc: Arc) -> bool:
    return arc.sweep <= WIDEST and arc.sag >= SAG and arc.radius >= arc.thick / 2


def _filled(outline: Corners, scale: float) -> Corners:
    """Return points all over the inside of an outline, `scale` of them to a pixel's side."""
    low = outline.min(axis=0)
    drawn = np.asarray(np.round((outline - low) * scale), np.int32)
    mask = np.zeros((int(drawn[:, 1].max()) + 1, int(drawn[:, 0].max()) + 1), np.uint8)
    cv2.fillPoly(mask, [drawn], 1)
    rows, columns = np.nonzero(mask)
    return np.asarray(np.stack([columns, rows], axis=1) / scale + low)


def grown(arc: Arc) -> Arc:
    """Return an arc as wide as the text is, which the map shows shrunk."""
    length = arc.sweep * arc.radius
    wider = WIDEN * arc.thick * length / (arc.thick + length)
    return replace(arc, thick=arc.thick + wider, sweep=arc.sweep + wider / arc.radius)


def inked(pixels: Pixels, arc: Arc) -> Arc | None:
    """Return the arc of the ink that lies within a grown one; None where ink forms no thinner arc.

    Where letters are small the map fills the inside of the bow as well.
    """
    found = _ink_arc(*_sampled(pixels, arc, below=False))
    return found if found is not None and found.thick < arc.thick else None


def boxed(pixels: Pixels, corners: Corners) -> Arc | None:
    """Return the arc of the ink that lies within a box, if there is a long one.

    The ink of a few signs seems bent when one of them is small or stands high.
    """
    left, top = np.maximum(np.floor(corners.min(axis=0)), 0).astype(int)
    right, bottom = np.ceil(corners.max(axis=0)).astype(int)
    part = pixels[top:bottom, left:right]
    if min(part.shape[:2]) < 4:
        return None
    y, x = np.mgrid[top : top + part.shape[0], left : left + part.shape[1]].astype(np.float64)
    arc = _ink_arc(part, x, y)
    return arc if arc is not None and arc.sweep * arc.radius >= LONG * arc.thick else None


def _ink_arc(strip: Pixels, x: Corners, y: Corners) -> Arc | None:
    """Return the arc of the ink of a strip whose pixels lie at `x` and `y` of the image."""
    ink = ink_of(strip)
    points = np.stack([x[ink], y[ink]], axis=1)
    if len(points) < LEAST_INK:
        return None
    circle = without_strays(points[:: 1 + len(points) // MOST_INK])
    if circle is None:
        return None
    low, high = (float(end) for end in np.quantile(circle.off, [0.01, 0.99]))
    middle, angles = _angles(circle.points, circle.centre)
    first, last = float(angles.min()), float(angles.max())
    thick = INK_ROOM * (high - low)
    found = Arc(
        centre=(float(circle.centre[0]), float(circle.centre[1])),
        radius=circle.radius + (low + high) / 2,
        thick=thick,
        middle=middle + (first + last) / 2,
        sweep=last - first + 0.5 * thick / max(circle.radius, 1.0),
    )
    return found if thick > 0 and _may_be_text(found) else None


def unroll(pixels: Pixels, arc: Arc, *, below: bool) -> tuple[Pixels, Corners]:
    """Return an arc's text as a level strip, and its outline: along its top, and back.

    `below` reads anticlockwise, with the letters' feet outwards.
    """
    strip, _, _ = _sampled(pixels, arc, below=below)
    ends = np.linspace(-0.5, 0.5, JOINTS + 1)
    x, y = _places(arc, ends, np.array([0.5, -0.5]), below=below)
    top, bottom = np.stack([x, y], axis=2)
    return strip, np.concatenate([top, bottom[::-1]])


def _sampled(pixels: Pixels, arc: Arc, *, below: bool) -> tuple[Pixels, Corners, Corners]:
    """Return an arc as a level strip, and where each of its pixels lies."""
    across, down = max(1, round(arc.sweep * arc.radius)), max(1, round(arc.thick))
    along = (np.arange(across) + 0.5) / across - 0.5
    up = 0.5 - (np.arange(down) + 0.5) / down
    x, y = _places(arc, along, up, below=below)
    found = cv2.remap(
        pixels,
        x.astype(np.float32),
        y.astype(np.float32),
        cv2.INTER_CUBIC,
        borderMode=cv2.BORDER_REPLICATE,
    )
    return np.asarray(found, np.uint8), x, y


def _places(arc: Arc, along: Corners, up: Corners, *, below: bool) -> tuple[Corners, Corners]:
    """Return x and y, (up, along), of places along an arc and across it, both -0.5 to 0.5."""
    far = arc.radius + (-1 if below else 1) * up[:, None] * arc.thick
    angles = arc.middle + (-1 if below else 1) * along[None, :] * arc.sweep
    return arc.centre[0] + far * np.cos(angles), arc.centre[1] + far * np.sin(angles)
