"""Acme's rules: a finisher, a check, an opinion on re-rolls, and a log of the stages."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence

from PIL import ImageOps

from presscheck import hookimpl
from presscheck.assets import AssetSpec, Attempt, Decision, Finding, Severity
from presscheck.brand import Brand
from presscheck.registry import FinisherEntry, Master

log = logging.getLogger("acme_presscheck")


class Border:
    """Draws a thin frame in the colour of the brand's ground."""

    def __init__(self, brand: Brand) -> None:
        self.colour = brand.palette[brand.ground]

    def finish(self, master: Master, asset: AssetSpec) -> Master:
        width = max(2, round(min(asset.width, asset.height) * 0.006))
        inner = ImageOps.crop(master.image, border=width)
        return Master(image=ImageOps.expand(inner, border=width, fill=self.colour), xmp=master.xmp)


@hookimpl
def register_finishers() -> Iterator[FinisherEntry]:
    """Picked by name: a brand lists `acme-border` among its finishers."""
    yield FinisherEntry(name="acme-border", summary="a thin frame", phase="picture", create=Border)


@hookimpl
def validate_asset(asset: AssetSpec, brand: Brand) -> Iterator[Finding]:
    """Everyone has a say: Acme doesn't shout."""
    for slot in asset.slots:
        if slot.text.endswith("!!"):
            yield Finding(
                check="acme-voice",
                severity=Severity.WARNING,
                asset=asset.id,
                slot=slot.name,
                message=f"{slot.text!r} shouts.",
                remedy=f"{brand.title or brand.name} uses one exclamation mark at most.",
            )


@hookimpl
def plan_reroll(asset: AssetSpec, brand: Brand, attempts: Sequence[Attempt]) -> Decision | None:
    """First opinion wins: drafts (locale `en-ZZ`) are not worth a second roll."""
    if asset.locale == "en-ZZ" and not attempts[-1].accepted:
        return Decision(roll=None, reason="a draft is not rolled again")
    return None


@hookimpl
def after_stage(stage: str, asset: AssetSpec, seconds: float) -> None:
    """Observe: keep what every stage took."""
    log.info("%s %s took %.2f s", asset.id, stage, seconds)
