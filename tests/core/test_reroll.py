"""The re-roll policy as a pure function of what is known of an asset."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from presscheck.assets import (
    AssetSpec,
    Attempt,
    Box,
    Candidate,
    Decision,
    Finding,
    RenderMode,
    Roll,
    Severity,
    SlotCopy,
    SlotReading,
    Status,
    Trouble,
    Verdict,
)
from presscheck.brand import Ladder
from presscheck.engine.contract import Capabilities
from presscheck.reroll import Rules, cannot_draw, decide, drawn_over, failed_slots, left_out
from presscheck.spec import Budget
from specs import with_slots

BOX = Box(x=0, y=0, width=1, height=0.2)


def _asset(**modes: RenderMode) -> AssetSpec:
    modes = modes or {"headline": RenderMode.AUTO, "legal": RenderMode.TYPESET}
    slots = tuple(
        SlotCopy(name=name, text=name.upper(), render=mode, box=BOX) for name, mode in modes.items()
    )
    return with_slots(*slots)


def _rules(
    *, splits: bool = True, repairs: bool = False, budget: Budget | None = None, **ladder: object
) -> Rules:
    return Rules(
        ladder=Ladder.model_validate(ladder),
        budget=budget or Budget(),
        capabilities=Capabilities(splits=splits, repairs=repairs),
        planned=(512, 512),
    )


Troubles = dict[str, Trouble | None]


def _verdict(asset: AssetSpec, troubles: Troubles, extra: bool = False) -> Verdict:
    readings = tuple(
        SlotReading(
            slot=slot.name,
            expected=slot.text,
            read="",
            distance=1 if troubles.get(slot.name) else 0,
            status=Status.REJECT if troubles.get(slot.name) else Status.ACCEPT,
            trouble=troubles.get(slot.name),
        )
        for slot in asset.slots
    )
    findings = (Finding(check="copy", severity=Severity.ERROR, message="extra"),) if extra else ()
    bad = extra or any(troubles.get(slot.name) for slot in asset.slots)
    return Verdict(
        verifier="v",
        status=Status.REJECT if bad else Status.ACCEPT,
        slots=readings,
        findings=findings,
    )


@dataclass
class Bench:
    """Carries decisions out as the stages do, without an image."""

    asset: AssetSpec
    rules: Rules
    attempts: list[Attempt] = field(default_factory=list)

    def decide(self) -> Decision:
        return decide(self.asset, self.rules, self.attempts)

    def carry_out(
        self,
        troubles: Troubles,
        *,
        extra: bool = False,
        seconds: float = 0,
        preview: Status | None = None,
        dropped: int = 0,
    ) -> Decision:
        decision = self.decide()
        assert decision.roll is not None
        number = len(self.attempts) + 1
        last = self.attempts[-1] if self.attempts else None
        if decision.roll is Roll.PLAN:
            plan, base = f"plan{number}", f"base{number}"
        elif decision.roll is Roll.RENDER:
            assert last is not None
            plan, base = last.plan, f"base{number}"
        elif decision.roll is Roll.REPAIR:
            start = next(a for a in self.attempts if a.base == decision.base)
            assert decision.repair in failed_slots(start)
            assert decision.repair not in start.candidate.typeset
            plan, base = start.plan, f"base{number}"
        else:
            source = next(a for a in self.attempts if a.base == decision.base)
            plan, base = source.plan, source.base
        self.attempts.append(
            Attempt(
                asset="a",
                number=number,
                roll=decision.roll,
                reason=decision.reason,
                prompt="",
                plan=plan,
                plan_seed=number,
                render_seed=number,
                base=base,
                candidate=Candidate(
                    asset="a", roll=number, image="", width=1, height=1, typeset=decision.typeset
                ),
                verdicts=(_verdict(self.asset, troubles, extra),),
                seconds={"render": seconds},
                preview=preview,
                dropped=dropped,
            )
        )
        return decision


TROUBLES = st.dictionaries(
    st.sampled_from(["headline", "legal", "cta"]), st.none() | st.sampled_from(Trouble)
)
MODES = st.fixed_dictionaries(
    {"headline": st.sampled_from(RenderMode)},
    optional={"legal": st.sampled_from(RenderMode), "cta": st.sampled_from(RenderMode)},
)
RULES = st.builds(
    lambda splits, repairs, rolls, renders, plans, last: _rules(
        splits=splits,
        repairs=repairs,
        budget=Budget(rolls=rolls),
        renders=renders,
        plans=plans,
        last=last,
    ),
    st.booleans(),
    st.booleans(),
    st.integers(1, 9),
    st.integers(1, 4),
    st.integers(1, 4),
    st.sampled_from(["typeset", "give-up"]),
)


@given(modes=MODES, rules=RULES, data=st.data())
def test_every_asset_comes_to_an_end_within_its_budget(modes, rules, data) -> None:
    bench = Bench(_asset(**modes), rules)
    names = {slot.name: slot.render for slot in bench.asset.slots}
    for _ in range(60):
        decision = bench.decide()
        if decision.roll is None:
            break
        if decision.roll is Roll.TYPESET:
            assert rules.ladder.last == "typeset"
            assert decision.base in {attempt.base for attempt in bench.attempts}
        for name in decision.typeset:
            assert names[name] is not RenderMode.MODEL
        for name, mode in names.items():
            assert mode is not RenderMode.TYPESET or name in decision.typeset
        bench.carry_out(data.draw(TROUBLES), extra=data.draw(st.booleans()))
    else:
        pytest.fail("the policy does not end")
    paid = [attempt for attempt in bench.attempts if attempt.roll is not Roll.TYPESET]
    assert 1 <= len(paid) <= rules.budget.rolls
    assert sum(a.roll is Roll.REPAIR for a in paid) <= rules.ladder.repairs
    drawing = {a.plan for a in bench.attempts if "typeset" not in a.reason}
    assert len(drawing) <= rules.ladder.plans
    assert decision.accepted == bench.attempts[-1].accepted
    assert decision.reason


@given(modes=MODES, rules=RULES, data=st.data())
def test_the_same_attempts_give_the_same_decision(modes, rules, data) -> None:
    bench = Bench(_asset(**modes), rules)
    for _ in range(data.draw(st.integers(0, 4))):
        if bench.decide().roll is None:
            break
        bench.carry_out(data.draw(TROUBLES))
    assert bench.decide() == bench.decide()


@given(modes=MODES, rules=RULES)
def test_an_accepted_attempt_stops(modes, rules) -> None:
    bench = Bench(_asset(**modes), rules)
    bench.carry_out({})
    assert bench.decide() == Decision(roll=None, accepted=True, reason="every verifier accepts")


@pytest.mark.parametrize("trouble", [Trouble.MISSING, Trouble.MISPLACED])
def test_a_layout_that_failed_needs_a_new_plan(trouble) -> None:
    bench = Bench(_asset(), _rules())
    bench.carry_out({"headline": trouble})
    assert bench.decide().roll is Roll.PLAN


def test_strange_text_beside_right_copy_needs_a_new_plan() -> None:
    bench = Bench(_asset(), _rules())
    bench.carry_out({}, extra=True)
    assert bench.decide().roll is Roll.PLAN


@pytest.mark.parametrize("trouble", [Trouble.MISSPELT, Trouble.UNREADABLE, Trouble.LOOK])
def test_broken_glyphs_need_a_new_render_of_the_same_plan(trouble) -> None:
    bench = Bench(_asset(), _rules())
    bench.carry_out({"headline": trouble})
    assert bench.decide().roll is Roll.RENDER
    assert "same plan" in bench.decide().reason


def test_a_plan_that_failed_in_every_render_is_given_up() -> None:
    bench = Bench(_asset(), _rules(renders=3, plans=2))
    wrong: Troubles = {"headline": Trouble.MISSPELT}
    rolls = [bench.carry_out(wrong).roll for _ in range(6)]
    p, r = Roll.PLAN, Roll.RENDER
    assert rolls == [p, r, r, p, r, r]
    assert bench.decide().roll is Roll.TYPESET


def test_an_engine_that_cannot_split_is_planned_anew_each_time() -> None:
    bench = Bench(_asset(), _rules(splits=False, plans=3))
    wrong: Troubles = {"headline": Trouble.MISSPELT}
    assert [bench.carry_out(wrong).roll for _ in range(3)] == [Roll.PLAN] * 3


def test_the_last_step_typesets_what_failed_on_the_best_image() -> None:
    asset = _asset(headline=RenderMode.AUTO, cta=RenderMode.AUTO, legal=RenderMode.TYPESET)
    bench = Bench(asset, _rules(budget=Budget(rolls=2), renders=2))
    bench.carry_out({"headline": Trouble.MISSPELT})
    bench.carry_out({"headline": Trouble.MISSPELT, "cta": Trouble.MISSPELT})
    decision = bench.decide()
    assert decision.roll is Roll.TYPESET
    assert decision.base == bench.attempts[0].base
    assert decision.typeset == ("headline", "legal")


def test_a_slot_for_the_model_alone_is_never_typeset() -> None:
    bench = Bench(_asset(headline=RenderMode.MODEL), _rules(budget=Budget(rolls=1)))
    bench.carry_out({"headline": Trouble.MISSPELT})
    decision = bench.decide()
    assert decision.roll is None
    assert not decision.accepted
    assert "gave up" in decision.reason


def test_a_brand_may_rather_give_up_than_typeset() -> None:
    bench = Bench(_asset(), _rules(last="give-up", budget=Budget(rolls=1)))
    bench.carry_out({"headline": Trouble.MISSPELT})
    assert bench.decide().roll is None


def test_seconds_bind_as_rolls_do() -> None:
    bench = Bench(_asset(), _rules(budget=Budget(rolls=50, seconds=10)))
    bench.carry_out({"headline": Trouble.MISSPELT}, seconds=11)
    assert bench.decide().roll is Roll.TYPESET


def test_typesetting_that_failed_is_not_repeated_on_the_same_image() -> None:
    bench = Bench(_asset(), _rules(budget=Budget(rolls=1)))
    bench.carry_out({"headline": Trouble.MISSPELT})
    assert bench.carry_out({"headline": Trouble.MISSPELT}).roll is Roll.TYPESET
    assert bench.decide().roll is None


@given(text=st.text(min_size=1, max_size=20).filter(str.strip))
def test_an_engine_of_unknown_abilities_is_asked_for_anything(text) -> None:
    assert cannot_draw(text, _rules()) == ""


def test_what_the_engine_cannot_spell_is_typeset_from_the_start() -> None:
    rules = replace(_rules(), capabilities=Capabilities(characters=frozenset("ABCDEHIL NO")))
    asset = _asset(headline=RenderMode.AUTO, cta=RenderMode.AUTO)
    assert "cannot spell" in cannot_draw("CTA", rules)
    assert decide(asset, rules, []).typeset == ("cta",)


def test_a_word_longer_than_the_engines_line_is_typeset_from_the_start() -> None:
    rules = replace(_rules(), capabilities=Capabilities(line={(512, 512): 7}))
    assert decide(_asset(headline=RenderMode.AUTO), rules, []).typeset == ("headline",)
    assert "at most 7" in cannot_draw("HEADLINE", rules)


def test_copy_longer_than_the_engine_draws_is_typeset_from_the_start() -> None:
    asset = _asset(headline=RenderMode.AUTO)
    length = len(asset.slots[0].text)
    for limit, typeset in ((length, ()), (length - 1, ("headline",))):
        rules = replace(_rules(), capabilities=Capabilities(copy=limit))
        assert decide(asset, rules, []).typeset == typeset


def test_failed_slots_are_those_that_a_verifier_refused() -> None:
    bench = Bench(_asset(headline=RenderMode.AUTO, cta=RenderMode.AUTO), _rules(renders=3))
    bench.carry_out({"headline": Trouble.MISSPELT, "cta": Trouble.MISSPELT})
    assert failed_slots(bench.attempts[0]) == {"headline", "cta"}


def test_a_roll_is_kept_to_plan_without_copy_that_stands_in_the_wrong_place() -> None:
    bench = Bench(_asset(), _rules(budget=Budget(rolls=3), plans=5))
    astray: Troubles = {"headline": Trouble.MISPLACED}
    assert bench.carry_out(astray).typeset == ("legal",)
    assert bench.carry_out(astray).typeset == ("legal",)
    last = bench.decide()
    assert (last.roll, last.typeset) == (Roll.PLAN, ("headline", "legal"))
    assert drawn_over(bench.attempts, last) == frozenset()
    bench.carry_out({})
    assert bench.decide().accepted


def test_copy_in_its_place_is_covered_and_keeps_no_roll() -> None:
    bench = Bench(_asset(), _rules(budget=Budget(rolls=2), plans=5, renders=1))
    bench.carry_out({"headline": Trouble.MISSPELT})
    bench.carry_out({"headline": Trouble.MISPLACED})
    decision = bench.decide()
    assert decision.roll is Roll.TYPESET
    assert decision.base == bench.attempts[0].base
    assert drawn_over(bench.attempts, decision) == {"headline"}


def test_type_that_names_no_base_covers_what_the_last_image_shows() -> None:
    bench = Bench(_asset(), _rules())
    bench.carry_out({"headline": Trouble.MISSPELT})
    asked = Decision(roll=Roll.TYPESET, reason="", typeset=("headline", "legal"))
    assert drawn_over(bench.attempts, asked) == {"headline"}


def test_a_new_render_of_a_plan_without_the_headline_has_it_typeset_too() -> None:
    bench = Bench(_asset(), _rules(budget=Budget(rolls=3), plans=1, renders=2))
    bench.carry_out({"headline": Trouble.MISPLACED})
    assert bench.carry_out({"legal": Trouble.MISSPELT}).typeset == ("headline", "legal")
    decision = bench.decide()
    assert (decision.roll, decision.typeset) == (Roll.RENDER, ("headline", "legal"))
    assert left_out(bench.attempts, bench.attempts[1].plan) == ("headline", "legal")


TWO = {"headline": RenderMode.AUTO, "cta": RenderMode.AUTO}


def test_one_wrong_slot_beside_a_right_one_is_repaired_at_once() -> None:
    bench = Bench(_asset(**TWO), _rules(repairs=True))
    bench.carry_out({"cta": Trouble.MISSPELT})
    decision = bench.carry_out({})
    assert (decision.roll, decision.repair, decision.base) == (Roll.REPAIR, "cta", "base1")
    assert bench.decide().accepted


def test_a_repair_that_fails_is_followed_by_typesetting_that_slot() -> None:
    bench = Bench(_asset(**TWO), _rules(repairs=True, plans=1, renders=1))
    bench.carry_out({"cta": Trouble.MISSPELT})
    bench.carry_out({"cta": Trouble.MISSPELT})
    assert [attempt.roll for attempt in bench.attempts] == [Roll.PLAN, Roll.REPAIR]
    decision = bench.decide()
    assert (decision.roll, decision.typeset) == (Roll.TYPESET, ("cta",))


@pytest.mark.parametrize(
    ("troubles", "extra"),
    [
        ({"cta": Trouble.MISSING}, False),
        ({"cta": Trouble.MISPLACED}, False),
        ({"cta": Trouble.MISSPELT, "headline": Trouble.MISSPELT}, False),
        ({"cta": Trouble.MISSPELT}, True),
    ],
)
def test_what_a_repair_cannot_mend_is_not_repaired(troubles: Troubles, extra: bool) -> None:
    bench = Bench(_asset(**TWO), _rules(repairs=True))
    bench.carry_out(troubles, extra=extra)
    assert bench.decide().roll is not Roll.REPAIR


def test_a_lone_slot_is_repaired_when_hardly_a_roll_is_left() -> None:
    bench = Bench(_asset(), _rules(repairs=True, plans=9, budget=Budget(rolls=4)))
    rolls = [bench.carry_out({"headline": Trouble.MISSPELT}).roll for _ in range(4)]
    assert rolls == [Roll.PLAN, Roll.RENDER, Roll.PLAN, Roll.REPAIR]
    assert bench.decide().roll is Roll.TYPESET


def test_an_engine_or_a_brand_that_does_not_repair_is_not_asked_to() -> None:
    unwilling = replace(_rules(repairs=True), ladder=Ladder(repairs=0))
    for rules in (_rules(repairs=False), unwilling):
        bench = Bench(_asset(**TWO), rules)
        bench.carry_out({"cta": Trouble.MISSPELT})
        assert bench.decide().roll is Roll.RENDER


def test_a_plan_that_its_preview_refused_is_not_rendered_again() -> None:
    bench = Bench(_asset(), _rules())
    bench.carry_out({"headline": Trouble.MISSPELT}, preview=Status.REJECT)
    assert bench.decide().roll is Roll.PLAN
    other = Bench(_asset(), _rules())
    other.carry_out({"headline": Trouble.MISSPELT}, preview=Status.ACCEPT)
    assert other.decide().roll is Roll.RENDER


def test_dropped_plans_count_as_drawn() -> None:
    bench = Bench(_asset(), _rules(plans=3, renders=1))
    bench.carry_out({"headline": Trouble.MISSPELT}, dropped=1)
    assert bench.decide().roll is Roll.PLAN
    bench.carry_out({"headline": Trouble.MISSPELT})
    assert bench.decide().roll is Roll.TYPESET
    assert "after 3 plans" in bench.decide().reason
