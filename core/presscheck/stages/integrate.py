"""Integrate: finish what was accepted, deliver it, and write the manifest last."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import replace

from PIL import Image

from presscheck.assets import (
    Asset,
    AssetSpec,
    AssetState,
    Pull,
    Receipt,
    Rendition,
    Status,
)
from presscheck.engine.sizes import crop_to_ratio, fit_size
from presscheck.job import Event, Job
from presscheck.manifest import MEDIA_TYPE, NAME, build
from presscheck.plugins import pick
from presscheck.registry import Deliverer, FinisherEntry, Master
from presscheck.renditions import encode
from presscheck.stages.extract import as_candidate, dress, read_png, verify

MEDIA_TYPES = {"png": "image/png", "jpeg": "image/jpeg", "webp": "image/webp"}


def finish(job: Job, name: str) -> Asset:
    """Upscale, grade, typeset anew, read again, mark and encode an accepted asset."""
    asset = job.ledger.asset(job.run, name)
    if asset.state is not AssetState.ACCEPTED:
        return asset
    spec = asset.spec
    with job.stage("finish", spec):
        job.watch(Event(stage="finish", assets=(name,)))
        typeset = asset.attempts[-1].candidate.typeset
        master = _mark(job, Master(image=_finished(job, asset), typeset=typeset), spec)
        for rendition in _encode(job, master, spec):
            job.ledger.record(job.run, name, rendition.name, rendition)
    job.ledger.set_state(job.run, name, AssetState.FINISHED, asset.reason)
    return job.ledger.asset(job.run, name)


def _finished(job: Job, asset: Asset) -> Image.Image:
    """Return the picture at its best, or the proofed pixels when finishing hurt the copy."""
    spec, attempt = asset.spec, asset.attempts[-1]
    waiting = job.ledger.pull(job.run, spec.id, attempt.number)
    proofed = read_png(job.blobs.get(attempt.candidate.image))
    if waiting is None:
        return proofed
    picture = _finished_picture(job, spec, waiting)
    image = dress(job, picture, asset, waiting.decision)
    if image.tobytes() == proofed.tobytes():
        return proofed
    typeset = attempt.candidate.typeset
    candidate = as_candidate(job, spec, attempt.number, image, typeset)
    verdicts = verify(job, candidate, image, spec)
    return image if all(v.status is Status.ACCEPT for v in verdicts) else proofed


def _finished_picture(job: Job, spec: AssetSpec, waiting: Pull) -> Image.Image:
    base = read_png(job.blobs.get(waiting.base))
    master = Master(image=crop_to_ratio(base, spec.width, spec.height))
    for entry in _finishers(job, "picture"):
        master = entry.create(job.brand).finish(master, spec)
    return fit_size(master.image, spec.width, spec.height)


def _mark(job: Job, master: Master, spec: AssetSpec) -> Master:
    for entry in _finishers(job, "mark"):
        master = entry.create(job.brand).finish(master, spec)
    return master


def _finishers(job: Job, phase: str) -> list[FinisherEntry]:
    known = job.plugins.finishers()
    entries = [pick(known, name, "finisher") for name in job.brand.finishers]
    return [entry for entry in entries if entry.phase == phase]


def _encode(job: Job, master: Master, spec: AssetSpec) -> Iterator[Rendition]:
    for name in job.campaign.formats:
        data, suffix = encode(master, name)
        yield Rendition(
            asset=spec.id,
            name=f"{spec.campaign}_{spec.id}{suffix}",
            format=name,
            width=master.image.width,
            height=master.image.height,
            digest=job.blobs.put(data),
            size=len(data),
        )


def deliverers(job: Job) -> dict[str, Deliverer]:
    """Make the campaign's deliverers, by the name that receipts carry (`1-folder`, `2-s3`).

    Raises:
        InputError: A target's options are wrong; the error names the target.
    """
    known = job.plugins.deliverers()
    return {
        f"{number}-{target.to}": pick(known, target.to, "deliverer").create(target.options)
        for number, target in enumerate(job.campaign.delivery, start=1)
    }


def ready_deliverers(job: Job) -> dict[str, Deliverer]:
    """Make the campaign's deliverers and see that each target can be written.

    Raises:
        DeliveryError: One cannot; no engine time has been spent yet.
    """
    targets = deliverers(job)
    for target in targets.values():
        target.check()
    return targets


def deliver(job: Job, name: str, targets: Mapping[str, Deliverer]) -> Asset:
    """Put every rendition of a finished asset at every target that doesn't have it yet."""
    asset = job.ledger.asset(job.run, name)
    if asset.state is not AssetState.FINISHED:
        return asset
    with job.stage("deliver", asset.spec):
        job.watch(Event(stage="deliver", assets=(name,)))
        done = {(receipt.target, receipt.digest) for receipt in asset.receipts}
        for target, deliverer in targets.items():
            for rendition in asset.renditions:
                if (target, rendition.digest) not in done:
                    receipt = _deliver_one(job, target, deliverer, rendition)
                    job.ledger.record(job.run, name, f"{target}/{rendition.name}", receipt)
    job.ledger.set_state(job.run, name, AssetState.DELIVERED, asset.reason)
    return job.ledger.asset(job.run, name)


def _deliver_one(job: Job, target: str, deliverer: Deliverer, rendition: Rendition) -> Receipt:
    job.check_stop()
    data, digest = job.blobs.get(rendition.digest), rendition.digest
    media_type = MEDIA_TYPES[rendition.format]
    receipt = deliverer.deliver(rendition.name, data, digest=digest, media_type=media_type)
    return replace(receipt, target=target)


def deliver_manifest(job: Job, engine: str, targets: Mapping[str, Deliverer]) -> bytes:
    """Put the manifest at every target, once everything it lists is there."""
    data = build(job.campaign, engine, job.ledger.assets(job.run))
    digest = hashlib.sha256(data).hexdigest()
    for deliverer in targets.values():
        deliverer.deliver(NAME, data, digest=digest, media_type=MEDIA_TYPE)
    return data
