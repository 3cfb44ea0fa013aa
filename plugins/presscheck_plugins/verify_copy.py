"""Reads the copy back from the pixels and compares it with what was asked for.

The module is registered as the plugin; the readers are made when they are first needed, once in a
process.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from functools import cache
from typing import TYPE_CHECKING

from presscheck import hookimpl
from presscheck.assets import AssetSpec, Box, Candidate, Thresholds, Verdict
from presscheck.brand import Brand
from presscheck.fonts import open_brand_face
from presscheck.registry import Reader
from presscheck.verification import Expected, Panel, verdict_on
from presscheck.verification.memory import Memory
from presscheck.verification.rereading import Rereader
from presscheck.verification.shapes.template import KnownType
from presscheck_glyphs.inspector import GlyphNetInspector
from presscheck_plugins.read_ppocr import PpOcrReader
from presscheck_plugins.read_tesseract import TesseractReader

if TYPE_CHECKING:
    from PIL import Image


@hookimpl
def verify_candidate(
    candidate: Candidate,
    image: Image.Image,
    original: Image.Image | None,
    asset: AssetSpec,
    brand: Brand,
) -> Verdict:
    """Accept when every slot is read exactly in its place, and nothing else is.

    Of an image made from an `original` only what changed is read. Glyphs of slots that were set in
    the brand's type are compared with it.
    """
    first, *others = panel().readers
    readers = Rereader(first, image, original, _memory()), *others
    slots = expected(asset, brand, candidate.typeset)
    return verdict_on(
        image,
        tuple(slots),
        Panel(readers=readers, inspector=panel().inspector),
        logo=logo_region(brand, image.size),
        allowed=asset.allowed,
    )


@cache
def panel() -> Panel:
    """Return the readers: the default one, the one for scripts that it lacks, and the inspector."""
    return Panel(readers=(PpOcrReader(), TesseractReader()), inspector=GlyphNetInspector())


@cache
def _memory() -> Memory:
    return Memory()


def expected(asset: AssetSpec, brand: Brand, typeset: Collection[str]) -> Iterator[Expected]:
    """Yield what each slot should say, and in which type those in `typeset` were set."""
    for slot in asset.slots:
        kit = brand.slots.get(slot.name)
        known = None
        if kit is not None and slot.name in typeset:
            known = KnownType(font=open_brand_face(brand, kit.font).at, certain=True)
        yield Expected(
            name=slot.name,
            text=slot.text,
            box=slot.box,
            thresholds=slot.thresholds or Thresholds(),
            type=known,
            strict=kit is not None and kit.spelling == "strict",
        )


def verify_with(
    reader: Reader | Panel, image: Image.Image, asset: AssetSpec, logo: Box | None = None
) -> Verdict:
    """Return the verdict on `asset` in `image`; text in the region `logo` is not looked at."""
    slots = [
        Expected(
            name=slot.name, text=slot.text, box=slot.box, thresholds=slot.thresholds or Thresholds()
        )
        for slot in asset.slots
    ]
    return verdict_on(image, slots, Panel.of(reader), logo=logo, allowed=asset.allowed)


def logo_region(brand: Brand, size: tuple[int, int]) -> Box | None:
    """Return where the brand's logo lies in an image of `size` pixels."""
    return None if brand.logo is None else brand.logo.position.region(*size).box
