"""The poster world's rules, and the checkpoint that learnt it."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from presscheck.engine.settings import read_recommended
from presscheck_nano import checkpoint_path
from presscheck_nano.canvas import disc_kind
from presscheck_nano.motifs import MOTIFS
from presscheck_nano.posters import (
    NATIVE,
    SHIFTS,
    SIZES,
    block,
    first_row,
    line_width,
    make_poster,
    wrap,
)
from presscheck_nano.tokens import (
    LONGEST_COPY,
    LONGEST_WORD,
    MARK_TOKENS,
    OPENING_TOKENS,
    SPACE_TOKENS,
    number_copy,
)
from presscheck_nano.wording import (
    MOTIF_WORDS,
    held_out_copy,
    is_held_out,
    make_prompt,
    sample_copy,
    training_copy,
    words,
)
from presscheck_nano.world import (
    CELL,
    CHARACTERS,
    CODES,
    FILL,
    KINDS,
    LETTER_CODES,
    LETTERS,
    LINE_END,
    MARGINS,
    MARKS,
    TYPEFACES,
    code_parts,
    glyph,
    stamp,
)

MAX_BYTES = 40_000_000
BLANKS = {*MARGINS.values(), FILL, LINE_END}


@given(seed=st.integers(0, 2**32 - 1), format_=st.sampled_from(list(SIZES)))
@settings(max_examples=30, deadline=None)
def test_a_poster_spells_its_copy_in_its_codes(seed: int, format_: str) -> None:
    rng = np.random.default_rng(seed)
    copy = sample_copy(rng, SIZES[format_][1] - 2)
    poster = make_poster(rng, copy, format_=format_)
    assert poster.codes.shape == SIZES[format_]
    assert poster.pixels.shape == (poster.codes.shape[0] * CELL, poster.codes.shape[1] * CELL, 3)
    assert poster.codes.min() >= 0 and poster.codes.max() < CODES
    parts = [[code_parts(int(code)) for code in row] for row in poster.codes]
    for half in (0, 1):
        written = [part for row in parts for part in row if part.character and part.half == half]
        used = {part.character for part in written} & set(MARGINS.values())
        assert used == {MARGINS[poster.typeface]}
        inked = [part for part in written if part.character not in BLANKS]
        spelt = {part.mark: part.character for part in inked}
        assert len(spelt) == len(inked)
        broken = {mark: letter for mark, letter in enumerate(copy) if mark not in spelt}
        assert set(broken.values()) <= {" "}
        assert all(copy[mark] == letter for mark, letter in spelt.items())
        assert len(broken) == len(poster.lines) - 1


@given(seed=st.integers(0, 2**32 - 1), format_=st.sampled_from(list(SIZES)))
@settings(max_examples=30, deadline=None)
def test_the_code_before_a_letter_says_which_letter_it_is(seed: int, format_: str) -> None:
    rng = np.random.default_rng(seed)
    poster = make_poster(rng, sample_copy(rng, SIZES[format_][1] - 2), format_=format_)
    for row in poster.codes:
        parts = [code_parts(int(code)) for code in row]
        for before, part in pairwise(parts):
            if part.character and part.character not in BLANKS:
                assert part.mark == (before.mark + 1) % MARKS


@given(seed=st.integers(0, 2**32 - 1), format_=st.sampled_from(list(SIZES)))
@settings(max_examples=30, deadline=None)
def test_the_end_of_a_row_says_what_is_still_to_be_written(seed: int, format_: str) -> None:
    rng = np.random.default_rng(seed)
    poster = make_poster(rng, sample_copy(rng, SIZES[format_][1] - 2), format_=format_)
    lettered = np.nonzero((poster.codes < LETTER_CODES).any(axis=1))[0]
    assert {code_parts(int(code)).colour for code in poster.codes[0]} == {poster.ground}
    ends = [code_parts(int(code)) for code in poster.codes[:, -1]]
    for row, end in enumerate(ends):
        if lettered[0] <= row < lettered[-1] - 1:
            assert end.character == LINE_END
        elif end.colour == poster.ground:
            assert end.kind == ("edge-before" if row < lettered[0] else "edge-after")
    for code in poster.codes[:, :-1].ravel():
        part = code_parts(int(code))
        assert part.character != LINE_END and not part.kind.startswith("edge")


@given(seed=st.integers(0, 2**32 - 1))
@settings(max_examples=20, deadline=None)
def test_neighbouring_cells_never_share_a_code(seed: int) -> None:
    codes = make_poster(np.random.default_rng(seed), "LL OO").codes
    assert (codes[:, 1:] != codes[:, :-1]).all()
    assert (codes[1:] != codes[:-1]).all()


@given(seed=st.integers(0, 2**32 - 1))
@settings(max_examples=30, deadline=None)
def test_a_prompt_quotes_the_copy_and_nothing_else(seed: int) -> None:
    rng = np.random.default_rng(seed)
    poster = make_poster(rng, sample_copy(rng, 10))
    assert make_prompt(rng, poster).split('"')[1::2] == [poster.copy]


COPY = st.text(st.sampled_from(CHARACTERS + " "), min_size=1, max_size=LONGEST_COPY + 5).map(
    lambda text: " ".join(text.split())
)


@given(before=st.sampled_from(["", "Say ", "A\n"]), copy=COPY.filter(bool))
def test_quoted_copy_is_numbered_and_nothing_of_it_lost(before: str, copy: str) -> None:
    numbered = number_copy().normalize_str(f'{before}"{copy}", once.')
    opening = OPENING_TOKENS[min(len(copy), LONGEST_COPY) - 1]
    assert numbered.startswith(before + opening + MARK_TOKENS[0])
    body = numbered.removeprefix(before + opening).removesuffix(", once.").removesuffix('"')
    plain = "".join(" " if mark in SPACE_TOKENS else mark for mark in body)
    assert "".join(mark for mark in plain if mark not in MARK_TOKENS) == copy
    marks = [mark for mark in body if mark in MARK_TOKENS]
    places = min(len(copy), LONGEST_COPY) + 1
    assert marks == [MARK_TOKENS[place % MARKS] for place in range(places)]
    if len(copy) <= LONGEST_COPY:
        lengths = [SPACE_TOKENS.index(mark) + 1 for mark in body if mark in SPACE_TOKENS]
        assert lengths == [min(len(word), LONGEST_WORD) for word in copy.split()[1:]]


def test_text_without_opening_quotation_marks_is_not_numbered() -> None:
    for text in ("no copy", 'a 5"6" board', '""'):
        assert number_copy().normalize_str(text) == text


def test_every_code_can_be_taken_apart_and_drawn() -> None:
    for code in range(CODES):
        part = code_parts(code)
        assert (part.character in LETTERS and part.character) or part.kind in KINDS
    assert all(stamp(kind).shape == (CELL, CELL) for kind in KINDS)
    for typeface in TYPEFACES:
        for character in CHARACTERS:
            ink = glyph(character, typeface).reshape(2 * CELL, CELL)
            assert ink.max() > 0.5
            assert ink[0].max() == 0  # nothing is cut off, not even an accent


@pytest.mark.parametrize("format_", SIZES)
@pytest.mark.parametrize("place", ["top", "middle", "bottom"])
def test_copy_starts_near_the_row_that_its_length_gives(format_: str, place: str) -> None:
    rows, columns = SIZES[format_]
    shifts = set()
    for seed in range(40):
        rng = np.random.default_rng(seed)
        copy = sample_copy(rng, line_width(columns, "right"))
        poster = make_poster(rng, copy, format_=format_, place=place)
        lettered = np.nonzero((poster.codes < LETTER_CODES).any(axis=1))[0]
        assert len(lettered) == 2 * len(poster.lines)
        assert lettered[0] > 0 and lettered[-1] < rows
        width = line_width(columns, poster.align)
        assert len(poster.lines) <= block(len(copy), width)
        shifts.add(int(lettered[0]) - first_row(rows, len(copy), width, place))
    assert shifts == set(SHIFTS[place])


@given(seed=st.integers(0, 2**32 - 1))
@settings(max_examples=30, deadline=None)
def test_copy_stands_on_the_ground(seed: int) -> None:
    rng = np.random.default_rng(seed)
    poster = make_poster(rng, sample_copy(rng, 10))
    inked = {(s.row, s.column) for s in poster.strokes if s.character}
    assert inked
    assert not inked & {(s.row, s.column) for s in poster.strokes if s.kind}


def test_every_motif_has_words_and_is_drawn_somewhere() -> None:
    assert set(MOTIF_WORDS) == set(MOTIFS)
    seen = {
        make_poster(np.random.default_rng(seed), "GO", format_="portrait").motif
        for seed in range(800)
    }
    assert seen == set(MOTIFS)


@pytest.mark.parametrize("radius", [1, 2, 3, 4])
def test_the_cells_of_a_disc_make_a_disc(radius: int) -> None:
    cells = [
        np.concatenate(
            [stamp(disc_kind(radius, down, across)) for across in range(-radius, radius)], axis=1
        )
        for down in range(-radius, radius)
    ]
    drawn = np.concatenate(cells)
    middle = np.arange(2 * radius * CELL) + 0.5 - radius * CELL
    far = np.hypot(middle[:, None], middle)
    assert (drawn[far < radius * CELL - 1] == 1).all()
    assert (drawn[far > radius * CELL + 1] == 0).all()


def test_a_word_longer_than_a_line_is_refused() -> None:
    with pytest.raises(ValueError, match="longer than a line"):
        wrap("EXTRAORDINARY", 10)


def test_held_out_words_are_not_among_the_training_words() -> None:
    assert not set(words("held_out")) & set(words("training"))


@given(seed=st.integers(0, 2**32 - 1))
@settings(max_examples=30, deadline=None)
def test_training_never_sees_what_is_held_out(seed: int) -> None:
    rng = np.random.default_rng(seed)
    assert is_held_out(held_out_copy(rng, 12))
    assert not is_held_out(training_copy(rng, 12))


def test_the_checkpoint_is_small_and_says_what_it_can_do() -> None:
    files = [path for path in Path(checkpoint_path()).rglob("*") if path.is_file()]
    assert sum(path.stat().st_size for path in files) < MAX_BYTES
    assert not [path for path in files if path.suffix in {".bin", ".pt", ".pkl"}]
    recommended = read_recommended(checkpoint_path())
    assert recommended.native == NATIVE
    assert set(CHARACTERS[:62]) < set(recommended.characters or "") <= set(CHARACTERS)
