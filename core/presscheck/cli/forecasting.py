"""`presscheck simulate`."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from random import Random
from statistics import fmean, quantiles
from typing import TYPE_CHECKING

from rich.table import Table

from presscheck import errors
from presscheck.assets import Attempt
from presscheck.cli.consoles import open_console
from presscheck.errors import InputError
from presscheck.forecast import Evidence, Play, gather, play
from presscheck.press import Press
from presscheck.search import best_tries
from presscheck.stages.validate import refuse_errors, rules_for, validate

if TYPE_CHECKING:
    from presscheck.spec import Campaign

FIGURES = ("rolls", "plans", "seconds", "money", "accepted", "review", "drawn")
LABELS = {"review": "for review", "drawn": "drawn by the model", "money": "cost"}


def simulate_campaign(
    campaign: Path, *, work: Path, ledger: str | None, plays: int, seed: int, as_json: bool
) -> int:
    """Play a campaign and print what it is expected to take; nothing is made.

    Raises:
        InputError: Nothing was ever measured of the engine.
    """
    with Press(work=work, ledger=ledger) as press:
        spec, brand = press.load(campaign)
        (specs, told), engine = press.collect(spec, brand, campaign.parent), press.engine(spec)
        refuse_errors(told + validate(specs, spec, brand, press.plugins, engine))
        evidence = gather(_attempts(press, spec), engine.capabilities.preview)
        worth = engine.capabilities.preview
        rules = [rules_for(asset, spec, brand, engine) for asset in specs]
    if evidence.empty:
        raise InputError(
            "nothing was measured of this engine yet.",
            remedy="Run a campaign with it first; simulate reads the pass rates from the ledger.",
        )
    dice = Random(seed)
    played = [play(specs, rules, evidence, worth, dice) for _ in range(plays)]
    tries = best_tries(evidence.record, worth.costs) if worth is not None else 1
    if as_json:
        print(json.dumps(_as_machine(played, evidence, len(specs), tries), ensure_ascii=False))
    else:
        _print(played, evidence, len(specs), tries, spec)
    return errors.EXIT_OK


def _attempts(press: Press, campaign: Campaign) -> Iterator[Attempt]:
    """Yield all attempts of runs with the campaign's engine and settings."""
    engine = campaign.engine.model_dump(mode="json")
    ledger = press.ledger()
    for run in ledger.runs():
        entry = ledger.job(run)["campaign"]
        if isinstance(entry, dict) and entry.get("engine") == engine:
            for asset in ledger.assets(run):
                yield from asset.attempts


def _spread(played: Sequence[Play], name: str) -> tuple[float, float, float]:
    """Return the mean, and the bounds that one play in ten falls short of or exceeds."""
    values = [float(getattr(one, name)) for one in played]
    if len(values) == 1:
        return values[0], values[0], values[0]
    tenths = quantiles(values, n=10, method="inclusive")
    return fmean(values), tenths[0], tenths[-1]


def _as_machine(
    played: Sequence[Play], evidence: Evidence, assets: int, tries: int
) -> dict[str, object]:
    figures = {}
    for name in FIGURES:
        mean, low, high = _spread(played, name)
        figures[name] = {"mean": round(mean, 3), "p10": round(low, 3), "p90": round(high, 3)}
    return {
        "assets": assets,
        "plays": len(played),
        "forecast": figures,
        "tries": tries,
        "evidence": {
            "attempts": evidence.attempts,
            "previews": evidence.record.accepted + evidence.record.rejected,
            "previews_right": round(evidence.record.right, 3),
        },
    }


def _print(
    played: Sequence[Play], evidence: Evidence, assets: int, tries: int, campaign: Campaign
) -> None:
    console = open_console()
    table = Table(box=None, pad_edge=False)
    for title in (f"of {assets} assets", "mean", "one in ten below", "one in ten above"):
        table.add_column(title, justify="left" if title.startswith("of") else "right")
    for name in FIGURES:
        if name == "money" and not campaign.budget.engine_hour:
            continue
        unit = f" {campaign.budget.currency}" if name == "money" else ""
        digits = 3 if name == "money" else 1
        row = [f"{value:.{digits}f}{unit}" for value in _spread(played, name)]
        table.add_row(LABELS.get(name, name), *row)
    console.print(table)
    record = evidence.record
    console.print(
        f"{len(played)} plays; from {evidence.attempts} attempts in the ledger and "
        f"{record.accepted + record.rejected} previews, {record.right:.0%} of them right; "
        f"up to {tries} plans are drawn before one is rendered.",
        highlight=False,
    )
