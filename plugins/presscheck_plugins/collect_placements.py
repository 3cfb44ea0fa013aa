"""Makes an asset of every placement x locale x variant."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

from presscheck.assets import AssetSpec, SlotCopy
from presscheck.brand import Brand
from presscheck.hookspecs import hookimpl
from presscheck.job import derive_seed
from presscheck.spec import Campaign, Placement


@hookimpl
def collect_assets(campaign: Campaign, brand: Brand) -> Iterator[AssetSpec]:
    """Yield the assets in the order in which the campaign lists placements and locales."""
    placements = [item for item in campaign.placements if isinstance(item, Placement)]
    variants = range(1, campaign.variants + 1)
    for placement, locale, variant in product(placements, campaign.locales, variants):
        name = f"{placement.name}_{locale}_{variant}"
        yield AssetSpec(
            id=name,
            campaign=campaign.name,
            brand=brand.name,
            placement=placement.name,
            width=placement.width,
            height=placement.height,
            locale=locale,
            variant=variant,
            seed=derive_seed(campaign.seed, campaign.name, name),
            brief=campaign.brief,
            slots=tuple(_slots(campaign, brand, placement, locale)),
            forbidden=brand.forbidden,
            allowed=(*brand.allowed, *campaign.allowed),
        )


def _slots(
    campaign: Campaign, brand: Brand, placement: Placement, locale: str
) -> Iterator[SlotCopy]:
    for name, slot in brand.slots.items():
        text = campaign.text(name, locale) or slot.default
        if text:
            region = slot.position.region(placement.width, placement.height)
            yield SlotCopy(name=name, text=text, render=slot.render, box=region.box)
