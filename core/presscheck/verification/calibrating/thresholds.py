"""Chooses a slot's thresholds for a wanted rate of false accepts. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil, floor, inf

from presscheck.assets import Rules
from presscheck.verification.calibrating.sounding import DEFAULT, LEAST, MOST, Sounding
from presscheck.verification.rates import Z

FEWEST = 50
"""With fewer mistakes of its own a slot is judged by all that were set in its font."""
STEP = 0.001
"""Losses are rounded to this."""


def choose(right: Sequence[Sounding], wrong: Sequence[Sounding], far: float) -> Rules:
    """Return the thresholds for a wanted rate `far` of wrong copy that is accepted, 0-1.

    `accept` is the largest at which no larger share of `wrong` is accepted, but no larger than it
    takes to accept all of `right` that any threshold accepts (or the default): beyond that it could
    only let in mistakes. `reject` is the least that rejects no right copy, from the default up to
    `no_space`. The same settings with a smaller `far` never give a larger `accept`.
    """
    needed = [one.least + STEP for one in right if one.least < MOST]
    ceiling = min(MOST, max([DEFAULT.accept, *needed]))
    losses = sorted(one.least for one in wrong)
    allowed = floor(far * len(losses) + 1e-9)
    limit = losses[allowed] if allowed < len(losses) else inf
    accept = round(min(ceiling, max(limit, LEAST)), 3)
    doubted = [one.worst + STEP for one in right if one.least >= accept and one.worst < inf]
    reject = min(DEFAULT.no_space, max([DEFAULT.reject, accept, *doubted]))
    return Rules(accept=accept, reject=round(reject, 3), no_space=DEFAULT.no_space)


def cases_needed(far: float) -> int:
    """Return how many mistakes it takes, none accepted, until Wilson's interval ends at `far`.

    >>> cases_needed(0.02)
    189
    """
    return ceil(Z**2 * (1 - far) / far)
