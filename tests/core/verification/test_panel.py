"""Each slot goes to a reader that knows it, and a second opinion only ever settles doubts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from presscheck.assets import Box, Severity, Status, Verdict
from presscheck.registry import Polyglot, ReaderEntry, ReadText
from presscheck.verification import Expected, Panel, verdict_on

IMAGE = Image.new("RGB", (500, 400), "white")
TOP = Box(x=0.05, y=0.05, width=0.9, height=0.2)
BOTTOM = Box(x=0.05, y=0.7, width=0.9, height=0.2)
LATIN, CYRILLIC = "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "АБВГДЕЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯ"


def line(text: str, y: float, x: float = 0.1) -> ReadText:
    left, top, right = 500 * x, 400 * y, 500 * (x + 0.03 * len(text))
    corners = ((left, top), (right, top), (right, top + 40), (left, top + 40))
    return ReadText(text=text, score=0.95, polygon=corners)


@dataclass
class Says:
    """A reader of some letters that finds the same lines in every image."""

    name: str
    knows: str
    lines: Sequence[ReadText] = ()
    seen: list[tuple[int, int]] = field(default_factory=list[tuple[int, int]])

    def unreadable(self, text: str) -> frozenset[str]:
        return frozenset(text) - frozenset(self.knows) - {" "}

    def read(self, image: Image.Image, *, closely: bool = False) -> list[ReadText]:
        del closely
        self.seen.append(image.size)
        return list(self.lines)


@dataclass
class SaysMany(Says):
    """The same, told which text to expect."""

    expected: str = ""

    def expecting(self, text: str) -> SaysMany:
        self.expected = text
        return self

    def remedy(self, text: str) -> str:
        return f"Install {text}."


def latin(*lines: ReadText) -> Says:
    return Says(name="latin 1", knows=LATIN, lines=lines)


def cyrillic(*lines: ReadText) -> SaysMany:
    return SaysMany(name="cyrillic 2", knows=CYRILLIC, lines=lines)


def headline(text: str = "SALE", box: Box | None = TOP) -> Expected:
    return Expected(name="headline", text=text, box=box)


def legal(text: str = "ПРИВЕТ МИР", box: Box | None = BOTTOM) -> Expected:
    return Expected(name="legal", text=text, box=box)


def test_each_slot_is_read_by_the_first_reader_that_knows_it() -> None:
    other = cyrillic(line("ПРИВЕТ МИР", 0.75))
    panel = Panel(readers=(latin(line("SALE", 0.1)), other))
    verdict = verdict_on(IMAGE, [legal(), headline()], panel)
    assert verdict.status is Status.ACCEPT
    assert [reading.slot for reading in verdict.slots] == ["legal", "headline"]
    assert verdict.reader == "latin 1; cyrillic 2"
    assert other.expected == "ПРИВЕТ МИР"
    assert isinstance(other, Polyglot)


def test_a_reader_whose_slots_are_absent_is_not_asked() -> None:
    other = cyrillic()
    verdict = verdict_on(IMAGE, [headline()], Panel(readers=(latin(line("SALE", 0.1)), other)))
    assert verdict.reader == "latin 1"
    assert other.seen == []


def test_what_the_other_reader_finds_wrong_is_rejected() -> None:
    panel = Panel(readers=(latin(), cyrillic(line("ПРИВТЕ МИР", 0.75))))
    verdict = verdict_on(IMAGE, [legal()], panel)
    assert verdict.status is Status.REJECT
    assert verdict.slots[0].words == (("ПРИВЕТ", "ПРИВТЕ"),)


def test_gibberish_where_another_readers_copy_stands_is_no_extra_text() -> None:
    first = latin(line("SALE", 0.1), line("NPNBET MNP", 0.75))
    verdict = verdict_on(
        IMAGE,
        [headline(), legal()],
        Panel(readers=(first, cyrillic(line("ПРИВЕТ МИР", 0.75)))),
    )
    assert (verdict.status, verdict.findings) == (Status.ACCEPT, ())


def test_extra_text_beside_another_readers_copy_is_told() -> None:
    first = latin(line("NPNBET MNP", 0.75), line("BUY NOW", 0.75, x=0.6))
    panel = Panel(readers=(first, cyrillic(line("ПРИВЕТ МИР", 0.75))))
    verdict = verdict_on(IMAGE, [legal()], panel)
    assert verdict.status is Status.REJECT
    assert ["BUY NOW" in finding.message for finding in verdict.findings] == [True]


def test_extra_text_is_the_first_readers_business() -> None:
    other = cyrillic(line("ПРИВЕТ МИР", 0.75), line("ШУМ", 0.4))
    assert verdict_on(IMAGE, [legal()], Panel(readers=(latin(), other))).status is Status.ACCEPT


def test_what_no_reader_knows_is_unsupported_and_says_what_to_install() -> None:
    verdict = verdict_on(IMAGE, [legal("ЖΩ")], Panel(readers=(latin(), cyrillic())))
    assert verdict.status is Status.UNSUPPORTED
    (finding,) = verdict.findings
    assert (finding.severity, finding.slot) == (Severity.WARNING, "legal")
    assert "Ω" in finding.message
    assert "Ж" not in finding.message
    assert finding.remedy == "Install Ω."


def test_copy_that_two_readers_know_half_of_is_unsupported() -> None:
    panel = Panel(readers=(latin(), cyrillic()))
    assert panel.reader_of("SALE МИР") is None
    assert panel.unreadable("SALE МИР") == frozenset("МИР")
    assert panel.unreadable("МИР") == frozenset()


def test_a_panel_has_readers() -> None:
    with pytest.raises(ValueError, match="needs a reader"):
        Panel(readers=())


def test_a_reader_that_may_not_judge_alone_is_no_substitute() -> None:
    with pytest.raises(ValueError, match="judges alone"):
        ReaderEntry(name="x", summary="", create=latin, alone=False, substitute=True)


# In a white image nothing speaks for the space: "BIG SALE" read as "BIGSALE" is left unsure.
def advised(said: str, *, first: str = "BIGSALE", text: str = "BIG SALE") -> tuple[Verdict, Says]:
    second = Says(name="second 3", knows="", lines=(line(said, 0.2),))
    panel = Panel(readers=(latin(line(first, 0.1)),), second=second)
    return verdict_on(IMAGE, [headline(text)], panel), second


def test_a_second_opinion_that_reads_the_copy_exactly_settles_a_doubt() -> None:
    verdict, second = advised("BIG SALE")
    assert verdict.status is Status.ACCEPT
    assert (verdict.slots[0].read, verdict.slots[0].distance) == ("BIG SALE", 0)
    assert verdict.reader == "latin 1; second opinion second 3"
    assert all(width < 500 and height < 200 for width, height in second.seen)


@pytest.mark.parametrize("said", ["BIG SALES", "BIGSALE", "Big SALE", "", "BIG  SALE now"])
def test_a_second_opinion_that_differs_leaves_the_doubt(said: str) -> None:
    verdict, _ = advised(said)
    assert verdict.status is Status.UNSURE
    assert verdict.slots[0].read == "BIGSALE"
    assert "second 3" in verdict.reader


@given(st.text(max_size=30) | st.just("BIG SALE"))
def test_a_second_opinion_never_accepts_what_was_rejected_or_is_unsupported(said: str) -> None:
    for first, text in (("BIG SALES", "BIG SALE"), ("", "BIG SALE"), ("BIG SALE", "BIG ЖALE")):
        alone = verdict_on(IMAGE, [headline(text)], Panel(readers=(latin(line(first, 0.1)),)))
        verdict, second = advised(said, first=first, text=text)
        assert verdict.slots == alone.slots
        assert second.seen == []
        assert "second" not in verdict.verifier


def test_a_second_opinion_is_not_asked_about_what_is_accepted() -> None:
    verdict, second = advised("RUBBISH", first="BIG SALE")
    assert verdict.status is Status.ACCEPT
    assert second.seen == []
