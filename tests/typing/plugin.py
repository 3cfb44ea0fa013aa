"""A plugin as its author writes it; a type checker in strict mode must find nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from presscheck import Campaign, Plugins, Press, PresscheckError, Result, hookimpl
from presscheck.assets import AssetSpec, Attempt, Decision, Finding, Severity, Verdict
from presscheck.brand import Brand
from presscheck.engine.contract import Engine
from presscheck.registry import EngineEntry
from presscheck.spec import EngineChoice
from presscheck.testing import PaperEngine


def create(choice: EngineChoice) -> Engine:
    """Make an engine: the stand-in fulfils the protocol."""
    return PaperEngine(wrong=0, name=f"paper:{choice.checkpoint}")


@hookimpl
def register_engines() -> Iterator[EngineEntry]:
    """Offer an engine."""
    yield EngineEntry(name="paper", summary="", create=create)


@hookimpl
def validate_asset(asset: AssetSpec, brand: Brand) -> list[Finding]:
    """Warn about a brief without a full stop."""
    if asset.brief.endswith("."):
        return []
    return [Finding(check="brief", severity=Severity.WARNING, message=f"{brand.name}: no stop")]


@hookimpl
def plan_reroll(asset: AssetSpec, attempts: Sequence[Attempt]) -> Decision | None:
    """Have no opinion."""
    verdicts: tuple[Verdict, ...] = attempts[-1].verdicts if attempts else ()
    return None if verdicts or asset.seed else Decision(roll=None, reason="no")


def run(path: Path, plugins: Plugins) -> int:
    """Run a campaign and count what was delivered."""
    try:
        with Press(plugins=plugins, work=path.parent) as press:
            result: Result = press.run(path)
    except PresscheckError as error:
        return error.exit_code
    return result.delivered


def name_of(campaign: Campaign) -> str:
    """Return a field with its type."""
    return campaign.name
