"""Where the command writes for people."""

from __future__ import annotations

import os

from rich.console import Console

WIDE = 160
"""Columns where no terminal says how many it has, so that a pipe gets whole lines."""


def open_console(*, stderr: bool = False) -> Console:
    """Return a console as wide as the terminal, or wide enough for whole lines."""
    made = Console(stderr=stderr)
    if made.is_terminal or "COLUMNS" in os.environ:
        return made
    return Console(stderr=stderr, width=WIDE)
