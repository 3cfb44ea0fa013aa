"""The readers that are measured, and the inspectors, made once in a process."""

from __future__ import annotations

from functools import cache

from presscheck.plugins import Plugins, pick, pick_judge
from presscheck.registry import INSPECTOR, GlyphInspector, Reader


@cache
def reader(name: str) -> Reader:
    """Return an installed reader."""
    return pick_judge(Plugins.load().readers(), name).create()


@cache
def inspector(name: str = INSPECTOR) -> GlyphInspector:
    """Return an installed inspector of glyphs."""
    return pick(Plugins.load().inspectors(), name, "inspector").create()
