"""Judges the copy of an asset: it must be there, be allowed, have all its glyphs, and fit."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from presscheck.assets import AssetSpec, Finding, RenderMode, Severity, SlotCopy
from presscheck.brand import Brand
from presscheck.errors import CopyError, FontError
from presscheck.fitting import fit
from presscheck.fonts import name_character
from presscheck.hookspecs import hookimpl
from presscheck.typeset import slot_style

CHECK = "copy"
SMALLEST_READABLE = 7.0
"""Copy below this many pixels per em is hardly read on a screen; it is told, not refused."""


@hookimpl
def validate_asset(asset: AssetSpec, brand: Brand) -> Iterator[Finding]:
    """Yield every finding about the copy; slots that the brand doesn't have are left to others."""
    yield from _missing(asset, brand)
    for copy in asset.slots:
        if copy.name not in brand.slots:
            continue
        yield from _forbidden(asset, brand, copy)
        if copy.render is not RenderMode.MODEL:
            yield from _type(asset, brand, copy)


def _missing(asset: AssetSpec, brand: Brand) -> Iterator[Finding]:
    present = {copy.name for copy in asset.slots}
    for name, slot in brand.slots.items():
        if slot.required and name not in present:
            yield _error(asset, name, "required copy is missing.", f"Add {name} to the copy.")


def _forbidden(asset: AssetSpec, brand: Brand, copy: SlotCopy) -> Iterator[Finding]:
    banned = (*brand.forbidden, *asset.forbidden, *brand.slots[copy.name].forbidden)
    for words in dict.fromkeys(banned):
        if holds_words(copy.text, words):
            message = f"{words!r} is forbidden by brand {brand.name}."
            yield _error(asset, copy.name, message, "Say it in other words.", copy)


def holds_words(text: str, words: str) -> bool:
    """Tell whether `words` stand in `text` as whole words, in whichever case and spacing.

    >>> holds_words("Not  CHEAP at all", "cheap"), holds_words("Cheaper", "cheap")
    (True, False)
    """
    wanted = re.escape(_folded(words))
    return bool(wanted) and re.search(rf"(?<!\w){wanted}(?!\w)", _folded(text)) is not None


def _folded(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def _type(asset: AssetSpec, brand: Brand, copy: SlotCopy) -> Iterator[Finding]:
    slot, size = brand.slots[copy.name], (asset.width, asset.height)
    try:
        style = slot_style(slot, brand, size, asset.locale)
        missing = style.face.missing(copy.text)
        if missing:
            names = ", ".join(name_character(character) for character in missing)
            message = f"font {slot.font!r} has no glyph for {names}."
            yield _error(asset, copy.name, message, "Change the copy or the slot's font.", copy)
            return
        left, top, right, bottom = copy.box.pixels(*size)
        setting = fit(copy.text, (right - left, bottom - top), style)
    except (FontError, CopyError) as error:
        yield _error(asset, copy.name, error.problem, error.remedy, copy)
        return
    if setting.size < SMALLEST_READABLE:
        yield Finding(
            check=CHECK,
            severity=Severity.WARNING,
            message=f"the copy is set at {setting.size:.3g} pixels, which is hard to read.",
            remedy="Shorten it, or raise the slot's max_size.",
            asset=asset.id,
            slot=copy.name,
            box=copy.box,
        )


def _error(
    asset: AssetSpec, slot: str, message: str, remedy: str, copy: SlotCopy | None = None
) -> Finding:
    return Finding(
        check=CHECK,
        severity=Severity.ERROR,
        message=message,
        remedy=remedy,
        asset=asset.id,
        slot=slot,
        box=copy.box if copy else None,
    )
