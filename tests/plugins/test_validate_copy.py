from dataclasses import replace
from pathlib import Path

import pytest

import presscheck_templates
from presscheck.assets import AssetSpec, Box, Finding, RenderMode, Severity, SlotCopy
from presscheck.brand import Brand
from presscheck.loading import load_brand
from presscheck_plugins.validate_copy import holds_words, validate_asset

BRAND = load_brand(Path(presscheck_templates.__file__).parent / "brands/sundial/brand.yaml")
ASSET = AssetSpec(
    id="hero_en_1",
    campaign="c",
    brand="sundial",
    placement="hero",
    width=1080,
    height=1080,
    locale="en",
    variant=1,
    seed=1,
    brief="b",
    slots=(),
)


def asset(render: RenderMode = RenderMode.TYPESET, **copy: str) -> AssetSpec:
    slots = tuple(
        SlotCopy(name=name, text=text, render=render, box=BRAND.slots[name].position.default.box)
        for name, text in ({"headline": "SALE"} | copy).items()
    )
    return replace(ASSET, slots=slots)


def only(spec: AssetSpec, brand: Brand = BRAND) -> Finding:
    (finding,) = validate_asset(spec, brand)
    return finding


def test_good_copy_has_no_findings() -> None:
    assert list(validate_asset(asset(cta="Shop the sale", price="€249"), BRAND)) == []


def test_missing_required_copy_is_an_error() -> None:
    finding = only(ASSET)
    assert (finding.severity, finding.slot) == (Severity.ERROR, "headline")
    assert finding.remedy == "Add headline to the copy."


def test_a_character_without_a_glyph_is_named_with_its_code() -> None:
    finding = only(asset(cta="特 Sale"))
    assert "特 (U+7279 CJK UNIFIED IDEOGRAPH-7279)" in finding.message
    assert finding.slot == "cta"
    assert finding.remedy


def test_copy_that_does_not_fit_is_an_error() -> None:
    finding = only(asset(cta="Shop the whole summer sale right now " * 3))
    assert finding.severity is Severity.ERROR
    assert "does not fit" in finding.message
    assert "Shorten" in finding.remedy


def test_copy_that_the_model_draws_needs_no_glyphs_and_no_fit() -> None:
    spec = asset(RenderMode.MODEL, cta="特 " * 60)
    assert list(validate_asset(spec, BRAND)) == []


def test_tiny_copy_is_told_as_a_warning() -> None:
    small = replace(asset(legal="Offer ends 31 August."), width=200, height=200)
    finding = only(small)
    assert (finding.severity, finding.slot) == (Severity.WARNING, "legal")


def test_a_font_that_cannot_be_opened_is_told_for_every_slot(tmp_path: Path) -> None:
    findings = list(validate_asset(asset(cta="Shop"), BRAND.at(tmp_path)))
    assert [finding.slot for finding in findings] == ["headline", "cta"]
    assert all("cannot be read" in finding.message for finding in findings)


def test_words_forbidden_by_brand_and_slot_are_all_told() -> None:
    findings = list(validate_asset(asset(cta="Click here, CHEAP"), BRAND))
    assert [f.message.split(" is")[0] for f in findings] == ["'cheap'", "'click here'"]


@pytest.mark.parametrize(
    ("text", "words", "expected"),
    [
        ("Nice and Cheap.", "cheap", True),
        ("Cheaper", "cheap", False),
        ("click\nHERE", "click here", True),
        ("GROSSE Größe", "größe", True),
        ("Straße", "STRASSE", True),
        ("100% safe", "100%", True),
        ("a.b", "a+b", False),
        ("anything", " ", False),
    ],
)
def test_forbidden_words_match_whole_and_in_any_case(text, words, expected) -> None:
    assert holds_words(text, words) is expected


def test_slots_that_the_brand_lacks_are_left_to_others() -> None:
    extra = SlotCopy(
        name="badge",
        text="New",
        render=RenderMode.TYPESET,
        box=Box(x=0.1, y=0.5, width=0.1, height=0.1),
    )
    spec = asset()
    assert list(validate_asset(replace(spec, slots=(*spec.slots, extra)), BRAND)) == []
