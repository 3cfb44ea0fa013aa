"""The distinct strings of a campaign, each with the smallest image of its shape."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from presscheck.assets import AssetSpec, SlotCopy
from presscheck.brand import Brand
from presscheck.calibration import shape

LONGEST = 1600
"""Pixels; a larger image is set at this length: readers scale it down further."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Copy:
    """A string in its slot; `spec` is an asset with nothing else in it."""

    spec: AssetSpec
    slot: SlotCopy

    @property
    def name(self) -> str:
        """What a seed is made of."""
        spec = self.spec
        return f"{self.slot.name}:{spec.locale}:{spec.width}x{spec.height}:{self.slot.text}"

    def saying(self, text: str) -> AssetSpec:
        """Return the asset with another text in the slot."""
        return replace(self.spec, slots=(replace(self.slot, text=text),))


def distinct(specs: Sequence[AssetSpec], brand: Brand) -> list[Copy]:
    """Return each slot, text and locale once for each shape of image, in the order of the assets.

    Slots that the brand doesn't have are left to others.
    """
    found: dict[tuple[object, ...], Copy] = {}
    for spec in sorted(specs, key=lambda spec: spec.width * spec.height):
        for slot in spec.slots:
            key = (slot.name, slot.text, spec.locale, shape(spec.width, spec.height))
            if slot.name in brand.slots and key not in found:
                found[key] = Copy(spec=replace(_smaller(spec), slots=(slot,)), slot=slot)
    order = {name: number for number, name in enumerate(brand.slots)}
    return sorted(found.values(), key=lambda copy: order[copy.slot.name])


def _smaller(spec: AssetSpec) -> AssetSpec:
    scale = LONGEST / max(spec.width, spec.height)
    if scale >= 1:
        return spec
    width, height = (max(64, round(side * scale)) for side in (spec.width, spec.height))
    return replace(spec, width=width, height=height)
