"""The copy contract: exactly the required strings stand in quotes."""

from __future__ import annotations

from typing import Any

import pytest
from diffusers import GlmImagePipeline
from hypothesis import given, settings
from hypothesis import strategies as st

from presscheck.assets import AssetSpec, Box, RenderMode, SlotCopy
from presscheck.brand import Brand
from presscheck.errors import CopyError
from presscheck.prompt import as_drawn, check_contract, compose, plain, quoted
from presscheck.spec import check_copy

SLOT = {
    "font": "text",
    "ink": "ink",
    "position": {"default": {"x": 0, "y": 0, "width": 1, "height": 0.2}},
}
BRAND = Brand.model_validate(
    {
        "name": "kit",
        "voice": 'It\'s "warm".',
        "motif": "hills 'and' a sun",
        "palette": {"paper": "#ebe6d7", "ink": "#14171d"},
        "ground": "paper",
        "accents": ["ink"],
        "fonts": {"text": {"file": "text.ttf"}},
        "slots": {"headline": SLOT, "legal": SLOT},
    }
)


def _asset(
    headline: str, legal: str = "Terms", brief: str = "A sale", mode: RenderMode = RenderMode.AUTO
) -> AssetSpec:
    slots = [("headline", headline, 0.0), ("legal", legal, 0.8)]
    return AssetSpec(
        id="a", campaign="c", brand="kit", placement="p", width=512, height=512, locale="en",
        variant=1, seed=0, brief=brief,
        slots=tuple(
            SlotCopy(
                name=name, text=text, render=mode, box=Box(x=0, y=y, width=1, height=0.2)
            )
            for name, text, y in slots
        ),
    )  # fmt: skip


def _copy(text: str) -> bool:
    try:
        return bool(check_copy(text)) and bool(as_drawn(text))
    except ValueError:
        return False


def _engine(prompt: str) -> list[str]:
    """Find copy with the installed pipeline's own extractor."""
    extract: Any = GlmImagePipeline.get_glyph_texts
    found: list[str] = extract(None, prompt)[0]
    return found


COPY = st.text(min_size=1, max_size=30).filter(_copy)
HOSTILE = st.text(
    alphabet=st.sampled_from("'‘’‛\"“”„‟«»「」『』`´′″ \na猫."), max_size=40
) | st.text(max_size=60)
"""Quotation marks and apostrophes of all kinds, and anything else."""


@settings(deadline=None)
@given(headline=COPY, legal=COPY, brief=HOSTILE, title=HOSTILE, voice=HOSTILE, motif=HOSTILE)
def test_an_engine_finds_the_required_copy_and_nothing_else(
    headline, legal, brief, title, voice, motif
) -> None:
    asset = _asset(headline, legal, brief)
    brand = BRAND.model_copy(update={"title": title, "voice": voice, "motif": motif})
    check_contract(compose(asset, brand), [headline, legal], _engine)
    check_contract(compose(asset, brand, typeset={"legal"}), [headline], _engine)
    check_contract(compose(asset, brand, typeset={"headline", "legal"}), [], _engine)


@pytest.mark.parametrize("title", ["Rock 'n' Roll", 'The "Best"', "「猫」屋", "“A” ‘B’"])
def test_a_brands_title_is_not_drawn(title: str) -> None:
    brand = BRAND.model_copy(update={"title": title})
    check_contract(compose(_asset("SALE", "TERMS"), brand), ["SALE", "TERMS"], _engine)


def test_slots_to_be_typeset_are_not_drawn_unless_the_caller_says_so() -> None:
    asset = _asset("SALE", "TERMS", mode=RenderMode.TYPESET)
    check_contract(compose(asset, BRAND), [], _engine)
    check_contract(compose(asset, BRAND, typeset=()), ["SALE", "TERMS"], _engine)


@pytest.mark.parametrize("copy", ['BIG "SALE"', 'BIG"SALE', "BIG “SALE”", "「SALE」"])
def test_copy_with_quotation_marks_is_refused_not_shortened(copy: str) -> None:
    with pytest.raises(CopyError, match="required is"):
        check_contract(compose(_asset(copy), BRAND), [copy, "Terms"], _engine)


def test_copy_keeps_every_mark_that_opens_nothing() -> None:
    assert as_drawn("6′ tall, 3″ wide, a`b") == "6′ tall, 3″ wide, a`b"
    assert as_drawn("it's ‘nice’") == "it’s ’nice’"


def test_a_slot_that_the_brand_lacks_is_named() -> None:
    brand = BRAND.model_copy(update={"slots": {"headline": BRAND.slots["headline"]}})
    with pytest.raises(CopyError, match=r"no slot 'legal'.*slots are headline"):
        compose(_asset("SALE"), brand)


def test_colours_and_voice_read_as_english() -> None:
    palette = {**BRAND.palette, "sea": "#147a78", "sun": "#f5c53b"}
    brand = BRAND.model_copy(
        update={
            "palette": palette, "accents": ("ink", "sea", "sun", "sea"), "voice": "Be bold!",
            "motif": "hills and a sun.",
        }
    )  # fmt: skip
    prompt = compose(_asset("SALE"), brand)
    assert "cream, with hills and a sun in black, teal and yellow. The" in prompt
    assert prompt.endswith("Tone: Be bold!")


@settings(deadline=None)
@given(text=st.text(max_size=80))
def test_plain_text_opens_no_quotation(text) -> None:
    assert _engine(plain(text)) == []
    assert plain(plain(text)) == plain(text)


def test_a_prompt_tells_format_colours_places_and_voice() -> None:
    prompt = compose(_asset("SALE"), BRAND, typeset={"legal"})
    assert prompt.startswith("A square poster for kit. A sale. The background is cream")
    assert 'The headline "SALE" stands across the top, centred.' in prompt
    assert "Leave the lower third plain." in prompt
    assert "Tone: It’s warm" in prompt
    assert "Terms" not in prompt


def test_copy_is_quoted_on_one_line() -> None:
    assert quoted("it's\nhere") == '"it’s here"'


@pytest.mark.parametrize(
    "prompt", ['draws "OTHER"', "draws nothing", 'draws "SALE" and "MORE"', 'draws "sale"']
)
def test_a_prompt_that_breaks_the_contract_is_refused(prompt) -> None:
    with pytest.raises(CopyError, match="required is"):
        check_contract(prompt, ["SALE"], _engine)
