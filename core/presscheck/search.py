"""How many plans to draw before one is rendered, and what an accepted image costs then. Pure.

Plans are drawn until a preview accepts one, `tries` of them at most; then the best is rendered and
verified. With p the share of plans that the preview accepts, g and b the shares of renders that
are accepted after a preview that accepts and one that rejects:

    plans drawn      E = (1 - (1-p)^tries) / p
    accepted         A = g (1 - (1-p)^tries) + b (1-p)^tries
    seconds a try    S = E * (plan + preview) + render

and an accepted image costs S / A, when what fails is tried again.
"""

from __future__ import annotations

from dataclasses import dataclass

LEAST = 20
"""Previews whose renders were verified, before anything is dropped on their word."""
MOST_TRIES = 8
"""Plans of one prompt fail alike: copy that failed so often is hard, and the ladder's business."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Record:
    """How often a preview was right about the verdict: what it said, and what came of it."""

    accepted_right: int = 0
    accepted_wrong: int = 0
    rejected_right: int = 0
    rejected_wrong: int = 0

    @property
    def accepted(self) -> int:
        """How many plans the preview accepted."""
        return self.accepted_right + self.accepted_wrong

    @property
    def rejected(self) -> int:
        """How many plans it rejected."""
        return self.rejected_right + self.rejected_wrong

    @property
    def right(self) -> float:
        """The share of previews that said what the verdict was."""
        return (self.accepted_right + self.rejected_right) / max(1, self.accepted + self.rejected)

    def __add__(self, other: Record) -> Record:
        return Record(
            accepted_right=self.accepted_right + other.accepted_right,
            accepted_wrong=self.accepted_wrong + other.accepted_wrong,
            rejected_right=self.rejected_right + other.rejected_right,
            rejected_wrong=self.rejected_wrong + other.rejected_wrong,
        )

    def seen(self, *, preview: bool, verdict: bool) -> Record:
        """Return the record with one more plan in it."""
        return self + Record(
            accepted_right=int(preview and verdict),
            accepted_wrong=int(preview and not verdict),
            rejected_right=int(not preview and not verdict),
            rejected_wrong=int(not preview and verdict),
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Costs:
    """What the steps cost, in seconds or any other unit.

    A batch of n plans costs `batch` + n * `plan`; `render` holds verification.
    """

    batch: float = 0.0
    plan: float = 1.0
    preview: float = 0.0
    render: float = 1.0

    @property
    def drawn(self) -> float:
        """What a plan costs as one of a batch of eight."""
        return self.plan + self.batch / 8


@dataclass(frozen=True, kw_only=True, slots=True)
class Expectation:
    """What a roll of some tries comes to: plans drawn, chance of acceptance, and its cost."""

    tries: int
    plans: float
    accepted: float
    cost: float

    @property
    def cost_per_accepted(self) -> float:
        """Return the cost of an accepted image."""
        return self.cost / self.accepted


def expect(record: Record, costs: Costs, tries: int) -> Expectation:
    """Return what `tries` plans at most before each render come to.

    Shares are estimated by the rule of succession, so none is 0 or 1.
    """
    p = _share(record.accepted, record.rejected)
    good = _share(record.accepted_right, record.accepted_wrong)
    bad = _share(record.rejected_wrong, record.rejected_right)
    none = (1 - p) ** tries
    plans = (1 - none) / p
    return Expectation(
        tries=tries,
        plans=plans,
        accepted=good * (1 - none) + bad * none,
        cost=plans * (costs.drawn + costs.preview) + costs.render,
    )


def best_tries(record: Record, costs: Costs, most: int = MOST_TRIES) -> int:
    """Return the tries at which an accepted image costs least; 1 is to drop nothing.

    >>> best_tries(Record(accepted_right=70, accepted_wrong=5, rejected_right=25), Costs(render=4))
    8
    >>> best_tries(Record(accepted_right=50, accepted_wrong=25, rejected_wrong=25), Costs())
    1
    """
    if record.accepted + record.rejected < LEAST:
        return 1
    choices = (expect(record, costs, tries) for tries in range(1, most + 1))
    return min(choices, key=lambda choice: choice.cost_per_accepted).tries


def best_copies(record: Record, costs: Costs, rows: int, tried: int, room: int) -> int:
    """Return how many tries of each of `rows` assets to plan in one batch of `room` at most.

    A try more costs `plan` for every row; it is worth that where it saves another batch. After
    `tried` plans that were refused, an asset's chance is the share p of plans that are accepted,
    weighed as two plans, among its own: 2p / (2 + tried). With f = (1 - chance)^copies the next
    batch is needed with probability 1 - (1-f)^rows.

    >>> worth = Record(accepted_right=75, rejected_right=25)
    >>> [best_copies(worth, Costs(batch=2.3, plan=0.3), rows, 1, 16) for rows in (1, 2, 8)]
    [3, 3, 1]
    >>> best_copies(worth, Costs(batch=0.0, plan=0.3), 1, 0, 16)
    1
    """
    chance = 2 * _share(record.accepted, record.rejected) / (2 + tried)

    def cost(copies: int) -> float:
        fails = (1 - chance) ** copies
        again = 1 - (1 - fails) ** rows
        return rows * copies * costs.plan + again * costs.batch + rows * fails * costs.plan / chance

    return min(range(1, max(1, room // rows) + 1), key=cost)


def _share(these: int, others: int) -> float:
    return (these + 1) / (these + others + 2)
