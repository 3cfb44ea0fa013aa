"""Reads the copy back from the pixels and compares it with what was asked for.

The module is registered as the plugin; the readers are made when they are first needed, once in a
process.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from presscheck import hookimpl
from presscheck.assets import AssetSpec, Box, Candidate, Rules, Verdict
from presscheck.brand import Brand
from presscheck.registry import Reader
from presscheck.verification import Expected, Panel, verdict_on
from presscheck_plugins.read_ppocr import PpOcrReader
from presscheck_plugins.read_tesseract import TesseractReader

if TYPE_CHECKING:
    from PIL import Image


@hookimpl
def verify_candidate(
    candidate: Candidate, image: Image.Image, asset: AssetSpec, brand: Brand
) -> Verdict:
    """Accept when every slot is read exactly in its place, and nothing else is."""
    del candidate
    return verify_with(panel(), image, asset, logo_region(brand, image.size))


@cache
def panel() -> Panel:
    """Return the readers: the default one, and the one for scripts that it lacks."""
    return Panel(readers=(PpOcrReader(), TesseractReader()))


def verify_with(
    reader: Reader | Panel, image: Image.Image, asset: AssetSpec, logo: Box | None = None
) -> Verdict:
    """Return the verdict on `asset` in `image`; text in the region `logo` is not looked at."""
    slots = [
        Expected(name=slot.name, text=slot.text, box=slot.box, rules=slot.rules or Rules())
        for slot in asset.slots
    ]
    return verdict_on(image, slots, Panel.of(reader), logo=logo, allowed=asset.allowed)


def logo_region(brand: Brand, size: tuple[int, int]) -> Box | None:
    """Return where the brand's logo lies in an image of `size` pixels."""
    return None if brand.logo is None else brand.logo.position.region(*size).box
