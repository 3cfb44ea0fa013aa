"""presscheck proofs generated marketing images before the run goes on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from presscheck.errors import PresscheckError
    from presscheck.hookspecs import hookimpl
    from presscheck.plugins import Plugins
    from presscheck.press import Press, Result
    from presscheck.spec import Campaign

__all__ = ["Campaign", "Plugins", "Press", "PresscheckError", "Result", "hookimpl"]

_HOMES = {
    "Campaign": "spec",
    "Plugins": "plugins",
    "Press": "press",
    "PresscheckError": "errors",
    "Result": "press",
    "hookimpl": "hookspecs",
}


def __getattr__(name: str) -> Any:
    """Import a public name when it is first used, so that `presscheck --help` stays quick."""
    from importlib import import_module

    if name not in _HOMES:
        raise AttributeError(f"module 'presscheck' has no attribute {name!r}")
    return getattr(import_module(f"presscheck.{_HOMES[name]}"), name)
