"""The embedded default checkpoint: GLM-Image's classes, small enough for any machine."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

__all__ = ["checkpoint_path"]


def checkpoint_path() -> Path:
    """Return the folder of the checkpoint that comes with presscheck."""
    return Path(str(files("presscheck_nano"))) / "checkpoint"
