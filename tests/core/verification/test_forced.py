"""Forced scoring on made-up probabilities: what was drawn is likely, any other text is not."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from presscheck.verification.forced import WORST, score_text
from presscheck.verification.posteriors import Alphabet, Posteriors

LETTERS = "ABCDE "
ALPHABET = Alphabet({letter: number for number, letter in enumerate(LETTERS, start=1)})
words = (
    st.text(LETTERS, min_size=1, max_size=12).map(lambda text: " ".join(text.split())).filter(bool)
)


def seen(text: str, *, sure: float = 0.98, quiet: int = 1) -> Posteriors:
    """Return what a recogniser gives that sees `text`: a frame a letter, blanks between."""
    frames = []
    for letter in text:
        frames += [_frame(0, sure)] * quiet + [_frame(ALPHABET.classes[letter], sure)]
    frames += [_frame(0, sure)] * quiet
    return Posteriors(chances=np.array(frames, np.float32), alphabet=ALPHABET, across=len(frames))


def _frame(likely: int, sure: float) -> list[float]:
    others = (1 - sure) / len(LETTERS)
    return [sure if number == likely else others for number in range(len(LETTERS) + 1)]


def worst(posteriors: Posteriors, text: str) -> tuple[float, int]:
    """Return the largest loss, and which character has it."""
    scores = score_text(posteriors, text)
    at = max(range(len(scores)), key=lambda index: scores[index].loss)
    return scores[at].loss, at


@given(text=words, quiet=st.integers(1, 3))
def test_what_was_seen_is_likelier_than_anything_else(text: str, quiet: int) -> None:
    scores = score_text(seen(text, quiet=quiet), text)
    assert "".join(score.character for score in scores) == text
    assert all(score.loss < -1 and score.posterior > 0.8 for score in scores)
    places = [(score.start, score.end) for score in scores]
    assert places == sorted(places)
    assert all(0 <= start < end <= 1 for start, end in places)


@given(text=words, data=st.data())
def test_a_wrong_letter_is_seen_in_its_place(text: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(text) - 1))
    other = data.draw(st.sampled_from([letter for letter in LETTERS.strip() if letter != text[at]]))
    expected = text[:at] + other + text[at + 1 :]
    loss, found = worst(seen(text), expected)
    assert loss > 3
    assert abs(found - at) <= 1


@given(text=words, data=st.data())
def test_a_letter_too_many_or_too_few_is_seen_also_beside_its_like(
    text: str, data: st.DataObject
) -> None:
    at = data.draw(st.integers(0, len(text) - 1))
    assert worst(seen(text), text[:at] + text[at] + text[at:])[0] > 3
    shorter = text[:at] + text[at + 1 :]
    if shorter.strip():
        assert worst(seen(text), shorter)[0] > 3


def test_the_best_alternative_is_named() -> None:
    posteriors = seen("BAD CAB")
    scores = score_text(posteriors, "BED CAB")
    assert (scores[1].character, scores[1].instead) == ("E", "A")
    assert worst(posteriors, "BAAD CAB")[0] > 3
    assert score_text(seen("BAAD"), "BAD")[1].instead == "AA"
    assert score_text(seen("BADCAB"), "BAD CAB")[3].instead == ""


@pytest.mark.parametrize("text", ["AZ", "A" * 40])
def test_what_cannot_be_there_is_lost(text: str) -> None:
    scores = score_text(seen("AB"), text)
    assert all(score.loss == WORST and score.posterior == 0 for score in scores)


def test_no_text_has_no_scores() -> None:
    assert score_text(seen("AB"), "") == ()
