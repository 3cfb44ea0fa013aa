"""Every hook a plugin may implement. See docs/hooks.md for a runnable example of each."""

# pyright: reportReturnType=false
# mypy: disable-error-code="empty-body"
from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import pluggy

if TYPE_CHECKING:
    from PIL import Image

    from presscheck import registry
    from presscheck.assets import AssetSpec, Attempt, Candidate, Decision, Finding, Verdict
    from presscheck.brand import Brand
    from presscheck.spec import Campaign

hookspec = pluggy.HookspecMarker("presscheck")
hookimpl = pluggy.HookimplMarker("presscheck")


@hookspec
def register_engines() -> Iterable[registry.EngineEntry]:
    """Offer engines; a campaign picks one by name. Runs when engines are listed or chosen."""


@hookspec
def register_readers() -> Iterable[registry.ReaderEntry]:
    """Offer readers (OCR); a verifier picks one by name."""


@hookspec
def register_inspectors() -> Iterable[registry.InspectorEntry]:
    """Offer inspectors of glyphs; the copy verifier asks one by name."""


@hookspec
def register_finishers() -> Iterable[registry.FinisherEntry]:
    """Offer finishers; the brand lists the ones it wants, in order."""


@hookspec
def register_deliverers() -> Iterable[registry.DelivererEntry]:
    """Offer deliverers; a campaign's `delivery` picks them by name."""


@hookspec
def register_runners() -> Iterable[registry.RunnerEntry]:
    """Offer runners; `presscheck run --runner` picks one by name."""


@hookspec
def register_brands() -> Iterable[registry.BrandEntry]:
    """Offer brand kits; a campaign names one, or gives a path."""


@hookspec
def register_channels() -> Iterable[registry.ChannelEntry]:
    """Offer channel presets; a campaign's `placements` picks them by name."""


@hookspec
def collect_assets(campaign: Campaign, brand: Brand) -> Iterable[AssetSpec]:
    """Turn a campaign into assets. Everyone has a say: all lists are joined."""


@hookspec(firstresult=True)
def compose_prompt(asset: AssetSpec, brand: Brand, typeset: Sequence[str]) -> str | None:
    """Write the prompt of an asset. First opinion wins, None is no opinion; checked afterwards.

    `typeset` names the slots that must not be drawn: they are set with the brand's font.
    """


@hookspec
def validate_asset(asset: AssetSpec, brand: Brand) -> Iterable[Finding]:
    """Judge what was asked, before any engine time. An error stops the run."""


@hookspec
def verify_candidate(
    candidate: Candidate,
    image: Image.Image,
    original: Image.Image | None,
    asset: AssetSpec,
    brand: Brand,
) -> Verdict | None:
    """Judge the pixels. Every verdict must accept; None is no opinion.

    `original` was verified before, and `image` was made from it by changing the regions of some
    slots; None where the image was drawn as a whole. A verifier may do without it.
    """


@hookspec(firstresult=True)
def plan_reroll(asset: AssetSpec, brand: Brand, attempts: Sequence[Attempt]) -> Decision | None:
    """Decide what a failed asset does next. First opinion wins; None leaves it to the built-in."""


@hookspec
def before_stage(stage: str, asset: AssetSpec) -> None:
    """Observe: a stage is about to run for an asset. Nothing can be altered."""


@hookspec
def after_stage(stage: str, asset: AssetSpec, seconds: float) -> None:
    """Observe: a stage has run for an asset."""


@hookspec
def on_stage_error(stage: str, asset: AssetSpec, error: Exception) -> None:
    """Observe: a stage failed for an asset."""
