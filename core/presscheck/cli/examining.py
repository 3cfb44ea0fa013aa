"""`presscheck doctor`."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

from PIL import features

from presscheck import errors
from presscheck.blobs import Blobs
from presscheck.cli.consoles import open_console
from presscheck.engine.contract import Engine
from presscheck.errors import PresscheckError, StorageError
from presscheck.ledger import Ledger
from presscheck.plugins import Plugins, pick
from presscheck.press import Press
from presscheck.spec import EngineChoice

FREE_BYTES = 1_000_000_000
"""A campaign of fifty assets with all its attempts stays well below this."""


def examine(work: Path, *, as_json: bool) -> int:
    """Run every check, print a line each, and return 1 when one fails."""
    checks: dict[str, Callable[[], str]] = {
        "versions": _versions,
        "plugins": _plugins,
        "text layout": _raqm,
        "work folder": lambda: _work(work),
        "reader": _reader,
        "engine": _engine,
        "accelerator": _accelerator,
    }
    rows = [_examine_one(name, look) for name, look in checks.items()]
    if as_json:
        print(json.dumps(rows, ensure_ascii=False))
    else:
        console = open_console()
        for row in rows:
            mark = "[green]ok[/]  " if row["ok"] else "[red]fail[/]"
            console.print(f"{mark} {row['check']:<14}", end="")
            console.print(str(row["told"]), markup=False, highlight=False)
    return errors.EXIT_OK if all(row["ok"] for row in rows) else errors.EXIT_UNEXPECTED


def _examine_one(name: str, look: Callable[[], str]) -> dict[str, object]:
    try:
        return {"check": name, "ok": True, "told": look()}
    except (PresscheckError, OSError, ImportError, RuntimeError) as error:
        return {"check": name, "ok": False, "told": str(error)}


def _versions() -> str:
    names = ("presscheck", "torch", "transformers", "diffusers", "pillow", "rapidocr", "celery")
    return ", ".join(f"{name} {version(name)}" for name in names)


def _plugins() -> str:
    plugins = Plugins.load()
    if plugins.broken:
        told = "; ".join(f"{broken.name}: {broken.problem}" for broken in plugins.broken)
        raise PresscheckError(told, remedy="Update or uninstall them.")
    return f"{len(plugins.manager.get_plugins())} loaded"


def _raqm() -> str:
    if not features.check("raqm"):
        raise PresscheckError(
            "Pillow was built without raqm.", remedy="Install Pillow's wheel from PyPI."
        )
    return f"raqm {features.version('raqm')}, HarfBuzz {features.version('harfbuzz')}"


def _work(work: Path) -> str:
    Ledger.at(work).close()
    digest = Blobs(work / "blobs").put(b"presscheck doctor")
    free = shutil.disk_usage(work).free
    if free < FREE_BYTES:
        raise StorageError(f"{work}: only {free / 1e6:.0f} MB are free.", remedy="Free some space.")
    return f"{work.resolve()} is writable ({digest[:8]}), {free / 1e9:.0f} GB free"


def _reader() -> str:
    return pick(Plugins.load().readers(), "ppocr", "reader").create().name


def _engine() -> str:
    with Press() as press:
        choice = EngineChoice()
        engine: Engine = pick(press.plugins.engines(), choice.name, "engine").create(choice)
        return engine.name


def _accelerator() -> str:
    import torch

    if torch.cuda.is_available():
        return torch.cuda.get_device_name()
    return f"none; the CPU with {torch.get_num_threads()} threads does the work"
