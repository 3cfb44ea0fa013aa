"""Plain words for colours."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from presscheck.colour_words import COLOUR_WORDS, lab, nearest_word

BYTE = st.integers(0, 255)


@pytest.mark.parametrize("word", COLOUR_WORDS)
def test_every_word_is_nearest_to_its_own_colour(word) -> None:
    assert nearest_word(COLOUR_WORDS[word]) == word


@given(r=BYTE, g=BYTE, b=BYTE)
def test_every_colour_has_a_word_in_either_case(r, g, b) -> None:
    colour = f"#{r:02x}{g:02x}{b:02x}"
    assert nearest_word(colour) == nearest_word(colour.upper())
    assert -0.01 <= lab(colour)[0] <= 100.01


def test_known_values_of_cie_lab() -> None:
    assert lab("#ffffff") == pytest.approx((100, 0, 0), abs=0.02)
    assert lab("#000000") == pytest.approx((0, 0, 0), abs=0.02)
    assert lab("#ff0000") == pytest.approx((53.24, 80.09, 67.20), abs=0.05)
