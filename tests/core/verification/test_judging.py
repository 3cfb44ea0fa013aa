"""From losses to a status: what looks alike needs more, and some looks count for nothing."""

from __future__ import annotations

from dataclasses import replace

import pytest

from presscheck.assets import Box, CharReading, EditKind, Status
from presscheck.verification import Expected
from presscheck.verification.judging import View, judge, overlooked, surely_misread
from presscheck.verification.lines import Line
from presscheck.verification.slots import misread

BOX = Box(x=0.1, y=0.1, width=0.5, height=0.1)
SURE = -9.0


def look(
    copy: str, read: str, doubts: dict[int, tuple[str, float]], *, spaced: bool = False
) -> View:
    """Return a look at copy; `doubts` say what else may stand there, and its loss, by place."""
    line = Line(text=read, score=1.0, box=BOX, tall=0.1, corners=())
    slot = Expected(name="headline", text=copy)
    characters = tuple(
        CharReading(
            character=one,
            loss=doubts.get(at, ("", SURE))[1],
            posterior=0.5,
            instead=doubts.get(at, ("", SURE))[0],
            box=BOX,
        )
        for at, one in enumerate(copy)
    )
    return View(reading=misread(slot, (line,)), found=(line,), characters=characters, spaced=spaced)


def status(copy: str, *views: View) -> Status:
    return judge(Expected(name="headline", text=copy), views).status


@pytest.mark.parametrize(
    ("instead", "loss", "expected"),
    [
        ("Q", 0.5, Status.ACCEPT),
        ("Q", 4.2, Status.REJECT),
        ("0", -2.0, Status.ACCEPT),
        ("0", -0.5, Status.UNSURE),
        ("0", 4.2, Status.UNSURE),
        ("0", 6.0, Status.REJECT),
        ("Ö", -0.5, Status.UNSURE),
    ],
)
def test_what_looks_alike_needs_more_to_be_accepted_or_rejected(
    instead: str, loss: float, expected: Status
) -> None:
    assert status("SOLD", look("SOLD", "SOLD", {1: (instead, loss)})) is expected


def test_a_look_that_overlooks_a_line_does_not_count() -> None:
    whole = look("Made by hand", "Made by hand", {})
    part = look("Made by hand", "by hand", dict.fromkeys(range(4), ("", 19.0)))
    assert status("Made by hand", part, part, whole) is Status.ACCEPT
    assert status("Made by hand", part) is Status.REJECT


def test_a_look_that_was_cut_off_does_not_count() -> None:
    copy = "Descubre el verano"
    whole = look(copy, copy, {})
    cut = look(copy, "Descubre el v", dict.fromkeys(range(13, 18), ("", 19.0)))
    assert status(copy, cut, cut, whole) is Status.ACCEPT
    assert status(copy, cut, cut) is Status.REJECT


@pytest.mark.parametrize(
    ("written", "small", "expected"),
    [
        ("Escape now", 5, Status.UNSURE),
        ("Escape now", 9, Status.UNSURE),
        ("Hello you", 2, Status.REJECT),
        ("ESCAPE NOW", 5, Status.REJECT),
    ],
)
def test_capitals_in_the_form_of_small_letters_are_no_certain_mistake(
    written: str, small: int, expected: Status
) -> None:
    copy = written.upper()
    letter = copy[small].lower()
    read = copy[:small] + letter + copy[small + 1 :]
    seen = look(copy, read, {small: (letter, 6.0)})
    slot = Expected(name="headline", text=written)
    told = judge(slot, [replace(seen, reading=misread(slot, seen.found))])
    assert told.status is expected


@pytest.mark.parametrize(
    ("copy", "read", "letters", "edits"),
    [
        ("Drive home happy", "home·happy", 5, 1),
        ("Made by hand", "Mde by hand", 0, 1),
        ("Über 200 Jahre", "über Zoo Jahre", 0, 0),
        ("FREE", "", 4, 0),
    ],
)
def test_what_is_overlooked_is_no_misreading(
    copy: str, read: str, letters: int, edits: int
) -> None:
    reading = look(copy, read, {}).reading
    assert (overlooked(reading), surely_misread(reading)) == (letters, edits)


def test_a_letter_that_most_looks_miss_counts() -> None:
    whole = look("Made by hand", "Made by hand", {})
    without = look("Made by hand", "Mde by hand", {1: ("", 9.0)})
    assert status("Made by hand", without, without, whole) is Status.REJECT


@pytest.mark.parametrize(
    ("at", "instead", "loss", "expected"),
    [
        (4, "", 8.5, Status.ACCEPT),
        (4, "", 13.0, Status.REJECT),
        (8, "t ", 2.5, Status.ACCEPT),
        (8, "t ", 6.0, Status.UNSURE),
    ],
)
def test_ink_settles_spaces_unless_the_reader_is_sure(
    at: int, instead: str, loss: float, expected: Status
) -> None:
    copy = "Open dusty day"
    seen = look(copy, copy, {at: (instead, loss)}, spaced=True)
    assert status(copy, seen) is expected


def test_a_gap_that_ink_shows_leaves_a_slot_unsure() -> None:
    seen = look("买一送一", "买一送一", {})
    gap = View(
        reading=seen.reading, found=seen.found, characters=seen.characters, spaced=True, gap=2
    )
    told = judge(Expected(name="headline", text="买一送一"), [gap])
    assert told.status is Status.UNSURE
    assert [(edit.kind, edit.at) for edit in told.edits] == [(EditKind.SPLIT, 2)]
