"""Collect: from a campaign to its assets."""

from __future__ import annotations

from collections.abc import Mapping

from presscheck.assets import AssetSpec
from presscheck.brand import Brand
from presscheck.errors import InputError
from presscheck.plugins import Plugins
from presscheck.spec import Campaign, Placement


def resolve_placements(campaign: Campaign, channels: Mapping[str, tuple[int, int]]) -> Campaign:
    """Return the campaign with every channel preset replaced by its size in pixels.

    Raises:
        InputError: A preset doesn't exist, or two placements share a name.
    """
    resolved = tuple(_resolve(placement, channels) for placement in campaign.placements)
    names = [placement.name for placement in resolved]
    if twice := next((name for name in names if names.count(name) > 1), None):
        raise InputError(
            f"placements: {twice!r} is listed twice.", remedy="Give each placement its own name."
        )
    return campaign.model_copy(update={"placements": resolved})


def _resolve(placement: str | Placement, channels: Mapping[str, tuple[int, int]]) -> Placement:
    if isinstance(placement, Placement):
        return placement
    if placement not in channels:
        raise InputError(
            f"placements: there is no channel preset {placement!r}.",
            remedy=f"Presets: {', '.join(sorted(channels))}; or write name, width and height.",
        )
    width, height = channels[placement]
    return Placement(name=placement, width=width, height=height)


def collect(campaign: Campaign, brand: Brand, plugins: Plugins) -> list[AssetSpec]:
    """Return every asset of the campaign, in a stable order.

    Raises:
        InputError: There is none, or two share an id.
    """
    specs = plugins.collect_assets(campaign, brand)
    ids = [spec.id for spec in specs]
    if twice := next((name for name in ids if ids.count(name) > 1), None):
        raise InputError(f"two assets share the id {twice!r}.", remedy="Check the collect plugins.")
    if not specs:
        raise InputError("the campaign makes no asset.", remedy="Add placements and copy.")
    return specs
