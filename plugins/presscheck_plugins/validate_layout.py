"""Judges where copy and logo lie: apart from each other, and inside the safe zone."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from presscheck.assets import AssetSpec, Box, Finding, Severity
from presscheck.brand import Brand
from presscheck.hookspecs import hookimpl

CHECK = "layout"
LOGO = "logo"
TOLERANCE = 1e-6
"""Regions that merely touch don't overlap; written fractions are not exact in binary."""


@hookimpl
def validate_asset(asset: AssetSpec, brand: Brand) -> Iterator[Finding]:
    """Yield a finding for every overlap, and for everything that leaves the safe zone."""
    boxes = [(copy.name, copy.box) for copy in asset.slots]
    if brand.logo is not None:
        boxes.append((LOGO, brand.logo.position.region(asset.width, asset.height).box))
    for (name, box), (other, other_box) in combinations(boxes, 2):
        if box.intersection(other_box) > TOLERANCE:
            message = f"the region overlaps that of {other}."
            yield _finding(asset, name, box, message, "Move one of them in the brand file.")
    for name, box in boxes:
        if sides := _outside(box, brand.safe_zone):
            message = f"the region leaves the safe zone at the {' and '.join(sides)}."
            remedy = f"Keep it {brand.safe_zone:.0%} of the image away from every edge."
            yield _finding(asset, name, box, message, remedy)


def _outside(box: Box, margin: float) -> list[str]:
    distances = {
        "left": box.x,
        "top": box.y,
        "right": 1 - box.x - box.width,
        "bottom": 1 - box.y - box.height,
    }
    return [side for side, distance in distances.items() if distance < margin - TOLERANCE]


def _finding(asset: AssetSpec, slot: str, box: Box, message: str, remedy: str) -> Finding:
    return Finding(
        check=CHECK,
        severity=Severity.ERROR,
        message=message,
        remedy=remedy,
        asset=asset.id,
        slot=slot,
        box=box,
    )
