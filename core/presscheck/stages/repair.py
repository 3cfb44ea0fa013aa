"""Where a repair renders anew, and what it leaves as it was. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from presscheck.assets import Asset, Attempt, Box, Decision, Roll
from presscheck.engine.sizes import box_before_crop
from presscheck.reroll import source
from presscheck.verification.lines import around, grow

MARGIN = 0.01
"""How far beyond what was read a repair reaches, in fractions of the image: strokes' ends."""


def region_to_repair(
    asset: Asset, start: Attempt, decision: Decision, size: tuple[int, int]
) -> Box:
    """Return what is rendered anew, in fractions of the planned `size`.

    That is the slot's region with whatever was read in its place.
    """
    read = [
        grow(reading.box, MARGIN)
        for verdict in start.verdicts
        for reading in verdict.slots
        if reading.slot == decision.repair and reading.box is not None
    ]
    box = around([asset.spec.slot(decision.repair).box, *read])
    return box_before_crop(box, size, asset.spec.width, asset.spec.height)


def drawn_before(attempts: Sequence[Attempt], decision: Decision) -> Attempt | None:
    """Return the attempt drawn as a whole that a repair or a typeset roll changes; None for others.

    Of repairs of repairs that is still the first picture, which was read as a whole.
    """
    if not attempts or decision.roll not in {Roll.REPAIR, Roll.TYPESET}:
        return None
    start = source(attempts, decision)
    before = attempts[: attempts.index(start) + 1]
    drawn = [one for one in before if one.roll in {Roll.PLAN, Roll.RENDER}]
    return next((one for one in reversed(drawn) if one.plan == start.plan), None)
