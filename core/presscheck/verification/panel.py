"""Which reader reads which slot, and what becomes of their readings.

A slot goes to the first reader of the panel that knows all its characters. What no reader knows
stays with the first, as unsupported. Text that nobody asked for is told by the first reader alone,
but not where the copy of another one stands: there it reads gibberish.

A second opinion is asked about slots that were left unsure, and sees no more than their places. If
it reads the copy exactly, the slot is accepted; whatever else it says changes nothing.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from PIL import Image

from presscheck.assets import Box, Finding, Severity, SlotReading, Status, Verdict
from presscheck.registry import GlyphInspector, Polyglot, Reader
from presscheck.verification.assign import assign
from presscheck.verification.lines import around, grow, join, share_inside, to_lines
from presscheck.verification.normalise import allowed_case, normalise
from presscheck.verification.proofread import overall, proofread
from presscheck.verification.slots import Expected

CHECK = "readers"
"""The check of findings on copy that no reader knows."""
MARGIN = 0.03
"""How much wider than its slot a second opinion sees it, in fractions of the image."""
GIBBERISH = 0.5
"""What has this share of its box where another reader's copy stands is that copy, misread."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Panel:
    """The readers of a check. The first judges, the others stand in for it; `second` only advises.

    At least one reader must be given. The `inspector` looks for malformed glyphs in what they
    accept.
    """

    readers: tuple[Reader, ...]
    second: Reader | None = None
    inspector: GlyphInspector | None = None

    def __post_init__(self) -> None:
        if not self.readers:
            raise ValueError("a panel needs a reader")

    @classmethod
    def of(cls, reader: Reader | Panel) -> Panel:
        """Return a panel of a single reader, or the panel itself."""
        return reader if isinstance(reader, Panel) else cls(readers=(reader,))

    def reader_of(self, text: str) -> Reader | None:
        """Return the first reader that knows all characters of `text`, None if none does."""
        wanted = normalise(text)
        return next((one for one in self.readers if not one.unreadable(wanted)), None)

    def unreadable(self, text: str) -> frozenset[str]:
        """Return the characters of `text` because of which no reader can judge it."""
        if self.reader_of(text) is not None:
            return frozenset()
        wanted = normalise(text)
        unknown = [reader.unreadable(wanted) for reader in self.readers]
        # Each may know a part of it: then the one that lacks least is told.
        common = frozenset(
            character for character in wanted if all(character in one for one in unknown)
        )
        return common or min(unknown, key=len)

    def remedy(self, unknown: frozenset[str]) -> str:
        """Return what to install so that characters can be read; empty when nobody knows."""
        text = "".join(sorted(unknown))
        asked = (one.remedy(text) for one in self.readers if isinstance(one, Polyglot))
        return next((remedy for remedy in asked if remedy), "")


def verdict_on(
    image: Image.Image,
    slots: Sequence[Expected],
    panel: Panel,
    *,
    logo: Box | None = None,
    allowed: Collection[str] = (),
) -> Verdict:
    """Read `image` and return the verdict on its slots.

    Text in the region `logo` is no matter, and `allowed` phrases may stand in the scene.
    """
    started = time.perf_counter()
    groups = list(_groups(slots, panel))
    readings: dict[str, SlotReading] = {}
    findings: tuple[Finding, ...] = ()
    for number, (reader, group) in enumerate(groups):
        told, extra = proofread(
            image, group, reader.read, logo=logo, allowed=allowed, inspector=panel.inspector
        )
        readings |= {reading.slot: reading for reading in told}
        findings = extra if number == 0 else _without_gibberish(findings, group, told)
    names = [reader.name for reader, _ in groups]
    if panel.inspector is not None:
        names.append(panel.inspector.name)
    if panel.second is not None and (unsure := _unsure(readings.values())):
        names.append(f"second opinion {panel.second.name}")
        for reading in unsure:
            place = next(slot.box for slot in slots if slot.name == reading.slot)
            readings[reading.slot] = _advised(image, reading, place, panel.second)
    ordered = tuple(readings[slot.name] for slot in slots)
    unread = [slot for _, group in groups for slot in group if slot.unreadable]
    return Verdict(
        verifier="copy",
        reader="; ".join(names),
        status=overall(ordered, findings),
        slots=ordered,
        findings=(*findings, *_remedies(unread, panel)),
        seconds=round(time.perf_counter() - started, 3),
    )


def _groups(
    slots: Sequence[Expected], panel: Panel
) -> Iterator[tuple[Reader, tuple[Expected, ...]]]:
    """Yield the readers with their slots: the first always, the others if they have one."""
    by_reader: list[list[Expected]] = [[] for _ in panel.readers]
    for slot in slots:
        reader = panel.reader_of(slot.text)
        number = next((i for i, one in enumerate(panel.readers) if one is reader), 0)
        unknown = frozenset[str]() if reader else panel.unreadable(slot.text)
        by_reader[number].append(replace(slot, unreadable=unknown))
    for number, (reader, group) in enumerate(zip(panel.readers, by_reader, strict=True)):
        if number == 0 or group:
            text = " ".join(slot.text for slot in group if not slot.unreadable)
            told = reader.expecting(text) if isinstance(reader, Polyglot) and text else reader
            yield told, tuple(group)


def _without_gibberish(
    findings: Iterable[Finding], slots: Sequence[Expected], readings: Sequence[SlotReading]
) -> tuple[Finding, ...]:
    """Leave out what the first reader made of copy that another one read.

    Where that copy wasn't found, its whole region counts.
    """
    places = [
        grow(around([place]), MARGIN / 3)
        for slot, reading in zip(slots, readings, strict=True)
        if (place := reading.box or slot.box) is not None
    ]
    return tuple(
        found
        for found in findings
        if found.box is None or all(share_inside(found.box, place) < GIBBERISH for place in places)
    )


def _unsure(readings: Iterable[SlotReading]) -> list[SlotReading]:
    return [reading for reading in readings if reading.status is Status.UNSURE]


def _advised(
    image: Image.Image, reading: SlotReading, region: Box | None, second: Reader
) -> SlotReading:
    """Accept an unsure slot when the second reader reads its copy exactly, where it stands."""
    places = [place for place in (region, reading.box) if place is not None]
    crop = image.crop(grow(around(places), MARGIN).pixels(*image.size)) if places else image
    lines = to_lines(second.read(crop), *crop.size)
    read = normalise(join(assign({reading.slot: reading.expected}, {}, lines)[reading.slot]))
    if not read or read != allowed_case(reading.expected, read):
        return reading
    return replace(
        reading,
        read=read,
        distance=0,
        status=Status.ACCEPT,
        trouble=None,
        words=(),
        edits=(),
        views=reading.views + 1,
    )


def _remedies(slots: Iterable[Expected], panel: Panel) -> Iterator[Finding]:
    """Yield what would help with slots that no reader knows."""
    for slot in slots:
        if remedy := panel.remedy(slot.unreadable):
            yield Finding(
                check=CHECK,
                severity=Severity.WARNING,
                message=no_reader_knows(slot.unreadable),
                remedy=remedy,
                slot=slot.name,
            )


def no_reader_knows(unknown: frozenset[str]) -> str:
    """Say which characters of a slot's copy cannot be read, ten at most.

    >>> no_reader_knows(frozenset("Жї"))
    'no installed reader can read it: Ж ї.'
    """
    named = sorted(unknown)
    more = " ..." if len(named) > 10 else ""
    return f"no installed reader can read it: {' '.join(named[:10])}{more}."
