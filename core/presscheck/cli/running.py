"""`presscheck run` and `presscheck preflight`."""

from __future__ import annotations

import json
import signal
import sys
import threading
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table

from presscheck import errors
from presscheck.assets import Asset, AssetState, Finding, Severity
from presscheck.cli.consoles import open_console
from presscheck.cli.reporting import contact_sheet_for
from presscheck.cli.watching import LiveWatch
from presscheck.plugins import pick
from presscheck.press import Press, Result
from presscheck.report.summary import Summary, summarise
from presscheck.stages.validate import tell

if TYPE_CHECKING:
    from presscheck.job import Job


def run_campaign(
    campaign: Path,
    *,
    work: Path,
    broker: str | None,
    runner: str,
    ledger: str | None,
    as_json: bool,
) -> int:
    """Run a campaign with progress and print how it went; return the exit code."""
    console = open_console(stderr=True)
    with LiveWatch(console) as watch, Press(work=work, ledger=ledger, watch=watch) as press:
        stop_on_signals(press.stop)
        run = pick(press.plugins.runners(), runner, "runner")
        result = run.create().run(press, campaign, broker=broker)
        job = press.reopen(result.run)
    sheet = contact_sheet_for(job, sheet_path(job, work))
    summary = summarise(result.assets)
    if as_json:
        print(json.dumps(as_machine(result, summary, sheet), ensure_ascii=False))
    else:
        print_summary(open_console(), result, summary, sheet)
    return exit_code(result)


def serve(broker: str, queues: list[str], *, work: Path, ledger: str | None) -> None:
    """Work for a broker until SIGTERM."""
    with Press(work=work, ledger=ledger) as press:
        pick(press.plugins.runners(), "celery", "runner").create().work(
            press, broker=broker, queues=queues
        )


def stop_on_signals(stop: threading.Event) -> None:
    """Turn Ctrl-C and SIGTERM into an orderly stop; a second Ctrl-C ends at once."""

    def ask(number: int, _: FrameType | None) -> None:
        if stop.is_set():
            signal.signal(number, signal.SIG_DFL)
            signal.raise_signal(number)
        print("\npresscheck: stopping after this step ...", file=sys.stderr)
        stop.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, ask)


def sheet_path(job: Job, work: Path) -> Path:
    """Return where the contact sheet goes: the first folder target, else the work folder."""
    for target in job.campaign.delivery:
        if target.to == "folder":
            return Path(str(target.options["path"])).expanduser() / "contact-sheet.html"
    return work / f"{job.run}.html"


def exit_code(result: Result) -> int:
    """Return the exit code that says how a run ended."""
    if result.problems:
        return errors.EXIT_DELIVERY
    if result.delivered < len(result.assets):
        return errors.EXIT_REVIEW
    return errors.EXIT_OK


def as_machine(result: Result, summary: Summary, sheet: Path) -> dict[str, object]:
    """Return a run's outcome as JSON-able data."""
    return {
        "run": result.run,
        "contact_sheet": str(sheet),
        "summary": summary.as_dict(),
        "problems": list(result.problems),
        "assets": [
            {
                "id": asset.spec.id,
                "state": asset.state.value,
                "rolls": len(asset.attempts),
                "reason": asset.reason,
                "files": [receipt.location for receipt in asset.receipts],
            }
            for asset in result.assets
        ],
    }


def print_summary(console: Console, result: Result, summary: Summary, sheet: Path) -> None:
    """Print a table of assets and the totals."""
    table = Table(title=None, box=None, pad_edge=False)
    for column in ("asset", "size", "rolls", "drawn by the model", "state"):
        table.add_column(column)
    for asset in result.assets:
        table.add_row(*_row(asset))
    console.print(table)
    for problem in result.problems:
        console.print(f"[red]not delivered[/] {problem}", highlight=False)
    console.print()
    for label, value in summary.lines():
        console.print(f"{label:<24}{value}", highlight=False)
    console.print(f"{'contact sheet':<24}{sheet}", highlight=False)


def _row(asset: Asset) -> tuple[str, ...]:
    drawn = "-"
    if asset.attempts:
        typeset = asset.attempts[-1].candidate.typeset
        names = [slot.name for slot in asset.spec.slots if slot.name not in typeset]
        drawn = ", ".join(names) or "-"
    state = asset.state.value
    colour = {AssetState.DELIVERED: "green", AssetState.REVIEW: "red"}.get(asset.state, "yellow")
    size = f"{asset.spec.width}x{asset.spec.height}"
    return asset.spec.id, size, str(len(asset.attempts)), drawn, f"[{colour}]{state}[/]"


def preflight_campaign(campaign: Path, *, as_json: bool) -> int:
    """Print all findings about a campaign; return 2 when one is an error."""
    with Press() as press:
        findings = press.preflight(campaign)
    if as_json:
        print(json.dumps([_finding(finding) for finding in findings], ensure_ascii=False))
    else:
        _print_findings(findings)
    failed = any(finding.severity is Severity.ERROR for finding in findings)
    return errors.EXIT_INPUT if failed else errors.EXIT_OK


def _print_findings(findings: list[Finding]) -> None:
    console = open_console()
    for finding in findings:
        colour = "red" if finding.severity is Severity.ERROR else "yellow"
        console.print(f"[{colour}]{finding.severity}[/] ", end="")
        console.print(tell(finding), markup=False, highlight=False)
    if not findings:
        console.print("[green]ready[/] nothing stands in the way of a run.")


def _finding(finding: Finding) -> dict[str, str]:
    return {
        "check": finding.check,
        "severity": finding.severity.value,
        "asset": finding.asset,
        "slot": finding.slot,
        "message": finding.message,
        "remedy": finding.remedy,
    }
