"""How a string is set to be read: on which ground, turned how far, and how worn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

import cv2
import numpy as np
from PIL import Image, ImageOps

from presscheck.brand import Brand
from presscheck.colour import rgb
from presscheck.typeset import set_slots
from presscheck.verification.calibrating.strings import Copy
from presscheck.verification.grounds import Pixels, paint_ground, wear

GROUNDS = ("flat", "gradient", "photo", "pattern", "shapes")
PICTURE = "picture"
"""A reference image of the campaign."""
TURNED = 3
"""Every third view is turned."""
MOST_TURN = 2.0
"""Degrees: what an upscale or a generated perspective does to level copy."""
BLURS = (0.0, 0.0, 0.6, 1.0)
"""Pixels."""
QUALITIES = (100, 92, 80, 65)
"""Of JPEG; channels compress again."""


@dataclass(frozen=True, kw_only=True, slots=True)
class View:
    """One way to set copy. `colours` are of the brand's palette, `turn` is in degrees."""

    ground: str
    colours: tuple[str, str]
    turn: float
    blur: float
    quality: int
    seed: str


def views_of(brand: Brand, copy: Copy, count: int, seed: int, *, pictures: int) -> list[View]:
    """Return `count` views of a string; grounds take turns, all else is drawn by the seed."""
    grounds = (*GROUNDS, *((PICTURE,) if pictures else ()))
    return [
        _view(brand, grounds[number % len(grounds)], number, f"{seed}:{copy.name}:{number}")
        for number in range(count)
    ]


def _view(brand: Brand, ground: str, number: int, seed: str) -> View:
    random = Random(seed)
    first, second = random.sample(sorted(set(brand.palette.values())) * 2, 2)
    turn = random.uniform(-MOST_TURN, MOST_TURN)
    return View(
        ground=ground,
        colours=(first, second),
        turn=turn if number % TURNED == TURNED - 1 else 0.0,
        blur=random.choice(BLURS),
        quality=random.choice(QUALITIES),
        seed=seed,
    )


def set_view(
    view: View, copy: Copy, text: str, brand: Brand, pictures: Sequence[Image.Image]
) -> Image.Image:
    """Return an image of `text` in the brand's type, as a view says.

    Raises:
        CopyError: It doesn't fit its slot.
    """
    spec, random = copy.saying(text), Random(view.seed)
    size = spec.width, spec.height
    if view.ground == PICTURE:
        ground = ImageOps.fit(random.choice(pictures), size, Image.Resampling.LANCZOS)
    else:
        first, second = (np.array(rgb(colour), np.float32) for colour in view.colours)
        noise = np.random.default_rng(random.getrandbits(32))
        painted = paint_ground(view.ground, size, (first, second), noise, random)
        ground = Image.fromarray(painted.round().astype(np.uint8))
    made = set_slots(ground, spec, brand, [copy.slot.name]).image
    return wear(_turned(np.asarray(made, np.float32), view.turn), view.blur, view.quality)


def _turned(pixels: Pixels, degrees: float) -> Pixels:
    if not degrees:
        return pixels
    height, width = pixels.shape[:2]
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1.0)
    turned = cv2.warpAffine(pixels, matrix, (width, height), borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(turned, np.float32)
