"""Thresholds follow the wanted rate, and never promise what the cases cannot show."""

from __future__ import annotations

from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from presscheck.assets import Status, Thresholds
from presscheck.verification.calibrating.sounding import LEAST, MOST, Sounding
from presscheck.verification.calibrating.thresholds import cases_needed, choose
from presscheck.verification.rates import Rate

LOSSES = st.one_of(st.floats(-30, 30).map(lambda loss: round(loss, 3)), st.just(inf))
RATES = st.floats(0.0001, 0.5)


def _soundings(losses, worst=6.0) -> list[Sounding]:
    return [Sounding(mistake="", least=loss, worst=worst) for loss in losses]


SETTINGS = st.lists(LOSSES, max_size=60).map(_soundings)


@given(right=SETTINGS, wrong=SETTINGS, rates=st.tuples(RATES, RATES))
def test_a_smaller_rate_never_gives_a_larger_accept(right, wrong, rates) -> None:
    strict, lenient = (choose(right, wrong, far).accept for far in sorted(rates))
    assert strict <= lenient


@given(right=SETTINGS, wrong=SETTINGS, far=RATES)
def test_the_rate_is_kept_wherever_a_threshold_can_keep_it(right, wrong, far) -> None:
    thresholds = choose(right, wrong, far)
    assert LEAST <= thresholds.accept <= MOST <= thresholds.reject <= thresholds.no_space
    accepted = sum(one.status(thresholds) is Status.ACCEPT for one in wrong)
    unavoidable = sum(one.least < LEAST for one in wrong)
    assert accepted <= max(unavoidable, far * len(wrong) + 1e-6)


@given(right=SETTINGS, wrong=SETTINGS, far=RATES)
def test_nothing_is_accepted_above_the_default_that_the_interval_does_not_cover(
    right, wrong, far
) -> None:
    thresholds = choose(right, wrong, far)
    accepted = sum(one.status(thresholds) is Status.ACCEPT for one in wrong)
    if thresholds.accept > Thresholds().accept:
        assert Rate(hits=accepted, of=len(wrong)).interval[1] <= far


def test_enough_mistakes_allow_what_right_copy_needs() -> None:
    right = _soundings([-5.0, 2.1, 1.0])
    assert choose(right, _soundings([9.0] * 189), 0.02).accept == pytest.approx(2.101)
    assert choose(right, _soundings([9.0] * 100), 0.02).accept == Thresholds().accept


def test_right_copy_is_rejected_as_rarely_as_can_be() -> None:
    right = _soundings([-5.0] * 9, worst=-5.0) + _soundings([5.2], worst=5.2)
    thresholds = choose(right, _soundings([20.0] * 50), 0.02)
    assert [one.status(thresholds) for one in right[-2:]] == [Status.ACCEPT, Status.UNSURE]
    assert thresholds.reject == pytest.approx(5.201)


def test_without_mistakes_the_defaults_hold() -> None:
    assert choose([], [], 0.02) == Thresholds()


@given(far=st.floats(0.001, 0.5))
def test_so_many_cases_show_a_rate_and_one_fewer_does_not(far) -> None:
    count = cases_needed(far)
    assert Rate(hits=0, of=count).interval[1] <= far + 1e-9
    assert Rate(hits=0, of=count - 1).interval[1] > far - 1e-9
