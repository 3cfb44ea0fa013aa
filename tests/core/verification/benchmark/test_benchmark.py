"""The score board: adverts are the same every time, mistakes show, rates are counted right."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from presscheck.assets import Status
from presscheck.errors import InputError
from presscheck.registry import INSPECTOR
from presscheck.verification.benchmark.board import tables, whole
from presscheck.verification.benchmark.cases import Case, make_case
from presscheck.verification.benchmark.copy import PHRASES, draw_copy
from presscheck.verification.benchmark.defects import HIDDEN, SEEN, malform
from presscheck.verification.benchmark.developed import DEVELOPED
from presscheck.verification.benchmark.faces import check_fonts, faces
from presscheck.verification.benchmark.families import Families
from presscheck.verification.benchmark.gates import gate_case
from presscheck.verification.benchmark.held_back import HELD_BACK
from presscheck.verification.benchmark.score import Outcome, check_case, trade_off
from presscheck.verification.mistakes import CHANGES, DRAWN, EXTRA, KINDS, TURNS
from presscheck.verification.rates import Rate


def test_a_case_is_the_same_every_time_and_another_seed_is_another() -> None:
    case, image = make_case(3, 5)
    again, same = make_case(3, 5)
    assert case == again
    assert image.tobytes() == same.tobytes()
    assert make_case(4, 5)[1].tobytes() != image.tobytes()


def test_half_of_a_set_is_right_and_every_kind_of_mistake_is_in_it() -> None:
    cases = [make_case(1, number)[0] for number in range(2 * len(KINDS))]
    assert [bool(case.mistake) for case in cases] == [False, True] * len(KINDS)
    assert {case.mistake for case in cases} == {"", *KINDS}
    assert all(len(case.regions) == len(case.copy) for case in cases)


def test_a_set_apart_has_other_copy_and_other_faces() -> None:
    cases = [make_case(1, number, apart=True)[0] for number in range(6)]
    files = {face.path for face in faces()}
    assert not {case.font for case in cases} & files
    words = {text.text for case in cases for text in case.copy if text.slot == "headline"}
    assert not words & {phrase for phrases in PHRASES.values() for phrase in phrases}
    again = make_case(1, 3, apart=True)
    assert again[0] == cases[3]


def test_the_type_is_known_in_every_other_round_of_all_kinds() -> None:
    known = [make_case(1, number)[0].known for number in (0, 1, 2 * len(TURNS), 4 * len(TURNS))]
    assert known == [True, True, False, True]


@given(seed=st.integers(0, 10_000), kind=st.sampled_from(sorted(CHANGES)))
def test_a_mistake_changes_the_text_or_says_that_it_cannot(seed: int, kind: str) -> None:
    random = Random(seed)
    language = random.choice(sorted(PHRASES))
    for text in draw_copy(random, language):
        changed = CHANGES[kind](text.text, random)
        assert isinstance(changed, str)
        if kind in {"dropped letter", "doubled letter"} and changed != text.text:
            assert abs(len(changed) - len(text.text)) == 1


@given(seed=st.integers(0, 10_000))
def test_a_defect_shows_and_leaves_something(seed: int) -> None:
    glyph = np.zeros((40, 30), np.uint8)
    glyph[4:36, 12:18] = 255
    glyph[4:10, 4:26] = 255
    broken = malform(glyph, Random(seed))
    assert broken is not None
    changed = np.abs(broken.astype(int) - glyph).sum() / glyph.sum()
    assert SEEN <= changed <= HIDDEN


@pytest.mark.parametrize(
    ("apart", "remedy"),
    [
        (True, "Install them with: apt-get install fonts-lost"),
        (False, "pip install 'presscheck[benchmark]', and apt-get install fonts-lost"),
    ],
)
def test_a_set_that_lacks_fonts_is_another_set(
    monkeypatch: pytest.MonkeyPatch, apart: bool, remedy: str
) -> None:
    lost = Families(
        packages=("fonts-lost",), files={"script": {"Lost": ("truetype/lost/Lost.ttf",)}}
    )
    name = "HELD_BACK" if apart else "DEVELOPED"
    monkeypatch.setattr(f"presscheck.verification.benchmark.faces.{name}", lost)
    with pytest.raises(InputError, match=r"are missing, such as Lost\.ttf\.") as raised:
        check_fonts(apart=apart)
    assert remedy in str(raised.value)


def test_a_face_without_ink_for_a_character_does_not_draw_it() -> None:
    face = faces()[0]
    assert face.draws("Summer sale")
    assert not face.draws("Summer\N{NO-BREAK SPACE}sale")


def test_no_family_is_both_developed_on_and_held_back() -> None:
    assert faces()
    assert faces(apart=True)
    assert not {face.family for face in faces()} & {face.family for face in faces(apart=True)}
    both = [{path for _, _, path in one.fonts()} for one in (DEVELOPED, HELD_BACK)]
    assert all(both)
    assert not both[0] & both[1]


@pytest.mark.parametrize(("hits", "of"), [(0, 0), (0, 50), (50, 50), (3, 100)])
def test_an_interval_holds_its_share(hits: int, of: int) -> None:
    rate = Rate(hits=hits, of=of)
    low, high = rate.interval
    assert 0 <= low <= rate.share + 1e-9
    assert rate.share - 1e-9 <= high <= 1
    assert low < high


def _outcome(case: Case, status: Status, *, named: bool | None = None) -> Outcome:
    return Outcome(case=case, status=status, named=named, loss=0.0, seconds=0.5)


def test_rates_count_what_they_say() -> None:
    right, wrong = make_case(1, 0)[0], make_case(1, 1)[0]
    outcomes = [
        _outcome(right, Status.ACCEPT),
        _outcome(right, Status.REJECT),
        _outcome(wrong, Status.ACCEPT),
        _outcome(wrong, Status.UNSURE),
        _outcome(wrong, Status.REJECT, named=True),
        _outcome(wrong, Status.REJECT, named=False),
    ]
    found = list(whole(outcomes).values())
    counted = [(rate.hits, rate.of) for rate in found]
    assert counted == [(1, 2), (1, 4), (0, 0), (0, 0), (1, 6), (1, 2)]
    assert len(list(tables(outcomes))) > 3


@pytest.mark.parametrize("number", range(1, 2 * len(KINDS), 2))
def test_the_verifier_checks_a_case_of_every_kind(number: int) -> None:
    outcome = check_case(11, "ppocr", number)
    assert outcome.status in set(Status)
    assert outcome.seconds > 0
    if outcome.case.mistake not in {"", DRAWN, EXTRA} and outcome.status is Status.REJECT:
        assert outcome.named is not None


def test_malformed_glyphs_slip_through_without_an_inspector() -> None:
    unknown = range(2 * len(TURNS) + 1, 4 * len(TURNS), 2)
    drawn = [number for number in unknown if make_case(11, number)[0].mistake == DRAWN]
    asked, alone = (
        [check_case(11, "ppocr", number, asking=asking).status for number in drawn]
        for asking in (INSPECTOR, None)
    )
    assert asked.count(Status.ACCEPT) < alone.count(Status.ACCEPT)


def test_gates_are_asked_about_what_a_reader_read() -> None:
    gated = gate_case(1, "ppocr", 0)
    assert set(gated.accepted) >= {"exact text", "word accuracy of 1"}


@cache
def _right_and_wrong() -> tuple[Case, Case]:
    return make_case(3, 4)[0], make_case(3, 5)[0]


@settings(deadline=None)
@given(losses=st.lists(st.tuples(st.booleans(), st.floats(-30, 30)), min_size=2, max_size=40))
def test_a_higher_threshold_refuses_fewer_right_and_accepts_more_wrong(
    losses: list[tuple[bool, float]],
) -> None:
    right, wrong = _right_and_wrong()
    outcomes = [
        replace(_outcome(right if good else wrong, Status.ACCEPT), loss=loss)
        for good, loss in losses
    ]
    points = trade_off(outcomes)
    assert all(0 <= rate <= 1 for point in points for rate in point)
    assert [point[0] for point in points] == sorted((p[0] for p in points), reverse=True)
    assert [point[1] for point in points] == sorted(point[1] for point in points)
    assert not points or points[-1] == (0, 1)
