"""The totals of a run, each with its formula."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from presscheck.assets import Asset, AssetState, Attempt, RenderMode, Status
from presscheck.reroll import plans_drawn, preview_record

PASSED = frozenset({AssetState.ACCEPTED, AssetState.FINISHED, AssetState.DELIVERED})


@dataclass(frozen=True, kw_only=True, slots=True)
class Summary:
    """Counts and sums over assets; the quotients are None where nothing can be divided.

    `seconds` and `money` (in the campaign's currency) are those of all rolls, the failed ones
    too. `display_slots` counts the slots of assets that passed which the model was allowed to
    draw, `display_drawn` those of them that it did draw. `plans` counts dropped ones too; of
    `previews` of rendered plans, `previews_right` said what the verdict was.
    """

    assets: int
    accepted: int
    review: int
    rolls: int
    first_pass: int
    seconds: float
    money: float
    display_slots: int
    display_drawn: int
    plans: int = 0
    previews: int = 0
    previews_right: int = 0

    @property
    def first_pass_yield(self) -> float | None:
        """Assets accepted on their first roll / all assets (0-1)."""
        return _quotient(self.first_pass, self.assets)

    @property
    def rolls_per_asset(self) -> float | None:
        """All rolls / all assets."""
        return _quotient(self.rolls, self.assets)

    @property
    def seconds_per_asset(self) -> float | None:
        """Seconds of all rolls / all assets."""
        return _quotient(self.seconds, self.assets)

    @property
    def seconds_per_accepted(self) -> float | None:
        """Seconds of all rolls / accepted assets: what failed is paid by what passed."""
        return _quotient(self.seconds, self.accepted)

    @property
    def money_per_accepted(self) -> float | None:
        """Money of all rolls / accepted assets."""
        return _quotient(self.money, self.accepted)

    @property
    def model_drawn(self) -> float | None:
        """Slots drawn by the model / slots it was allowed to draw, in accepted assets (0-1)."""
        return _quotient(self.display_drawn, self.display_slots)

    def as_dict(self) -> dict[str, float | int | None]:
        """Return counts, sums and quotients as JSON-able data."""
        return {
            "assets": self.assets,
            "accepted": self.accepted,
            "review": self.review,
            "rolls": self.rolls,
            "first_pass_yield": self.first_pass_yield,
            "rolls_per_asset": self.rolls_per_asset,
            "seconds": self.seconds,
            "seconds_per_asset": self.seconds_per_asset,
            "seconds_per_accepted": self.seconds_per_accepted,
            "money": self.money,
            "money_per_accepted": self.money_per_accepted,
            "model_drawn": self.model_drawn,
            "plans": self.plans,
            "previews": self.previews,
            "previews_right": self.previews_right,
        }

    def lines(self, currency: str = "") -> list[tuple[str, str]]:
        """Return (label, value) pairs for people; "-" stands where nothing can be divided."""
        lines = [
            ("accepted", f"{self.accepted} of {self.assets}"),
            ("for review", str(self.review)),
            ("rolls", str(self.rolls)),
            ("first-pass yield", percent(self.first_pass_yield)),
            ("seconds an asset", duration(self.seconds_per_asset)),
            ("cost an accepted asset", price(self.money_per_accepted, currency)),
            ("drawn by the model", percent(self.model_drawn)),
        ]
        if self.previews:
            lines.insert(3, ("plans drawn", str(self.plans)))
            lines.append(("previews right", f"{self.previews_right} of {self.previews}"))
        return lines if self.money else [line for line in lines if not line[0].startswith("cost")]


def summarise(assets: Iterable[Asset]) -> Summary:
    """Add up a run. Pure: equal assets, in any order, give an equal summary up to rounding."""
    every = tuple(assets)
    passed = [asset for asset in every if asset.state in PASSED]
    slots = [drawn for asset in passed for drawn in _display(asset)]
    attempts = [attempt for asset in every for attempt in asset.attempts]
    previews = preview_record(attempts)
    return Summary(
        assets=len(every),
        accepted=len(passed),
        review=sum(asset.state is AssetState.REVIEW for asset in every),
        rolls=len(attempts),
        first_pass=sum(len(asset.attempts) == 1 for asset in passed),
        seconds=sum(sum(attempt.seconds.values()) for attempt in attempts),
        money=sum(attempt.money for attempt in attempts),
        display_slots=len(slots),
        display_drawn=sum(slots),
        plans=plans_drawn(attempts),
        previews=previews.accepted + previews.rejected,
        previews_right=previews.accepted_right + previews.rejected_right,
    )


def shown_attempt(asset: Asset) -> Attempt | None:
    """Return the attempt that stands for an asset: the accepted one, else the nearest miss.

    Nearest: fewest slots that fail, then fewest wrong characters, then the latest.
    """
    if not asset.attempts:
        return None
    accepted = [attempt for attempt in asset.attempts if attempt.accepted]
    return accepted[-1] if accepted else min(reversed(asset.attempts), key=_miss)


def percent(share: float | None) -> str:
    """Write a share (0-1) as whole per cent."""
    return "-" if share is None else f"{share:.0%}"


def duration(seconds: float | None) -> str:
    """Write seconds, with minutes from 100 s on."""
    if seconds is None:
        return "-"
    if seconds < 99.95:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    return f"{whole // 60} min {whole % 60:02d} s"


def price(amount: float | None, currency: str) -> str:
    """Write money: two decimals, or three digits that count where it is less than 1."""
    if amount is None:
        return "-"
    number = f"{amount:.2f}" if amount >= 1 or not amount else f"{amount:.3g}"
    return f"{currency} {number}".strip()


def _display(asset: Asset) -> list[bool]:
    """Tell of every slot that the model was allowed to draw whether it did."""
    attempt = shown_attempt(asset)
    if attempt is None:
        return []
    allowed = [slot for slot in asset.spec.slots if slot.render is not RenderMode.TYPESET]
    return [slot.name not in attempt.candidate.typeset for slot in allowed]


def _miss(attempt: Attempt) -> tuple[int, int]:
    readings = [reading for verdict in attempt.verdicts for reading in verdict.slots]
    failed = sum(reading.status is not Status.ACCEPT for reading in readings)
    return failed, sum(reading.distance for reading in readings)


def _quotient(part: float, whole: int) -> float | None:
    return part / whole if whole else None
