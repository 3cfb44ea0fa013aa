"""How many plans are drawn before one is rendered follows from what previews are worth."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from presscheck.search import LEAST, MOST_TRIES, Costs, Record, best_tries, expect

counts = st.integers(0, 200)
records = st.builds(
    Record,
    accepted_right=counts,
    accepted_wrong=counts,
    rejected_right=counts,
    rejected_wrong=counts,
)
costs = st.builds(
    Costs, plan=st.floats(0.01, 10), preview=st.floats(0, 10), render=st.floats(0.01, 10)
)


def test_nothing_is_dropped_before_enough_was_measured() -> None:
    few = Record(accepted_right=10, rejected_right=LEAST - 11)
    assert best_tries(few, Costs(render=100)) == 1
    assert best_tries(few.seen(preview=False, verdict=False), Costs(render=100)) > 1


def test_a_preview_that_tells_nothing_switches_itself_off() -> None:
    chance = Record(accepted_right=50, accepted_wrong=50, rejected_right=50, rejected_wrong=50)
    assert best_tries(chance, Costs()) == 1
    worse = Record(accepted_right=20, accepted_wrong=80, rejected_wrong=80, rejected_right=20)
    assert best_tries(worse, Costs(render=100)) == 1


def test_a_preview_that_costs_more_than_it_saves_switches_itself_off() -> None:
    good = Record(accepted_right=95, accepted_wrong=1, rejected_right=4)
    assert best_tries(good, Costs(preview=0.0, render=4.0)) > 1
    assert best_tries(good, Costs(plan=4.0, preview=4.0, render=0.5)) == 1


@given(record=records, cost=costs)
def test_the_choice_is_the_cheapest_for_an_accepted_image(record: Record, cost: Costs) -> None:
    chosen = best_tries(record, cost)
    assert 1 <= chosen <= MOST_TRIES
    if record.accepted + record.rejected >= LEAST:
        least = expect(record, cost, chosen).cost_per_accepted
        for tries in range(1, MOST_TRIES + 1):
            assert least <= expect(record, cost, tries).cost_per_accepted


@pytest.mark.parametrize("tries", [1, 3])
def test_expectations_are_what_dice_come_to(tries: int) -> None:
    record = Record(accepted_right=60, accepted_wrong=8, rejected_right=28, rejected_wrong=4)
    cost = Costs(plan=1.0, preview=0.25, render=3.0)
    dice, plays = Random(1), 20_000
    plans = accepted = 0
    spent = 0.0
    for _ in range(plays):
        drawn, said = 0, False
        while drawn < tries and not said:
            drawn, said = drawn + 1, dice.random() < 69 / 102
        plans += drawn
        spent += drawn * 1.25 + 3.0
        accepted += dice.random() < (61 / 70 if said else 5 / 34)
    told = expect(record, cost, tries)
    assert told.plans == pytest.approx(plans / plays, rel=0.02)
    assert told.accepted == pytest.approx(accepted / plays, rel=0.02)
    assert told.cost_per_accepted == pytest.approx(spent / accepted, rel=0.02)
