"""Grounds that copy is set on, and what wears a picture on its way."""

from __future__ import annotations

import io
from random import Random
from typing import Any

import cv2
import numpy as np
from PIL import Image

Pixels = np.ndarray[Any, np.dtype[np.float32]]
"""(height, width, 3), 0-255."""


def paint_ground(
    kind: str,
    size: tuple[int, int],
    colours: tuple[Pixels, Pixels],
    noise: np.random.Generator,
    random: Random,
) -> Pixels:
    """Return a ground of width x height pixels: flat, gradient, photo, shapes or pattern.

    It has the first of two `colours`; a gradient runs from it to the second.
    """
    width, height = size
    first, second = colours
    ground = np.broadcast_to(first, (height, width, 3)).astype(np.float32).copy()
    if kind == "gradient":
        share = np.linspace(0, 1, height, dtype=np.float32)[:, None, None]
        ground = ground * (1 - share) + second * share
    elif kind == "photo":
        for scale in (4, 12, 40):
            rough = noise.normal(0, 1, (scale, scale, 3)).astype(np.float32)
            smooth = cv2.resize(rough, (width, height), interpolation=cv2.INTER_CUBIC)
            ground = ground + np.asarray(smooth, np.float32) * np.float32(60 / scale**0.5)
        ground += noise.normal(0, 4, ground.shape).astype(np.float32)
    elif kind == "shapes":
        _add_shapes(ground, random)
    elif kind == "pattern":
        _add_pattern(ground, random)
    return np.clip(ground, 0, 255).astype(np.float32)


def _near(ground: Pixels, random: Random, by: float) -> tuple[float, ...]:
    """Return a colour near that of a ground's corner."""
    return tuple(
        min(255.0, max(0.0, float(value) + random.uniform(-by, by))) for value in ground[0, 0]
    )


def _add_shapes(ground: Pixels, random: Random) -> None:
    height, width = ground.shape[:2]
    for _ in range(random.randrange(3, 9)):
        colour = _near(ground, random, 60)
        x, y = random.randrange(width), random.randrange(height)
        if random.random() < 0.5:
            cv2.circle(ground, (x, y), random.randrange(20, 200), colour, -1, cv2.LINE_AA)
        else:
            other = x + random.randrange(40, 400), y + random.randrange(20, 300)
            cv2.rectangle(ground, (x, y), other, colour, -1)


def _add_pattern(ground: Pixels, random: Random) -> None:
    height, width = ground.shape[:2]
    step, colour = random.randrange(14, 48), _near(ground, random, 35)
    lines = random.random() < 0.5
    for x in range(0, width, step):
        if lines:
            cv2.line(ground, (x, 0), (x + height // 3, height), colour, step // 4, cv2.LINE_AA)
            continue
        for y in range(0, height, step):
            cv2.circle(ground, (x, y), step // 5, colour, -1, cv2.LINE_AA)


def wear(pixels: Pixels, blur: float, quality: int) -> Image.Image:
    """Return a picture blurred by `blur` pixels, and through JPEG unless `quality` is 100."""
    if blur:
        pixels = np.asarray(cv2.GaussianBlur(pixels, (0, 0), blur), np.float32)
    image = Image.fromarray(np.clip(pixels, 0, 255).round().astype(np.uint8))
    if quality == 100:
        return image
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=quality)
    return Image.open(io.BytesIO(buffer.getvalue())).convert("RGB")
