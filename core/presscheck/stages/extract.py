"""Extract: pull what was planned, and proof each pull.

The functions are small because each is one task of the queue: what one leaves in the ledger, the
next finds there, in this process or another, today or after a crash.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from PIL import Image
from pydantic import JsonValue, TypeAdapter

from presscheck.assets import (
    Asset,
    AssetSpec,
    Attempt,
    Candidate,
    Decision,
    Plan,
    Pull,
    Roll,
    Status,
    Verdict,
)
from presscheck.engine.contract import Engine, Progress
from presscheck.engine.sizes import fit_size
from presscheck.errors import EngineError
from presscheck.job import Event, Job, derive_seed, step_key
from presscheck.reroll import drawn_over, source
from presscheck.stages.repair import drawn_before, region_to_repair
from presscheck.typeset import place_logo, set_slots


@dataclass(frozen=True, kw_only=True, slots=True)
class Planned:
    """An asset with its next decision and the plan that the decision calls for.

    `preview` is what the preview said of the plan, `dropped` how many plans before it it refused.
    """

    asset: Asset
    decision: Decision
    prompt: str
    plan: str
    plan_seed: int
    seconds: float
    preview: Status | None = None
    dropped: int = 0


def stored_plan(job: Job, digest: str) -> Plan:
    """Return the plan of a blob."""
    return TypeAdapter(Plan).validate_json(job.blobs.get(digest))


def references_of(job: Job, spec: AssetSpec) -> tuple[Image.Image, ...]:
    """Return the images that an asset is made after."""
    return tuple(read_png(job.blobs.get(digest)) for digest in spec.references)


def pull(job: Job, planned: Planned, engine: Engine) -> Pull:
    """Render what was planned, or take the image there is, and keep it for the proof."""
    asset, decision = planned.asset, planned.decision
    number = len(asset.attempts) + 1
    known = job.ledger.pull(job.run, asset.spec.id, number)
    if known is not None and known.decision == decision and job.blobs.has(known.base):
        return known
    seed = derive_seed(asset.spec.seed, "render", number)
    if decision.roll is Roll.TYPESET:
        start = source(asset.attempts, decision)
        base, seed, seconds = start.base, start.render_seed, 0.0
    elif decision.roll is Roll.REPAIR:
        base, seconds = _repair(job, planned, seed, engine)
    else:
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
        preview=planned.preview,
        dropped=planned.dropped,
    )
    job.ledger.record(job.run, asset.spec.id, f"{number:04}", result)
    return result


def _render(job: Job, planned: Planned, seed: int, engine: Engine) -> tuple[str, float]:
    shown = references_of(job, planned.asset.spec)

    def work(plan: Plan, progress: Progress) -> Image.Image:
        return engine.render(plan, seed=seed, references=shown, progress=progress)

    return _paid_once(job, planned, {"plan": planned.plan, "seed": seed}, engine, work)


def _repair(job: Job, planned: Planned, seed: int, engine: Engine) -> tuple[str, float]:
    """Render a slot's region anew in the image that the decision names."""
    asset, decision = planned.asset, planned.decision
    start = source(asset.attempts, decision)
    image = read_png(job.blobs.get(start.base))
    box = region_to_repair(asset, start, decision, image.size)
    shown = references_of(job, asset.spec)

    def work(plan: Plan, progress: Progress) -> Image.Image:
        return engine.repair(plan, image, box, seed=seed, references=shown, progress=progress)

    inputs: dict[str, JsonValue] = {
        "plan": planned.plan,
        "seed": seed,
        "base": start.base,
        "box": [box.x, box.y, box.width, box.height],
    }
    return _paid_once(job, planned, inputs, engine, work)


def _paid_once(
    job: Job,
    planned: Planned,
    inputs: Mapping[str, JsonValue],
    engine: Engine,
    work: Callable[[Plan, Progress], Image.Image],
) -> tuple[str, float]:
    """Return the digest and seconds of an image that the engine makes, or made before."""
    key = step_key("render", engine.name, inputs)
    if (known := known_blob(job, key)) is not None:
        return known
    plan, spec = stored_plan(job, planned.plan), planned.asset.spec
    with job.stage("render", spec), job.engine_time.share() as share:
        image = work(plan, job.progress((spec.id,)))
    if image.size != (plan.width, plan.height):
        raise EngineError(
            f"the engine rendered {image.size[0]}x{image.size[1]} pixels, "
            f"{plan.width}x{plan.height} were planned."
        )
    digest = job.blobs.put(png_bytes(image))
    job.ledger.record_step(key, "render", digest, share.seconds)
    return digest, share.seconds


def known_blob(job: Job, key: str) -> tuple[str, float] | None:
    """Return the digest and seconds of what a step made before, as long as its blob is there."""
    step = job.ledger.step(key)
    if step is None or not isinstance(step[0], str) or not job.blobs.has(step[0]):
        return None
    return step[0], step[1]


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
        candidate = as_candidate(job, spec, number, image, waiting.decision.typeset)
    with job.stage("verify", spec) as verifying:
        job.watch(Event(stage="verify", assets=(spec.id,)))
        verdicts = verify(
            job, candidate, image, spec, original=_original(job, asset, waiting.decision)
        )
    took = {"typeset": typesetting.seconds, "verify": verifying.seconds}
    attempt = _attempt(job, waiting, candidate, verdicts, took)
    job.ledger.record(job.run, spec.id, f"{number:04}", attempt)
    verdict = "accept" if attempt.accepted else "reject"
    job.watch(Event(stage="proofed", assets=(spec.id,), done=number, note=verdict))
    return attempt


def as_candidate(
    job: Job, spec: AssetSpec, roll: int, image: Image.Image, typeset: tuple[str, ...]
) -> Candidate:
    """Keep an image among the blobs, and return it as what verifiers judge."""
    return Candidate(
        asset=spec.id,
        roll=roll,
        image=job.blobs.put(png_bytes(image)),
        width=image.width,
        height=image.height,
        typeset=typeset,
    )


def dress(job: Job, picture: Image.Image, asset: Asset, decision: Decision) -> Image.Image:
    """Set the slots and the logo on a picture of the delivered size.

    A slot that the model drew wrong is covered before it is set.
    """
    cover = drawn_over(asset.attempts, decision)
    dressed = set_slots(picture, asset.spec, job.brand, decision.typeset, cover=cover).image
    return place_logo(dressed, job.brand)


def verify(
    job: Job,
    candidate: Candidate,
    image: Image.Image,
    spec: AssetSpec,
    *,
    original: Image.Image | None = None,
) -> tuple[Verdict, ...]:
    """Ask every verifier; without one, nothing can be accepted."""
    verdicts = tuple(
        job.plugins.verify_candidate(candidate, image, spec, job.brand, original=original)
    )
    if not verdicts:
        raise EngineError(
            "no verifier gave a verdict.",
            remedy="Enable the copy verifier; see `presscheck plugins`.",
        )
    return verdicts


def _original(job: Job, asset: Asset, decision: Decision) -> Image.Image | None:
    """Return the proofed image that a decision changes only a part of, if it does."""
    start = drawn_before(asset.attempts, decision)
    return None if start is None else read_png(job.blobs.get(start.candidate.image))


def _attempt(
    job: Job,
    waiting: Pull,
    candidate: Candidate,
    verdicts: tuple[Verdict, ...],
    took: Mapping[str, float],
) -> Attempt:
    seconds = {**waiting.seconds, **took}
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
        preview=waiting.preview,
        dropped=waiting.dropped,
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
