"""Text that nobody asked for is an error; what a brand allows is not, unless it is misspelt."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from presscheck.assets import Box, Finding, Severity, SlotReading, Status
from presscheck.verification.lines import SHAPES, Line, around
from presscheck.verification.unwanted import left_over, made_of, nearly, unwanted_text

ALLOWED = ("Northline", "OPEN", "Blue Bottle", "Tom & Jerry")
PHRASES = frozenset(phrase.casefold() for phrase in ALLOWED)
LETTERS = st.text("abcdefghijklmnopqrstuvwxyz", min_size=1, max_size=9)
CASES = st.sampled_from([str.lower, str.upper, str.title, str.swapcase])


def line(text: str, x: float = 0.1, y: float = 0.7, *, score: float = 0.95) -> Line:
    """Return a line of 0.05 of the height; its width follows its letters."""
    box = Box(x=x, y=y, width=min(0.02 * len(text), 1 - x), height=0.05)
    return Line(text=text, score=score, box=box, tall=0.05)


COPY = line("SUMMER SALE", y=0.1)
READING = SlotReading(
    slot="headline",
    expected="Summer sale",
    read=COPY.text,
    distance=0,
    status=Status.ACCEPT,
    box=COPY.box,
)


def told(*lines: Line, allowed: tuple[str, ...] = ALLOWED) -> list[Finding]:
    """Return what is said of lines beside copy that reads right."""
    return unwanted_text([COPY, *lines], {"headline": (COPY,)}, [READING], allowed)


@pytest.mark.parametrize(
    "text", ["NORTHLINE", "open", "Open | Northline", "• OPEN •", "blue bottle open", "TOM & JERRY"]
)
def test_a_line_of_allowed_phrases_is_fine(text: str) -> None:
    assert told(line(text)) == []


@pytest.mark.parametrize(
    "text", ["OPENER", "Northline Ltd", "OPEN 24", "Bottle", "Tom Jerry", "BLUEBOTTLE", "gr8 bxq"]
)
def test_anything_beside_or_within_a_phrase_is_an_error_with_its_box(text: str) -> None:
    (finding,) = told(line(text))
    assert finding.severity is Severity.ERROR
    assert finding.message.startswith(f'"{text}" stands in the image, ')
    assert finding.box == line(text).box


@pytest.mark.parametrize(
    ("text", "phrase"),
    [
        ("NORTHLNE", "Northline"),
        ("Northiine bread", "Northline"),
        ("Nortlhine", "Northline"),
        ("OPENN", "OPEN"),
        ("BLUEBOTTLE", "Blue Bottle"),
        ("North line", "Northline"),
    ],
)
def test_a_misspelt_phrase_is_told_with_what_it_nearly_says(text: str, phrase: str) -> None:
    (finding,) = told(line(text))
    assert f'nearly "{phrase}"' in finding.message


def test_without_a_list_nothing_may_stand_there() -> None:
    (finding,) = told(line("OPEN"), allowed=())
    assert "nobody asked for it" in finding.message


def test_a_phrase_may_run_over_lines_that_stand_close() -> None:
    assert told(line("BLUE", y=0.6), line("BOTTLE", y=0.67)) == []
    assert len(told(line("BLUE", y=0.4), line("BOTTLE", y=0.67))) == 2


@pytest.mark.parametrize("allowed", [(), ("Summer sale",)])
def test_copy_drawn_twice_is_an_error_even_where_it_is_allowed(allowed: tuple[str, ...]) -> None:
    (finding,) = told(line("SUMMER SALE", x=0.12, y=0.14), allowed=allowed)
    assert "stands there already" in finding.message


def test_copy_that_is_allowed_may_stand_elsewhere_in_the_scene() -> None:
    assert told(line("SUMMER SALE"), allowed=("Summer Sale",)) == []
    assert len(told(line("SUMMER SALE"))) == 1


def test_what_is_drawn_between_the_rows_of_copy_is_an_error() -> None:
    upper, lower = line("SUMMER", y=0.1), line("SALE", y=0.3)
    box = around([upper.box, lower.box])
    reading, found = replace(READING, box=box), {"headline": (upper, lower)}
    between = line("FREE", y=0.2)
    assert len(unwanted_text([upper, between, lower], found, [reading])) == 1


def test_a_part_of_a_line_that_is_read_twice_is_no_error() -> None:
    assert told(line("SALE", x=0.2, y=0.1)) == []


def test_what_a_second_look_read_as_copy_is_no_error() -> None:
    garbled = line("SNNNER 5A1F", y=0.11)
    assert unwanted_text([garbled], {"headline": ()}, [READING]) == []


@given(st.text(st.sampled_from(sorted(SHAPES)), min_size=1, max_size=12))
def test_repeated_marks_are_no_text(marks: str) -> None:
    assert told(line(marks)) == []


@given(st.lists(st.tuples(st.sampled_from(ALLOWED), CASES), min_size=1, max_size=5))
def test_phrases_in_any_order_number_and_case_are_allowed(parts) -> None:
    assert made_of(" ".join(case(phrase) for phrase, case in parts), PHRASES)


@given(LETTERS, st.sets(LETTERS, max_size=5))
def test_a_word_is_allowed_only_when_it_is_listed(word: str, phrases: set[str]) -> None:
    assert made_of(word, phrases) is (word in phrases)


@given(st.data(), st.sampled_from(["northline", "blue bottle", "müller", "夏日大促销"]))
def test_every_single_edit_of_a_phrase_is_nearly_it(data: st.DataObject, phrase: str) -> None:
    at = data.draw(st.integers(0, len(phrase) - 1))
    letter = data.draw(st.sampled_from("qxz0"))
    kept = data.draw(st.sampled_from([0, 1]))
    wrong = phrase[:at] + letter + phrase[at + 1 - kept :]
    assert nearly(wrong.upper(), {phrase}) == phrase
    assert not made_of(wrong, {phrase})


@given(st.lists(LETTERS, max_size=6), st.sets(LETTERS, max_size=4))
def test_more_phrases_never_forbid_what_fewer_allow(words: list[str], phrases: set[str]) -> None:
    text = " ".join(words)
    if made_of(text, phrases):
        assert made_of(text, phrases | {"open"})


@given(st.lists(st.sampled_from(["OPEN", "gr8", "SALE", "Northlne"]), max_size=6))
def test_every_line_left_over_is_told_once_or_fine(texts: list[str]) -> None:
    lines = [line(text, y=0.3 + 0.1 * number) for number, text in enumerate(texts)]
    assert left_over(lines, {}) == lines
    assert len(told(*lines)) == sum(text != "OPEN" for text in texts)
