"""Checks finished images against their copy, wherever they come from."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from presscheck.assets import Edit, EditKind, SlotReading, Status, Trouble, Verdict
from presscheck.errors import InputError, PresscheckError
from presscheck.images import open_image
from presscheck.registry import Reader
from presscheck.verification import Expected, Panel, verdict_on
from presscheck.verification.compare import edits, same_letters
from presscheck.verification.normalise import compact
from presscheck.verification.shapes.template import KnownType, Sized

if TYPE_CHECKING:
    from PIL import Image

Draw = Callable[[int, str, "Image.Image", Verdict], Path]
"""Draws a verdict on its image, by line and name, and returns the file."""
REMEDY = 'Write {"image": "hero.png", "copy": ["SUMMER SALE"]} on one line.'


class _Line(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    image: str = Field(min_length=1)
    texts: list[str] | dict[str, str] = Field(alias="copy", min_length=1)
    allow: list[str] = Field(default_factory=list[str])


def check_image(
    image: Image.Image,
    copy: Mapping[str, str],
    reader: Reader | Panel,
    *,
    allowed: Collection[str] = (),
    font: Sized | None = None,
) -> Verdict:
    """Read an RGB image and compare it with `copy`, by slot; where it stands doesn't matter.

    Other text is an error, unless it is made of `allowed` phrases. A panel of readers shares the
    slots, see `presscheck.verification.panel`. Copy that is drawn in `font` is compared with it
    glyph by glyph, see `presscheck.verification.by_shape`.

    Raises:
        InputError: There is no copy, or a slot's copy is empty.
    """
    if not copy or not all(compact(text) for text in copy.values()):
        raise InputError("there is no copy to look for.", remedy="Give the text of each slot.")
    known = None if font is None else KnownType(font=font)
    slots = [Expected(name=name, text=text, type=known) for name, text in copy.items()]
    return verdict_on(image, slots, Panel.of(reader), allowed=allowed)


def check_batch(
    lines: Iterable[bytes],
    reader: Reader | Panel,
    *,
    folder: Path,
    allowed: Collection[str] = (),
    draw: Draw | None = None,
) -> Iterator[dict[str, object]]:
    """Check each image of JSON lines; paths are relative to `folder`.

    A line is `{"image": PATH, "copy": [TEXT, ...]}`, or `copy` by slot; its `allow` adds to the
    `allowed` phrases. What cannot be checked is answered with status "unsupported" and an "error"
    that names its line; the others go on. Where there is a `draw`, "overlay" says what it drew.
    """
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        name = ""
        try:
            asked = _parse(line)
            name = asked.image
            image = open_image(folder / name)
            phrases = (*allowed, *asked.allow)
            verdict = check_image(image, _by_slot(asked.texts), reader, allowed=phrases)
        except PresscheckError as error:
            status, text = Status.UNSUPPORTED.value, f"line {number}: {error}"
            yield {"image": name, "status": status, "slots": [], "findings": [], "error": text}
        else:
            drawn = {"overlay": str(draw(number, name, image, verdict))} if draw else {}
            yield {"image": name, **verdict_json(verdict), **drawn}


def _parse(line: bytes) -> _Line:
    try:
        return _Line.model_validate_json(line)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(str(part) for part in first["loc"][:1])
        what = f"{place}: {first['msg']}" if place else first["msg"]
        raise InputError(f"it cannot be used ({what}).", remedy=REMEDY) from error


def _by_slot(texts: list[str] | dict[str, str]) -> dict[str, str]:
    if isinstance(texts, dict):
        return texts
    return {f"copy-{number}": text for number, text in enumerate(texts, start=1)}


def verdict_json(verdict: Verdict) -> dict[str, object]:
    """Return a verdict as JSON values: status, slots, findings, then who judged."""
    values: dict[str, object] = TypeAdapter(Verdict).dump_python(verdict, mode="json")
    first = {key: values[key] for key in ("status", "slots", "findings")}
    return {**first, **values}


def explain(verdict: Verdict) -> list[str]:
    """Return what is wrong, a line each: the slot, the word, and what was read in its place."""
    told = [line for reading in verdict.slots for line in _explain_slot(reading)]
    return told + [f"{found.message} {found.remedy}".strip() for found in verdict.findings]


def _explain_slot(reading: SlotReading) -> list[str]:
    start = f'{reading.slot}: "{reading.expected}"'
    if reading.status is Status.ACCEPT:
        return []
    if reading.status is Status.UNSUPPORTED:
        return [f"{start} holds characters that the reader does not know; check it by eye"]
    if reading.trouble is Trouble.MISPLACED:
        return [f"{start} stands outside the slot's region"]
    if not reading.read:
        return [f"{start} was not found in the image"]
    broken = [edit for edit in reading.edits if edit.kind is EditKind.MALFORMED]
    shapes = [_explain_malformed(start, edit, reading.status) for edit in broken]
    if reading.status is Status.UNSURE:
        return shapes or [_explain_doubt(start, reading)]
    words = [_explain_word(reading.slot, word, read) for word, read in reading.words]
    others = [edit for edit in reading.edits if edit not in broken]
    return [*(words or [_explain_edit(start, edit) for edit in others]), *shapes]


def _explain_doubt(start: str, reading: SlotReading) -> str:
    what = "may have its spaces wrong" if _only_spaces(reading) else "may be wrong"
    return f'{start} {what}: "{reading.read}" was read; check it by eye'


def _explain_malformed(start: str, edit: Edit, status: Status) -> str:
    """Say which letter isn't as a font would draw it.

    >>> edit = Edit(kind=EditKind.MALFORMED, expected="r", read="", at=1, confidence=0.95)
    >>> _explain_malformed('cta: "Order"', edit, Status.REJECT)
    'cta: "Order": "r" is malformed, at character 2'
    """
    where = f'"{edit.expected}" {{}} malformed, at character {edit.at + 1}'
    if status is Status.REJECT:
        return f"{start}: {where.format('is')}"
    return f"{start}: {where.format('may be')}; check it by eye"


def _only_spaces(reading: SlotReading) -> bool:
    return same_letters(reading.expected, reading.read) and all(
        edit.kind in {EditKind.MERGED, EditKind.SPLIT} for edit in reading.edits
    )


def _explain_edit(start: str, edit: Edit) -> str:
    """Say what is likelier than a character, when the text as a whole was read right.

    >>> edit = Edit(kind=EditKind.SUBSTITUTED, expected="0", read="O", at=2, confidence=0.9)
    >>> _explain_edit('price: "$10"', edit)
    'price: "$10": "O" stands where "0" was expected, at character 3'
    """
    there = f'"{edit.read}" stands' if edit.read else "nothing stands"
    expected = f' where "{edit.expected}" was expected' if edit.expected else " too many"
    return f"{start}: {there}{expected}, at character {edit.at + 1}"


def _explain_word(slot: str, word: str, read: str) -> str:
    if not read:
        return f'{slot}: "{word}" was not read'
    count = edits(word, read)
    plural = "" if count == 1 else "s"
    return f'{slot}: "{read}" was read where "{word}" was expected ({count} edit{plural})'
