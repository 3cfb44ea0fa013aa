"""The manifest: what a delivery holds, in bytes that are equal for equal runs."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, JsonValue, ValidationError

from presscheck.assets import Asset, AssetState, Attempt, Receipt, SlotReading, Verdict
from presscheck.delivery import safe_name
from presscheck.errors import DeliveryError
from presscheck.spec import Campaign

NAME = "manifest.json"
"""It is delivered last: where it lies, everything that it lists lies too."""
MEDIA_TYPE = "application/json"
SCHEMA_VERSION = 1
MAX_BYTES = 64_000_000
"""A larger manifest is refused unread; 1 MB lists about 1,000 assets."""

PASSED = frozenset({AssetState.ACCEPTED, AssetState.FINISHED, AssetState.DELIVERED})
"""The states in which an asset may have delivered files."""


def build(campaign: Campaign, engine_name: str, assets: Iterable[Asset]) -> bytes:
    """Write the manifest of a delivery: UTF-8 JSON with sorted keys, ending in a newline.

    No time of day, duration, price, path, option of a target or credential goes in: equal runs
    give equal bytes, on any machine.

    Raises:
        DeliveryError: Two files of one name differ, or a file belongs to an asset that did not
            pass.
    """
    ordered = sorted(assets, key=lambda asset: asset.spec.id)
    tree: dict[str, JsonValue] = {
        "schema_version": SCHEMA_VERSION,
        "presscheck": version("presscheck"),
        "engine": engine_name,
        "campaign": {"name": campaign.name, "brief": campaign.brief, "seed": campaign.seed},
        # Not campaign.brand, which may be a path on the machine that ran.
        "brand": ordered[0].spec.brand if ordered else None,
        "assets": [_asset(asset) for asset in ordered],
        "files": _files(ordered),
    }
    text = json.dumps(tree, sort_keys=True, ensure_ascii=False, indent=2, allow_nan=False)
    # A reader may hand over half a surrogate pair, which UTF-8 cannot hold.
    return f"{text}\n".encode(errors="replace")


def _asset(asset: Asset) -> JsonValue:
    spec = asset.spec
    return {
        "id": spec.id,
        "placement": spec.placement,
        "width": spec.width,
        "height": spec.height,
        "locale": spec.locale,
        "variant": spec.variant,
        "state": asset.state.value,
        "reason": asset.reason,
        "attempts": len(asset.attempts),
        "accepted": _accepted(asset.attempts),
        "slots": _slots(asset),
    }


def _accepted(attempts: Sequence[Attempt]) -> JsonValue:
    attempt = next((attempt for attempt in reversed(attempts) if attempt.accepted), None)
    if attempt is None:
        return None
    return {
        "number": attempt.number,
        "roll": attempt.roll.value,
        "plan": attempt.plan,
        "plan_seed": attempt.plan_seed,
        "render_seed": attempt.render_seed,
        "base": attempt.base,
        "image": attempt.candidate.image,
        "prompt_sha256": hashlib.sha256(attempt.prompt.encode()).hexdigest(),
        "typeset": [*sorted(attempt.candidate.typeset)],
    }


def _slots(asset: Asset) -> JsonValue:
    """Return the verdict on every slot in the attempt that counts: the accepted or the last."""
    counted = [attempt for attempt in asset.attempts if attempt.accepted] or asset.attempts
    return [
        _slot(verdict, reading, attempt.candidate.typeset)
        for attempt in counted[-1:]
        for verdict in attempt.verdicts
        for reading in verdict.slots
    ]


def _slot(verdict: Verdict, reading: SlotReading, typeset: Sequence[str]) -> JsonValue:
    return {
        "slot": reading.slot,
        "verifier": verdict.verifier,
        "reader": verdict.reader,
        "views": reading.views,
        "thresholds": asdict(reading.thresholds) if reading.thresholds else None,
        "status": reading.status.value,
        "expected": reading.expected,
        "read": reading.read,
        "trouble": reading.trouble.value if reading.trouble else None,
        "drawn_by": "typeset" if reading.slot in typeset else "model",
    }


def _files(assets: Iterable[Asset]) -> list[JsonValue]:
    """List every delivered file once, with the targets where it lies."""
    files: dict[str, dict[str, JsonValue]] = {}
    targets: dict[str, set[str]] = {}
    for asset in assets:
        for receipt in asset.receipts:
            entry = _file(asset, receipt)
            if files.setdefault(receipt.name, entry) != entry:
                raise DeliveryError(
                    f"two different files were delivered as {receipt.name!r}.",
                    remedy="Give placements, locales and variants names that differ.",
                )
            targets.setdefault(receipt.name, set()).add(receipt.target)
    for name, entry in files.items():
        entry["targets"] = [*sorted(targets[name])]
    return [files[name] for name in sorted(files)]


def _file(asset: Asset, receipt: Receipt) -> dict[str, JsonValue]:
    if asset.state not in PASSED:
        raise DeliveryError(
            f"{receipt.name!r} was delivered although {asset.spec.id} did not pass.",
            remedy="Remove it from the target; this is a mistake in a plugin or in presscheck.",
        )
    formats = {made.digest: made.format for made in asset.renditions}
    known = formats.get(receipt.digest)
    return {
        "name": receipt.name,
        "asset": asset.spec.id,
        "sha256": receipt.digest,
        "size": receipt.size,
        "media_type": f"image/{known}" if known else "application/octet-stream",
    }


class _Entry(BaseModel):
    model_config = ConfigDict(frozen=True, strict=True)

    name: str
    asset: str
    sha256: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
    size: Annotated[int, Field(ge=0)]


class _State(BaseModel):
    model_config = ConfigDict(frozen=True, strict=True)

    id: str
    state: str


class _Manifest(BaseModel):
    model_config = ConfigDict(frozen=True, strict=True)

    schema_version: int
    files: list[_Entry]
    assets: list[_State]


def verify_manifest(folder: Path) -> list[str]:
    """Hash every file that the manifest in `folder` lists; return what is wrong, [] when all fits.

    The manifest is not signed: this finds damage and incomplete copies, not forgery.
    """
    read = _read(folder / NAME)
    if isinstance(read, str):
        return [read]
    passed = {asset.id for asset in read.assets if asset.state in PASSED}
    problems = [_problem(folder, entry) for entry in read.files]
    problems += [
        f"{entry.name}: its asset {entry.asset} did not pass."
        for entry in read.files
        if entry.asset not in passed
    ]
    return [problem for problem in problems if problem]


def _read(path: Path) -> _Manifest | str:
    try:
        if path.stat().st_size > MAX_BYTES:
            return f"{NAME}: larger than {MAX_BYTES // 10**6} MB."
        manifest = _Manifest.model_validate_json(path.read_bytes())
    except OSError as error:
        return f"{NAME}: cannot be read: {error.strerror}. The delivery may be incomplete."
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        return f"{NAME}: is not a manifest: {place} {first['msg']}."
    if manifest.schema_version != SCHEMA_VERSION:
        return f"{NAME}: has schema version {manifest.schema_version}, not {SCHEMA_VERSION}."
    return manifest


def _problem(folder: Path, entry: _Entry) -> str:
    try:
        path = folder / safe_name(entry.name)
        if not path.resolve().is_relative_to(folder.resolve()):
            return f"{entry.name}: leads out of the folder."
        size = path.stat().st_size
        if size != entry.size:
            return f"{entry.name}: has {size} bytes, not {entry.size}."
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
    except DeliveryError:
        return f"{entry.name!r}: is not a safe name."
    except OSError as error:
        return f"{entry.name}: cannot be read: {error.strerror}."
    return "" if digest == entry.sha256 else f"{entry.name}: its SHA-256 is not the listed one."
