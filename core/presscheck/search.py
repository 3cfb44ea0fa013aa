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
from math import prod

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
class Batch:
    """Assets whose plans are made together: `rows` of them, each of which was tried so often.

    `left` is how many tries each has left, `room` how many plans a batch holds.
    """

    rows: int
    tried: int
    left: int
    room: int


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


def best_copies(record: Record, costs: Costs, batch: Batch) -> int:
    """Return how many tries of each asset to plan in the next batch: those that cost least in all.

    After `tried` plans that were refused, an asset's chance is the share of plans that the preview
    accepts, p, weighed as two plans among its own: 2p / (2 + tried). A batch costs what it costs,
    and after it those that failed need another one, as long as tries are left.

    >>> worth, costs = Record(accepted_right=75, rejected_right=25), Costs(batch=2.3, plan=0.3)
    >>> [best_copies(worth, costs, Batch(rows=n, tried=1, left=3, room=16)) for n in (1, 5, 9)]
    [3, 3, 1]
    >>> best_copies(worth, costs, Batch(rows=8, tried=0, left=4, room=16))
    1
    """
    share = _share(record.accepted, record.rejected)

    def cost(rows: float, tried: int, left: int, copies: int) -> float:
        fails: float = prod(1 - 2 * share / (2 + tried + copy) for copy in range(copies))
        again: float = 1 - (1 - fails) ** rows
        spent = costs.batch + rows * copies * costs.plan
        return spent + again * least(rows * fails / max(again, 1e-9), tried + copies, left - copies)

    def least(rows: float, tried: int, left: int) -> float:
        most = min(left, max(1, int(batch.room / rows)))
        return min((cost(rows, tried, left, k) for k in range(1, most + 1)), default=0.0)

    most = max(1, min(batch.left, batch.room // batch.rows))
    choices = range(1, most + 1)
    return min(choices, key=lambda k: cost(batch.rows, batch.tried, batch.left, k))


def _share(these: int, others: int) -> float:
    return (these + 1) / (these + others + 2)
