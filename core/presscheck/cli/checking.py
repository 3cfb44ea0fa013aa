"""`presscheck check`."""

from __future__ import annotations

import json
import re
from collections.abc import Collection
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, BinaryIO

from presscheck import errors
from presscheck.assets import Status, Verdict
from presscheck.check import Draw, check_batch, check_image, explain, verdict_json
from presscheck.cli.consoles import open_console
from presscheck.errors import InputError, first_line
from presscheck.fonts import open_face
from presscheck.images import open_image
from presscheck.plugins import Plugins, pick, pick_judge
from presscheck.registry import INSPECTOR
from presscheck.verification import Panel

if TYPE_CHECKING:
    from PIL import Image

COLOURS = {
    Status.ACCEPT: "green",
    Status.UNSURE: "yellow",
    Status.REJECT: "red",
    Status.UNSUPPORTED: "magenta",
}
LONGEST_STEM = 60
"""Characters of an image's name that its overlay's name keeps; file systems allow 255 bytes."""


def check_one(
    image: Path,
    copy: list[str],
    panel: Panel,
    *,
    as_json: bool,
    allowed: Collection[str] = (),
    font: Path | None = None,
    overlay: Path | None = None,
) -> int:
    """Check one image and print the verdict; return 3 unless it is accepted.

    With `overlay`, the verdict is drawn on the image and written there as PNG. `font` is the file
    that the copy should be set in.
    """
    slots = _slots(copy)
    sized = None if font is None else open_face(font).at
    opened = open_image(image)
    verdict = check_image(opened, slots, panel, allowed=allowed, font=sized)
    if overlay is not None:
        _write_overlay(opened, verdict, overlay)
    if as_json:
        print(json.dumps({"image": str(image), **verdict_json(verdict)}, ensure_ascii=False))
    else:
        console = open_console()
        console.print(f"[{COLOURS[verdict.status]}]{verdict.status}[/] ", end="")
        console.print(str(image), markup=False, highlight=False)
        for line in explain(verdict):
            console.print(f"  {line}", markup=False, highlight=False)
    return errors.EXIT_OK if verdict.status is Status.ACCEPT else errors.EXIT_REVIEW


def _write_overlay(image: Image.Image, verdict: Verdict, path: Path) -> None:
    from presscheck.report.overlay import draw_overlay

    try:
        draw_overlay(image, verdict).save(path, "PNG")
    except OSError as error:
        raise InputError(
            f"--overlay {path} cannot be written: {first_line(error)}.",
            remedy="Name a file in a folder that is there.",
        ) from error


def check_batch_file(
    batch: Path, panel: Panel, *, allowed: Collection[str] = (), overlays: Path | None = None
) -> int:
    """Check the images of a JSON-lines file, print a JSON line each; return 3 unless all pass.

    With `overlays`, each verdict is drawn on its image, into that folder.
    """
    accepted = True
    draw = None if overlays is None else _draw_into(overlays)
    with _open(batch) as lines:
        for answer in check_batch(lines, panel, folder=batch.parent, allowed=allowed, draw=draw):
            print(json.dumps(answer, ensure_ascii=False), flush=True)
            accepted = accepted and answer["status"] == Status.ACCEPT.value
    return errors.EXIT_OK if accepted else errors.EXIT_REVIEW


def _draw_into(folder: Path) -> Draw:
    """Return what writes each overlay into `folder`, which is made when it is missing."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(
            f"--overlay {folder} is no folder that can be written to: {error.strerror}.",
            remedy="With --batch, name a folder.",
        ) from error

    def draw(line: int, name: str, image: Image.Image, verdict: Verdict) -> Path:
        path = folder / overlay_name(line, name)
        _write_overlay(image, verdict, path)
        return path

    return draw


def overlay_name(line: int, image: str) -> str:
    """Return a file name for the overlay of a batch line; the line's number makes it unique.

    >>> overlay_name(7, "../b/Été 2.jpeg")
    '0007-Été-2.png'
    """
    stem = re.sub(r"[^\w.-]+", "-", PurePath(image).stem)[:LONGEST_STEM]
    return f"{line:04}-{stem}.png"


def _open(batch: Path) -> BinaryIO:
    try:
        return batch.open("rb")
    except OSError as error:
        raise InputError(f"{batch} cannot be read: {error.strerror}.") from error


def open_panel(reader: str, second: str | None) -> Panel:
    """Return the readers of a check: the one that was chosen, its substitutes, and an adviser.

    Raises:
        InputError: There is no such reader, or it may not judge alone.
    """
    plugins = Plugins.load()
    entries = plugins.readers()
    chosen = pick_judge(entries, reader)
    judges = [chosen] + [one for one in entries.values() if one.substitute and one is not chosen]
    adviser = None if second is None else pick(entries, second, "reader").create()
    inspector = pick(plugins.inspectors(), INSPECTOR, "inspector").create()
    return Panel(readers=tuple(one.create() for one in judges), second=adviser, inspector=inspector)


def _slots(copy: list[str]) -> dict[str, str]:
    """Return copy by slot: `headline=TEXT` is named, anything else is numbered."""
    slots: dict[str, str] = {}
    for number, text in enumerate(copy, start=1):
        name, sign, words = text.partition("=")
        named = bool(sign) and name.replace("-", "_").isidentifier()
        slots[name if named else f"copy-{number}"] = words if named else text
    return slots
