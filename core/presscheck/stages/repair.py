"""Where a repair renders anew. Pure."""

from __future__ import annotations

from presscheck.assets import Asset, Attempt, Box, Decision
from presscheck.engine.sizes import box_before_crop
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
