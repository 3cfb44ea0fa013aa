"""Forecasts a campaign by playing it: the re-roll policy is asked, dice say how each roll ends.

The dice are the shares of rolls that passed so far: those of earlier runs with the same engine, and
what was measured of the checkpoint's previews. Shares follow the rule of succession, (passed + 1) /
(rolled + 2), so that little evidence never makes a certainty. Rolls of one asset are taken as
independent; copy that is hard to spell fails more often than that.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from random import Random

from presscheck.assets import (
    AssetSpec,
    Attempt,
    Candidate,
    Decision,
    Roll,
    SlotReading,
    Status,
    Trouble,
    Verdict,
)
from presscheck.engine.contract import PreviewWorth
from presscheck.reroll import (
    Rules,
    decide,
    layout_failed,
    plans_drawn,
    preview_record,
    source,
    within_money,
)
from presscheck.search import Record, best_tries


@dataclass(frozen=True, kw_only=True, slots=True)
class Odds:
    """How many of a kind of roll passed, and what one took on average after planning, in seconds.

    `engine` is time that is paid by the engine hour, `others` is typesetting and verifying.
    """

    passed: int = 0
    failed: int = 0
    engine: float = 0.0
    others: float = 0.0

    @property
    def share(self) -> float:
        """The chance that the next one passes."""
        return (self.passed + 1) / (self.passed + self.failed + 2)


@dataclass(frozen=True, kw_only=True, slots=True)
class Evidence:
    """What is known of an engine: plans with and without previews, and every other roll.

    `plan` are the odds of a render of a plan that no preview was made of; `in_place` counts failed
    renders of new plans as passed whose copy stood in its place.
    """

    record: Record = field(default_factory=Record)
    plan: Odds = Odds()
    rolls: dict[Roll, Odds] = field(default_factory=dict[Roll, Odds])
    in_place: Odds = Odds()
    plan_seconds: float = 0.0
    attempts: int = 0

    @property
    def empty(self) -> bool:
        """True when nothing was measured."""
        return not self.attempts and not self.record.accepted


def gather(attempts: Iterable[Attempt], worth: PreviewWorth | None) -> Evidence:
    """Return what earlier attempts and the checkpoint's own measurements say."""
    every = list(attempts)
    known = worth.record if worth is not None else Record()
    plans = [attempt for attempt in every if attempt.roll is Roll.PLAN]
    drawn = plans_drawn(plans)
    seconds = sum(attempt.seconds.get("plan", 0.0) for attempt in plans)
    costs = worth.costs if worth is not None else None
    unknown = Odds(engine=costs.render if costs is not None else 0.0)
    rendered = _odds(plans, unknown)
    again = {
        Roll.RENDER: rendered,
        Roll.REPAIR: rendered,
        Roll.TYPESET: replace(rendered, engine=0.0),
    }
    rolls = {
        roll: _odds([a for a in every if a.roll is roll], otherwise)
        for roll, otherwise in again.items()
    }
    failed = [attempt for attempt in plans if not attempt.accepted]
    placed = sum(not layout_failed(attempt) for attempt in failed)
    return Evidence(
        record=known + preview_record(every),
        plan=_odds([a for a in plans if a.preview is None], rendered),
        rolls={Roll.PLAN: rendered, **rolls},
        in_place=Odds(passed=placed, failed=len(failed) - placed),
        plan_seconds=seconds / drawn if drawn else (costs.drawn if costs is not None else 0.0),
        attempts=len(every),
    )


def _odds(attempts: Sequence[Attempt], otherwise: Odds) -> Odds:
    """Count attempts; where there are none, they take as long as others do."""
    if not attempts:
        return Odds(engine=otherwise.engine, others=otherwise.others)
    passed = sum(attempt.accepted for attempt in attempts)
    engine = sum(attempt.seconds.get("render", 0.0) for attempt in attempts)
    spent = sum(sum(a.seconds.values()) - a.seconds.get("plan", 0.0) for a in attempts)
    return Odds(
        passed=passed,
        failed=len(attempts) - passed,
        engine=engine / len(attempts),
        others=(spent - engine) / len(attempts),
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class Play:
    """How one play of a campaign ended; `drawn` counts accepted assets with no slot set late."""

    rolls: int
    plans: int
    seconds: float
    money: float
    accepted: int
    review: int
    drawn: int


def play(
    specs: Sequence[AssetSpec],
    rules: Sequence[Rules],
    evidence: Evidence,
    worth: PreviewWorth | None,
    dice: Random,
) -> Play:
    """Play a campaign once, round by round, as a run would go."""
    attempts: list[list[Attempt]] = [[] for _ in specs]
    ends: dict[int, Decision] = {}
    tries = best_tries(evidence.record, worth.costs) if worth is not None else 1
    while len(ends) < len(specs):
        for index, (spec, limits) in enumerate(zip(specs, rules, strict=True)):
            if index in ends:
                continue
            decision = decide(spec, within_money(limits, lambda: _money(attempts)), attempts[index])
            if decision.roll is None:
                ends[index] = decision
            else:
                most = min(tries, limits.ladder.plans - plans_drawn(attempts[index]))
                made = _attempt(
                    spec, decision, attempts[index], evidence, worth, max(1, most), dice
                )
                money = _engine_seconds(made) * limits.budget.engine_hour / 3600
                attempts[index].append(replace(made, money=money))
    every = [attempt for rolls in attempts for attempt in rolls]
    good = [index for index, end in ends.items() if end.accepted]
    return Play(
        rolls=len(every),
        plans=plans_drawn(every),
        seconds=sum(sum(attempt.seconds.values()) for attempt in every),
        money=_money(attempts),
        accepted=len(good),
        review=len(specs) - len(good),
        drawn=sum(attempts[index][-1].roll is not Roll.TYPESET for index in good),
    )


def _money(attempts: Sequence[Sequence[Attempt]]) -> float:
    return sum(attempt.money for rolls in attempts for attempt in rolls)


def _engine_seconds(attempt: Attempt) -> float:
    return attempt.seconds.get("plan", 0.0) + attempt.seconds["render"]


def _attempt(
    spec: AssetSpec,
    decision: Decision,
    before: Sequence[Attempt],
    evidence: Evidence,
    worth: PreviewWorth | None,
    tries: int,
    dice: Random,
) -> Attempt:
    """Roll the dice for one decision."""
    number, dropped, preview = len(before) + 1, 0, None
    plan = before[-1].plan if before else ""
    roll = decision.roll or Roll.PLAN
    odds = evidence.rolls[roll]
    seconds = {"render": odds.engine, "verify": odds.others}
    if roll is not Roll.PLAN:
        passed = dice.random() < odds.share
        plan = source(before, decision).plan
    elif worth is None:
        passed = dice.random() < evidence.plan.share
    else:
        dropped, preview, passed = _previewed(evidence.record, tries, dice)
    if roll is Roll.PLAN:
        plan = f"plan {number}"
        seconds["plan"] = (1 + dropped) * evidence.plan_seconds
    placed = dice.random() < evidence.in_place.share
    base = f"{number}"
    if roll is Roll.TYPESET:
        base = source(before, decision).base
    return Attempt(
        asset=spec.id,
        number=number,
        roll=roll,
        reason=decision.reason,
        prompt="",
        plan=plan,
        plan_seed=number,
        render_seed=number,
        base=base,
        candidate=Candidate(
            asset=spec.id,
            roll=number,
            image=base,
            width=spec.width,
            height=spec.height,
            typeset=decision.typeset,
        ),
        verdicts=(_verdict(spec, decision, passed=passed, placed=placed),),
        seconds=seconds,
        preview=preview,
        dropped=dropped,
    )


def _previewed(record: Record, tries: int, dice: Random) -> tuple[int, Status, bool]:
    """Draw plans until the preview accepts one; return those dropped, its word, and the verdict."""
    accepts = Odds(passed=record.accepted, failed=record.rejected).share
    for dropped in range(tries):
        if dice.random() < accepts:
            good = Odds(passed=record.accepted_right, failed=record.accepted_wrong).share
            return dropped, Status.ACCEPT, dice.random() < good
    bad = Odds(passed=record.rejected_wrong, failed=record.rejected_right).share
    return tries - 1, Status.REJECT, dice.random() < bad


def _verdict(spec: AssetSpec, decision: Decision, *, passed: bool, placed: bool) -> Verdict:
    """Return a verdict; the first slot that the model drew is the one that fails."""
    drawn = [slot.name for slot in spec.slots if slot.name not in decision.typeset]
    first = (drawn or [slot.name for slot in spec.slots])[0]
    right = [
        SlotReading(
            slot=slot.name, expected=slot.text, read=slot.text, distance=0, status=Status.ACCEPT
        )
        for slot in spec.slots
    ]
    if passed:
        return Verdict(verifier="dice", status=Status.ACCEPT, slots=tuple(right))
    trouble = Trouble.MISSPELT if placed else Trouble.MISSING
    readings = (
        replace(one, read="", distance=1, status=Status.REJECT, trouble=trouble)
        if one.slot == first
        else one
        for one in right
    )
    return Verdict(verifier="dice", status=Status.REJECT, slots=tuple(readings))
