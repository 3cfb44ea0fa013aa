"""Extract: plan a round of assets in one batch, pull each, proof each, decide.

The functions are small because each is one task of the queue: what one leaves in the ledger, the
next finds there, in this process or another, today or after a crash.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from PIL import Image
from pydantic import JsonValue, TypeAdapter

from presscheck.assets import (
    Asset,
    AssetSpec,
    AssetState,
    Attempt,
    Candidate,
    Decision,
    Plan,
    Pull,
    Roll,
    Verdict,
)
from presscheck.engine.contract import Engine, PlanRequest
from presscheck.engine.sizes import fit_size
from presscheck.errors import CopyError, EngineError, PluginError
from presscheck.job import Event, Job, Stopwatch, derive_seed, step_key
from presscheck.reroll import (
    Rules,
    decide,
    drawn_over,
    left_out,
    out_of_budget,
    set_from_start,
    source,
)
from presscheck.stages.validate import prompt_for, rules_for
from presscheck.typeset import place_logo, set_slots


@dataclass(frozen=True, kw_only=True, slots=True)
class Planned:
    """An asset with its next decision and the plan that the decision calls for."""

    asset: Asset
    decision: Decision
    prompt: str
    plan: str
    plan_seed: int
    seconds: float


def next_step(job: Job, asset: Asset, engine: Engine) -> Decision:
    """Ask plugins, then the built-in policy, what an asset does next; the budget binds both."""
    rules = _rules_left(job, rules_for(asset.spec, job.campaign, job.brand, engine))
    if asset.attempts:
        asked = job.plugins.plan_reroll(asset.spec, job.brand, asset.attempts)
        costs = asked is not None and asked.roll in {Roll.PLAN, Roll.RENDER}
        if asked is not None and not (costs and out_of_budget(rules.budget, asset.attempts)):
            return _completed(asked, asset, rules)
    return decide(asset.spec, rules, asset.attempts)


def _completed(asked: Decision, asset: Asset, rules: Rules) -> Decision:
    """Return a plugin's decision with the slots that are typeset whether it names them or not."""
    always = set(set_from_start(asset.spec, rules))
    if asked.roll is Roll.RENDER:
        always |= set(left_out(asset.attempts, source(asset.attempts, asked).plan))
    wanted = always | set(asked.typeset)
    return replace(asked, typeset=tuple(s.name for s in asset.spec.slots if s.name in wanted))


def _rules_left(job: Job, rules: Rules) -> Rules:
    """Return the rules with no roll left when the campaign's money is spent."""
    limit = job.campaign.budget.money
    if limit is None or money_spent(job) < limit:
        return rules
    return replace(rules, budget=rules.budget.model_copy(update={"rolls": 0}))


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


@dataclass(frozen=True, kw_only=True, slots=True)
class Round:
    """The assets of a round that go on, and those that a plugin or its prompt keeps from it."""

    planned: tuple[Planned, ...]
    failed: Mapping[str, PluginError | CopyError]


def plan_round(job: Job, names: Sequence[str], engine: Engine) -> Round:
    """Plan all open assets among `names` in one batch, and return those that go on."""
    kept: list[Planned] = []
    fresh: list[tuple[Asset, Decision, PlanRequest]] = []
    failed: dict[str, PluginError | CopyError] = {}
    for name in names:
        asset = job.ledger.asset(job.run, name)
        try:
            decision = settle(job, asset, engine)
            if decision is not None and decision.roll is Roll.PLAN:
                fresh.append((asset, decision, _plan_request(job, asset, decision, engine)))
            elif decision is not None:
                kept.append(_keep_plan(asset, decision))
        except (PluginError, CopyError) as error:
            failed[name] = error
    return Round(planned=(*_plan_batch(job, fresh, engine), *kept), failed=failed)


def _keep_plan(asset: Asset, decision: Decision) -> Planned:
    start = source(asset.attempts, decision)
    return Planned(
        asset=asset,
        decision=decision,
        prompt=start.prompt,
        plan=start.plan,
        plan_seed=start.plan_seed,
        seconds=0.0,
    )


def _plan_batch(
    job: Job, rolls: Sequence[tuple[Asset, Decision, PlanRequest]], engine: Engine
) -> list[Planned]:
    requests = [request for _, _, request in rolls]
    keys = [_plan_key(request, engine) for request in requests]
    plans = [_known_plan(job, key) for key in keys]
    missing = [index for index, plan in enumerate(plans) if plan is None]
    if missing:
        names = tuple(rolls[index][0].spec.id for index in missing)
        watch = Stopwatch()
        made = engine.plan([requests[i] for i in missing], progress=job.progress(names))
        share = round(watch.seconds / len(missing), 3)
        for index, plan in zip(missing, made, strict=True):
            # Without its seconds, the same plan is the same bytes.
            digest = job.blobs.put(TypeAdapter(Plan).dump_json(replace(plan, seconds=0.0)))
            job.ledger.record_step(keys[index], "plan", digest, share)
            plans[index] = digest, share
    return [
        Planned(
            asset=asset,
            decision=decision,
            prompt=request.prompt,
            plan=plan[0],
            plan_seed=request.seed,
            seconds=plan[1],
        )
        for (asset, decision, request), plan in zip(rolls, plans, strict=True)
        if plan is not None
    ]


def _plan_request(job: Job, asset: Asset, decision: Decision, engine: Engine) -> PlanRequest:
    spec = asset.spec
    prompt = prompt_for(spec, job.brand, job.plugins, engine, decision.typeset)
    number = len({attempt.plan_seed for attempt in asset.attempts})
    return PlanRequest(
        prompt=prompt,
        width=spec.width,
        height=spec.height,
        seed=derive_seed(spec.seed, "plan", number),
    )


def _plan_key(request: PlanRequest, engine: Engine) -> str:
    width, height = engine.planned_size(request.width, request.height)
    inputs: dict[str, JsonValue] = {
        "prompt": request.prompt,
        "seed": request.seed,
        "width": width,
        "height": height,
    }
    return step_key("plan", engine.name, inputs)


def _known_plan(job: Job, key: str) -> tuple[str, float] | None:
    step = job.ledger.step(key)
    if step is None or not isinstance(step[0], str) or not job.blobs.has(step[0]):
        return None
    return step[0], step[1]


def pull(job: Job, planned: Planned, engine: Engine) -> Pull:
    """Render what was planned, or take the image there is, and keep it for the proof."""
    asset, decision = planned.asset, planned.decision
    number = len(asset.attempts) + 1
    known = job.ledger.pull(job.run, asset.spec.id, number)
    if known is not None and known.decision == decision and job.blobs.has(known.base):
        return known
    if decision.roll is Roll.TYPESET:
        start = source(asset.attempts, decision)
        base, seed, seconds = start.base, start.render_seed, 0.0
    else:
        seed = derive_seed(asset.spec.seed, "render", number)
        base, seconds = _render(job, planned, seed, engine)
    result = Pull(
        asset=asset.spec.id,
        number=number,
        decision=decision,
        prompt=planned.prompt,
        plan=planned.plan,
        plan_seed=planned.plan_seed,
        render_seed=seed,
        base=base,
        seconds={"plan": planned.seconds, "render": seconds},
    )
    job.ledger.record(job.run, asset.spec.id, f"{number:04}", result)
    return result


def _render(job: Job, planned: Planned, seed: int, engine: Engine) -> tuple[str, float]:
    key = step_key("render", engine.name, {"plan": planned.plan, "seed": seed})
    step = job.ledger.step(key)
    if step is not None and isinstance(step[0], str) and job.blobs.has(step[0]):
        return step[0], step[1]
    plan = TypeAdapter(Plan).validate_json(job.blobs.get(planned.plan))
    spec = planned.asset.spec
    with job.stage("render", spec) as watch:
        image = engine.render(plan, seed=seed, progress=job.progress((spec.id,)))
    if image.size != (plan.width, plan.height):
        raise EngineError(
            f"the engine rendered {image.size[0]}x{image.size[1]} pixels, "
            f"{plan.width}x{plan.height} were planned."
        )
    digest = job.blobs.put(png_bytes(image))
    job.ledger.record_step(key, "render", digest, watch.seconds)
    return digest, watch.seconds


def proof(job: Job, name: str, number: int) -> Attempt:
    """Typeset and verify a pull, and write the attempt into the ledger."""
    waiting = job.ledger.pull(job.run, name, number)
    asset = job.ledger.asset(job.run, name)
    if len(asset.attempts) >= number or waiting is None:
        return asset.attempts[number - 1]
    spec = asset.spec
    with job.stage("typeset", spec) as typesetting:
        base = read_png(job.blobs.get(waiting.base))
        image = dress(job, fit_size(base, spec.width, spec.height), asset, waiting.decision)
        candidate = Candidate(
            asset=spec.id,
            roll=number,
            image=job.blobs.put(png_bytes(image)),
            width=image.width,
            height=image.height,
            typeset=waiting.decision.typeset,
        )
    with job.stage("verify", spec) as verifying:
        job.watch(Event(stage="verify", assets=(spec.id,)))
        verdicts = verify(job, candidate, image, spec)
    took = {"typeset": typesetting.seconds, "verify": verifying.seconds}
    attempt = _attempt(job, waiting, candidate, verdicts, took)
    job.ledger.record(job.run, spec.id, f"{number:04}", attempt)
    verdict = "accept" if attempt.accepted else "reject"
    job.watch(Event(stage="proofed", assets=(spec.id,), done=number, note=verdict))
    return attempt


def dress(job: Job, picture: Image.Image, asset: Asset, decision: Decision) -> Image.Image:
    """Set the slots and the logo on a picture of the delivered size.

    A slot that the model drew wrong is covered before it is set.
    """
    cover = drawn_over(asset.attempts, decision)
    dressed = set_slots(picture, asset.spec, job.brand, decision.typeset, cover=cover).image
    return place_logo(dressed, job.brand)


def verify(
    job: Job, candidate: Candidate, image: Image.Image, spec: AssetSpec
) -> tuple[Verdict, ...]:
    """Ask every verifier; without one, nothing can be accepted."""
    verdicts = tuple(job.plugins.verify_candidate(candidate, image, spec, job.brand))
    if not verdicts:
        raise EngineError(
            "no verifier gave a verdict.",
            remedy="Enable the copy verifier; see `presscheck plugins`.",
        )
    return verdicts


def _attempt(
    job: Job,
    waiting: Pull,
    candidate: Candidate,
    verdicts: tuple[Verdict, ...],
    took: Mapping[str, float],
) -> Attempt:
    seconds = {**waiting.seconds, **took}
    if waiting.decision.roll is not Roll.PLAN:
        seconds["plan"] = 0.0
    engine_seconds = seconds["plan"] + seconds["render"]
    return Attempt(
        asset=waiting.asset,
        number=waiting.number,
        roll=waiting.decision.roll or Roll.PLAN,
        reason=waiting.decision.reason,
        prompt=waiting.prompt,
        plan=waiting.plan,
        plan_seed=waiting.plan_seed,
        render_seed=waiting.render_seed,
        base=waiting.base,
        candidate=candidate,
        verdicts=verdicts,
        seconds=seconds,
        money=round(engine_seconds * job.campaign.budget.engine_hour / 3600, 6),
    )


def png_bytes(image: Image.Image) -> bytes:
    """Return an image as PNG; the same pixels give the same bytes."""
    buffer = io.BytesIO()
    image.save(buffer, "PNG", compress_level=3)
    return buffer.getvalue()


def read_png(data: bytes) -> Image.Image:
    """Return the RGB image of a blob that this run wrote."""
    return Image.open(io.BytesIO(data)).convert("RGB")
