"""The readers that are measured, and the inspector, made once in a process."""

from __future__ import annotations

from functools import cache

from presscheck.plugins import Plugins, pick, pick_judge
from presscheck.registry import INSPECTOR, GlyphInspector, Reader


@cache
def reader(name: str) -> Reader:
    """Return an installed reader."""
    return pick_judge(Plugins.load().readers(), name).create()


@cache
def inspector() -> GlyphInspector:
    """Return the inspector of glyphs that the verifier asks."""
    return pick(Plugins.load().inspectors(), INSPECTOR, "inspector").create()
