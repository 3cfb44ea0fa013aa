"""The totals: counts, quotients, and what holds for every run."""

from __future__ import annotations

import dataclasses
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from presscheck.assets import (
    Asset,
    AssetSpec,
    AssetState,
    Attempt,
    Box,
    Candidate,
    RenderMode,
    Roll,
    SlotCopy,
    SlotReading,
    Status,
    Verdict,
)
from presscheck.report import summarise
from presscheck.report.summary import PASSED, duration, percent, price, shown_attempt

BOX = Box(x=0, y=0, width=1, height=1)
SLOTS = (
    SlotCopy(name="headline", text="Hi", render=RenderMode.MODEL, box=BOX),
    SlotCopy(name="cta", text="Go", render=RenderMode.AUTO, box=BOX),
    SlotCopy(name="legal", text="Ends", render=RenderMode.TYPESET, box=BOX),
)
SPEC = AssetSpec(
    id="a",
    campaign="c",
    brand="b",
    placement="square",
    width=64,
    height=64,
    locale="en",
    variant=1,
    seed=0,
    brief="",
    slots=SLOTS,
)


def _attempt(
    number: int = 1,
    *,
    wrong: int = 0,
    seconds: float = 1.0,
    money: float = 0.0,
    typeset: tuple[str, ...] = ("legal",),
) -> Attempt:
    status = Status.REJECT if wrong else Status.ACCEPT
    reading = SlotReading(slot="headline", expected="Hi", read="H", distance=wrong, status=status)
    return Attempt(
        asset="a",
        number=number,
        roll=Roll.PLAN,
        reason="first roll",
        prompt="",
        plan="",
        plan_seed=0,
        render_seed=0,
        base="",
        candidate=Candidate(
            asset="a", roll=number, image="f" * 64, width=64, height=64, typeset=typeset
        ),
        verdicts=(Verdict(verifier="copy", status=status, slots=(reading,)),),
        seconds={"plan": seconds / 2, "render": seconds / 2},
        money=money,
    )


def _asset(*attempts: Attempt, state: AssetState = AssetState.DELIVERED) -> Asset:
    return Asset(spec=SPEC, state=state, attempts=attempts)


def test_what_failed_is_paid_by_what_passed() -> None:
    lucky = _asset(_attempt(seconds=10, money=1))
    later = _asset(
        _attempt(wrong=1, seconds=10, money=1), _attempt(2, seconds=4, money=0.4, typeset=())
    )
    given_up = _asset(_attempt(wrong=2, seconds=16, money=1.6), state=AssetState.REVIEW)
    summary = summarise([lucky, later, given_up])
    assert (summary.assets, summary.accepted, summary.review, summary.rolls) == (3, 2, 1, 4)
    assert summary.first_pass_yield == pytest.approx(1 / 3)
    assert summary.seconds_per_asset == pytest.approx(40 / 3)
    assert summary.seconds_per_accepted == pytest.approx(20)
    assert summary.money_per_accepted == pytest.approx(2)
    assert summary.model_drawn == 1.0


def test_a_typeset_display_slot_is_not_drawn_by_the_model() -> None:
    summary = summarise([_asset(_attempt(typeset=("legal", "cta")))])
    assert summary.model_drawn == 0.5


def test_an_empty_run_divides_nothing() -> None:
    summary = summarise([])
    assert summary.first_pass_yield is None
    assert summary.money_per_accepted is None
    assert ("first-pass yield", "-") in summary.lines()
    json.dumps(summary.as_dict())


def test_cost_is_told_only_where_there_is_one() -> None:
    free = summarise([_asset(_attempt())])
    paid = summarise([_asset(_attempt(money=0.012345))])
    assert "cost an accepted asset" not in dict(free.lines("EUR"))
    assert dict(paid.lines("EUR"))["cost an accepted asset"] == "EUR 0.0123"


ATTEMPTS = st.lists(
    st.builds(
        _attempt,
        wrong=st.integers(0, 3),
        seconds=st.floats(0, 1e4),
        money=st.floats(0, 1e3),
        typeset=st.sets(st.sampled_from(["headline", "cta", "legal"])).map(tuple),
    ),
    max_size=4,
)
ASSETS = st.lists(
    st.builds(
        lambda attempts, state: _asset(*attempts, state=state),
        ATTEMPTS,
        st.sampled_from(AssetState),
    ),
    max_size=6,
)


@given(ASSETS)
def test_shares_are_shares_and_parts_fit_the_whole(assets: list[Asset]) -> None:
    summary = summarise(assets)
    for share in (summary.first_pass_yield, summary.model_drawn):
        assert share is None or 0 <= share <= 1
    assert summary.first_pass <= summary.accepted
    assert summary.accepted + summary.review <= summary.assets
    if summary.accepted:
        assert summary.seconds_per_accepted is not None
        assert summary.seconds_per_asset is not None
        assert summary.seconds_per_accepted >= summary.seconds_per_asset


@given(ASSETS, st.randoms(use_true_random=False))
def test_the_order_of_assets_does_not_matter(assets: list[Asset], random) -> None:
    shuffled = list(assets)
    random.shuffle(shuffled)
    first, second = summarise(assets), summarise(shuffled)
    assert dataclasses.astuple(first) == pytest.approx(dataclasses.astuple(second))


@given(ASSETS, ASSETS)
def test_two_runs_add_up(left: list[Asset], right: list[Asset]) -> None:
    parts = [dataclasses.astuple(summarise(assets)) for assets in (left, right)]
    whole = dataclasses.astuple(summarise(left + right))
    assert whole == pytest.approx([a + b for a, b in zip(*parts, strict=True)])


@given(ATTEMPTS)
def test_the_shown_attempt_is_accepted_if_any_is(attempts: list[Attempt]) -> None:
    shown = shown_attempt(_asset(*attempts))
    if not attempts:
        assert shown is None
        return
    assert shown is not None
    assert shown.accepted == any(attempt.accepted for attempt in attempts)


def test_the_nearest_miss_is_shown_for_review() -> None:
    rolls = [_attempt(1, wrong=3), _attempt(2, wrong=1), _attempt(3, wrong=2)]
    shown = shown_attempt(_asset(*rolls, state=AssetState.REVIEW))
    assert shown is rolls[1]


def test_numbers_are_written_for_people() -> None:
    assert [duration(s) for s in (None, 0.04, 99.94, 99.96, 119.9)] == [
        "-",
        "0.0 s",
        "99.9 s",
        "1 min 40 s",
        "2 min 00 s",
    ]
    assert [percent(s) for s in (None, 0.0, 0.333, 1.0)] == ["-", "0%", "33%", "100%"]
    assert [price(a, "EUR") for a in (0, 0.000512, 1.5)] == ["EUR 0.00", "EUR 0.000512", "EUR 1.50"]
    assert AssetState.REVIEW not in PASSED
