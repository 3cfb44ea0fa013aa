import pytest
from hypothesis import given
from hypothesis import strategies as st

from presscheck.linebreak import balance, direction, pieces, wrap

WORDS = st.lists(st.text("abcdefgh", min_size=1, max_size=9), min_size=1, max_size=12)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("long summer sale", ["long ", "summer ", "sale"]),
        ("ab 249\u00a0€", ["ab ", "249\u00a0€"]),
        ("E-Bike jetzt", ["E-", "Bike ", "jetzt"]),
        ("50 - 70 %", ["50 ", "- ", "70 ", "%"]),
        ("夏の特売。", ["夏", "の", "特", "売。"]),
        ("「夏」", ["「夏」"]),
    ],
)
def test_copy_breaks_where_it_may(text: str, expected: list[str]) -> None:
    assert pieces(text) == expected


def test_balanced_lines_leave_no_widow() -> None:
    text = "one two three four five six a"
    assert wrap(text, 27, len) == ["one two three four five six", "a"]
    assert balance(text, 27, len) == ["one two three", "four five six a"]


def test_a_word_wider_than_the_line_does_not_fit() -> None:
    assert wrap("Schlussverkauf", 10, len) is None


def test_a_line_feed_always_breaks() -> None:
    assert balance("LONG SUMMER\nSALE", 100, len) == ["LONG SUMMER", "SALE"]


@given(WORDS, st.integers(9, 40))
def test_balancing_keeps_every_word_and_adds_no_line(words: list[str], width: int) -> None:
    text = " ".join(words)
    greedy, balanced = wrap(text, width, len), balance(text, width, len)
    assert greedy is not None and balanced is not None
    assert " ".join(balanced) == " ".join(greedy) == text
    assert len(balanced) == len(greedy)
    assert max(map(len, balanced)) <= width


@pytest.mark.parametrize(
    ("text", "expected"),
    [("50% Sale", "ltr"), ("تخفيضات", "rtl"), ("50% מבצע", "rtl"), ("123", "ltr")],
)
def test_the_first_strong_character_sets_the_direction(text: str, expected: str) -> None:
    assert direction(text) == expected
