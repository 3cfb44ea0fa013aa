"""`presscheck brands`, `engines` and `plugins`."""

from __future__ import annotations

import json

from rich.table import Table

from presscheck import errors
from presscheck.cli.consoles import open_console
from presscheck.loading import load_brand
from presscheck.plugins import Plugins


def list_brands(*, as_json: bool) -> None:
    """Print the brand kits with their slots."""
    rows: list[dict[str, str]] = []
    for name, entry in sorted(Plugins.load().brands().items()):
        brand = load_brand(entry.path)
        slots = ", ".join(f"{slot} ({part.render})" for slot, part in brand.slots.items())
        rows.append({"name": name, "title": brand.title, "slots": slots, "file": str(entry.path)})
    _print(rows, as_json=as_json)


def list_engines(*, as_json: bool) -> None:
    """Print the engines."""
    entries = sorted(Plugins.load().engines().items())
    _print([{"name": name, "what": entry.summary} for name, entry in entries], as_json=as_json)


def list_plugins(*, as_json: bool) -> int:
    """Print plugins and their hooks; return 6 when one could not be loaded."""
    plugins = Plugins.load()
    rows: list[dict[str, str]] = []
    for name, plugin in plugins.manager.list_name_plugin():
        hooks = [caller.name for caller in plugins.manager.get_hookcallers(plugin) or []]
        rows.append({"name": name, "hooks": ", ".join(sorted(hooks)), "problem": ""})
    rows += [{"name": b.name, "hooks": "", "problem": b.problem} for b in plugins.broken]
    _print(rows, as_json=as_json)
    return errors.EXIT_PLUGIN if plugins.broken else errors.EXIT_OK


def _print(rows: list[dict[str, str]], *, as_json: bool) -> None:
    if as_json:
        print(json.dumps(rows, ensure_ascii=False))
        return
    table = Table(box=None, pad_edge=False)
    for column in rows[0] if rows else ():
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*row.values())
    open_console().print(table)
