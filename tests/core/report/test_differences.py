"""Differences are marked character by character and lose nothing."""

from __future__ import annotations

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from presscheck.report.differences import differences


def _text(line) -> str:
    return "".join(span.text for span in line)


@given(st.text(max_size=40), st.text(max_size=40))
def test_joined_spans_are_the_texts(expected: str, read: str) -> None:
    left, right = differences(expected, read)
    assert (_text(left), _text(right)) == (expected, read)


@given(st.text(max_size=40))
def test_equal_texts_have_no_difference(text: str) -> None:
    assert not any(span.differs for line in differences(text, text) for span in line)


@given(st.text(max_size=40), st.text(max_size=40))
def test_what_is_not_marked_is_common_to_both(expected: str, read: str) -> None:
    left, right = differences(expected, read)
    common = [[span.text for span in line if not span.differs] for line in (left, right)]
    assert common[0] == common[1]


@given(
    st.text(alphabet="aeo\u0301\u0308 नि", max_size=20), st.text(alphabet="ae\u0301नि", max_size=9)
)
def test_no_mark_is_torn_off_its_letter(expected: str, read: str) -> None:
    for line in differences(expected, read):
        for span in line[1:]:
            assert not unicodedata.category(span.text[0]).startswith("M")
