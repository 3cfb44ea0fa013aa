"""The contact sheet: every asset, what was read in it, and why it was rolled again."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from presscheck.assets import Asset
from presscheck.brand import Brand
from presscheck.report.describe import asset_view
from presscheck.report.images import Load, Previews, longest_side
from presscheck.report.summary import Summary
from presscheck.report.view import AssetView
from presscheck.spec import Campaign


@dataclass(frozen=True, kw_only=True, slots=True)
class Total:
    """A figure of the header."""

    label: str
    value: str


def contact_sheet(
    campaign: Campaign, brand: Brand, assets: Sequence[Asset], load: Load, summary: Summary
) -> str:
    """Return one self-contained HTML page. It runs no script and asks no server for anything.

    `load` returns the bytes of a digest; a picture that it cannot return is left out with a note.
    Everything that people or models wrote is escaped, and the page's Content Security Policy
    allows nothing but its own style sheet (by hash) and pictures in `data:` URIs.
    """
    previews, side = Previews(load), longest_side(len(assets))
    views = [asset_view(asset, n, previews, side) for n, asset in enumerate(assets, start=1)]
    style = _resource("contact_sheet.css")
    return (
        _environment()
        .from_string(_resource("contact_sheet.html.j2"))
        .render(
            # Safe: it is our own file, and a style element ends only at its end tag.
            style=Markup(style),  # noqa: S704
            policy=_policy(style),
            campaign=campaign,
            brand=brand,
            swatches=list(brand.palette.items()),
            totals=_totals(summary, campaign),
            assets=views,
            review=_of(views, "review"),
            open=_of(views, "open"),
            marked=any(view.marks or any(roll.marks for roll in view.attempts) for view in views),
        )
    )


def _of(views: Sequence[AssetView], kind: str) -> list[AssetView]:
    return [view for view in views if view.kind == kind]


def _totals(summary: Summary, campaign: Campaign) -> list[Total]:
    lines = summary.lines(campaign.budget.currency)
    return [Total(label=label, value=value) for label, value in lines]


def _policy(style: str) -> str:
    """Return the Content Security Policy (W3C CSP Level 3) for a page with this style sheet."""
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return (
        f"default-src 'none'; img-src data:; style-src 'sha256-{digest}'; "
        "base-uri 'none'; form-action 'none'"
    )


def _environment() -> Environment:
    return Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )


def _resource(name: str) -> str:
    return files("presscheck.report").joinpath(name).read_text(encoding="utf-8")
