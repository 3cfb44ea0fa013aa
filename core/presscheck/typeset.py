"""Sets copy and the logo on a picture, in the brand's own type.

The rules for contrast: copy with a `panel` stands on it. Other copy stands on the picture where
its ink reaches the brand's `min_contrast` there (WCAG 2.2, on all but 5 % of the pixels beneath);
where it doesn't, a panel in the brand's ground colour is put beneath. A covered slot takes the
palette's most readable colour before it takes a panel.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from presscheck.assets import AssetSpec, Box, SlotCopy
from presscheck.brand import Brand, CopySlot
from presscheck.colour import RGB, contrast, contrast_over, most_readable, rgb
from presscheck.errors import CopyError, ImageError, InputError
from presscheck.fitting import Pixels, Setting, Style, fit
from presscheck.fonts import open_brand_face
from presscheck.painting import cover_area, cover_over, draw_panel, draw_setting

PADDING = (0.72, 0.5)
"""White between a panel's edge and its label, beside and above it, in em."""
RADIUS = 0.32
"""Radius of a panel's corners, in em."""
MAX_LOGO = 4096
"""Longest side of a logo file in pixels."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Typeset:
    """A picture with copy, and where the ink of each slot went."""

    image: Image.Image
    boxes: Mapping[str, Box]


@dataclass(frozen=True, kw_only=True, slots=True)
class _Job:
    """A slot ready to be drawn. `panel` is the rectangle beneath it and its colour."""

    name: str
    origin: tuple[int, int]
    setting: Setting
    ink: RGB
    panel: tuple[Pixels, RGB] | None


def set_slots(
    image: Image.Image,
    asset: AssetSpec,
    brand: Brand,
    names: Sequence[str],
    *,
    cover: Collection[str] = (),
) -> Typeset:
    """Set the slots in `names` on a copy of `image`; the same input gives the same pixels.

    A slot in `cover` holds a drawing that is wrong: its box, and a little more, is first filled
    with the colour found around it.

    Raises:
        CopyError: Copy doesn't fit its slot.
        FontError: A font cannot be used.
        InputError: The asset or the brand has no slot of that name.
    """
    picture = image.convert("RGB")
    slots = [_find(asset, brand, name) for name in names]
    for copy in slots:
        if copy.name in cover:
            kept = [slot.box for slot in asset.slots if slot.name not in names]
            picture = cover_over(picture, cover_area(copy.box, kept))
    jobs = [
        _prepare(picture, copy, brand, asset.locale, covered=copy.name in cover) for copy in slots
    ]
    for job in jobs:
        if job.panel:
            area, colour = job.panel
            draw_panel(picture, _moved(area, job.origin), colour, RADIUS * job.setting.size)
    for job in jobs:
        draw_setting(picture, job.setting, job.origin, job.ink)
    boxes = {job.name: _ink_box(job, picture.size) for job in jobs}
    return Typeset(image=picture, boxes=MappingProxyType(boxes))


def slot_style(slot: CopySlot, brand: Brand, size: tuple[int, int], locale: str) -> Style:
    """Return how the brand sets a slot in an image of `size` pixels."""
    return Style(
        face=open_brand_face(brand, slot.font),
        sizes=slot.sizes(*size),
        leading=slot.leading,
        align=slot.align,
        valign=slot.valign,
        padding=PADDING if slot.panel else (0.0, 0.0),
        centred=slot.panel is not None,
        language=locale,
    )


def place_logo(image: Image.Image, brand: Brand) -> Image.Image:
    """Return `image` with the brand's logo in its region, towards the image's nearest edges.

    Raises:
        ImageError: The logo file cannot be used.
    """
    picture = image.convert("RGB")
    if brand.logo is None:
        return picture
    mark = _open_logo(brand)
    region = brand.logo.position.region(*picture.size).box
    left, top, right, bottom = region.pixels(*picture.size)
    scale = min((right - left) / mark.width, (bottom - top) / mark.height)
    size = max(1, round(mark.width * scale)), max(1, round(mark.height * scale))
    # Premultiplied alpha: colour hidden in transparent pixels must not bleed into the edge.
    mark = mark.convert("RGBa").resize(size, Image.Resampling.LANCZOS).convert("RGBA")
    x = _towards(region.x + region.width / 2, left, right - size[0])
    y = _towards(region.y + region.height / 2, top, bottom - size[1])
    picture.paste(mark, (x, y), mark)
    return picture


def _towards(middle: float, first: int, last: int) -> int:
    return first if middle < 0.4 else last if middle > 0.6 else (first + last) // 2


def _open_logo(brand: Brand) -> Image.Image:
    assert brand.logo is not None
    path = brand.file(brand.logo.file)
    try:
        with Image.open(path, formats=("PNG", "WEBP", "JPEG")) as file:
            if max(file.size) > MAX_LOGO:
                raise ImageError(
                    f"logo {path} has {file.width} x {file.height} pixels.",
                    remedy=f"Save it with at most {MAX_LOGO} pixels a side.",
                )
            return file.convert("RGBA")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise ImageError(
            f"logo {path} cannot be read: {error}.", remedy="Save it as PNG with transparency."
        ) from error


def _find(asset: AssetSpec, brand: Brand, name: str) -> SlotCopy:
    copy = next((slot for slot in asset.slots if slot.name == name), None)
    if copy is None or name not in brand.slots:
        known = ", ".join(slot.name for slot in asset.slots if slot.name in brand.slots)
        raise InputError(
            f"{asset.id}: there is no slot {name!r} to set.", remedy=f"Slots: {known}."
        )
    return copy


def _prepare(
    picture: Image.Image,
    copy: SlotCopy,
    brand: Brand,
    locale: str,
    *,
    covered: bool,
) -> _Job:
    slot = brand.slots[copy.name]
    origin, room = _room(copy.box, picture.size)
    style = slot_style(slot, brand, picture.size, locale)
    setting = fit(copy.text, room, style)
    ink = rgb(brand.palette[slot.ink])
    job = _Job(name=copy.name, origin=origin, setting=setting, ink=ink, panel=None)
    if slot.panel:
        return replace(job, panel=(setting.block, rgb(brand.palette[slot.panel])))
    beneath = _pixels(picture, job)
    if contrast_over(ink, beneath) >= brand.min_contrast:
        return job
    if covered:
        other = max(_inks(brand), key=lambda colour: contrast_over(colour, beneath))
        if contrast_over(other, beneath) >= brand.min_contrast:
            return replace(job, ink=other)
    return _on_ground(job, copy.text, room, style, brand)


def _room(box: Box, size: tuple[int, int]) -> tuple[tuple[int, int], tuple[int, int]]:
    left, top, right, bottom = box.pixels(*size)
    return (left, top), (right - left, bottom - top)


def _on_ground(job: _Job, text: str, room: tuple[int, int], style: Style, brand: Brand) -> _Job:
    """Put a panel in the ground colour beneath: hugging the copy, or the whole box if it must."""
    ground = rgb(brand.palette[brand.ground])
    readable = contrast(job.ink, ground) >= brand.min_contrast
    ink = job.ink if readable else most_readable(_inks(brand), ground)
    try:
        setting = fit(text, room, replace(style, padding=PADDING))
    except CopyError:
        return replace(job, ink=ink, panel=((0, 0, *room), ground))
    return replace(job, ink=ink, setting=setting, panel=(setting.block, ground))


def _inks(brand: Brand) -> list[RGB]:
    return [rgb(colour) for colour in brand.palette.values()]


def _pixels(picture: Image.Image, job: _Job) -> NDArray[np.uint8]:
    """Return the pixels beneath the ink and a little around it."""
    margin = round(0.1 * job.setting.size)
    left, top, right, bottom = _moved(job.setting.ink, job.origin)
    area = (
        max(0, left - margin),
        max(0, top - margin),
        min(picture.width, right + margin),
        min(picture.height, bottom + margin),
    )
    return np.asarray(picture.crop(area))


def _moved(area: Pixels, by: tuple[int, int]) -> Pixels:
    return area[0] + by[0], area[1] + by[1], area[2] + by[0], area[3] + by[1]


def _ink_box(job: _Job, size: tuple[int, int]) -> Box:
    left, top, right, bottom = _moved(job.setting.ink, job.origin)
    return Box(
        x=left / size[0],
        y=top / size[1],
        width=(right - left) / size[0],
        height=(bottom - top) / size[1],
    )
