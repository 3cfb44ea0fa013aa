"""Reads the copy back from the pixels and compares it with what was asked for.

The module is registered as the plugin; the reader is made when a candidate is first verified, once
in a process.
"""

from __future__ import annotations

import time
from functools import cache
from typing import TYPE_CHECKING

from presscheck import hookimpl
from presscheck.assets import AssetSpec, Box, Candidate, Verdict
from presscheck.brand import Brand
from presscheck.registry import Reader
from presscheck.verification import Expected, overall, proofread
from presscheck.verification.memory import Memory
from presscheck.verification.normalise import normalise
from presscheck.verification.proofread import Look
from presscheck.verification.rereading import Rereader
from presscheck_plugins.read_ppocr import PpOcrReader

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

    Of an image made from an `original` only what changed is read.
    """
    del candidate
    look = Rereader(_reader(), image, original, _memory()).look
    return verify_with(_reader(), image, asset, logo_region(brand, image.size), look=look)


@cache
def _reader() -> Reader:
    return PpOcrReader()


@cache
def _memory() -> Memory:
    return Memory()


def verify_with(
    reader: Reader,
    image: Image.Image,
    asset: AssetSpec,
    logo: Box | None = None,
    *,
    look: Look | None = None,
) -> Verdict:
    """Return the verdict on `asset` in `image`; text in the region `logo` is not looked at.

    `look` reads in the reader's stead, when it knows a part of the image already.
    """
    started = time.perf_counter()
    slots = [
        Expected(
            name=slot.name,
            text=slot.text,
            box=slot.box,
            unreadable=reader.unreadable(normalise(slot.text)),
        )
        for slot in asset.slots
    ]
    readings, findings = proofread(image, slots, look or reader.read, logo=logo)
    return Verdict(
        verifier=f"copy ({reader.name})",
        status=overall(readings, findings),
        slots=readings,
        findings=findings,
        seconds=round(time.perf_counter() - started, 3),
    )


def logo_region(brand: Brand, size: tuple[int, int]) -> Box | None:
    """Return where the brand's logo lies in an image of `size` pixels."""
    return None if brand.logo is None else brand.logo.position.region(*size).box
