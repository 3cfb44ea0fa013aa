"""Planning a round: all open assets in batches, bad plans dropped before they are rendered."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from pydantic import JsonValue, TypeAdapter

from presscheck.assets import Asset, Attempt, Decision, Plan, Roll, Status
from presscheck.engine.contract import Engine, PlanRequest, Redraw
from presscheck.errors import CopyError, PluginError
from presscheck.job import Job, Stopwatch, derive_seed, step_key
from presscheck.reroll import source, wrongness
from presscheck.search import Record, best_tries
from presscheck.stages.decide import settle
from presscheck.stages.extract import Planned, stored_plan
from presscheck.stages.preview import preview_plan
from presscheck.stages.repair import region_to_repair
from presscheck.stages.validate import prompt_for


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """A plan to be made: `number` counts the asset's plans, `best` is the best there is so far."""

    asset: Asset
    decision: Decision
    request: PlanRequest
    number: int
    tried: int = 0
    seconds: float = 0.0
    best: tuple[tuple[int, int], Planned] | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Round:
    """The assets that go on: those with a plan to keep, those that want one, and which failed."""

    kept: tuple[Planned, ...]
    wanted: tuple[Wanted, ...]
    failed: Mapping[str, PluginError | CopyError] = field(
        default_factory=dict[str, PluginError | CopyError]
    )

    @property
    def names(self) -> tuple[str, ...]:
        """The ids of the assets that go on."""
        return (
            *(item.asset.spec.id for item in self.kept),
            *(want.asset.spec.id for want in self.wanted),
        )


def open_round(job: Job, names: Sequence[str], engine: Engine) -> Round:
    """Decide what each open asset among `names` does next; what is settled is closed."""
    kept: list[Planned] = []
    wanted: list[Wanted] = []
    failed: dict[str, PluginError | CopyError] = {}
    for name in names:
        asset = job.ledger.asset(job.run, name)
        try:
            decision = settle(job, asset, engine)
            if decision is None:
                continue
            if decision.roll is Roll.PLAN:
                wanted.append(_new_plan(job, asset, decision, engine))
            elif decision.roll is Roll.REPAIR:
                _enter_repair(job, asset, decision, engine, kept, wanted)
            else:
                kept.append(_keep_plan(asset, decision))
        except (PluginError, CopyError) as error:
            failed[name] = error
    return Round(kept=tuple(kept), wanted=tuple(wanted), failed=failed)


def _keep_plan(asset: Asset, decision: Decision) -> Planned:
    start = source(asset.attempts, decision)
    return Planned(
        asset=asset,
        decision=decision,
        prompt=start.prompt,
        plan=start.plan,
        plan_seed=start.plan_seed,
        seconds=0.0,
        preview=start.preview,
    )


def _new_plan(job: Job, asset: Asset, decision: Decision, engine: Engine) -> Wanted:
    spec = asset.spec
    prompt = prompt_for(spec, job.brand, job.plugins, engine, decision.typeset)
    number = len({attempt.plan_seed for attempt in asset.attempts})
    request = PlanRequest(
        prompt=prompt, width=spec.width, height=spec.height, seed=plan_seed(spec.seed, number)
    )
    return Wanted(asset=asset, decision=decision, request=request, number=number)


def _enter_repair(
    job: Job,
    asset: Asset,
    decision: Decision,
    engine: Engine,
    kept: list[Planned],
    wanted: list[Wanted],
) -> None:
    """Keep the plan where its preview holds; where the plan itself is wrong, redraw the region."""
    start = source(asset.attempts, decision)
    if start.preview is not Status.REJECT:
        kept.append(_keep_plan(asset, decision))
        return
    plan = stored_plan(job, start.plan)
    number = len({attempt.plan_seed for attempt in asset.attempts})
    box = region_to_repair(asset, start, decision, (plan.width, plan.height))
    request = PlanRequest(
        prompt=start.prompt,
        width=asset.spec.width,
        height=asset.spec.height,
        seed=plan_seed(asset.spec.seed, number),
        redraw=Redraw(plan=plan, box=box),
    )
    wanted.append(Wanted(asset=asset, decision=decision, request=request, number=number))


def plan_seed(seed: int, number: int, tried: int = 0) -> int:
    """Return the seed of an asset's plan `number`, and of those tried for it after the first."""
    return derive_seed(seed, "plan", number, *([tried] if tried else []))


def planned(job: Job, round_: Round, engine: Engine) -> Iterator[Planned]:
    """Yield what can be rendered, as soon as it can.

    Plans that were kept come first. The others are made in batches; one that its preview refuses
    joins the next batch with another seed, as often as that pays. Which plans share a batch follows
    from the round alone, never from how long something took.
    """
    yield from round_.kept
    tries = _tries(job, engine)
    open_ = deque(round_.wanted)
    while open_:
        batch = _next_batch(open_, engine)
        for want, made in zip(batch, _plan_batch(job, batch, engine), strict=True):
            better = _judged(job, want, made, engine)
            if better.best is None:
                continue
            (wrong, best) = better.best
            if wrong == (0, 0) or best.preview is None or better.tried >= tries:
                yield replace(best, dropped=better.tried - 1, seconds=round(better.seconds, 3))
            else:
                open_.append(better)


def _next_batch(open_: deque[Wanted], engine: Engine) -> list[Wanted]:
    """Take the next rows of one planned size, as many as the engine makes best at once."""
    size = _size(open_[0], engine)
    alike = [want for want in open_ if _size(want, engine) == size]
    batch = alike[: engine.capabilities.batch]
    for want in batch:
        open_.remove(want)
    return batch


def _size(want: Wanted, engine: Engine) -> tuple[int, int]:
    return engine.planned_size(want.request.width, want.request.height)


def _tries(job: Job, engine: Engine) -> int:
    """Return how many plans to draw before one is rendered, from all that is known of previews."""
    worth = engine.capabilities.preview
    if worth is None:
        return 1
    record = worth.record
    for asset in job.ledger.assets(job.run):
        record = _seen(record, asset.attempts)
    return best_tries(record, worth.costs)


def _seen(record: Record, attempts: Sequence[Attempt]) -> Record:
    for attempt in attempts:
        if attempt.roll is Roll.PLAN and attempt.preview is not None:
            accepted = attempt.preview is Status.ACCEPT
            record = record.seen(preview=accepted, verdict=attempt.accepted)
    return record


def _judged(job: Job, want: Wanted, made: tuple[str, float], engine: Engine) -> Wanted:
    """Return what is wanted with one plan more tried, the best of them kept."""
    digest, seconds = made
    watch = Stopwatch()
    verdict = preview_plan(job, stored_plan(job, digest), want.asset, want.decision, engine)
    result = Planned(
        asset=want.asset,
        decision=want.decision,
        prompt=want.request.prompt,
        plan=digest,
        plan_seed=want.request.seed,
        seconds=0.0,
        preview=None if verdict is None else verdict.status,
    )
    wrong = (0, 0) if verdict is None else wrongness((verdict,))
    tried = want.tried + 1
    seed = plan_seed(want.asset.spec.seed, want.number, tried)
    return replace(
        want,
        tried=tried,
        seconds=want.seconds + seconds + (watch.seconds if verdict is not None else 0.0),
        request=replace(want.request, seed=seed),
        best=(wrong, result) if want.best is None or wrong < want.best[0] else want.best,
    )


def _plan_batch(job: Job, batch: Sequence[Wanted], engine: Engine) -> list[tuple[str, float]]:
    """Return each row's plan, as a digest and its share of the seconds; known plans cost none."""
    keys = [_plan_key(want.request, engine) for want in batch]
    known = [_known_plan(job, key) for key in keys]
    missing = [index for index, plan in enumerate(known) if plan is None]
    made: dict[int, tuple[str, float]] = {}
    if missing:
        names = tuple(batch[index].asset.spec.id for index in missing)
        watch = Stopwatch()
        requests = [batch[index].request for index in missing]
        plans = engine.plan(requests, progress=job.progress(names))
        share = round(watch.seconds / len(missing), 3)
        for index, plan in zip(missing, plans, strict=True):
            # Without its seconds, the same plan is the same bytes.
            digest = job.blobs.put(TypeAdapter(Plan).dump_json(replace(plan, seconds=0.0)))
            job.ledger.record_step(keys[index], "plan", digest, share)
            made[index] = digest, share
    return [plan if plan is not None else made[index] for index, plan in enumerate(known)]


def _plan_key(request: PlanRequest, engine: Engine) -> str:
    width, height = engine.planned_size(request.width, request.height)
    inputs: dict[str, JsonValue] = {
        "prompt": request.prompt,
        "seed": request.seed,
        "width": width,
        "height": height,
    }
    if (redraw := request.redraw) is not None:
        box = redraw.box
        inputs["redraw"] = [redraw.plan.digest, box.x, box.y, box.width, box.height]
    return step_key("plan", engine.name, inputs)


def _known_plan(job: Job, key: str) -> tuple[str, float] | None:
    step = job.ledger.step(key)
    if step is None or not isinstance(step[0], str) or not job.blobs.has(step[0]):
        return None
    return step[0], step[1]
