"""Where a proof reader would put the pen: frames around what failed, circles on wrong letters."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from presscheck.assets import (
    AssetSpec,
    Attempt,
    Box,
    Edit,
    EditKind,
    Finding,
    Severity,
    SlotReading,
    Status,
)
from presscheck.report.view import Circle, Mark

PEN = 0.04
"""How far a circle reaches beyond its letters, in their height."""
SLIMMEST = 0.35
"""Half the width of a circle is at least this part of its height: an I is circled like an O."""
SMALLEST, SMALLEST_IN_THUMB = 0.016, 0.036
"""Half of a circle's height is at least this part of the image's longer side: some 7 pixels."""
NEAR = 0.5
"""Wrong letters that stand no further apart than this part of their height share a circle."""


def marks(spec: AssetSpec, attempt: Attempt, smallest: float) -> tuple[Mark, ...]:
    """Return what is marked on an attempt's picture: nothing when it is accepted.

    Circles are at least so tall: `SMALLEST`, or `SMALLEST_IN_THUMB`.
    """
    if attempt.accepted:
        return ()
    return (*_slots(spec, attempt, smallest), *_found(attempt))


def _slots(spec: AssetSpec, attempt: Attempt, smallest: float) -> Iterator[Mark]:
    size = spec.width, spec.height
    for number, slot in enumerate(spec.slots, start=1):
        wrong = [reading for reading in _readings(attempt, slot.name) if not _accepted(reading)]
        for reading in wrong[:1]:
            kind = reading.status.value if reading.box else "absent"
            yield _mark(
                str(number),
                kind,
                reading.box or slot.box,
                title=trouble(reading),
                circles=tuple(
                    _circle(group, size, smallest) for group in _together(reading.edits, size)
                ),
            )


def _accepted(reading: SlotReading) -> bool:
    return reading.status is Status.ACCEPT


def _found(attempt: Attempt) -> Iterator[Mark]:
    for index, finding in enumerate(findings(attempt)):
        if finding.box:
            kind = "reject" if finding.severity is Severity.ERROR else "unsure"
            yield _mark(letter(index), f"{kind} finding", finding.box, title=finding.message)


def _readings(attempt: Attempt, slot: str) -> list[SlotReading]:
    """Return what each verifier read in a slot."""
    return [one for verdict in attempt.verdicts for one in verdict.slots if one.slot == slot]


def findings(attempt: Attempt) -> list[Finding]:
    """Return what the verifiers noticed in the whole picture."""
    return [finding for verdict in attempt.verdicts for finding in verdict.findings]


def letter(index: int) -> str:
    """Return the label of a finding: A to Z, then A1, A2 and so on."""
    return chr(ord("A") + index) if index < 26 else f"A{index - 25}"


def trouble(reading: SlotReading) -> str:
    """Say in a line what is wrong with a slot."""
    what = reading.trouble.value if reading.trouble else reading.status.value
    words = ", ".join(
        f"“{_short(read) or '…'}” for “{_short(wanted)}”" for wanted, read in reading.words
    )
    broken = ", ".join(_told(edit) for edit in reading.edits if edit.kind is EditKind.MALFORMED)
    said = "; ".join(part for part in (words, broken) if part)
    return f"{reading.slot} {what}" + (f": {said}" if said else "")


def _short(word: str) -> str:
    """Return a word in full unless it would fill a column; the copy table has it whole."""
    return word if len(word) <= 32 else f"{word[:31]}…"


def _together(edits: Sequence[Edit], size: tuple[int, int]) -> list[list[Edit]]:
    """Group edits that have a place by the circle that they share."""
    placed = sorted((edit for edit in edits if edit.box), key=lambda edit: edit.at)
    groups = [[edit] for edit in placed[:1]]
    for before, after in pairwise(placed):
        if _share(before, after, size):
            groups[-1].append(after)
        else:
            groups.append([after])
    return groups


def _share(one: Edit, other: Edit, size: tuple[int, int]) -> bool:
    """Tell whether two letters stand side by side on one line."""
    left, top, right, bottom = _pixels([one], size)
    left_, top_, right_, bottom_ = _pixels([other], size)
    tall = min(bottom - top, bottom_ - top_)
    apart = max(left, left_) - min(right, right_)
    return apart <= NEAR * tall and min(bottom, bottom_) - max(top, top_) >= 0.5 * tall


def _pixels(group: Sequence[Edit], size: tuple[int, int]) -> tuple[float, float, float, float]:
    """Return the edges around the letters of a group, in pixels: left, top, right, bottom."""
    boxes = [edit.box for edit in group if edit.box]
    return (
        min(box.x for box in boxes) * size[0],
        min(box.y for box in boxes) * size[1],
        max(box.x + box.width for box in boxes) * size[0],
        max(box.y + box.height for box in boxes) * size[1],
    )


def _circle(group: Sequence[Edit], size: tuple[int, int], smallest: float) -> Circle:
    left, top, right, bottom = _pixels(group, size)
    tall = bottom - top
    down = max(tall * (0.5 + PEN), smallest * max(size))
    across = max((right - left) / 2 + PEN * tall, SLIMMEST * 2 * down)
    return Circle(
        x=_thousandths((left + right) / 2, size[0]),
        y=_thousandths((top + bottom) / 2, size[1]),
        across=_thousandths(across, size[0]),
        down=_thousandths(down, size[1]),
        title="; ".join(_told(edit) for edit in group),
    )


def _told(edit: Edit) -> str:
    """Say what is wrong with a letter.

    >>> _told(Edit(kind=EditKind.MERGED, expected=" ", read="", at=4, confidence=1))
    'a space is missing'
    """
    if edit.kind is EditKind.MALFORMED:
        return f"{_named(edit.expected)} is malformed"
    if not edit.read:
        return f"{_named(edit.expected)} is missing"
    if not edit.expected:
        return f"{_named(edit.read)} too many"
    return f"{_named(edit.read)} where {_named(edit.expected)} was expected"


def _named(text: str) -> str:
    return "a space" if text == " " else f"“{text}”"


def _mark(label: str, kind: str, box: Box, *, title: str, circles: tuple[Circle, ...] = ()) -> Mark:
    x, y, width, height = (_thousandths(part, 1) for part in (box.x, box.y, box.width, box.height))
    return Mark(
        label=label, kind=kind, x=x, y=y, width=width, height=height, title=title, circles=circles
    )


def _thousandths(part: float, of: float) -> float:
    return round(1000 * part / of, 1)
