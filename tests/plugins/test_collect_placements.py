"""From a campaign to its assets."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from presscheck.brand import Brand
from presscheck.errors import InputError
from presscheck.spec import Campaign
from presscheck.stages.collect import resolve_placements
from presscheck_plugins.collect_placements import collect_assets

POSITION = {
    "default": {"x": 0, "y": 0, "width": 1, "height": 0.2},
    "portrait": {"x": 0, "y": 0.5, "width": 1, "height": 0.2},
}
SLOT = {"font": "text", "ink": "ink", "position": POSITION}
BRAND = Brand.model_validate(
    {
        "name": "kit",
        "palette": {"paper": "#ebe6d7", "ink": "#14171d"},
        "ground": "paper",
        "fonts": {"text": {"file": "text.ttf"}},
        "slots": {"headline": SLOT, "cta": SLOT, "legal": {**SLOT, "default": "Terms apply"}},
        "forbidden": ["cheap"],
        "allowed": ["Kit & Co"],
    }
)


def _campaign(**changes: object) -> Campaign:
    tree = {
        "name": "spring",
        "brand": "kit",
        "brief": "x",
        "placements": [
            {"name": "square", "width": 512, "height": 512},
            {"name": "story", "width": 300, "height": 600},
        ],
        "locales": ["en", "de"],
        "copy": {"headline": {"en": "SALE", "de": "SOMMER"}},
        "delivery": [{"to": "folder", "path": "out"}],
    }
    return Campaign.model_validate({**tree, **changes})


def test_every_placement_locale_and_variant_is_an_asset_in_order() -> None:
    assets = [*collect_assets(_campaign(variants=2), BRAND)]
    assert [asset.id for asset in assets] == [
        "square_en_1", "square_en_2", "square_de_1", "square_de_2",
        "story_en_1", "story_en_2", "story_de_1", "story_de_2",
    ]  # fmt: skip
    assert len({asset.seed for asset in assets}) == 8
    assert all(asset.forbidden == ("cheap",) for asset in assets)


def test_the_brand_and_the_campaign_allow_text_in_the_scene() -> None:
    assets = [*collect_assets(_campaign(allowed=["OPEN"]), BRAND)]
    assert all(asset.allowed == ("Kit & Co", "OPEN") for asset in assets)


def test_slots_take_the_locales_copy_or_the_brands_default() -> None:
    asset = [*collect_assets(_campaign(), BRAND)][1]
    assert {slot.name: slot.text for slot in asset.slots} == {
        "headline": "SOMMER",
        "legal": "Terms apply",
    }


def test_a_slots_region_follows_the_placements_shape() -> None:
    boxes = {a.placement: a.slot("headline").box.y for a in collect_assets(_campaign(), BRAND)}
    assert boxes == {"square": 0, "story": 0.5}


@given(seed=st.integers(0, 2**32 - 1), variants=st.integers(1, 5))
def test_more_variants_leave_the_seeds_of_the_others_alone(seed, variants) -> None:
    few = {a.id: a.seed for a in collect_assets(_campaign(seed=seed, variants=variants), BRAND)}
    more = {
        a.id: a.seed for a in collect_assets(_campaign(seed=seed, variants=variants + 1), BRAND)
    }
    assert few.items() <= more.items()


def test_channel_presets_become_sizes() -> None:
    campaign = resolve_placements(_campaign(placements=["post"]), {"post": (1080, 1080)})
    (asset, _) = collect_assets(campaign, BRAND)
    assert (asset.placement, asset.width, asset.height) == ("post", 1080, 1080)


def test_a_placement_listed_twice_is_told() -> None:
    with pytest.raises(InputError, match="'post' is listed twice"):
        resolve_placements(_campaign(placements=["post", "post"]), {"post": (64, 64)})
