"""Paints on a picture: the cover over a wrong drawing, the panel beneath a label, and ink."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from presscheck.assets import Box
from presscheck.colour import RGB
from presscheck.fitting import Setting

EDGE = 0.01
"""Width of the border whose colour a cover takes, as a fraction of the shorter side."""
FEATHER = 0.004
"""How far a cover fades out beyond its box, as a fraction of the shorter side."""
STRAY = 0.035
"""How far the model's drawing may leave its box: about one cell of 32 pixels at 1024."""
MARGIN = 0.1
"""A cover that comes this close to the image's edge goes on to it: one seam less to see."""
SMOOTH = 4
"""A panel is drawn this many times larger and scaled down, for smooth corners."""


def draw_panel(
    picture: Image.Image, area: tuple[int, int, int, int], colour: RGB, radius: float
) -> None:
    """Fill `area` (left, top, right, bottom) with rounded corners; all lengths in pixels."""
    size = area[2] - area[0], area[3] - area[1]
    mask = Image.new("L", (size[0] * SMOOTH, size[1] * SMOOTH), 0)
    whole = (0, 0, mask.width - 1, mask.height - 1)
    corner = min(radius, min(size) / 2) * SMOOTH
    ImageDraw.Draw(mask).rounded_rectangle(whole, corner, fill=255)
    picture.paste(colour, area[:2], mask.resize(size, Image.Resampling.BOX))


def cover_area(box: Box, kept: Iterable[Box]) -> Box:
    """Return what to cover of a wrong drawing in `box`: more than the box, but none of `kept`."""
    left, top = (0.0 if edge < MARGIN else edge - STRAY for edge in (box.x, box.y))
    right, bottom = (
        1.0 if edge > 1 - MARGIN else edge + STRAY
        for edge in (box.x + box.width, box.y + box.height)
    )
    area = Box(x=left, y=top, width=right - left, height=bottom - top)
    return box if any(area.intersection(other) > 0 for other in kept) else area


def cover_over(picture: Image.Image, box: Box) -> Image.Image:
    """Return `picture` with `box` filled in its ground colour, fading out just outside it.

    The ground is the median of the box's border pixels, so that shapes which reach into the box
    don't tint it.
    """
    left, top, right, bottom = box.pixels(*picture.size)
    if left == right or top == bottom:
        return picture
    edge, soft = (max(1, round(part * min(picture.size))) for part in (EDGE, FEATHER))
    fill = Image.new("RGB", picture.size, ground_around(picture, box, edge))
    mask = Image.new("L", picture.size, 0)
    wider = (left - soft, top - soft, right + soft - 1, bottom + soft - 1)
    ImageDraw.Draw(mask).rectangle(wider, fill=255)
    mask = mask.filter(ImageFilter.GaussianBlur(soft / 2))
    mask.paste(255, (left, top, right, bottom))
    return Image.composite(fill, picture, mask)


def ground_around(picture: Image.Image, box: Box, edge: int) -> RGB:
    """Return the median colour of the `edge` outermost pixels of `box`, channel by channel."""
    pixels = np.asarray(picture.crop(box.pixels(*picture.size)))
    sides = (pixels[:edge], pixels[-edge:], pixels[:, :edge], pixels[:, -edge:])
    border = np.concatenate([side.reshape(-1, 3) for side in sides])
    red, green, blue = (int(value) for value in np.median(border, axis=0))
    return red, green, blue


def draw_setting(picture: Image.Image, setting: Setting, origin: tuple[int, int], ink: RGB) -> None:
    """Ink fitted copy; `origin` is the corner of its room in pixels of `picture`.

    Lines are drawn at the setting's scale and averaged down, so that glyphs stand where the font
    wants them instead of on whole pixels.
    """
    scale = setting.scale
    for line in setting.lines:
        left, top, right, bottom = line.box
        if left == right or top == bottom:
            continue  # a blank line
        mask = Image.new("L", ((right - left) * scale, (bottom - top) * scale), 0)
        ImageDraw.Draw(mask).text(
            (-left * scale, -top * scale),
            line.text,
            fill=255,
            font=setting.font,
            anchor="ls",
            direction=setting.direction,
            language=setting.language,
        )
        mask = mask.resize((right - left, bottom - top), Image.Resampling.BOX)
        picture.paste(ink, (origin[0] + line.x + left, origin[1] + line.y + top), mask)
