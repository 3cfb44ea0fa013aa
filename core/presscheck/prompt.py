"""The copy contract: brief, brand and slots become a prompt in natural language.

GLM-Image draws what stands in quotation marks, and finds it with four patterns of which an
ordinary apostrophe opens the first. So exactly the required strings stand in quotes, all of one
kind, and every apostrophe is typographic (U+2019). What the engine's own extractor finds is
compared with what was required before anything is made.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Sequence

from presscheck.assets import AssetSpec, RenderMode, SlotCopy
from presscheck.brand import Brand
from presscheck.colour_words import nearest_word
from presscheck.errors import CopyError

STRAIGHT = "'‘"
"""Marks that stand for an apostrophe, and open a quotation for the engine or may for a reader."""
APOSTROPHES = f"{STRAIGHT}`´′"
UPPER, LOWER = 0.4, 0.62
"""Above and below these heights a slot's middle counts as top and bottom."""
QUOTE_MARKS = '"“”„‟«»「」『』'


def compose(asset: AssetSpec, brand: Brand, *, typeset: Collection[str] | None = None) -> str:
    """Return the prompt of an asset; slots in `typeset` are left out and get plain room.

    Without `typeset` these are the slots whose render mode says so.

    Raises:
        CopyError: The asset has a slot that the brand doesn't have.
    """
    if typeset is None:
        typeset = {slot.name for slot in asset.slots if slot.render is RenderMode.TYPESET}
    drawn = [slot for slot in asset.slots if slot.name not in typeset]
    sentences = [
        f"A {_format(asset)} for {plain(brand.title) or brand.name}.",
        _sentence(plain(asset.brief)),
        _colours(brand),
        *(_headline(slot, brand) for slot in drawn),
        *_plain_areas(asset, drawn, typeset),
        *([f"Tone: {_sentence(plain(brand.voice))}"] if plain(brand.voice) else []),
    ]
    return " ".join(sentence for sentence in sentences if sentence)


def plain(text: str) -> str:
    """Return text that opens no quotation: apostrophes typographic, quotation marks gone.

    >>> plain("it's the “best” sale")
    'it’s the best sale'
    """
    for mark in APOSTROPHES:
        text = text.replace(mark, "’")
    kept = "".join(" " if mark in QUOTE_MARKS else mark for mark in text)
    return re.sub(r"\s+", " ", kept).strip()


def as_drawn(text: str) -> str:
    r"""Return copy as the engine is to draw it: on one line, apostrophes typographic.

    Nothing else changes. Copy that holds a quotation mark breaks the contract and is refused there,
    not silently shortened.

    >>> as_drawn("it's\nhere")
    'it’s here'
    """
    for mark in STRAIGHT:
        text = text.replace(mark, "’")
    return re.sub(r"\s+", " ", text).strip()


def quoted(text: str) -> str:
    """Return copy as the prompt quotes it."""
    return f'"{as_drawn(text)}"'


def check_contract(
    prompt: str, required: Sequence[str], extract: Callable[[str], Sequence[str]]
) -> None:
    """Compare what an engine will draw with what is required, in order.

    Raises:
        CopyError: The engine would draw something else, nothing, or more.
    """
    found = list(extract(prompt))
    wanted = [as_drawn(text) for text in required]
    if found != wanted:
        raise CopyError(
            f"the prompt would have the engine draw {found}, required is {wanted}.",
            remedy="Keep quotation marks out of copy, and both them and apostrophes out of prompts "
            "written by a plugin.",
        )


def _format(asset: AssetSpec) -> str:
    ratio = asset.width / asset.height
    if ratio > 1.15:
        return "wide poster"
    if ratio > 0.87:
        return "square poster"
    return "portrait poster" if ratio > 0.68 else "tall story poster"


def _sentence(text: str) -> str:
    return text if text.endswith((".", "!", "?", "…")) else text + "."


def _colours(brand: Brand) -> str:
    ground = nearest_word(brand.palette[brand.ground])
    accents = [nearest_word(brand.palette[name]) for name in brand.accents]
    motif = plain(brand.motif).rstrip(".")
    if not motif and not accents:
        return f"The background is plain {ground}."
    shapes = motif or "simple flat shapes"
    colours = f" in {_listed(accents)}" if accents else ""
    return f"The background is {ground}, with {shapes}{colours}."


def _listed(words: Sequence[str]) -> str:
    """Return words as English lists them, each once: a, b and c."""
    *rest, last = dict.fromkeys(words)
    return f"{', '.join(rest)} and {last}" if rest else last


def _headline(slot: SlotCopy, brand: Brand) -> str:
    if slot.name not in brand.slots:
        raise CopyError(
            f"brand {brand.name} has no slot {slot.name!r}.",
            remedy=f"Its slots are {', '.join(brand.slots)}.",
        )
    middle = slot.box.y + slot.box.height / 2
    place = "across the bottom" if middle >= LOWER else "in the middle"
    align = {"left": "left-aligned", "center": "centred", "right": "right-aligned"}
    return (
        f"The {slot.name} {quoted(slot.text)} stands "
        f"{'across the top' if middle < UPPER else place}, {align[brand.slots[slot.name].align]}."
    )


def _plain_areas(
    asset: AssetSpec, drawn: Sequence[SlotCopy], typeset: Collection[str]
) -> Iterator[str]:
    """Ask for plain room where copy will be typeset and nothing is drawn."""
    middles = [slot.box.y + slot.box.height / 2 for slot in asset.slots if slot.name in typeset]
    taken = [slot.box.y + slot.box.height / 2 for slot in drawn]
    for third, low, high in (("upper", 0.0, UPPER), ("lower", LOWER, 1.01)):
        wanted = any(low <= middle < high for middle in middles)
        if wanted and not any(low <= middle < high for middle in taken):
            yield f"Leave the {third} third plain."
