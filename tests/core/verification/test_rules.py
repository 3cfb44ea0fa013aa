"""The rules of comparing: what is the same text, and what the ink says about spaces."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from presscheck.verification.compare import edits, likeness, same_letters, wrong_words
from presscheck.verification.normalise import compact, normalise
from presscheck.verification.spacing import confirms, ink_runs, words_of


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Cafe\u0301", "Café"),
        ("don’t", "don't"),
        ("2019–2020", "2019-2020"),
        ("SUMMER\n SALE ", "SUMMER SALE"),
        ("50\u00a0% OFF", "50 % OFF"),
        ("SA\u00adLE", "SALE"),
        ("早い！", "早い!"),
        ("Wait…", "Wait..."),
    ],
)
def test_these_are_the_same(one: str, other: str) -> None:
    assert normalise(one) == normalise(other)


@pytest.mark.parametrize("wrong", ["Summer Sale", "SUMMER sale", "sUMMER sale", "Sümmer sale"])
def test_case_and_accents_count(wrong: str) -> None:
    assert edits("Summer sale", wrong) > 0


def test_copy_may_be_drawn_wholly_in_capitals() -> None:
    assert edits("Straße frei", "STRASSE FREI") == 0
    assert edits("SUMMER", "Summer") > 0


def test_what_is_nearer_to_capitals_is_compared_with_capitals() -> None:
    assert edits("Llévate dos", "LLéVATe DOS") == 2
    assert edits("Llévate dos", "LLévate dos") == 1


@given(st.text(max_size=30))
def test_normalising_twice_changes_nothing(text: str) -> None:
    assert normalise(normalise(text)) == normalise(text)
    assert " " not in compact(text)


@given(st.text(alphabet="ABCDE fgh", min_size=1, max_size=20))
def test_text_is_like_itself(text: str) -> None:
    assert edits(text, text) == 0
    assert likeness(text, text) == 1
    assert wrong_words(text, text) == ()


def test_wrong_words_are_paired() -> None:
    assert wrong_words("BIG SUMMER SALE", "BIG SUMER SALE") == (("SUMMER", "SUMER"),)
    assert wrong_words("BACK TO SCHOOL", "BACKTO SCHOOL") == (("BACK TO", "BACKTO"),)
    assert wrong_words("FRESH BREAD", "") == (("FRESH", ""), ("BREAD", ""))


def test_only_spaces_differ() -> None:
    assert same_letters("SUMMER SALE", "S UMMERSALE")
    assert not same_letters("SUMMER SALE", "SUMER SALE")


def cells(text: str) -> np.ndarray:
    """Draw letterspaced blocks, one in each cell of 32 pixels; I is a narrow one."""
    pixels = np.full((66, 32 * len(text) + 20, 3), 240, np.uint8)
    for number, letter in enumerate(text):
        half = 4 if letter == "I" else 12
        middle = 32 * number + 26
        if letter != " ":
            pixels[10:56, middle - half : middle + half] = 20
    return pixels


@pytest.mark.parametrize(
    "text", ["SUMMER SALE", "MIDNIGHT", "GO OUTSIDE", "WILD ISLAND", "HAWAII II", "A I R"]
)
def test_letterspaced_words_are_told_from_their_gaps(text: str) -> None:
    runs, height = ink_runs(cells(text))
    assert height == 46
    assert words_of(runs, height) == [len(word) for word in text.split()]
    assert confirms(cells(text), text.split())


def test_a_lost_space_is_not_confirmed() -> None:
    assert not confirms(cells("BACKTO"), ["BACK", "TO"])
    assert not confirms(cells("BACK TO"), ["BACKTO"])
    assert not confirms(np.full((20, 60, 3), 9, np.uint8), ["BACK", "TO"])


def test_a_space_that_moved_is_not_confirmed() -> None:
    assert not confirms(cells("BACK TOS CHOOL"), ["BACK", "TO", "SCHOOL"])
    assert not confirms(cells("FRESHB READ"), ["FRESH", "BREAD"], ["FRESHB", "READ"])
