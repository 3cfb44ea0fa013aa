"""Previews: what a plan will show is verified before it is rendered."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from PIL import Image

from presscheck.assets import Asset, AssetSpec, Decision, Plan, Verdict
from presscheck.engine.contract import Engine, Preview
from presscheck.engine.sizes import crop_box, fit_size
from presscheck.job import Job
from presscheck.registry import ReadText
from presscheck.stages.extract import as_candidate, dress, verify
from presscheck.verification import Expected, overall, preread
from presscheck.verification.lines import to_lines


def preview_plan(
    job: Job,
    plan: Plan,
    asset: Asset,
    decision: Decision,
    engine: Engine,
    references: Sequence[Image.Image],
) -> Verdict | None:
    """Return the verdict on a plan's preview; None where the engine gives none.

    `references` are the images that it was planned with.
    """
    if engine.capabilities.preview is None:
        return None
    preview = engine.preview(
        plan,
        references=references,
        progress=job.progress((asset.spec.id,)),
    )
    if preview is None:
        return None
    if preview.image is not None:
        return _judge_sketch(job, preview.image, asset, decision)
    return judge_lines(preview, plan, asset.spec, decision.typeset)


def judge_lines(
    preview: Preview, plan: Plan, spec: AssetSpec, typeset: Sequence[str] = ()
) -> Verdict:
    """Compare what was read off a plan with the copy that the model was to draw."""
    slots = [
        Expected(name=slot.name, text=slot.text, box=slot.box)
        for slot in spec.slots
        if slot.name not in typeset
    ]
    left, top, right, bottom = crop_box((plan.width, plan.height), spec.width, spec.height)
    size = right - left, bottom - top
    lines = to_lines(_shifted(preview.lines, left, top, size), *size)
    readings, findings = preread(lines, slots, spec.allowed)
    return Verdict(
        verifier=f"preview ({preview.kind})",
        status=overall(readings, findings),
        slots=readings,
        findings=findings,
    )


def _shifted(
    lines: Sequence[ReadText], left: int, top: int, size: tuple[int, int]
) -> Iterator[ReadText]:
    """Yield the lines that the crop leaves, in its pixels."""
    for line in lines:
        corners = tuple((x - left, y - top) for x, y in line.polygon)
        middle = [sum(side) / len(corners) for side in zip(*corners, strict=True)]
        if all(0 <= place <= length for place, length in zip(middle, size, strict=True)):
            yield replace(line, polygon=corners)


def _judge_sketch(job: Job, sketch: Image.Image, asset: Asset, decision: Decision) -> Verdict:
    spec = asset.spec
    image = dress(job, fit_size(sketch, spec.width, spec.height), asset, decision)
    roll = len(asset.attempts) + 1
    candidate = as_candidate(job, spec, roll, image, decision.typeset)
    verdicts = verify(job, candidate, image, spec)
    readings = tuple(reading for verdict in verdicts for reading in verdict.slots)
    findings = tuple(finding for verdict in verdicts for finding in verdict.findings)
    return Verdict(
        verifier="preview (sketch)",
        reader=", ".join(dict.fromkeys(verdict.reader for verdict in verdicts if verdict.reader)),
        status=overall(readings, findings),
        slots=readings,
        findings=findings,
    )
