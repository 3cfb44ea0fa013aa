from pathlib import Path

import pytest

import presscheck_templates
from presscheck.assets import AssetSpec, RenderMode, Severity, SlotCopy
from presscheck.brand import Brand
from presscheck.loading import load_brand
from presscheck_plugins.validate_contrast import validate_asset

BRAND = load_brand(Path(presscheck_templates.__file__).parent / "brands/sundial/brand.yaml")


def asset(slot: str, render: RenderMode = RenderMode.TYPESET) -> AssetSpec:
    copy = SlotCopy(
        name=slot, text="Sale", render=render, box=BRAND.slots["cta"].position.default.box
    )
    return AssetSpec(
        id="hero_en_1",
        campaign="c",
        brand="sundial",
        placement="hero",
        width=500,
        height=500,
        locale="en",
        variant=1,
        seed=1,
        brief="b",
        slots=(copy,),
    )


def with_slot(name: str, **changes: str | None) -> Brand:
    slot = BRAND.slots[name].model_copy(update=changes)
    return BRAND.model_copy(update={"slots": {**BRAND.slots, name: slot}})


@pytest.mark.parametrize("slot", list(BRAND.slots))
def test_the_kit_reads_well(slot: str) -> None:
    assert list(validate_asset(asset(slot), BRAND)) == []


def test_ink_too_close_to_its_panel_is_an_error() -> None:
    (finding,) = validate_asset(asset("cta"), with_slot("cta", panel="coral"))
    assert finding.severity is Severity.ERROR
    assert finding.message == "ink cream reaches 2.55:1 on coral, 4.5:1 is wanted."
    assert finding.remedy == "Choose another ink or panel."


def test_ink_without_a_panel_must_read_on_the_ground() -> None:
    (finding,) = validate_asset(asset("legal"), with_slot("legal", ink="yellow"))
    assert "on cream" in finding.message
    assert finding.remedy.endswith("ground.")


def test_what_the_model_draws_and_what_the_brand_lacks_is_not_judged() -> None:
    poor = with_slot("cta", panel="coral")
    assert list(validate_asset(asset("cta", RenderMode.MODEL), poor)) == []
    assert list(validate_asset(asset("badge"), poor)) == []
