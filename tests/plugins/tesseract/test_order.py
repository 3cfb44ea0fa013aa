"""Lines from right to left come in the order in which they are spoken."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from presscheck_plugins.tesseract.order import logical


def seen(*words: str) -> list[tuple[float, str]]:
    """Return words as they stand on the page, from left to right."""
    return [(100.0 * number, word) for number, word in enumerate(words)]


@pytest.mark.parametrize(
    ("words", "spoken"),
    [
        (("BIG", "SALE"), "BIG SALE"),
        (("קיץ", "מבצע"), "מבצע קיץ"),
        (("NEW", "YORK", "מטבחי"), "מטבחי NEW YORK"),
        (("הנחה", "50%", "עד"), "עד 50% הנחה"),
        (("%50", "حتى", "خصم"), "خصم حتى 50%"),
        (("Кофе", "%50"), "Кофе %50"),
    ],
)
def test_words_come_as_they_are_spoken(words: tuple[str, ...], spoken: str) -> None:
    assert logical(seen(*words)) == spoken


@given(st.lists(st.text("אבגדה", min_size=1), max_size=6), st.randoms())
def test_the_order_in_which_words_were_read_does_not_matter(words: list[str], random) -> None:
    placed = seen(*words)
    shuffled = random.sample(placed, len(placed)) if words else []
    assert logical(shuffled) == " ".join(reversed(words))
