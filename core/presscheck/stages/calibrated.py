"""The campaign's calibration: what it says of the copy, and how each slot is judged by it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from presscheck.assets import AssetSpec, Finding, Severity
from presscheck.brand import Brand
from presscheck.calibration import (
    AGAIN,
    Calibration,
    StringResult,
    load_calibration,
    made_for,
    shape,
    tell_misread,
)
from presscheck.plugins import Plugins, pick
from presscheck.registry import VERIFIER
from presscheck.spec import Campaign

CHECK = "calibration"


def with_calibration(
    specs: Sequence[AssetSpec], campaign: Campaign, brand: Brand, plugins: Plugins, folder: Path
) -> tuple[list[AssetSpec], list[Finding]]:
    """Return the assets with the thresholds of the campaign's calibration, and what it says.

    Copy that cannot be read is an error. A calibration of another reader or brand is told and not
    used.

    Raises:
        SpecError: The file cannot be read, or isn't what `presscheck calibrate` wrote.
        FontError: A font of the brand cannot be used.
    """
    if campaign.calibration is None:
        return list(specs), []
    made = load_calibration(folder / campaign.calibration)
    other = [*_differences(made, brand, plugins)]
    if other:
        message = f"{campaign.calibration} is not used: {'; '.join(other)}."
        return list(specs), [_warning(message, AGAIN)]
    judged = {name: slot.thresholds for name, slot in made.slots.items()}
    ruled = [
        replace(
            spec,
            slots=tuple(replace(slot, thresholds=judged.get(slot.name)) for slot in spec.slots),
        )
        for spec in specs
    ]
    return ruled, [*_judge_copy(specs, made, campaign.calibration, brand)]


def _differences(made: Calibration, brand: Brand, plugins: Plugins) -> Iterator[str]:
    """Yield what the calibration was made for that is other now."""
    reader = pick(plugins.readers(), VERIFIER, "reader").create().name
    if made.reader != reader:
        yield f"it was made for the reader {made.reader[:80]!r}, the verifier's is {reader!r}"
    now = made_for(brand)
    if made.brand.name != now.name:
        yield f"it was made for the brand {made.brand.name!r}, the campaign's is {now.name!r}"
        return
    parts = [
        part
        for part in ("fonts", "palette", "slots")
        if getattr(made.brand, part) != getattr(now, part)
    ]
    if parts:
        yield f"the brand's {', '.join(parts)} have changed since"


def _judge_copy(
    specs: Sequence[AssetSpec], made: Calibration, file: str, brand: Brand
) -> Iterator[Finding]:
    known = {one.key: one for one in made.strings}
    unknown: dict[str, None] = {}
    for spec in specs:
        size = shape(spec.width, spec.height)
        for slot in spec.slots:
            one = known.get((slot.name, slot.text, spec.locale, size))
            # What the reader doesn't know at all may be read by another one, or stops the run.
            if one is not None and one.status == "unreadable":
                yield _unreadable(spec, one)
            if one is None and slot.name in brand.slots:
                told = f'{slot.name} "{slot.text}" ({spec.locale}, {spec.width}x{spec.height})'
                unknown.setdefault(told)
    if unknown:
        first, more = next(iter(unknown)), len(unknown) - 1
        rest = f" and {more} more" if more else ""
        yield _warning(f"{file} was made for other copy; it lacks {first}{rest}.", AGAIN)


def _unreadable(spec: AssetSpec, one: StringResult) -> Finding:
    counted = f" ({one.right.accepted} of {one.right.settings} right settings were accepted)"
    return Finding(
        check=CHECK,
        severity=Severity.ERROR,
        asset=spec.id,
        slot=one.slot,
        message=f'"{one.text}" cannot be verified: {tell_misread(one)}'
        f"{counted if one.right.settings else ''}.",
        remedy="Change the slot's font or the copy and calibrate again, or take `calibration` out "
        "of the campaign and check these images by eye.",
    )


def _warning(message: str, remedy: str) -> Finding:
    return Finding(check=CHECK, severity=Severity.WARNING, message=message, remedy=remedy)
