"""What a campaign may say."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from presscheck.spec import QUOTES, Campaign, check_copy, safe_relative

TREE = {
    "name": "spring",
    "brand": "sundial",
    "brief": "x",
    "placements": ["story", {"name": "wide", "width": 800, "height": 100}],
    "locales": ["en", "de-AT", "zh-Hant-TW"],
    "copy": {"headline": "SALE", "cta": {"en": "Go", "de-AT": "Los", "zh-Hant-TW": "去"}},
    "delivery": [{"to": "folder", "path": "out"}],
}


def test_a_campaign_goes_through_json_unchanged() -> None:
    campaign = Campaign.model_validate(TREE)
    assert Campaign.model_validate(campaign.model_dump(mode="json", by_alias=True)) == campaign


def test_copy_is_found_by_locale_or_for_all() -> None:
    campaign = Campaign.model_validate(TREE)
    assert campaign.text("headline", "de-AT") == "SALE"
    assert campaign.text("cta", "de-AT") == "Los"
    assert campaign.text("legal", "en") is None


def test_a_campaign_cannot_be_changed() -> None:
    with pytest.raises(ValidationError):
        Campaign.model_validate(TREE).name = "other"


@pytest.mark.parametrize("allowed", [[" "], ["x" * 101], [7], "OPEN"])
def test_allowed_text_is_a_list_of_short_phrases(allowed: object) -> None:
    with pytest.raises(ValidationError):
        Campaign.model_validate({**TREE, "allowed": allowed})


@given(text=st.text(max_size=60))
def test_copy_that_passes_is_normal_and_holds_nothing_that_opens_a_quotation(text) -> None:
    try:
        clean = check_copy(text)
    except ValueError:
        return
    assert clean == unicodedata.normalize("NFC", text)
    assert clean.strip()
    assert not set(clean) & set(QUOTES)
    assert check_copy(clean) == clean


@given(path=st.text(max_size=30) | st.from_regex(r"(\.\./|/|a/|\./|\\|~){1,6}", fullmatch=True))
def test_a_kits_path_never_leaves_its_folder(path) -> None:
    from pathlib import Path

    try:
        inside = safe_relative(path)
    except ValueError:
        return
    assert (Path("/kit") / inside).is_relative_to("/kit")
    assert ".." not in Path(inside).parts
