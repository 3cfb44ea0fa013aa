"""A campaign is played with the policy that runs it, and dice loaded by what was measured."""

from __future__ import annotations

import json
from dataclasses import replace
from random import Random

import pytest

from presscheck import Press
from presscheck.assets import AssetSpec, Box, RenderMode, Roll, SlotCopy
from presscheck.brand import Ladder
from presscheck.engine.contract import Capabilities, PreviewWorth
from presscheck.forecast import Evidence, Odds, gather, play
from presscheck.reroll import Rules
from presscheck.search import Costs, Record
from presscheck.spec import Budget
from specs import with_slots

BOX = Box(x=0, y=0, width=1, height=0.2)
SURE = Odds(passed=10**9, engine=2.0, others=1.0)
NEVER = Odds(failed=10**9, engine=2.0, others=1.0)


def assets(count: int) -> list[AssetSpec]:
    slot = SlotCopy(name="headline", text="SALE", render=RenderMode.AUTO, box=BOX)
    return [with_slots(slot, name=f"a{number}") for number in range(count)]


def rules(count: int, **budget: float) -> list[Rules]:
    one = Rules(
        ladder=Ladder(plans=3, renders=1),
        budget=Budget.model_validate({"engine_hour": 3600, **budget}),
        capabilities=Capabilities(),
        planned=(512, 512),
    )
    return [one] * count


def evidence(plan: Odds, typeset: Odds = SURE) -> Evidence:
    rolls = {Roll.PLAN: plan, Roll.RENDER: plan, Roll.TYPESET: replace(typeset, engine=0.0)}
    return Evidence(plan=plan, rolls=rolls, in_place=SURE, plan_seconds=0.5, attempts=1)


def test_an_engine_that_always_spells_takes_one_roll_an_asset() -> None:
    played = play(assets(3), rules(3), evidence(SURE), None, Random(0))
    assert (played.rolls, played.plans, played.accepted, played.drawn) == (3, 3, 3, 3)
    assert played.seconds == pytest.approx(3 * (0.5 + 2 + 1))
    assert played.money == pytest.approx(3 * (0.5 + 2))


def test_one_that_never_spells_ends_in_the_brands_own_type() -> None:
    played = play(assets(2), rules(2), evidence(NEVER), None, Random(0))
    assert (played.rolls, played.accepted, played.drawn) == (8, 2, 0)
    assert played.money == pytest.approx(2 * 3 * 2.5)


def test_when_the_money_is_spent_the_rest_is_typeset() -> None:
    played = play(assets(4), rules(4, money=5.0), evidence(NEVER), None, Random(0))
    assert played.money < 12
    assert played.accepted == 4


def test_previews_save_renders() -> None:
    worth = PreviewWorth(
        record=Record(accepted_right=50, rejected_right=50), costs=Costs(plan=0.5, render=2.0)
    )
    known = replace(evidence(Odds(passed=50, failed=50, engine=2.0)), record=worth.record)
    with_, without = (
        sum(play(assets(20), rules(20), known, one, Random(seed)).seconds for seed in range(20))
        for one in (worth, None)
    )
    assert with_ < 0.8 * without


def test_the_same_dice_play_the_same(paper, write_campaign, tmp_path) -> None:
    campaign = write_campaign(engine={"name": "paper", "settings": {"wrong": 1}})
    with Press(work=tmp_path / "work") as press:
        attempts = [a for asset in press.run(campaign).assets for a in asset.attempts]
    known = gather(attempts, None)
    assert (known.attempts, known.plan.failed, known.rolls[Roll.RENDER].passed) == (2, 1, 1)
    assert known.in_place.passed == 1
    plays = [play(assets(9), rules(9), known, None, Random(4)) for _ in range(2)]
    assert plays[0] == plays[1]


def test_the_command_reads_the_ledger(paper, write_campaign, tmp_path) -> None:
    campaign = write_campaign()
    asked = ["simulate", str(campaign), "--work", "work"]
    none = paper.run(*asked)
    assert none.returncode == 2
    assert "nothing was measured of this engine yet" in none.stderr
    assert paper.run("run", str(campaign), "--runner", "press", "--work", "work").returncode == 0
    told = paper.run(*asked, "--plays", "50", "--json")
    assert told.returncode == 0, told.stderr
    forecast = json.loads(told.stdout)
    assert forecast["evidence"]["attempts"] == 1
    assert forecast["forecast"]["accepted"]["mean"] == pytest.approx(1, abs=0.2)
    assert "drawn by the model" in paper.run(*asked, "--plays", "1").stdout
