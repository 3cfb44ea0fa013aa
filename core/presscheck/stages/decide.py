"""What an asset does next: plugins are asked, then the built-in policy; the budget binds both."""

from __future__ import annotations

from dataclasses import replace

from presscheck.assets import Asset, AssetState, Decision, Roll
from presscheck.engine.contract import Engine
from presscheck.job import Event, Job
from presscheck.reroll import (
    Rules,
    decide,
    left_out,
    out_of_budget,
    set_from_start,
    source,
    within_money,
)
from presscheck.stages.validate import rules_for


def next_step(job: Job, asset: Asset, engine: Engine) -> Decision:
    """Ask plugins, then the built-in policy, what an asset does next; the budget binds both."""
    rules = rules_for(asset.spec, job.campaign, job.brand, engine)
    rules = within_money(rules, lambda: money_spent(job))
    if asset.attempts:
        asked = job.plugins.plan_reroll(asset.spec, job.brand, asset.attempts)
        costs = asked is not None and asked.roll not in {Roll.TYPESET, None}
        if asked is not None and not (costs and out_of_budget(rules.budget, asset.attempts)):
            return _completed(asked, asset, rules)
    return decide(asset.spec, rules, asset.attempts)


def _completed(asked: Decision, asset: Asset, rules: Rules) -> Decision:
    """Return a plugin's decision with the slots that are typeset whether it names them or not."""
    always = set(set_from_start(asset.spec, rules))
    if asked.roll in {Roll.RENDER, Roll.REPAIR}:
        always |= set(left_out(asset.attempts, source(asset.attempts, asked).plan))
    wanted = always | set(asked.typeset)
    return replace(asked, typeset=tuple(s.name for s in asset.spec.slots if s.name in wanted))


def money_spent(job: Job) -> float:
    """Return what all attempts of the run cost so far, in the budget's currency."""
    return sum(attempt.money for asset in job.ledger.assets(job.run) for attempt in asset.attempts)


def settle(job: Job, asset: Asset, engine: Engine) -> Decision | None:
    """Return the next roll of an open asset, or close it and return None."""
    if asset.state is not AssetState.OPEN:
        return None
    decision = next_step(job, asset, engine)
    if decision.roll is not None:
        return decision
    state = AssetState.ACCEPTED if decision.accepted else AssetState.REVIEW
    job.ledger.set_state(job.run, asset.spec.id, state, decision.reason)
    note = "accepted" if decision.accepted else decision.reason
    job.watch(Event(stage="settled", assets=(asset.spec.id,), note=note))
    return None
