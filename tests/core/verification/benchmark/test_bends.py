"""Adverts whose text isn't level: the same every time, right and wrong ones, and their table."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from presscheck.assets import Status
from presscheck.verification.benchmark.bends import draw_bent, judge_bent, table_of
from presscheck.verification.benchmark.families import CJK
from presscheck.verification.benchmark.setting import KINDS

DRAWN = [kind for kind in KINDS if kind != "vertical CJK" or CJK.is_file()]


@pytest.mark.parametrize("kind", DRAWN)
def test_every_kind_is_drawn_right_and_wrong_and_the_same_again(kind: str) -> None:
    right, wrong = draw_bent(kind, 0), draw_bent(kind, 1)
    assert right.right
    assert not wrong.right
    assert draw_bent(kind, 1).image.tobytes() == wrong.image.tobytes()
    assert [slot for slot, _, _ in right.copy] == ["headline", "price"]


@pytest.mark.parametrize(("kind", "number"), [("upside down", 2), ("half circle", 6)])
def test_text_that_is_not_level_is_accepted_when_it_is_right(kind: str, number: int) -> None:
    name, right, status, seconds = judge_bent("ppocr", CJK, (kind, number))
    assert (name, right, status) == (kind, True, Status.ACCEPT)
    assert seconds > 0


def test_the_table_counts_by_kind_and_status() -> None:
    judged = [
        ("steep", True, Status.ACCEPT, 1.0),
        ("steep", True, Status.ACCEPT, 2.0),
        ("steep", False, Status.REJECT, 3.0),
    ]
    shown = io.StringIO()
    Console(file=shown, width=110).print(table_of(judged))
    row = next(line for line in shown.getvalue().splitlines() if "steep" in line)
    assert [cell.strip() for cell in row.strip("│").split("│")] == [
        "steep", "2", "0", "0", "0", "0", "1", "2.00",
    ]  # fmt: skip
