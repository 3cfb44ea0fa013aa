"""Offers the inspector of glyphs whose network and weights are in `presscheck_glyphs`."""

from __future__ import annotations

from collections.abc import Iterable

from presscheck import hookimpl
from presscheck.registry import INSPECTOR, InspectorEntry
from presscheck_glyphs.inspector import GlyphNetInspector


@hookimpl
def register_inspectors() -> Iterable[InspectorEntry]:
    """Offer the inspector."""
    yield InspectorEntry(
        name=INSPECTOR,
        summary="a network that knows malformed Latin letters and digits in any face",
        create=GlyphNetInspector,
    )
