"""Judges whether copy can be read back at all: what no installed reader knows is never accepted."""

from __future__ import annotations

from collections.abc import Iterator

from presscheck import hookimpl
from presscheck.assets import AssetSpec, Finding, Severity
from presscheck.verification.panel import CHECK, no_reader_knows
from presscheck_plugins.verify_copy import panel


@hookimpl
def validate_asset(asset: AssetSpec) -> Iterator[Finding]:
    """Yield an error for each slot that every reader lacks characters of."""
    for slot in asset.slots:
        if unknown := panel().unreadable(slot.text):
            yield Finding(
                check=CHECK,
                severity=Severity.ERROR,
                message=no_reader_knows(unknown),
                remedy=panel().remedy(unknown) or "Write it in other characters.",
                asset=asset.id,
                slot=slot.name,
                box=slot.box,
            )
