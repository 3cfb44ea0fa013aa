"""`presscheck report`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from pydantic import JsonValue

from presscheck import errors
from presscheck.errors import StorageError
from presscheck.job import Job
from presscheck.press import Press
from presscheck.report import contact_sheet, summarise


def contact_sheet_for(job: Job, path: Path) -> Path:
    """Write a run's contact sheet to `path`."""
    assets = job.ledger.assets(job.run)
    html = contact_sheet(job.campaign, job.brand, assets, job.blobs.get, summarise(assets))
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(html, encoding="utf-8")
    except OSError as error:
        raise StorageError(
            f"cannot write {path}: {error.strerror}.", remedy="Choose another with --output."
        ) from error
    return path


def list_runs(work: Path, ledger: str | None, *, as_json: bool) -> int:
    """Print the runs of a work folder."""
    book = Press(work=work, ledger=ledger).ledger()
    rows = [(run, str(_name(book.job(run))), book.assets(run)) for run in book.runs()]
    if as_json:
        print(json.dumps([{"run": r, "campaign": n, "assets": len(a)} for r, n, a in rows]))
        return errors.EXIT_OK
    for run, name, assets in rows:
        states = [asset.state.value for asset in assets]
        told = ", ".join(f"{states.count(s)} {s}" for s in sorted(set(states)))
        print(f"{run}  {name}  {told}")
    if not rows:
        print(f"no runs in {work}")
    return errors.EXIT_OK


def _name(job: Mapping[str, JsonValue]) -> JsonValue:
    campaign = job["campaign"]
    return campaign["name"] if isinstance(campaign, dict) else ""


def report_run(run: str, work: Path, ledger: str | None, output: Path, *, as_json: bool) -> int:
    """Write the contact sheet of a run and print where it is."""
    job = Press(work=work, ledger=ledger).reopen(run)
    path = contact_sheet_for(job, output)
    summary = summarise(job.ledger.assets(run))
    print(
        json.dumps({"contact_sheet": str(path), "summary": summary.as_dict()}) if as_json else path
    )
    return errors.EXIT_OK
