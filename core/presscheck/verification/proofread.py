"""The verdict: slot by slot, then on text that nobody asked for.

Where the reader gives probabilities, each expected character is scored against what could stand in
its place (see `forced` and `judging`). Otherwise its text must be read exactly (see `normalise`).
Spaces that the letters leave open are settled by the ink, or stay unsure. A slot is rejected, too,
when it is missing or misplaced.

What isn't accepted at first sight is looked at again: first the whole image, closely, then the
slot's place alone, larger and with other margins. Of the losses of all views each character's
median counts. Where a slot's font is known, the shapes of its glyphs have the last word; where it
isn't, an inspector of glyphs.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from PIL import Image

from presscheck.assets import Box, Finding, Severity, SlotReading, Status, Trouble
from presscheck.registry import GlyphInspector, ReadText
from presscheck.verification.assign import TOLERANCE, Found, assign
from presscheck.verification.by_glyphs import by_glyphs
from presscheck.verification.by_shape import by_shape
from presscheck.verification.compare import is_part
from presscheck.verification.judging import (
    View,
    back_in_place,
    best_view,
    judge,
    overlooked,
    surely_misread,
    view,
)
from presscheck.verification.lines import Line, around, grow, is_decoration, share_inside, to_lines
from presscheck.verification.slots import Expected, unread
from presscheck.verification.unwanted import left_over, unwanted_text

NEAR = 8
"""A reading is near when it has at most one edit for each so many characters (or one)."""
MOSTLY = 0.7
"""A line with this share of its box in a slot's region is an attempt at its copy."""
IN_LOGO = 0.5
"""Text is part of the logo when this share of its box lies in the logo's region."""
AGAIN = ((2.0, 0.03), (1.5, 0.015))
"""How a slot's place is looked at again: so many times larger, and so much wider on every side, in
fractions of the image."""
SMALLER = ((0.5, 0.015), (0.35, 0.03))
"""How it is looked at where letters are still overlooked: a detector overlooks letters that are
larger than it knows, the thin ones first."""


class Look(Protocol):
    """Reads an image, as `presscheck.registry.Reader.read` does."""

    def __call__(self, image: Image.Image, *, closely: bool = False) -> Sequence[ReadText]:
        """Return every line of text found."""
        ...


def proofread(
    image: Image.Image,
    slots: Sequence[Expected],
    look: Look,
    *,
    logo: Box | None = None,
    allowed: Collection[str] = (),
    inspector: GlyphInspector | None = None,
) -> tuple[tuple[SlotReading, ...], tuple[Finding, ...]]:
    """Read `image` and return a reading for each slot, and findings about other text.

    `allowed` phrases may stand in the scene; see `unwanted`. An `inspector` looks for malformed
    glyphs where the font isn't known.
    """
    lines = _lines(look(image), image, logo)
    found = _found(slots, lines)
    proofs = [_proof(image, slot, (view(image, slot, found[slot.name]),)) for slot in slots]
    if any(proof.open for proof in proofs):
        closely = _found(slots, _lines(look(image, closely=True), image, logo))
        proofs = [
            _proof(image, one.slot, (*one.views, view(image, one.slot, closely[one.slot.name])))
            if one.open and closely[one.slot.name]
            else one
            for one in proofs
        ]
    proofs = [_looked_again(image, proof, look) if proof.open else proof for proof in proofs]
    readings = _inspected(image, proofs, inspector)
    return readings, tuple(unwanted_text(lines, found, readings, allowed))


def _lines(texts: Iterable[ReadText], image: Image.Image, logo: Box | None) -> list[Line]:
    """Return what was read, in reading order, without the logo's own text."""
    lines = to_lines(texts, *image.size)
    return [line for line in lines if logo is None or share_inside(line.box, logo) < IN_LOGO]


def _found(slots: Sequence[Expected], lines: Sequence[Line]) -> dict[str, Found]:
    """Return the lines of each slot."""
    regions = {slot.name: slot.box for slot in slots if slot.box is not None}
    found = assign({slot.name: slot.text for slot in slots}, regions, lines)
    return _with_attempts(found, regions, left_over(lines, found))


@dataclass(frozen=True, kw_only=True, slots=True)
class _Proof:
    """A slot with all looks at it so far: what its letters say, and what its shapes make of it."""

    slot: Expected
    views: tuple[View, ...]
    judged: SlotReading
    told: SlotReading
    shaped: bool

    @property
    def open(self) -> bool:
        """Whether another look may change the reading."""
        judged, accept = self.judged, Status.ACCEPT
        if self.slot.unreadable or accept in {judged.status, self.told.status}:
            return False
        near = min(judged.distance, surely_misread(judged)) <= max(1, len(self.slot.text) // NEAR)
        return judged.trouble is not Trouble.MISPLACED and (
            near or is_part(judged.read, self.slot.text)
        )


def _proof(image: Image.Image, slot: Expected, views: tuple[View, ...]) -> _Proof:
    if slot.unreadable:
        reading = unread(slot, views[0].found)
        return _Proof(slot=slot, views=views, judged=reading, told=reading, shaped=False)
    judged = judge(slot, views)
    shaped = by_shape(image, slot, best_view(views).found, judged)
    told = judged if shaped is None else shaped
    return _Proof(slot=slot, views=views, judged=judged, told=told, shaped=shaped is not None)


def _inspected(
    image: Image.Image, proofs: Sequence[_Proof], inspector: GlyphInspector | None
) -> tuple[SlotReading, ...]:
    """Return what is told in the end; glyphs that no font vouched for are inspected."""
    told = {proof.slot.name: proof.told for proof in proofs}
    if inspector is not None:
        asked = [(one.told, best_view(one.views).found) for one in proofs if not one.shaped]
        told |= {reading.slot: reading for reading in by_glyphs(image, asked, inspector)}
    return tuple(told.values())


def _with_attempts(
    found: Mapping[str, Found], regions: Mapping[str, Box], rest: Sequence[Line]
) -> dict[str, Found]:
    """Give a slot that has no line those in its region: what stands there is an attempt at it."""
    given = dict(found)
    for name, region in regions.items():
        near = grow(region, TOLERANCE / 2)
        inside = [line for line in rest if share_inside(line.box, near) >= MOSTLY]
        if inside and not given[name]:
            given[name] = tuple(line for line in inside if not is_decoration(line))
            rest = [line for line in rest if line not in inside]
    return given


def overall(readings: Iterable[SlotReading], findings: Iterable[Finding]) -> Status:
    """Return the worst status: reject, then unsupported, then unsure, then accept."""
    states = {reading.status for reading in readings}
    if any(finding.severity is Severity.ERROR for finding in findings):
        states.add(Status.REJECT)
    order = (Status.REJECT, Status.UNSUPPORTED, Status.UNSURE)
    return next((status for status in order if status in states), Status.ACCEPT)


def _looked_again(image: Image.Image, proof: _Proof, look: Look) -> _Proof:
    """Read a slot's place again, larger, and smaller where letters are overlooked."""
    larger = _looked_at(image, proof, look, AGAIN)
    if larger.open and overlooked(larger.judged):
        return _looked_at(image, larger, look, SMALLER)
    return larger


def _looked_at(
    image: Image.Image, proof: _Proof, look: Look, sizes: Sequence[tuple[float, float]]
) -> _Proof:
    """Read a slot's place again at other sizes."""
    slot, box = proof.slot, proof.judged.box
    places = [place for place in (slot.box, box) if place is not None]
    if not places:
        return proof
    seen = (_part(image, slot, grow(around(places), by), scale, look) for scale, by in sizes)
    more = tuple(one for one in seen if one is not None)
    return _proof(image, slot, (*proof.views, *more)) if more else proof


def _part(image: Image.Image, slot: Expected, place: Box, scale: float, look: Look) -> View | None:
    """Read a part of the image at another size; boxes come back in fractions of the whole."""
    crop = image.crop(place.pixels(*image.size))
    if min(crop.size) < 4:
        return None
    size = round(crop.width * scale), round(crop.height * scale)
    larger = crop.resize(size, Image.Resampling.LANCZOS)
    lines = to_lines(look(larger, closely=True), *larger.size)
    found = assign({slot.name: slot.text}, {}, lines)[slot.name]
    return back_in_place(view(larger, slot, found), place) if found else None
