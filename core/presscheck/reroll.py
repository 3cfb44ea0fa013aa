"""The re-roll policy: from what is known of an asset to what it does next. Pure.

The ladder, from what went wrong to the cheapest stage that can mend it:

1. nothing was tried: plan, render, and typeset what the model must not or cannot draw;
2. copy missing, misplaced, or drawn where none was asked for: the layout is wrong, so a new plan;
3. copy in place but misspelt or unreadable: the same plan with a new render seed, unless the plan's
   preview had found it wrong as well; then a new plan;
4. one slot wrong beside others that the model drew right, or hardly a roll left: a repair, which
   renders the slot's region anew and keeps every other pixel, unless the plan itself was refused;
5. plans or budget spent: the brand's last step, which is typesetting the failed slots or giving up.

Typesetting covers what the model drew in a slot's place. What it drew elsewhere stays in sight, so
when every attempt has copy in a wrong place, the last step is a plan in which the failed slots are
not asked for, and a roll is kept for it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace

from presscheck.assets import (
    AssetSpec,
    Attempt,
    Decision,
    RenderMode,
    Roll,
    Severity,
    Status,
    Trouble,
    Verdict,
)
from presscheck.brand import Ladder
from presscheck.engine.contract import Capabilities
from presscheck.search import Record
from presscheck.spec import Budget

LAYOUT_TROUBLE = frozenset({Trouble.MISSING, Trouble.MISPLACED})
"""What a new render of the same plan cannot mend."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Rules:
    """What limits the policy: the brand's ladder, the campaign's budget, the engine's abilities."""

    ladder: Ladder
    budget: Budget
    capabilities: Capabilities
    planned: tuple[int, int]


def decide(asset: AssetSpec, rules: Rules, attempts: Sequence[Attempt]) -> Decision:
    """Return what `asset` does next, given all its attempts so far."""
    if not attempts:
        return Decision(roll=Roll.PLAN, reason="first roll", typeset=set_from_start(asset, rules))
    last = attempts[-1]
    if last.accepted:
        return Decision(roll=None, accepted=True, reason="every verifier accepts")
    if out_of_budget(rules.budget, attempts):
        return _last_step(asset, rules, attempts, "the budget is spent")
    return _engine_roll(asset, rules, attempts) or _last_step(
        asset, rules, attempts, f"{_what(last)} after {plans_drawn(attempts)} plans"
    )


def _engine_roll(asset: AssetSpec, rules: Rules, attempts: Sequence[Attempt]) -> Decision | None:
    """Return the next roll that lets the model try again; None when the ladder has no more."""
    last = attempts[-1]
    if rolls_left(rules.budget, attempts) == 1 and (plan := _plan_without(asset, rules, attempts)):
        return replace(plan, reason=f"{_what(last)}; {plan.reason}")
    repair = _repair(asset, rules, attempts)
    if repair is not None and (
        rolls_left(rules.budget, attempts) == 1 or _drew_others(repair, asset)
    ):
        return repair
    in_place = rules.capabilities.splits and not layout_failed(last)
    in_place = in_place and last.preview is not Status.REJECT
    if in_place and _renders(last, attempts) < rules.ladder.renders:
        reason = f"{_what(last)}; same plan, new render"
        return Decision(roll=Roll.RENDER, reason=reason, typeset=left_out(attempts, last.plan))
    if plans_drawn(attempts) < rules.ladder.plans:
        reason = f"{_what(last)}; new plan"
        return Decision(roll=Roll.PLAN, reason=reason, typeset=set_from_start(asset, rules))
    return repair


def _repair(asset: AssetSpec, rules: Rules, attempts: Sequence[Attempt]) -> Decision | None:
    """Return the repair of the best image that has one slot wrong, in place, and nothing else."""
    repairs = [attempt for attempt in attempts if attempt.roll is Roll.REPAIR]
    if not rules.capabilities.repairs or len(repairs) >= rules.ladder.repairs:
        return None
    choices = [
        attempt
        for attempt in attempts
        if attempt.roll is not Roll.TYPESET
        and attempt.preview is not Status.REJECT
        and len(_to_repair(attempt)) == 1
    ]
    if not choices:
        return None
    best = min(choices, key=lambda attempt: wrongness(attempt.verdicts))
    (name,) = _to_repair(best)
    return Decision(
        roll=Roll.REPAIR,
        reason=f"{_what(best)}; repair {name}",
        typeset=best.candidate.typeset,
        base=best.base,
        repair=name,
    )


def _to_repair(attempt: Attempt) -> frozenset[str]:
    """Return the failed slots when the model drew all of them in place, and nothing else failed."""
    failed = failed_slots(attempt)
    if failed & set(attempt.candidate.typeset) or layout_failed(attempt):
        return frozenset()
    return failed if _coverable(attempt) else frozenset()


def _drew_others(repair: Decision, asset: AssetSpec) -> bool:
    return any(slot.name not in {*repair.typeset, repair.repair} for slot in asset.slots)


def set_from_start(asset: AssetSpec, rules: Rules) -> tuple[str, ...]:
    """Return the slots typeset in every roll: the brand wants it, or the engine cannot."""
    return tuple(
        slot.name
        for slot in asset.slots
        if slot.render is RenderMode.TYPESET
        or (slot.render is RenderMode.AUTO and cannot_draw(slot.text, rules))
    )


def cannot_draw(text: str, rules: Rules) -> str:
    """Return why the engine cannot draw `text` at the planned size, "" when it can."""
    known = rules.capabilities.characters
    if known is not None and (strange := sorted(set(text) - known - {" ", "\n", "'", "’"})):
        return f"the engine cannot spell {strange[0]!r}"
    longest = rules.capabilities.line.get(rules.planned)
    if longest is not None and (word := max(text.split(), key=len)) and len(word) > longest:
        return f"the engine draws at most {longest} characters a line, {word!r} is longer"
    limit = rules.capabilities.copy
    if limit is not None and len(" ".join(text.split())) > limit:
        return f"the engine draws at most {limit} characters of copy"
    return ""


def within_money(rules: Rules, spent: Callable[[], float]) -> Rules:
    """Return the rules with no roll left once the campaign's money is spent; asked if limited."""
    limit = rules.budget.money
    if limit is None or spent() < limit:
        return rules
    return replace(rules, budget=rules.budget.model_copy(update={"rolls": 0}))


def preview_record(attempts: Iterable[Attempt]) -> Record:
    """Return how often previews of new plans were right about the verdict."""
    record = Record()
    for attempt in attempts:
        if attempt.roll is Roll.PLAN and attempt.preview is not None:
            accepted = attempt.preview is Status.ACCEPT
            record = record.seen(preview=accepted, verdict=attempt.accepted)
    return record


def out_of_budget(budget: Budget, attempts: Sequence[Attempt]) -> bool:
    """Return True when an engine roll more would break the asset's budget."""
    return rolls_left(budget, attempts) == 0


def rolls_left(budget: Budget, attempts: Sequence[Attempt]) -> int:
    """Return how many engine rolls more an asset's budget allows."""
    if sum(sum(attempt.seconds.values()) for attempt in attempts) >= budget.seconds:
        return 0
    rolls = [attempt for attempt in attempts if attempt.roll is not Roll.TYPESET]
    return max(0, budget.rolls - len(rolls))


def left_out(attempts: Sequence[Attempt], plan: str) -> tuple[str, ...]:
    """Return the slots that a plan was not asked to draw."""
    return next((a.candidate.typeset for a in attempts if a.plan == plan), ())


def drawn_over(attempts: Sequence[Attempt], decision: Decision) -> frozenset[str]:
    """Return the slots that are typeset over what the model drew there."""
    if decision.roll is not Roll.TYPESET:
        return frozenset()
    return frozenset(decision.typeset) - set(left_out(attempts, source(attempts, decision).plan))


def source(attempts: Sequence[Attempt], decision: Decision) -> Attempt:
    """Return the attempt whose plan or image a re-roll starts from; the last, if it names none."""
    return next((a for a in attempts if a.base == decision.base), attempts[-1])


def wrongness(verdicts: Sequence[Verdict]) -> tuple[int, int]:
    """Return how wrong an image or a preview is, to choose the best: failures, and edits in all."""
    readings = [reading for verdict in verdicts for reading in verdict.slots]
    bad = [reading for reading in readings if reading.status is not Status.ACCEPT]
    findings = sum(len(v.findings) for v in verdicts if v.status is not Status.ACCEPT)
    return len(bad) + findings, sum(reading.distance for reading in bad)


def failed_slots(attempt: Attempt) -> frozenset[str]:
    """Return the slots that some verifier did not accept."""
    return frozenset(
        reading.slot
        for verdict in attempt.verdicts
        for reading in verdict.slots
        if reading.status is not Status.ACCEPT
    )


def layout_failed(attempt: Attempt) -> bool:
    """Tell whether a failed attempt has something wrong that a new render cannot mend."""
    readings = [reading for verdict in attempt.verdicts for reading in verdict.slots]
    if any(reading.trouble in LAYOUT_TROUBLE for reading in readings):
        return True
    # Rejected although every slot is right: something was drawn that nobody asked for.
    return not failed_slots(attempt)


def _last_step(asset: AssetSpec, rules: Rules, attempts: Sequence[Attempt], why: str) -> Decision:
    if rules.ladder.last == "typeset":
        if rolls_left(rules.budget, attempts) and (plan := _plan_without(asset, rules, attempts)):
            return replace(plan, reason=f"{why}; {plan.reason}")
        for attempt in sorted(attempts, key=lambda a: (not _coverable(a), wrongness(a.verdicts))):
            failed = failed_slots(attempt)
            wanted = _may_typeset(asset, failed) | set(attempt.candidate.typeset)
            names = tuple(slot.name for slot in asset.slots if slot.name in wanted)
            if wanted > set(attempt.candidate.typeset) and not _tried(attempts, attempt, names):
                reason = f"{why}; typeset {', '.join(sorted(failed & wanted))}"
                return Decision(roll=Roll.TYPESET, reason=reason, typeset=names, base=attempt.base)
    return Decision(roll=None, reason=f"gave up: {why}")


def _plan_without(asset: AssetSpec, rules: Rules, attempts: Sequence[Attempt]) -> Decision | None:
    """Return a plan that is not asked for the failed slots, unless covering them may do."""
    known = set(left_out(attempts, attempts[-1].plan))
    failed = _may_typeset(asset, failed_slots(attempts[-1])) - known
    if rules.ladder.last != "typeset" or not failed or any(_coverable(a) for a in attempts):
        return None
    names = tuple(slot.name for slot in asset.slots if slot.name in failed | known)
    reason = f"new plan, typeset {', '.join(sorted(failed))}"
    return Decision(roll=Roll.PLAN, reason=reason, typeset=names)


def _coverable(attempt: Attempt) -> bool:
    """Tell whether all that is wrong with an attempt lies in the places of its slots."""
    readings = [reading for verdict in attempt.verdicts for reading in verdict.slots]
    misplaced = any(reading.trouble is Trouble.MISPLACED for reading in readings)
    extra = any(f.severity is Severity.ERROR for v in attempt.verdicts for f in v.findings)
    return not misplaced and not extra


def _tried(attempts: Sequence[Attempt], base: Attempt, names: Collection[str]) -> bool:
    return any(
        attempt.base == base.base and set(attempt.candidate.typeset) >= set(names)
        for attempt in attempts
    )


def _may_typeset(asset: AssetSpec, failed: Collection[str]) -> set[str]:
    return {
        slot.name for slot in asset.slots if slot.name in failed and slot.render is RenderMode.AUTO
    }


def plans_drawn(attempts: Sequence[Attempt]) -> int:
    """Return how many plans an asset has cost, those that a preview refused too."""
    return sum(1 + attempt.dropped for attempt in attempts if attempt.roll is Roll.PLAN)


def _renders(last: Attempt, attempts: Sequence[Attempt]) -> int:
    kept = (a for a in attempts if a.plan == last.plan and a.roll is not Roll.REPAIR)
    return len({attempt.base for attempt in kept})


def _what(attempt: Attempt) -> str:
    for verdict in attempt.verdicts:
        for reading in verdict.slots:
            if reading.status is not Status.ACCEPT:
                return f"{reading.slot} {reading.trouble or reading.status}"
    return next(
        (f.message for v in attempt.verdicts for f in v.findings if v.status is not Status.ACCEPT),
        "not accepted",
    )
