"""Only what changed is read again, and what is remembered changes nothing."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from presscheck.registry import ReadText
from presscheck.verification.memory import Memory
from presscheck.verification.posteriors import Alphabet, Posteriors
from presscheck.verification.rereading import Part, Rereader, box_of, changed_parts, reread

SIZE = 200, 160
PAPER = Image.new("RGB", SIZE, "white")
PLACES = st.tuples(st.integers(0, 190), st.integers(0, 150), st.integers(1, 40), st.integers(1, 40))


def said(text: str, left: int, top: int, right: int, bottom: int) -> ReadText:
    polygon = (left, top), (right, top), (right, bottom), (left, bottom)
    return ReadText(text=text, score=0.9, polygon=polygon)


class Told:
    """A reader whose lines are told; it notes what it was asked to read."""

    name = "told"

    def __init__(self, lines: Callable[[Image.Image], list[ReadText]]) -> None:
        self.lines = lines
        self.asked: list[Part | None] = []

    def unreadable(self, text: str) -> frozenset[str]:
        """Know every character."""
        del text
        return frozenset()

    def read(self, image: Image.Image, *, closely: bool = False) -> list[ReadText]:
        """Return all lines."""
        del closely
        self.asked.append(None)
        return self.lines(image)

    def read_part(self, image: Image.Image, part: Part, *, closely: bool = False) -> list[ReadText]:
        """Return the lines that touch a part."""
        del closely
        self.asked.append(part)
        return [line for line in self.lines(image) if _touch(box_of(line), part)]


def _touch(one: Part, other: Part) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def painted(*places: tuple[int, int, int, int]) -> Image.Image:
    image = PAPER.copy()
    for left, top, width, height in places:
        image.paste("black", (left, top, left + width, top + height))
    return image


@given(first=st.lists(PLACES, max_size=3), then=st.lists(PLACES, max_size=3))
def test_outside_of_the_changed_parts_all_bytes_are_equal(
    first: list[tuple[int, int, int, int]], then: list[tuple[int, int, int, int]]
) -> None:
    one, other = painted(*first), painted(*then)
    parts = changed_parts(one, other)
    assert parts is not None
    before, after = np.array(one), np.array(other)
    for left, top, right, bottom in parts:
        assert (before[top:bottom, left:right] != after[top:bottom, left:right]).any()
        before[top:bottom, left:right] = after[top:bottom, left:right]
    assert np.array_equal(before, after)


def test_far_changes_are_parts_of_their_own_and_other_sizes_have_none() -> None:
    parts = changed_parts(PAPER, painted((10, 10, 20, 10), (12, 22, 20, 6), (150, 120, 20, 10)))
    assert parts is not None
    assert len(parts) == 2
    assert changed_parts(PAPER, Image.new("RGB", (10, 10))) is None
    assert changed_parts(PAPER, PAPER.copy()) == []


def test_lines_that_did_not_change_are_not_read_again() -> None:
    title, price = said("SALE", 10, 10, 90, 40), said("$19", 10, 120, 50, 140)
    image = painted((15, 15, 60, 20))
    reader = Told(lambda seen: [title if seen is PAPER else said("SOLE", 10, 10, 90, 40), price])
    memory = Memory()
    Rereader(reader, PAPER, None, memory).read(PAPER)
    found = Rereader(reader, image, PAPER, memory).read(image)
    assert sorted(line.text for line in found) == ["$19", "SOLE"]
    assert reader.asked == [None, (10, 10, 90, 40)]


def test_a_line_that_reaches_out_of_a_part_takes_its_neighbours_with_it() -> None:
    old = [said("BIG", 10, 10, 50, 40), said("SALE", 60, 10, 110, 40)]
    reader = Told(lambda _: [said("BIGGER SALE", 10, 10, 110, 40)])
    found = reread(reader, PAPER, old, [(12, 12, 40, 30)], closely=False)
    assert found is not None
    assert [line.text for line in found] == ["BIGGER SALE"]
    assert reader.asked[-1] == (10, 10, 110, 40)


def test_an_image_that_mostly_changed_is_read_as_a_whole() -> None:
    image = painted((0, 0, 200, 120))
    reader = Told(lambda _: [])
    Rereader(reader, image, PAPER, Memory()).read(image)
    assert reader.asked == [None]


def _surely(text: str, number: int) -> ReadText:
    chances = np.random.default_rng(number).dirichlet(np.full(50, 0.05), 9).astype(np.float32)
    alphabet = Alphabet({chr(64 + at): at for at in range(1, 50)})
    polygon = (0.0, 0.0), (9.0, 0.0), (9.0, 9.0), (0.0, 9.0)
    posteriors = Posteriors(chances=chances, alphabet=alphabet, across=9.0)
    return ReadText(text=text, score=1.0, polygon=polygon, posteriors=posteriors)


def test_remembered_lines_are_those_that_were_read() -> None:
    memory, line = Memory(), _surely("A", 1)
    memory.keep("one", [line, said("B", 0, 0, 9, 9)])
    recalled = memory.recall("one")
    assert recalled is not None
    assert [one.text for one in recalled] == ["A", "B"]
    assert recalled[0].posteriors is not None
    assert line.posteriors is not None
    assert np.allclose(recalled[0].posteriors.chances, line.posteriors.chances, atol=1e-7)
    assert memory.recall("other") is None


def test_the_lines_used_last_are_kept_when_there_is_too_much() -> None:
    memory = Memory(limit=8_000)
    for number in range(20):
        memory.keep("first", [_surely("A", 0)])
        memory.keep(str(number), [_surely("A", number)])
    assert memory.recall("0") is None
    assert memory.recall("first") is not None
    assert memory.recall("19") is not None
