"""Assets for tests that need one, whichever."""

from __future__ import annotations

from dataclasses import replace

from presscheck.assets import AssetSpec, SlotCopy

SPEC = AssetSpec(
    id="a",
    campaign="c",
    brand="b",
    placement="p",
    width=512,
    height=512,
    locale="en",
    variant=1,
    seed=0,
    brief="x",
    slots=(),
)


def with_slots(*slots: SlotCopy, name: str = "a") -> AssetSpec:
    """Return an asset of 512 x 512 pixels with these slots."""
    return replace(SPEC, id=name, slots=slots)
