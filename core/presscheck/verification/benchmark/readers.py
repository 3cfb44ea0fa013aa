"""The readers that are measured, made once in a process."""

from __future__ import annotations

from functools import cache

from presscheck.plugins import Plugins, pick_judge
from presscheck.registry import Reader


@cache
def reader(name: str) -> Reader:
    """Return an installed reader."""
    return pick_judge(Plugins.load().readers(), name).create()
