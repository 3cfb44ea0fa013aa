"""The copy contract: exactly the required strings stand in quotes."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from presscheck.assets import AssetSpec, Box, RenderMode, SlotCopy
from presscheck.brand import Brand
from presscheck.errors import CopyError
from presscheck.prompt import check_contract, compose, plain, quoted
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


def _asset(headline: str, legal: str = "Terms", brief: str = "A sale") -> AssetSpec:
    slots = [("headline", headline, 0.0), ("legal", legal, 0.8)]
    return AssetSpec(
        id="a", campaign="c", brand="kit", placement="p", width=512, height=512, locale="en",
        variant=1, seed=0, brief=brief,
        slots=tuple(
            SlotCopy(
                name=name, text=text, render=RenderMode.AUTO, box=Box(x=0, y=y, width=1, height=0.2)
            )
            for name, text, y in slots
        ),
    )  # fmt: skip


def _copy(text: str) -> bool:
    try:
        return bool(check_copy(text)) and bool(plain(text))
    except ValueError:
        return False


def _engine(prompt: str) -> list[str]:
    """Find copy as GLM-Image does: four kinds of quotation marks."""
    found = re.findall(r"'([^']*)'|“([^“”]*)”|\"([^\"]*)\"|「([^「」]*)」", prompt)
    return [next((part for part in groups if part), "") for groups in found]


COPY = st.text(min_size=1, max_size=30).filter(_copy)


@given(headline=COPY, legal=COPY, brief=st.text(min_size=1, max_size=60))
def test_an_engine_finds_the_required_copy_and_nothing_else(headline, legal, brief) -> None:
    asset = _asset(headline, legal, brief)
    check_contract(compose(asset, BRAND), [headline, legal], _engine)
    check_contract(compose(asset, BRAND, typeset={"legal"}), [headline], _engine)
    check_contract(compose(asset, BRAND, typeset={"headline", "legal"}), [], _engine)


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
