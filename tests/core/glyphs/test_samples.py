"""The lines that the network learns from: their marks tell what was done to them."""

from __future__ import annotations

from random import Random

import numpy as np
import pytest

from presscheck.verification.benchmark.defects import DEFECTS, HIDDEN, SEEN, Mask
from presscheck_glyphs.alphabet import NOTHING, OTHER, SIZE, numbers
from presscheck_glyphs.defects import MORE, draw_defect
from presscheck_glyphs.evaluate import NEW
from presscheck_glyphs.samples import Sample, World
from presscheck_glyphs.strips import HEIGHT
from presscheck_glyphs.wording import LONGEST, draw_text
from typefaces import face

WORDS = ["Fresh", "bread", "Größe", "été"]


def world(seed: str, **given: object) -> World:
    faces = [face(family).path for family in ("Inter", "Merriweather", "Lobster Two")]
    return World(faces=faces, words=WORDS, random=Random(seed), **given)  # type: ignore[arg-type]


def test_the_same_seed_draws_the_same_lines() -> None:
    first, second = world("a"), world("a")
    for _ in range(5):
        one, other = first.sample(), second.sample()
        assert one.text == other.text
        assert np.array_equal(one.strip, other.strip)
        assert np.array_equal(one.middles, other.middles)
        assert np.array_equal(one.wrong, other.wrong)


def test_a_line_is_a_strip_with_a_mark_for_each_character() -> None:
    drawing = world("b")
    several = [drawing.sample() for _ in range(60)]
    for one in several:
        assert one.strip.dtype == np.uint8
        assert one.strip.shape[0] == HEIGHT
        assert one.middles.shape == one.wrong.shape == (len(one.text),)
        assert set(one.wrong.tolist()) <= {-1, 0, 1}
        malformed = np.flatnonzero(one.wrong == 1)
        assert all(one.text[at].isalnum() for at in malformed)
        beside = {at + step for at in malformed for step in (-1, 1)} & set(range(len(one.text)))
        assert all(one.wrong[at] != 0 for at in beside)
    share = sum(bool((one.wrong == 1).any()) for one in several) / len(several)
    assert 0.3 < share < 0.75


def test_middles_are_where_the_ink_of_a_glyph_is() -> None:
    def blacken(glyph: Mask, random: Random) -> Mask:
        del random
        return np.full_like(glyph, 255)

    drawing, checked = world("c", malform=blacken), 0
    while checked < 8:
        one = drawing.sample()
        plain = one.strip[:, :16].std() < 3 and one.strip[:, -16:].std() < 3
        for at in np.flatnonzero(one.wrong == 1) if plain else ():
            x = round(float(one.middles[at]))
            inside = one.strip[HEIGHT // 2 - 4 : HEIGHT // 2 + 4, x - 2 : x + 3].astype(float)
            ground = float(np.median(one.strip[:, :16]))
            assert abs(inside - ground).mean() > 20
            checked += 1


@pytest.mark.parametrize("defect", [*MORE, *NEW], ids=lambda one: one.__name__)
def test_defects_keep_a_glyphs_size(defect) -> None:
    font = face("Inter").sized(60)
    for number, letter in enumerate("aRg8W"):
        mask = font.getmask(letter)
        glyph = np.array(mask, np.uint8).reshape(mask.size[::-1])
        broken = defect(glyph, Random(number))
        assert broken.shape == glyph.shape
        assert broken.dtype == np.uint8


def test_a_defect_that_is_drawn_shows() -> None:
    font = face("Merriweather").sized(60)
    mask = font.getmask("R")
    glyph = np.array(mask, np.uint8).reshape(mask.size[::-1])
    for seed in range(40):
        broken = draw_defect(glyph, Random(seed))
        if broken is not None:
            changed = np.abs(broken.astype(int) - glyph).sum() / glyph.sum()
            assert SEEN <= changed <= HIDDEN


def test_new_kinds_are_not_learned_from() -> None:
    assert not {one.__name__ for one in NEW} & {one.__name__ for one in (*DEFECTS, *MORE)}


def test_texts_fit_and_are_of_all_kinds() -> None:
    random = Random(1)
    texts = [draw_text(random, WORDS) for _ in range(300)]
    assert max(map(len, texts)) <= LONGEST
    assert all(text == text.strip() and text for text in texts)
    assert any(text.startswith(("€", "$", "£")) for text in texts)
    assert any(text.isupper() for text in texts) and any(text.islower() for text in texts)


def test_characters_have_numbers_of_their_own() -> None:
    known = numbers("AÄaß0€’")
    assert len({*known, NOTHING, OTHER}) == len(known) + 2
    assert max(known) < SIZE
    assert numbers(" 字ж") == [OTHER] * 3


def test_a_sample_holds_its_line() -> None:
    one = world("d").sample()
    assert isinstance(one, Sample)
    assert one.strip.std() > 1
