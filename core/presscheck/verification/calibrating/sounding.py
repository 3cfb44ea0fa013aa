"""Reads a setting, and finds from which threshold on it would be accepted, or rejected."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import inf

from PIL import Image

from presscheck.assets import CharReading, EditKind, SlotReading, Status, Thresholds, Trouble
from presscheck.registry import GlyphInspector, ReadText
from presscheck.verification.judging import surely_wrong, worst_losses
from presscheck.verification.mistakes import span
from presscheck.verification.normalise import normalise
from presscheck.verification.proofread import Look, proofread
from presscheck.verification.slots import Expected

DEFAULT = Thresholds()
LEAST, MOST = -1.0, DEFAULT.reject
"""Between these `accept` is chosen: no lower, as reading costs a look more for each setting that
only a lower one refuses; no higher than what the benchmark's set was rejected from."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Mark:
    """A character that was set: its loss, the verifier's posterior, and whether it is right."""

    loss: float
    posterior: float
    right: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Sounding:
    """What was read of one setting.

    Every `accept` above `least` accepts it; `inf` where none does, `-inf` where all do. If it isn't
    accepted, every `reject` up to `worst` rejects it. `edits` pairs what was expected with what was
    read in its place. `mistake` is the kind that was planted, "" where all is right.
    """

    mistake: str
    least: float
    worst: float
    marks: tuple[Mark, ...] = ()
    edits: tuple[tuple[str, str], ...] = ()

    def status(self, thresholds: Thresholds) -> Status:
        """Return how the verifier judges it by other thresholds."""
        if self.least < thresholds.accept:
            return Status.ACCEPT
        return Status.REJECT if self.worst >= thresholds.reject else Status.UNSURE


class _Remembered:
    """Looks once at what it is shown again: the verifier crops the same parts every time."""

    def __init__(self, look: Look) -> None:
        self._look = look
        self._seen: dict[tuple[object, ...], Sequence[ReadText]] = {}

    def __call__(self, image: Image.Image, *, closely: bool = False) -> Sequence[ReadText]:
        key = (image.size, closely, hash(image.tobytes()))
        if key not in self._seen:
            self._seen[key] = self._look(image, closely=closely)
        return self._seen[key]


def sound(
    image: Image.Image,
    slot: Expected,
    look: Look,
    inspector: GlyphInspector | None = None,
    *,
    mistake: str = "",
    drawn: str = "",
) -> Sounding:
    """Read a setting of a slot's copy, or of `drawn` with a mistake in it.

    The verifier looks again at what it doesn't accept, and what it accepts at one look stays so.
    The threshold is therefore lowered to what was just accepted, until it refuses; what shapes
    accept in spite of its losses they accept at any.
    """
    seen, least, limit = _Remembered(look), inf, MOST
    while True:
        asked = replace(slot, thresholds=Thresholds(accept=limit))
        (reading,), _ = proofread(image, [asked], seen, inspector=inspector)
        if reading.status is not Status.ACCEPT:
            break
        by_shape = reading.loss is not None and reading.loss >= limit
        least = limit = -inf if reading.loss is None or by_shape else reading.loss
        if limit < LEAST:
            break
    return Sounding(
        mistake=mistake,
        least=least,
        worst=_worst(reading),
        marks=_marks(reading, drawn if mistake else ""),
        edits=tuple((edit.expected, edit.read) for edit in reading.edits),
    )


def _worst(reading: SlotReading) -> float:
    """Return up to which `reject` a reading that isn't accepted is rejected."""
    malformed = any(edit.kind is EditKind.MALFORMED for edit in reading.edits)
    if reading.trouble is Trouble.MISPLACED or malformed or not reading.characters:
        return inf if reading.status is Status.REJECT else -inf
    letters = surely_wrong(reading.characters, reading.expected)
    _, spaces = worst_losses(reading.characters, DEFAULT)
    lost = spaces >= DEFAULT.no_space and (reading.loss or 0.0) >= DEFAULT.no_space
    return inf if lost else letters


def _marks(reading: SlotReading, drawn: str) -> tuple[Mark, ...]:
    """Return the characters of right copy; of wrong copy the worst one where the mistake is."""
    characters = reading.characters
    if not characters:
        return ()
    if not drawn:
        return tuple(_mark(one, right=True) for one in characters if one.character != " ")
    right = normalise(reading.expected)
    start, end = span(right, normalise(drawn))
    near = characters[max(0, start - 1) : end + 1] if len(right) == len(characters) else characters
    return (_mark(max(near, key=lambda one: one.loss), right=False),)


def _mark(one: CharReading, *, right: bool) -> Mark:
    return Mark(loss=one.loss, posterior=one.posterior, right=right)
