"""Which of two ways to read a patch is the right one."""

from __future__ import annotations

import numpy as np
import pytest

from presscheck.verification.posteriors import Alphabet, Posteriors
from presscheck_plugins.ppocr.recognise import Line
from presscheck_plugins.ppocr.ways import Way, is_better, is_overturned


def line(text: str, score: float) -> Line:
    chances = np.zeros((1, 1), np.float32)
    return Line(
        text=text,
        score=score,
        posteriors=Posteriors(chances=chances, alphabet=Alphabet({}), across=1.0),
    )


def way(turns: int, points: int = 4) -> Way:
    strip = np.zeros((4, 4, 3), np.uint8)
    return Way(strip=strip, outline=np.zeros((points, 2)), turns=turns)


@pytest.mark.parametrize(
    ("text", "score", "better"),
    [
        ("% 09", 0.93, False),
        ("086€", 0.93, False),
        ("% 09", 0.99, True),
        ("SAVE 60%", 0.93, True),
        ("$8", 0.99, False),
    ],
)
def test_what_reads_well_either_way_is_overturned_only_when_it_is_clearly_better(
    text: str, score: float, *, better: bool
) -> None:
    assert is_better(line(text, score), line("?", 0.83), overturned=True) is better


def test_what_is_turned_by_a_quarter_need_not_be_clearly_better() -> None:
    assert is_better(line("% 09", 0.93), line("?", 0.83))


def test_half_a_turn_overturns_a_level_box() -> None:
    assert is_overturned(way(2), way(0))
    assert is_overturned(way(1), way(3))
    assert not is_overturned(way(1), way(0))
    assert not is_overturned(way(2), way(0, points=6))
