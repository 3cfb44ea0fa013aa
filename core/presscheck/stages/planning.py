"""Planning a round: all open assets in batches, bad plans dropped before they are rendered."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from pydantic import JsonValue, TypeAdapter

from presscheck.assets import Asset, Decision, Plan, Roll, Status
from presscheck.engine.contract import Engine, PlanRequest, Redraw
from presscheck.errors import CopyError, PluginError
from presscheck.job import Job, derive_seed, step_key
from presscheck.reroll import plans_drawn, preview_record, source, wrongness
from presscheck.search import Batch, Costs, Record, best_copies, best_tries
from presscheck.stages.decide import settle
from presscheck.stages.extract import Planned, known_blob, references_of, stored_plan
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
            step = _first_step(job, asset, decision, engine)
            if isinstance(step, Wanted):
                wanted.append(step)
            else:
                kept.append(step)
        except (PluginError, CopyError) as error:
            failed[name] = error
    return Round(kept=tuple(kept), wanted=tuple(wanted), failed=failed)


def _first_step(job: Job, asset: Asset, decision: Decision, engine: Engine) -> Planned | Wanted:
    """Return the plan to keep, or the one to make.

    A repair keeps its plan where the preview holds; where the plan itself is wrong, the region is
    planned anew.
    """
    if decision.roll is Roll.PLAN:
        prompt = prompt_for(asset.spec, job.brand, job.plugins, engine, decision.typeset)
        return _want(job, asset, decision, prompt)
    start = source(asset.attempts, decision)
    if decision.roll is Roll.REPAIR and start.preview is Status.REJECT:
        plan = stored_plan(job, start.plan)
        box = region_to_repair(asset, start, decision, (plan.width, plan.height))
        return _want(job, asset, decision, start.prompt, Redraw(plan=plan, box=box))
    return Planned(
        asset=asset,
        decision=decision,
        prompt=start.prompt,
        plan=start.plan,
        plan_seed=start.plan_seed,
        seconds=0.0,
        preview=start.preview,
    )


def _want(
    job: Job, asset: Asset, decision: Decision, prompt: str, redraw: Redraw | None = None
) -> Wanted:
    spec = asset.spec
    number = len({attempt.plan_seed for attempt in asset.attempts})
    request = PlanRequest(
        prompt=prompt,
        width=spec.width,
        height=spec.height,
        seed=plan_seed(spec.seed, number),
        redraw=redraw,
        references=references_of(job, spec),
    )
    return Wanted(asset=asset, decision=decision, request=request, number=number)


def plan_seed(seed: int, number: int, tried: int = 0) -> int:
    """Return the seed of an asset's plan `number`, and of those tried for it after the first."""
    return derive_seed(seed, "plan", number, *([tried] if tried else []))


def planned(job: Job, round_: Round, engine: Engine) -> Iterator[Planned]:
    """Yield what can be rendered, as soon as it can.

    Plans that were kept come first. The others are made in batches; one that its preview refuses
    joins a later batch with another seed, as often as that pays, or several seeds at once where
    the batch has room: eight plans cost little more than one. Which plans share a batch
    follows from the round alone, never from how long something took.
    """
    # Before anything of this round is proofed beside it.
    record, costs = _known(job, engine)
    tries = best_tries(record, costs) if record is not None else 1
    yield from round_.kept
    open_ = deque(round_.wanted)
    # A first batch is small, so that the workers soon have something to render.
    most = max(1, engine.capabilities.batch // 4)
    while open_:
        batch = _next_batch(open_, engine, most)
        most = engine.capabilities.batch
        together = Batch(
            rows=len(batch),
            tried=max(want.tried for want in batch),
            left=min(_tries_left(job, want, tries) for want in batch),
            room=engine.capabilities.batch,
        )
        copies = 1 if record is None else best_copies(record, costs, together)
        rows = [_with_seed(want, want.tried + copy) for want in batch for copy in range(copies)]
        made = _plan_batch(job, rows, engine)
        for index, want in enumerate(batch):
            mine = slice(index * copies, (index + 1) * copies)
            better = _judged(job, want, rows[mine], made[mine], engine)
            right = better.best is not None and better.best[0] == (0, 0)
            if better.best is not None and (right or _tries_left(job, better, tries) <= 0):
                best = better.best[1]
                yield replace(best, dropped=better.tried - 1, seconds=round(better.seconds, 3))
            else:
                open_.append(better)


def _next_batch(open_: deque[Wanted], engine: Engine, most: int) -> list[Wanted]:
    """Take the next rows of one planned size, `most` of them."""
    size = _size(open_[0], engine)
    alike = [want for want in open_ if _size(want, engine) == size]
    batch = alike[:most]
    for want in batch:
        open_.remove(want)
    return batch


def _tries_left(job: Job, want: Wanted, tries: int) -> int:
    """Return how often a plan may still be drawn anew: as it pays, and as the brand allows."""
    allowed = job.brand.ladder.plans - plans_drawn(want.asset.attempts)
    return min(tries, allowed) - want.tried


def _with_seed(want: Wanted, tried: int) -> Wanted:
    """Return what is wanted with the seed of a try."""
    seed = plan_seed(want.asset.spec.seed, want.number, tried)
    return replace(want, request=replace(want.request, seed=seed))


def _size(want: Wanted, engine: Engine) -> tuple[int, int]:
    return engine.planned_size(want.request.width, want.request.height)


def _known(job: Job, engine: Engine) -> tuple[Record | None, Costs]:
    """Return all that is known of the engine's previews, from before this run and from it."""
    worth = engine.capabilities.preview
    if worth is None:
        return None, Costs()
    attempts = (a for asset in job.ledger.assets(job.run) for a in asset.attempts)
    return worth.record + preview_record(attempts), worth.costs


def _judged(
    job: Job,
    want: Wanted,
    rows: Sequence[Wanted],
    made: Sequence[tuple[str, float]],
    engine: Engine,
) -> Wanted:
    """Return what is wanted with some plans more tried, until one is right; the best is kept."""
    best, tried = want.best, want.tried
    seconds = want.seconds + sum(share for _, share in made)
    for row, (digest, _) in zip(rows, made, strict=True):
        if best is not None and best[0] == (0, 0):
            break
        tried += 1
        with job.engine_time.share() as time:
            plan = stored_plan(job, digest)
            verdict = preview_plan(
                job, plan, want.asset, want.decision, engine, row.request.references
            )
        seconds += time.seconds
        wrong = (0, 0) if verdict is None else wrongness((verdict,))
        if best is None or wrong < best[0]:
            best = wrong, _as_planned(row, digest, None if verdict is None else verdict.status)
    return replace(want, tried=tried, seconds=seconds, best=best)


def _as_planned(row: Wanted, digest: str, preview: Status | None) -> Planned:
    return Planned(
        asset=row.asset,
        decision=row.decision,
        prompt=row.request.prompt,
        plan=digest,
        plan_seed=row.request.seed,
        seconds=0.0,
        preview=preview,
    )


def _plan_batch(job: Job, batch: Sequence[Wanted], engine: Engine) -> list[tuple[str, float]]:
    """Return each row's plan, as a digest and its share of the seconds; known plans cost none."""
    keys = [_plan_key(want, engine) for want in batch]
    known = [known_blob(job, key) for key in keys]
    missing = [index for index, plan in enumerate(known) if plan is None]
    made: dict[int, tuple[str, float]] = {}
    if missing:
        names = tuple(batch[index].asset.spec.id for index in missing)
        requests = [batch[index].request for index in missing]
        with job.engine_time.share() as time:
            plans = engine.plan(requests, progress=job.progress(names))
        share = round(time.seconds / len(missing), 3)
        for index, plan in zip(missing, plans, strict=True):
            # Without its seconds, the same plan is the same bytes.
            digest = job.blobs.put(TypeAdapter(Plan).dump_json(replace(plan, seconds=0.0)))
            job.ledger.record_step(keys[index], "plan", digest, share)
            made[index] = digest, share
    return [plan if plan is not None else made[index] for index, plan in enumerate(known)]


def _plan_key(want: Wanted, engine: Engine) -> str:
    request = want.request
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
    if shown := want.asset.spec.references:
        inputs["references"] = list(shown)
    return step_key("plan", engine.name, inputs)
