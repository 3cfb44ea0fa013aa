"""Checks the cases of a set, and counts how often and where the verifier erred."""

from __future__ import annotations

import time
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from presscheck.assets import SlotReading, Status
from presscheck.registry import INSPECTOR
from presscheck.verification import Expected, overall, proofread
from presscheck.verification.benchmark.cases import Case, make_case
from presscheck.verification.benchmark.readers import inspector, reader
from presscheck.verification.forced import WORST
from presscheck.verification.mistakes import DRAWN, EXTRA
from presscheck.verification.normalise import normalise
from presscheck.verification.rates import Rate
from presscheck.verification.shapes import KnownType


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """What became of a case. `named` tells whether the wrong character was, None without one.

    `loss` is the threshold from which on the advert would be accepted, `seconds` are of the CPU.
    """

    case: Case
    status: Status
    named: bool | None
    loss: float
    seconds: float
    read: tuple[str, ...] = ()
    extra: tuple[str, ...] = ()
    readings: tuple[SlotReading, ...] = ()


def check_case(
    seed: int, name: str, number: int, *, apart: bool = False, asking: str | None = INSPECTOR
) -> Outcome:
    """Draw a case and check it with a reader, `asking` an inspector of glyphs, in this process."""
    case, image = make_case(seed, number, apart=apart)
    using = reader(name)
    started = time.process_time()
    slots = [
        Expected(
            name=text.slot,
            text=text.text,
            box=region,
            strict=text.strict,
            unreadable=using.unreadable(normalise(text.text)),
            type=KnownType(font=case.sized, certain=True) if case.known else None,
        )
        for text, region in zip(case.copy, case.regions, strict=True)
    ]
    readings, findings = proofread(
        image, slots, using.read, inspector=None if asking is None else inspector(asking)
    )
    told = [_least_loss(reading) for reading in readings]
    return Outcome(
        case=case,
        status=overall(readings, findings),
        named=_named(case, readings, bool(findings)),
        loss=WORST if findings else max(told, default=0.0),
        seconds=time.process_time() - started,
        read=tuple(reading.read for reading in readings if reading.status is not Status.ACCEPT),
        extra=tuple(finding.message for finding in findings),
        readings=readings,
    )


def _least_loss(reading: SlotReading) -> float:
    """Return the threshold from which on a slot is accepted; what shapes settle is settled."""
    loss = WORST if reading.loss is None else reading.loss
    accept = 0.0 if reading.thresholds is None else reading.thresholds.accept
    if (loss < accept) is (reading.status is Status.ACCEPT):
        return loss
    return -WORST if reading.status is Status.ACCEPT else WORST


def _named(case: Case, readings: Sequence[SlotReading], extra: bool) -> bool | None:
    if case.mistake in {"", EXTRA}:
        return extra if case.mistake else None
    reading = next(one for one in readings if one.slot == case.slot)
    if reading.status is Status.ACCEPT:
        return False
    if not case.wrong and case.mistake != DRAWN:
        return not reading.read
    # The copy may have been folded to another length; what was drawn counts from its start.
    start, end = case.span
    return any(start - 1 <= edit.at <= end for edit in reading.edits)


def false_rejects(outcomes: Iterable[Outcome]) -> Rate:
    """Return how many right adverts were rejected."""
    right = [one for one in outcomes if not one.case.mistake]
    return Rate(hits=sum(one.status is Status.REJECT for one in right), of=len(right))


def false_accepts(outcomes: Iterable[Outcome]) -> Rate:
    """Return how many wrong adverts were accepted."""
    wrong = [one for one in outcomes if one.case.mistake]
    return Rate(hits=sum(one.status is Status.ACCEPT for one in wrong), of=len(wrong))


def unsure(outcomes: Iterable[Outcome]) -> Rate:
    """Return how many adverts were left to a person."""
    every = list(outcomes)
    return Rate(hits=sum(one.status is Status.UNSURE for one in every), of=len(every))


def named(outcomes: Iterable[Outcome]) -> Rate:
    """Return in how many rejected adverts the wrong character was named within one position."""
    known = [one for one in outcomes if one.status is Status.REJECT and one.named is not None]
    return Rate(hits=sum(bool(one.named) for one in known), of=len(known))


def trade_off(outcomes: Sequence[Outcome]) -> list[tuple[float, float]]:
    """Return for each threshold the share of right adverts refused, and of wrong ones accepted."""
    right = sorted(one.loss for one in outcomes if not one.case.mistake)
    wrong = sorted(one.loss for one in outcomes if one.case.mistake)
    if not right or not wrong:
        return []
    return [
        (
            1 - bisect_left(right, threshold) / len(right),
            bisect_left(wrong, threshold) / len(wrong),
        )
        for threshold in sorted({*right, *wrong, WORST + 1})
    ]
