"""Judges the brand's own colours: a slot's ink must read on its panel, or on the ground."""

from __future__ import annotations

from collections.abc import Iterator

from presscheck.assets import AssetSpec, Finding, RenderMode, Severity
from presscheck.brand import Brand
from presscheck.colour import contrast, rgb
from presscheck.hookspecs import hookimpl


@hookimpl
def validate_asset(asset: AssetSpec, brand: Brand) -> Iterator[Finding]:
    """Yield a finding for every slot to be typeset whose ink is too close to what it stands on."""
    for copy in asset.slots:
        slot = brand.slots.get(copy.name)
        if slot is None or copy.render is RenderMode.MODEL:
            continue
        beneath = slot.panel or brand.ground
        ratio = contrast(rgb(brand.palette[slot.ink]), rgb(brand.palette[beneath]))
        if ratio < brand.min_contrast:
            yield Finding(
                check="contrast",
                severity=Severity.ERROR,
                message=(
                    f"ink {slot.ink} reaches {ratio:.2f}:1 on {beneath}, "
                    f"{brand.min_contrast:g}:1 is wanted."
                ),
                remedy=f"Choose another ink or {'panel' if slot.panel else 'ground'}.",
                asset=asset.id,
                slot=copy.name,
                box=copy.box,
            )
