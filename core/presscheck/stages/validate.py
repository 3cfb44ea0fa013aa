"""Validate: judge what was asked, all of it, before a second of engine time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from presscheck.assets import AssetSpec, Finding, RenderMode, Severity
from presscheck.brand import Brand
from presscheck.engine.contract import Engine
from presscheck.errors import CopyError, EngineError, PreflightError
from presscheck.plugins import Plugins
from presscheck.prompt import check_contract, compose
from presscheck.reroll import Rules, cannot_draw, set_from_start
from presscheck.spec import Campaign


def validate(
    specs: Sequence[AssetSpec], campaign: Campaign, brand: Brand, plugins: Plugins, engine: Engine
) -> list[Finding]:
    """Return every finding about every asset, and about copy that no slot takes."""
    findings = list(_orphans(campaign, brand))
    for spec in specs:
        findings += plugins.validate_asset(spec, brand)
        findings += _against_engine(spec, campaign, brand, plugins, engine)
    return findings


def refuse_errors(findings: Sequence[Finding]) -> None:
    """Raise PreflightError when a finding is an error; it lists them all."""
    errors = [finding for finding in findings if finding.severity is Severity.ERROR]
    if errors:
        raise PreflightError("\n".join(tell(finding) for finding in errors))


def tell(finding: Finding) -> str:
    """Return a finding as one line: where, what, and what to do."""
    place = " ".join(part for part in (finding.asset, finding.slot) if part)
    return f"{place}: {finding.message} {finding.remedy}".strip(": ")


def _orphans(campaign: Campaign, brand: Brand) -> Iterator[Finding]:
    for slot in campaign.copy_:
        if slot not in brand.slots:
            yield Finding(
                check="copy",
                severity=Severity.ERROR,
                slot=slot,
                message=f"brand {brand.name} has no slot {slot!r}.",
                remedy=f"Its slots are {', '.join(brand.slots)}.",
            )


def rules_for(spec: AssetSpec, campaign: Campaign, brand: Brand, engine: Engine) -> Rules:
    """Return what limits the re-roll policy for one asset."""
    return Rules(
        ladder=brand.ladder,
        budget=campaign.budget,
        capabilities=engine.capabilities,
        planned=engine.planned_size(spec.width, spec.height),
    )


def prompt_for(
    spec: AssetSpec, brand: Brand, plugins: Plugins, engine: Engine, typeset: Sequence[str]
) -> str:
    """Return the prompt of one roll, after the copy contract was checked with the engine.

    Raises:
        CopyError: The engine would draw other strings than those required.
    """
    prompt = plugins.compose_prompt(spec, brand, typeset)
    if prompt is None:
        prompt = compose(spec, brand, typeset=frozenset(typeset))
    drawn = [slot.text for slot in spec.slots if slot.name not in typeset]
    check_contract(prompt, drawn, engine.glyph_texts)
    return prompt


def _against_engine(
    spec: AssetSpec, campaign: Campaign, brand: Brand, plugins: Plugins, engine: Engine
) -> Iterator[Finding]:
    try:
        rules = rules_for(spec, campaign, brand, engine)
        typeset = set_from_start(spec, rules)
        prompt_for(spec, brand, plugins, engine, typeset)
    except (CopyError, EngineError) as error:
        yield _finding("engine", spec, error.problem, error.remedy)
        return
    most = engine.capabilities.references
    if len(spec.references) > most:
        problem = f"the engine is shown {most} reference images, the campaign has a key visual."
        yield _finding("engine", spec, problem, "Leave key_visual out, or use another checkpoint.")
    for slot in spec.slots:
        why = cannot_draw(slot.text, rules)
        if why and slot.render is RenderMode.MODEL:
            yield _finding(
                "engine", spec, f"{why}.", "Shorten the copy, or set render: auto.", slot.name
            )


def _finding(check: str, spec: AssetSpec, message: str, remedy: str, slot: str = "") -> Finding:
    return Finding(
        check=check,
        severity=Severity.ERROR,
        asset=spec.id,
        slot=slot,
        message=message,
        remedy=remedy,
    )
