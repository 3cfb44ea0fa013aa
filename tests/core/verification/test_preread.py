"""What was read off a plan's tokens is right to the letter, or it is not."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from presscheck.assets import Box, Status, Trouble
from presscheck.registry import ReadText
from presscheck.verification import Expected, overall, preread
from presscheck.verification.lines import to_lines

TOP = Box(x=0, y=0, width=1, height=0.4)


def line(text: str, row: float) -> ReadText:
    top, bottom = 100 * row, 100 * row + 12
    return ReadText(
        text=text, score=1.0, polygon=((10, top), (90, top), (90, bottom), (10, bottom))
    )


def judge(*lines: ReadText, allowed: Sequence[str] = ()) -> tuple[Status, Trouble | None]:
    slots = [Expected(name="headline", text="SUMMER SALE", box=TOP)]
    readings, findings = preread(to_lines(lines, 100, 100), slots, allowed)
    return overall(readings, findings), readings[0].trouble


@pytest.mark.parametrize("lines", [["SUMMER SALE"], ["SUMMER", "SALE"]])
def test_the_copy_over_any_number_of_lines_is_accepted(lines: list[str]) -> None:
    rows = [line(text, 0.05 + 0.15 * number) for number, text in enumerate(lines)]
    assert judge(*rows) == (Status.ACCEPT, None)


@pytest.mark.parametrize(
    ("lines", "trouble"),
    [
        ([line("SUMER SALE", 0.1)], Trouble.MISSPELT),
        ([line("SUMMERSALE", 0.1)], Trouble.MISSPELT),
        ([line("SUM\ufffdER SALE", 0.1)], Trouble.MISSPELT),
        ([line("SUMMER SALE", 0.85)], Trouble.MISPLACED),
        ([], Trouble.MISSING),
    ],
)
def test_anything_else_is_rejected(lines: list[ReadText], trouble: Trouble) -> None:
    assert judge(*lines) == (Status.REJECT, trouble)


def test_letters_that_nobody_asked_for_reject_a_plan() -> None:
    assert judge(line("SUMMER SALE", 0.1), line("BREAD", 0.6)) == (Status.REJECT, None)


def test_a_plan_may_hold_allowed_letters() -> None:
    lines = line("SUMMER SALE", 0.1), line("BREAD", 0.6)
    assert judge(*lines, allowed=["Bread"]) == (Status.ACCEPT, None)
