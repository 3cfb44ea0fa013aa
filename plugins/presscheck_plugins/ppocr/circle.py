"""The circle that points lie on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from presscheck_plugins.ppocr.detect import Corners

STEPS = 12
STRAY = 2.2
"""Points farther off than this, in deviations, are left out."""
ROUNDS = 3
FEWEST = 3
"""So many points make a circle."""


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Circle:
    """A circle, the points that it was fitted to, (n, 2), and how far outside of it each lies."""

    centre: Corners
    radius: float
    points: Corners
    off: Corners


def fit_circle(points: Corners) -> Circle:
    """Return the circle with the least squared distances: Gauss-Newton from Kåsa's (1976)."""
    mean = points.mean(axis=0)
    moved = points - mean
    design = np.column_stack([2 * moved, np.ones(len(moved))])
    x, y, c = _solved(design, (moved**2).sum(axis=1))
    centre, radius = np.array([x, y]), float(np.sqrt(max(c + x * x + y * y, 1e-9)))
    for _ in range(STEPS):
        away = moved - centre
        far = np.maximum(np.hypot(away[:, 0], away[:, 1]), 1e-9)
        slopes = np.column_stack([-away / far[:, None], -np.ones(len(moved))])
        right, down, wider = _solved(slopes, radius - far)
        centre, radius = centre + np.array([right, down]), radius + wider
    away = moved - centre
    off = np.hypot(away[:, 0], away[:, 1]) - abs(radius)
    return Circle(centre=centre + mean, radius=abs(radius), points=points, off=off)


def without_strays(points: Corners) -> Circle | None:
    """Return the circle of points once those far from it are left out, and the points left.

    None where no circle fits: the points of a straight line run away.
    """
    circle = fit_circle(points)
    for _ in range(ROUNDS):
        near = np.abs(circle.off) <= STRAY * float(circle.off.std()) + 1e-9
        if near.sum() < FEWEST:
            return None
        circle = fit_circle(circle.points[near])
    return circle if np.isfinite(circle.off).all() else None


def _solved(design: Corners, wanted: Corners) -> tuple[float, float, float]:
    found: Any = np.linalg.lstsq(design, wanted, rcond=None)[0]
    return float(found[0]), float(found[1]), float(found[2])
