"""Chooses a slot's thresholds for a wanted rate of false accepts. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil, floor, inf

from presscheck.assets import Thresholds
from presscheck.verification.calibrating.sounding import DEFAULT, LEAST, MOST, Sounding
from presscheck.verification.rates import Rate, Z

FEWEST = 50
"""With fewer mistakes of its own a slot is judged by all that were set in its font."""
STEP = 0.001
"""Losses are rounded to this."""
EXACT = 1e-9
"""Added before a product is cut to a whole number: 0.07 * 100 is 7."""


def choose(right: Sequence[Sounding], wrong: Sequence[Sounding], far: float) -> Thresholds:
    """Return the thresholds for a wanted rate `far` of wrong copy that is accepted, 0-1.

    `accept` is the largest at which no larger share of `wrong` is accepted, or, where even the
    lowest accepts a larger one, no more than that. Above the default the upper end of Wilson's
    interval counts in the share's place, and it is no larger than it takes to accept all of `right`
    that any threshold accepts. `reject` is the least that rejects no right copy, from the default
    up to `no_space`. The same settings with a smaller `far` never give a larger `accept`.
    """
    losses = sorted(one.least for one in wrong)
    strict = min(DEFAULT.accept, _below(losses, _allowed(losses, far)))
    lenient = min(_ceiling(right), _below(losses, _shown(len(losses), far)))
    accept = round(max(strict, lenient), 3)
    doubted = [one.worst + STEP for one in right if one.least >= accept and one.worst < inf]
    reject = min(DEFAULT.no_space, max([DEFAULT.reject, accept, *doubted]))
    return Thresholds(accept=accept, reject=round(reject, 3), no_space=DEFAULT.no_space)


def _ceiling(right: Sequence[Sounding]) -> float:
    """Return the threshold that accepts all right copy which can be; more could only do harm."""
    return min(MOST, max((one.least + STEP for one in right if one.least < MOST), default=LEAST))


def _allowed(losses: Sequence[float], far: float) -> int:
    """Return how many mistakes may be accepted."""
    never = sum(loss < LEAST for loss in losses)
    return max(never, floor(far * len(losses) + EXACT))


def _shown(count: int, far: float) -> int | None:
    """Return how many hits an interval up to `far` has room for; None where it has for none."""
    hits = range(floor(far * count + EXACT), -1, -1)
    return next((hit for hit in hits if Rate(hits=hit, of=count).interval[1] <= far), None)


def _below(losses: Sequence[float], allowed: int | None) -> float:
    """Return the largest threshold below which no more than `allowed` of sorted losses lie."""
    if allowed is None:
        return -inf
    return losses[allowed] if allowed < len(losses) else inf


def cases_needed(far: float) -> int:
    """Return how many mistakes it takes, none accepted, until Wilson's interval ends at `far`.

    >>> cases_needed(0.02)
    189
    """
    return ceil(Z**2 * (1 - far) / far)
