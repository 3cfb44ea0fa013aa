"""From which losses on a slot is accepted, or rejected; chosen slot by slot."""

from __future__ import annotations

from presscheck.assets import Rules

__all__ = ["Rules"]
