"""`presscheck calibrate`."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from PIL import Image
from rich.markup import escape
from rich.progress import track
from rich.table import Table

from presscheck import errors
from presscheck.calibration import Calibration, Judged, StringResult, tell_misread
from presscheck.cli.consoles import open_console
from presscheck.errors import InputError, StorageError
from presscheck.plugins import pick
from presscheck.press import Press
from presscheck.spec import Campaign
from presscheck.stages.collect import collect
from presscheck.stages.key_visual import open_key_visual
from presscheck.stages.validate import refuse_errors
from presscheck.verification.calibrating import Bench, Curves, calibrate, distinct, soundings
from presscheck.verification.calibrating.measure import Measured
from presscheck.verification.calibrating.platt import Bin
from presscheck.verification.calibrating.strings import Copy
from presscheck.verification.calibrating.thresholds import cases_needed
from presscheck.verification.panel import CHECK

COLOURS = {"readable": "green", "unreadable": "red", "unsupported": "magenta"}


def calibrate_campaign(
    campaign: Path,
    *,
    far: float,
    views: int,
    reader: str,
    workers: int,
    output: Path | None,
    as_json: bool,
) -> int:
    """Calibrate a campaign's reader, print what came of it, and write it beside the campaign.

    Returns 3 when a string cannot be read.

    Raises:
        PreflightError: The copy has a mistake, or doesn't fit.
        StorageError: A file cannot be written.
    """
    output = output or campaign.parent / "calibration.json"
    with Press() as press:
        spec, brand = press.load(campaign)
        specs = collect(spec, brand, press.plugins)
        # What no reader knows is told by the calibration itself.
        findings = [found for one in specs for found in press.plugins.validate_asset(one, brand)]
        refuse_errors([found for found in findings if found.check != CHECK])
        used = pick(press.plugins.readers(), reader, "reader").create()
    pictures = _pictures(spec, campaign.parent)
    bench = Bench(brand=brand, reader=reader, seed=spec.seed, views=views, pictures=pictures)
    measured = _read(bench, distinct(specs, brand), workers)
    made, curves = calibrate(spec.name, bench, used, measured, far)
    files = _write(made, curves, output)
    if as_json:
        print(json.dumps({"files": [str(file) for file in files], **made.model_dump(mode="json")}))
    else:
        _print(made, files)
    return errors.EXIT_REVIEW if made.unreadable else errors.EXIT_OK


def _read(bench: Bench, copies: Sequence[Copy], workers: int) -> list[Measured]:
    """Set and read every string, with progress on a terminal."""
    console = open_console(stderr=True)
    return list(
        track(
            soundings(bench, copies, workers),
            "reading",
            total=len(copies),
            console=console,
            transient=True,
            disable=not console.is_terminal,
        )
    )


def _pictures(campaign: Campaign, folder: Path) -> tuple[Image.Image, ...]:
    if campaign.key_visual is None:
        return ()
    return (open_key_visual(folder / campaign.key_visual),)


def _write(made: Calibration, curves: Curves | None, output: Path) -> list[Path]:
    """Write the calibration, and beside it how far probabilities can be trusted."""
    written = [_write_json(output, made.model_dump(mode="json"))]
    if curves is None:
        return written
    whole = {"before": _bins(curves.before), "after": _bins(curves.after)}
    written.append(_write_json(output.with_name("reliability.json"), whole))
    picture = output.with_name("reliability.png")
    if _draw(curves, picture):
        written.append(picture)
    return written


def _draw(curves: Curves, picture: Path) -> bool:
    from presscheck.report.plots import reliability

    try:
        reliability(picture, {"posterior": curves.before, "calibrated": curves.after})
    except InputError as error:
        open_console(stderr=True).print(f"{picture} is not drawn: {error}", markup=False)
        return False
    return True


def _bins(bins: Sequence[Bin]) -> list[dict[str, float]]:
    return [
        {
            "low": one.low,
            "high": one.high,
            "predicted": round(one.predicted, 6),
            "observed": round(one.observed.share, 6),
            "hits": one.observed.hits,
            "of": one.observed.of,
            "interval_low": round(one.observed.interval[0], 6),
            "interval_high": round(one.observed.interval[1], 6),
        }
        for one in bins
    ]


def _write_json(path: Path, values: object) -> Path:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(values, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    except OSError as error:
        raise StorageError(
            f"cannot write {path}: {error.strerror}.", remedy="Choose another with --output."
        ) from error
    return path


def _print(made: Calibration, files: Sequence[Path]) -> None:
    console = open_console()
    console.print(_strings(made.strings))
    console.print()
    console.print(_thresholds(made.slots))
    console.print()
    for line in _remarks(made):
        console.print(line, markup=False, highlight=False)
    console.print("written: " + ", ".join(map(str, files)), markup=False, highlight=False)


def _strings(strings: Sequence[StringResult]) -> Table:
    table = Table(box=None, pad_edge=False)
    for title in ("slot", "copy", "size", "right accepted", "wrong accepted", "", "misread"):
        table.add_column(title, overflow="fold")
    for one in strings:
        table.add_row(
            one.slot,
            escape(f"{one.text} ({one.locale})"),
            f"{one.width}x{one.height}",
            f"{one.right.accepted} of {one.right.settings}",
            f"{one.wrong.accepted} of {one.wrong.settings}",
            f"[{COLOURS[one.status]}]{one.status}[/]",
            escape(tell_misread(one)),
        )
    return table


def _thresholds(slots: dict[str, Judged]) -> Table:
    table = Table(box=None, pad_edge=False)
    titles = ("slot", "accept", "reject", "chosen on", "false accepts", "false rejects", "unsure")
    for title in titles:
        table.add_column(title)
    for name, one in slots.items():
        pool = f"its {one.pool}" if one.pool == "font" else "its own"
        table.add_row(
            name,
            f"{one.accept:.2f}",
            f"{one.reject:.2f}",
            pool,
            str(one.false_accepts),
            str(one.false_rejects),
            str(one.unsure),
        )
    return table


def _remarks(made: Calibration) -> list[str]:
    """Say what the numbers can't support."""
    told: list[str] = []
    needed = cases_needed(made.far)
    missed = [name for name, one in made.slots.items() if not one.met]
    few = [name for name, one in made.slots.items() if not one.enough]
    if missed:
        told.append(f"no threshold reaches {made.far:.2%} false accepts for {', '.join(missed)}.")
    if few:
        fewest = min(made.slots[name].false_accepts.of for name in few)
        told.append(
            f"too few mistakes to show {made.far:.2%} for {', '.join(few)}: {needed} are needed, "
            f"none of them accepted, and there are {fewest} at the least; raise --views."
        )
    if made.unreadable:
        told.append(
            f"{len(made.unreadable)} of {len(made.strings)} strings cannot be read in the brand's "
            "type; change the slot's font or the copy, or check them by eye."
        )
    if made.platt is not None:
        told.append(
            f"expected calibration error by character: {made.platt.error_before:.4f} of the "
            f"reader's posterior, {made.platt.error_after:.4f} calibrated."
        )
    return told
