from presscheck.assets import AssetSpec, Box, RenderMode, Severity, SlotCopy
from presscheck.brand import Brand
from presscheck_plugins.validate_layout import validate_asset

REGION = {"x": 0.1, "y": 0.1, "width": 0.3, "height": 0.3}
BRAND = Brand.model_validate(
    {
        "name": "b",
        "palette": {"white": "#ffffff", "black": "#000000"},
        "ground": "white",
        "fonts": {"text": {"file": "text.ttf"}},
        "logo": {
            "file": "logo.png",
            "position": {"default": {"x": 0.8, "y": 0.8, "width": 0.15, "height": 0.15}},
        },
        "slots": {
            "headline": {"position": {"default": REGION}, "font": "text", "ink": "black"},
            "cta": {"position": {"default": REGION}, "font": "text", "ink": "black"},
        },
        "safe_zone": 0.05,
    }
)


def asset(**boxes: Box) -> AssetSpec:
    return AssetSpec(
        id="hero_en_1",
        campaign="c",
        brand="b",
        placement="hero",
        width=500,
        height=500,
        locale="en",
        variant=1,
        seed=1,
        brief="b",
        slots=tuple(
            SlotCopy(name=name, text="Sale", render=RenderMode.AUTO, box=box)
            for name, box in boxes.items()
        ),
    )


def box(x: float, y: float, width: float = 0.3, height: float = 0.3) -> Box:
    return Box(x=x, y=y, width=width, height=height)


def test_regions_that_touch_do_not_overlap() -> None:
    assert list(validate_asset(asset(headline=box(0.1, 0.1), cta=box(0.1, 0.4)), BRAND)) == []


def test_overlapping_slots_are_told_once_with_a_box() -> None:
    (finding,) = validate_asset(asset(headline=box(0.1, 0.1), cta=box(0.2, 0.2)), BRAND)
    assert finding.severity is Severity.ERROR
    assert (finding.slot, finding.message) == ("headline", "the region overlaps that of cta.")
    assert finding.box == box(0.1, 0.1)
    assert finding.remedy


def test_a_slot_must_not_lie_under_the_logo() -> None:
    (finding,) = validate_asset(asset(cta=box(0.6, 0.6)), BRAND)
    assert "logo" in finding.message


def test_slots_without_copy_do_not_count() -> None:
    assert list(validate_asset(asset(headline=box(0.1, 0.1)), BRAND)) == []


def test_leaving_the_safe_zone_names_every_side() -> None:
    (finding,) = validate_asset(asset(headline=box(0.01, 0.02)), BRAND)
    assert "at the left and top" in finding.message
    assert "5%" in finding.remedy


def test_the_logo_must_keep_to_the_safe_zone_too() -> None:
    (finding,) = validate_asset(asset(), BRAND.model_copy(update={"safe_zone": 0.1}))
    assert finding.slot == "logo"
