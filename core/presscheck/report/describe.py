"""Puts an asset into the words and numbers that the contact sheet prints."""

from __future__ import annotations

from collections.abc import Sequence

from presscheck.assets import (
    Asset,
    AssetState,
    Attempt,
    Receipt,
    Roll,
    Severity,
    SlotCopy,
    SlotReading,
    Status,
    Verdict,
)
from presscheck.report.differences import differences
from presscheck.report.images import THUMB, Previews
from presscheck.report.marks import (
    SMALLEST,
    SMALLEST_IN_THUMB,
    findings,
    letter,
    marks,
    trouble,
)
from presscheck.report.summary import PASSED, duration, shown_attempt
from presscheck.report.view import (
    AssetView,
    AttemptView,
    FindingView,
    ReadingView,
    ReceiptView,
    SlotView,
)

ROLLS = {
    Roll.PLAN: "new plan",
    Roll.RENDER: "new render",
    Roll.REPAIR: "repair",
    Roll.TYPESET: "typeset",
}
STATES = {
    AssetState.OPEN: "in work",
    AssetState.ACCEPTED: "accepted",
    AssetState.FINISHED: "finished",
    AssetState.DELIVERED: "delivered",
    AssetState.REVIEW: "for review",
}


def asset_view(asset: Asset, number: int, previews: Previews, side: int) -> AssetView:
    """Say everything about one asset; `side` is the longest side of its picture in pixels."""
    spec, attempt = asset.spec, shown_attempt(asset)
    copy = "; ".join(f"{slot.name}: {slot.text}" for slot in spec.slots)
    return AssetView(
        number=number,
        id=spec.id,
        title=spec.placement.replace("-", " ").replace("_", " "),
        size=f"{spec.width} × {spec.height} px",
        ratio=_ratio(spec.width, spec.height),
        locale=spec.locale,
        variant=spec.variant,
        state=STATES[asset.state],
        kind=_kind(asset.state),
        reason=asset.reason,
        alt=f"{spec.placement}, {spec.locale}. Copy asked for: {copy}{_wrong(attempt)}",
        picture=previews.of(attempt.candidate.image, side) if attempt else None,
        marks=marks(spec, attempt, SMALLEST) if attempt else (),
        slots=tuple(_slot(slot, index, attempt) for index, slot in enumerate(spec.slots, start=1)),
        findings=_findings(attempt) if attempt else (),
        attempts=tuple(_attempt(asset, roll, attempt, previews) for roll in asset.attempts),
        prompt=attempt.prompt if attempt else "",
        receipts=tuple(_receipt(receipt) for receipt in asset.receipts),
    )


def _kind(state: AssetState) -> str:
    if state in PASSED:
        return "passed"
    return "review" if state is AssetState.REVIEW else "open"


def _ratio(width: int, height: int) -> str:
    if width > 2 * height:
        return "wide"
    return "tall" if height > 1.2 * width else "even"


def _worst(statuses: Sequence[Status]) -> str:
    order = (Status.REJECT, Status.UNSURE, Status.UNSUPPORTED, Status.ACCEPT)
    return next((status.value for status in order if status in statuses), "unread")


def _slot(slot: SlotCopy, number: int, attempt: Attempt | None) -> SlotView:
    verdicts = attempt.verdicts if attempt else ()
    read = [(one, r) for one in verdicts for r in one.slots if r.slot == slot.name]
    typeset = attempt is not None and slot.name in attempt.candidate.typeset
    return SlotView(
        label=str(number),
        name=slot.name,
        text=slot.text,
        drawn_by="typeset" if typeset else "model",
        status=_worst([reading.status for _, reading in read]),
        readings=tuple(_reading(verdict, reading) for verdict, reading in read),
    )


def _reading(verdict: Verdict, reading: SlotReading) -> ReadingView:
    expected, read = differences(reading.expected, reading.read)
    return ReadingView(
        verifier=verdict.verifier,
        reader=verdict.reader,
        status=reading.status.value,
        trouble=reading.trouble.value if reading.trouble else "",
        equal=reading.expected == reading.read,
        read=read,
        expected=expected,
        words=reading.words,
    )


def _findings(attempt: Attempt) -> tuple[FindingView, ...]:
    return tuple(
        FindingView(
            label=letter(index),
            severity=finding.severity.value,
            check=finding.check,
            message=finding.message,
            remedy=finding.remedy,
        )
        for index, finding in enumerate(findings(attempt))
    )


def _attempt(
    asset: Asset, attempt: Attempt, shown: Attempt | None, previews: Previews
) -> AttemptView:
    alone = len(asset.attempts) == 1
    at_once = alone and attempt.accepted
    return AttemptView(
        number=attempt.number,
        roll="accepted at once" if at_once else ROLLS[attempt.roll],
        reason=attempt.reason,
        accepted=attempt.accepted,
        shown=attempt is shown,
        picture=None if alone else previews.of(attempt.candidate.image, THUMB),
        marks=marks(asset.spec, attempt, SMALLEST_IN_THUMB),
        problems=_problems(attempt),
        seeds=f"seeds {attempt.plan_seed}, {attempt.render_seed}",
        plan=_plan(attempt),
        seconds=duration(sum(attempt.seconds.values())),
        stages=", ".join(f"{name} {took:.1f} s" for name, took in attempt.seconds.items()),
    )


def _plan(attempt: Attempt) -> str:
    """Name the plan, and say what its preview said and what others were drawn for it."""
    told = f"plan {attempt.plan[:8]}"
    if attempt.preview is not None:
        told += f", {attempt.preview}ed by its preview"
    if attempt.dropped:
        told += f", {attempt.dropped} more drawn and dropped"
    return told


def _wrong(attempt: Attempt | None) -> str:
    problems = _problems(attempt) if attempt else ()
    return f". Wrong in it: {'; '.join(problems)}" if problems else ""


def _problems(attempt: Attempt) -> tuple[str, ...]:
    """Return one line for everything that kept an attempt from being accepted."""
    lines: list[str] = []
    for verdict in attempt.verdicts:
        lines += [trouble(r) for r in verdict.slots if r.status is not Status.ACCEPT]
        lines += [f.message for f in verdict.findings if f.severity is Severity.ERROR]
    return tuple(lines)


def _receipt(receipt: Receipt) -> ReceiptView:
    return ReceiptView(
        target=receipt.target,
        location=receipt.location,
        digest=receipt.digest,
        size=_bytes(receipt.size),
    )


def _bytes(size: int) -> str:
    return f"{size / 1e6:.1f} MB" if size >= 1_000_000 else f"{max(1, round(size / 1e3))} kB"
