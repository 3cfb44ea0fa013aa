"""Slot by slot: right, wrong, missing, misplaced, and what nobody asked for."""

from collections.abc import Sequence

import pytest
from PIL import Image

from presscheck.assets import Box, Finding, SlotReading, Status, Trouble
from presscheck.registry import ReadText
from presscheck.verification import Expected, overall, proofread
from presscheck.verification.lines import Line, rows_of

IMAGE = Image.new("RGB", (500, 400), "white")
TOP = Box(x=0.05, y=0.05, width=0.9, height=0.3)


def said(text: str, x: float = 0.1, y: float = 0.1, *, score: float = 0.95) -> ReadText:
    """Place a line of 0.1 of the height; its width follows its letters."""
    left, top, right = x * 500, y * 400, (x + 0.03 * len(text)) * 500
    polygon = ((left, top), (right, top), (right, top + 40), (left, top + 40))
    return ReadText(text=text, score=score, polygon=polygon)


def read(
    texts: Sequence[ReadText],
    *slots: Expected,
    again: Sequence[ReadText] = (),
    logo: Box | None = None,
) -> tuple[tuple[SlotReading, ...], tuple[Finding, ...], Status]:
    """Proofread: the whole image reads as `texts`, a part of it as `again`."""

    def look(image: Image.Image, *, closely: bool = False) -> Sequence[ReadText]:
        del closely
        return texts if image is IMAGE else again

    readings, findings = proofread(IMAGE, slots, look, logo=logo)
    return readings, findings, overall(readings, findings)


def headline(text: str = "SUMMER SALE", box: Box | None = TOP) -> Expected:
    return Expected(name="headline", text=text, box=box)


def test_right_copy_is_accepted() -> None:
    readings, _, status = read([said("SUMMER SALE")], headline())
    assert status is Status.ACCEPT
    assert readings[0].distance == 0
    assert readings[0].box is not None


def test_copy_may_wrap_over_lines_and_boxes() -> None:
    texts = [said("SALE", 0.1, 0.22), said("SUMMER", 0.3, 0.1), said("BIG", 0.1, 0.105)]
    assert read(texts, headline("BIG SUMMER SALE"))[2] is Status.ACCEPT


def test_a_misspelt_word_is_named() -> None:
    readings, _, status = read([said("SUMER SALE")], headline())
    assert status is Status.REJECT
    assert readings[0].trouble is Trouble.MISSPELT
    assert readings[0].words == (("SUMMER", "SUMER"),)
    assert readings[0].distance == 1


def test_missing_copy_is_rejected() -> None:
    readings, _, status = read([], headline())
    assert (status, readings[0].trouble) == (Status.REJECT, Trouble.MISSING)


def test_copy_far_outside_its_region_is_misplaced() -> None:
    readings, _, status = read([said("SUMMER SALE", y=0.8)], headline())
    assert (status, readings[0].trouble) == (Status.REJECT, Trouble.MISPLACED)
    assert read([said("SUMMER SALE", y=0.36)], headline())[2] is Status.ACCEPT
    assert read([said("SUMMER SALE", y=0.8)], headline(box=None))[2] is Status.ACCEPT


def test_text_nobody_asked_for_is_rejected() -> None:
    _, findings, status = read([said("SUMMER SALE"), said("BUY NOW", y=0.7)], headline())
    assert status is Status.REJECT
    assert "BUY NOW" in findings[0].message


@pytest.mark.parametrize("shape", ["O", "I", "C", "X", "■", "十", "OO", "IIII", "|", "...", "OoO"])
def test_shapes_are_not_text(shape: str) -> None:
    assert read([said("SUMMER SALE"), said(shape, y=0.7)], headline())[2] is Status.ACCEPT


@pytest.mark.parametrize(("x", "y"), [(0.5, 0.7), (0.6, 0.1)])
def test_a_stray_letter_is_text_when_it_is_surely_read(x: float, y: float) -> None:
    copy = said("SUMMER SALE")
    _, findings, status = read([copy, said("K", x, y)], headline())
    assert status is Status.REJECT
    assert '"K"' in findings[0].message
    assert read([copy, said("K", x, y, score=0.8)], headline())[2] is Status.ACCEPT


def test_a_single_letter_may_be_copy() -> None:
    assert read([said("K")], headline("K"))[2] is Status.ACCEPT
    assert read([said("PLAN", 0.1), said("B", 0.5)], headline("PLAN B"))[2] is Status.ACCEPT


def test_specks_and_the_logo_are_not_looked_at() -> None:
    faint = said("xQz", y=0.7, score=0.4)
    brand = said("ACME", 0.8, 0.85)
    logo = Box(x=0.75, y=0.8, width=0.25, height=0.2)
    assert read([said("SUMMER SALE"), faint, brand], headline(), logo=logo)[2] is Status.ACCEPT
    assert read([said("SUMMER SALE"), brand], headline())[2] is Status.REJECT


def test_two_slots_take_their_own_lines() -> None:
    low = Box(x=0.05, y=0.6, width=0.9, height=0.3)
    texts = [said("SUMMER SALE"), said("SALE ENDS", y=0.7)]
    slots = [Expected(name="end", text="SALE ENDS", box=low), headline()]
    assert read(texts, *slots)[2] is Status.ACCEPT


def test_a_character_the_reader_lacks_is_unsupported() -> None:
    slot = Expected(name="headline", text="¡HOLA!", box=TOP, unreadable=frozenset("¡"))
    readings, findings, status = read([said("HOLA!")], slot)
    assert (status, readings[0].trouble) == (Status.UNSUPPORTED, Trouble.UNREADABLE)
    assert not findings


def test_a_second_look_counts_only_when_it_is_exact_and_the_first_was_near() -> None:
    near, far = [said("SUMMFR SALE")], [said("SUNNFR SAIF")]
    right = [said("SUMMER SALE")]
    assert read(near, headline(), again=right)[2] is Status.ACCEPT
    assert read(near, headline(), again=[said("SUMMLR SALE")])[2] is Status.REJECT
    assert read(far, headline(), again=right)[2] is Status.REJECT
    assert read([], headline(), again=right)[2] is Status.ACCEPT


def test_copy_that_was_overlooked_is_looked_at_smaller() -> None:
    def look(image: Image.Image, *, closely: bool = False) -> Sequence[ReadText]:
        if not closely:
            return []
        return [said("SUMMER SALE" if image.width < TOP.width * 500 else "SUM")]

    (reading,), _ = proofread(IMAGE, [headline()], look)
    assert (reading.status, reading.read) == (Status.ACCEPT, "SUMMER SALE")


def test_spaces_that_the_ink_does_not_settle_are_unsure() -> None:
    readings, _, status = read([said("SUMMERSALE")], headline())
    assert status is Status.UNSURE
    assert readings[0].distance == 1


def test_chinese_lines_join_without_a_space() -> None:
    texts = [said("夏日", y=0.1), said("大促", y=0.22)]
    assert read(texts, headline("夏日大促"))[2] is Status.ACCEPT


def test_a_tall_price_beside_two_lines_does_not_shuffle_them() -> None:
    lines = [
        Line(
            text="chairs and tables",
            score=1,
            box=Box(x=0.052, y=0.742, width=0.376, height=0.056),
            tall=0.05,
        ),
        Line(
            text="Summer sale:",
            score=1,
            box=Box(x=0.053, y=0.677, width=0.3, height=0.055),
            tall=0.05,
        ),
        Line(text="€49", score=1, box=Box(x=0.786, y=0.702, width=0.113, height=0.069), tall=0.06),
    ]
    rows = [[line.text for line in row] for row in rows_of(lines)]
    assert rows == [["Summer sale:", "€49"], ["chairs and tables"]]
