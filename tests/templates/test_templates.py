from pathlib import Path

import pytest
from PIL import Image

import presscheck_templates
from presscheck.assets import AssetSpec, RenderMode
from presscheck.brand import Brand, Position, Region
from presscheck.fonts import open_face
from presscheck.loading import load_brand
from presscheck.plugins import Plugins
from presscheck.spec import Campaign
from presscheck.typeset import set_slots
from presscheck_plugins.collect_placements import collect_assets

KITS = Path(presscheck_templates.__file__).parent / "brands"
CHANNELS = {
    "instagram-post": (1080, 1080),
    "instagram-portrait": (1080, 1350),
    "instagram-story": (1080, 1920),
    "youtube-thumbnail": (1280, 720),
    "leaderboard": (728, 90),
    "medium-rectangle": (300, 250),
    "half-page": (300, 600),
    "facebook-post": (1200, 630),
    "linkedin-post": (1200, 627),
    "pinterest-pin": (1000, 1500),
    "x-post": (1600, 900),
}
COPY = {
    "headline": {"en": "LONG SUMMER SALE", "de": "LANGER SOMMER", "fr": "SOLDES D’ÉTÉ"},
    "subhead": {
        "en": "Teak loungers and parasols, ready for the terrace by Friday.",
        "de": "Liegen und Schirme aus Teakholz, bis Freitag auf deiner Terrasse.",
        "fr": "Transats et parasols en teck, livrés avant vendredi.",
    },
    "cta": {"en": "Shop the sale", "de": "Angebote entdecken", "fr": "Découvrir les offres"},
    "price": {"en": "from €249", "de": "ab 249 €", "fr": "dès 249 €"},
    "legal": {
        "en": "Offer ends 31 August.",
        "de": "Gültig bis 31. August.",
        "fr": "Valable jusqu’au 31 août.",
    },
}


@pytest.fixture(scope="module")
def plugins() -> Plugins:
    return Plugins.load()


@pytest.fixture(scope="module", params=["northline", "sundial"])
def brand(request: pytest.FixtureRequest, plugins: Plugins) -> Brand:
    return load_brand(plugins.brands()[request.param].path)


def assets_of(brand: Brand, channel: str) -> list[AssetSpec]:
    width, height = CHANNELS[channel]
    campaign = Campaign.model_validate(
        {
            "name": "summer",
            "brand": brand.name,
            "brief": "A summer sale.",
            "placements": [{"name": channel, "width": width, "height": height}],
            "locales": ["en", "de", "fr"],
            "copy": COPY,
            "delivery": [{"to": "folder", "path": "out"}],
        }
    )
    return list(collect_assets(campaign, brand))


def test_every_channel_preset_has_its_size_and_a_note(plugins: Plugins) -> None:
    assert plugins.channels() == CHANNELS
    entries = [entry for found in plugins.manager.hook.register_channels() for entry in found]
    assert all(entry.note for entry in entries)


@pytest.mark.parametrize("channel", CHANNELS)
def test_a_kit_is_clean_on_every_channel(brand: Brand, plugins: Plugins, channel: str) -> None:
    for asset in assets_of(brand, channel):
        assert plugins.validate_asset(asset, brand) == []


@pytest.mark.parametrize("channel", ["leaderboard", "medium-rectangle", "half-page"])
def test_a_kit_sets_all_its_slots(brand: Brand, channel: str) -> None:
    picture = Image.new("RGB", CHANNELS[channel], brand.palette[brand.ground])
    for asset in assets_of(brand, channel):
        result = set_slots(picture, asset, brand, [slot.name for slot in asset.slots])
        assert set(result.boxes) == set(COPY)


def test_the_model_draws_the_headline_and_nothing_else(brand: Brand) -> None:
    modes = {name: slot.render for name, slot in brand.slots.items()}
    assert modes.pop("headline") is RenderMode.AUTO
    assert set(modes.values()) == {RenderMode.TYPESET}
    assert brand.slots["headline"].required


@pytest.mark.parametrize("size", [(1080, 1080), (1080, 1920), (1280, 720)])
def test_the_headline_is_at_the_top_and_typeset_copy_in_the_lower_third(
    brand: Brand, size: tuple[int, int]
) -> None:
    for name, slot in brand.slots.items():
        box = slot.position.region(*size).box
        assert box.y + box.height <= 0.36 + 1e-9 if name == "headline" else box.y >= 0.67


def test_every_font_opens_and_carries_its_licence(brand: Brand) -> None:
    for font in brand.fonts.values():
        face = open_face(brand.file(font.file), font.axes)
        assert face.missing("ÄÖÜäöüßÀÉÈÊÇàéèêçœŒŁłŠšĞğ €£%’–—") == ()
        assert "SIL OPEN FONT LICENSE" in brand.file(font.licence).read_text(encoding="utf-8")


def test_the_logo_has_transparency(brand: Brand) -> None:
    assert brand.logo is not None
    with Image.open(brand.file(brand.logo.file)) as logo:
        assert logo.mode == "RGBA"
        assert logo.getchannel("A").getextrema() == (0, 255)


def test_a_banner_has_its_own_region_or_takes_the_landscape() -> None:
    low, wide, flat = (Region(x=0, y=0, width=1, height=h) for h in (0.1, 0.2, 0.3))
    position = Position(default=low, landscape=wide, banner=flat)
    assert position.region(728, 90) is flat
    assert position.region(1600, 900) is wide
    assert Position(default=low, landscape=wide).region(728, 90) is wide


def test_sizes_follow_the_shorter_side_except_in_a_banner(brand: Brand) -> None:
    slot = brand.slots["headline"]
    assert slot.sizes(1080, 1920)[1] == pytest.approx(slot.max_size * 1080)
    assert slot.sizes(728, 90)[1] == pytest.approx(slot.max_size * 256, abs=0.1)
