# pyright: basic, reportAttributeAccessIssue=false, reportPrivateImportUsage=false
# torch, diffusers and transformers are typed in parts only; mypy checks this module strictly.
"""Measures what a batch does to the last bits: `python -m presscheck.engine.measure_batches`.

Plans are made in batches. Then their tokens are read again, in the batch, as if each had been
written alone, and all at once as draws in doubt are; the logits of some steps are compared.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import torch
from pydantic import JsonValue
from rich.console import Console
from rich.table import Table

from presscheck.engine.contract import PlanRequest
from presscheck.engine.decoding import write_tokens
from presscheck.engine.glm_image import GlmImageEngine
from presscheck.engine.plan import Planner
from presscheck.engine.sampling import FEW, NEAR, nucleus
from presscheck.spec import EngineChoice

SIZE = (512, 512)
ROWS = 8
EVERY = 8
"""One step of so many is compared."""
ALIKE = 0.1
"""Neighbours in the order of likelihood are compared when their probabilities differ by less."""
START = "A square poster for a bakery in the morning sun, with hills. "
WORDS = ("SALE", "SUMMER DAYS", "Open late", "Fresh bread", "50% off")


@dataclass(kw_only=True)
class Found:
    """What was counted: draws, those compared, and how far apart these were at most.

    `seconds` has an entry for each draw that was decided alone.
    `turned` adds up how likely each compared draw was to give another token alone than in the
    batch, if rounding decided. `bound` and `ratio` are the largest differences of a cumulative
    probability, and of the ratio of two that are nearly alike, from what is computed in doubt.
    """

    plans: int = 0
    draws: int = 0
    compared: int = 0
    turned: float = 0.0
    bound: float = 0.0
    ratio: float = 0.0
    seconds: list[float] = field(default_factory=list)


class Timed(Planner):
    """A planner that keeps how long it took to read single rows."""

    def __init__(self, planner: Planner) -> None:
        how = {"temperature": planner.temperature, "top_p": planner.top_p}
        super().__init__(planner.pipeline, planner.engine, **how)
        self.seconds: list[float] = []

    def _read_alone(self, *asked: Any) -> torch.Tensor:
        started = time.perf_counter()
        logits = super()._read_alone(*asked)
        self.seconds.append(time.perf_counter() - started)
        return logits


def requests_of(batch: int, rows: int, size: tuple[int, int]) -> list[PlanRequest]:
    """Return requests of several lengths; those of every other batch begin alike."""
    return [
        PlanRequest(
            prompt=START * (batch % 2) + f'{"Plain. " * (seed % 4)}x "{WORDS[seed % 5]}" y',
            width=size[0],
            height=size[1],
            seed=seed,
        )
        for seed in range(batch * rows, (batch + 1) * rows)
    ]


@torch.inference_mode()
def compare(planner: Timed, requests: Sequence[PlanRequest], found: Found) -> None:
    """Plan requests of one size in a batch, and add to `found` how it differs from single ones."""
    size = (requests[0].width, requests[0].height)
    planner.seconds.clear()
    plans = planner.plan(requests, size, None)
    found.seconds += planner.seconds
    tokens = torch.tensor([plan.draft + plan.tokens for plan in plans], device=planner.device)
    found.plans += len(plans)
    found.draws += tokens.numel()
    together = _logits(planner, requests, tokens)
    for row, request in enumerate(requests):
        solo = _logits(planner, [request], tokens[row : row + 1])
        for number, (one, other) in enumerate(zip(together, solo, strict=True)):
            written = tokens[:, : number * EVERY].unbind(dim=1)
            alone = planner._read_alone(request, size, written, row)
            _compare(planner, (one[row], other[0], alone[0]), found)


def _logits(
    planner: Planner, requests: Sequence[PlanRequest], tokens: torch.Tensor
) -> list[torch.Tensor]:
    """Return the logits of one step of `EVERY`, when these tokens are written."""
    found: list[torch.Tensor] = []

    def draw(logits: torch.Tensor, written: Sequence[torch.Tensor]) -> torch.Tensor:
        if len(written) % EVERY == 0:
            found.append(logits)
        return tokens[:, len(written)]

    inputs, _ = planner._inputs(requests, (requests[0].width, requests[0].height))
    write_tokens(planner.pipeline.vision_language_encoder, inputs, tokens.shape[1], draw)
    return found


def _compare(planner: Planner, rows: Sequence[torch.Tensor], found: Found) -> None:
    together, solo, alone = (row[: planner.codes].float() / planner.temperature for row in rows)
    found.compared += 1
    found.turned += turned(together, solo, planner.top_p)
    for quick in (together, solo):
        bound, ratio = rounding(quick, alone, planner.top_p)
        found.bound, found.ratio = max(found.bound, bound), max(found.ratio, ratio)


def turned(one: torch.Tensor, other: torch.Tensor, top_p: float) -> float:
    """Return how likely the same uniform number draws another token from other logits.

    >>> one = torch.tensor([0.6, 0.4]).log()
    >>> round(turned(one, torch.tensor([0.7, 0.3]).log(), top_p=1.0), 3)
    0.1
    """
    ends: list[torch.Tensor] = []
    drawn: list[torch.Tensor] = []
    for logits in (one, other):
        shares, tokens = nucleus(logits[None], top_p)
        bounds = shares[0].double().cumsum(dim=0)
        ends.append(bounds / bounds[-1])
        drawn.append(tokens[0])
    edges = torch.cat([ends[0].new_zeros(1), *ends]).sort().values
    middles = (edges[1:] + edges[:-1]) / 2
    first, second = (
        tokens[torch.searchsorted(end, middles).clamp(max=len(end) - 1)]
        for end, tokens in zip(ends, drawn, strict=True)
    )
    return float((edges.diff() * (first != second)).sum())


def rounding(quick: torch.Tensor, alone: torch.Tensor, top_p: float) -> tuple[float, float]:
    """Return how far cumulative probabilities, and ratios near 1, of the nucleus differ at most."""
    right, order = alone.double().log_softmax(dim=-1).topk(min(FEW, len(alone)))
    inside = int((right.exp().cumsum(dim=-1) < top_p).sum()) + 2
    right, order = right[:inside], order[:inside]
    near = quick.double().log_softmax(dim=-1)[order]
    bounds = (right.exp().cumsum(dim=-1) - near.exp().cumsum(dim=-1)).abs()
    ratios = (right.diff() - near.diff()).abs() * (right.diff() > -ALIKE)
    return float(bounds.max()), float(ratios.max())


def _table(found: Found) -> Table:
    table = Table("what", "found", title=f"{found.plans} plans in batches of {ROWS}")
    table.add_row("draws, and compared", f"{found.draws}, {found.compared}")
    chance = found.turned / found.compared
    table.add_row("a draw that rounding would turn", f"{chance:.1e}")
    table.add_row("a plan of that many draws", f"{chance * found.draws / found.plans:.1e}")
    table.add_row("cumulative probabilities differ by", f"{found.bound:.1e}, of {NEAR:.0e}")
    table.add_row("ratios near 1 differ by", f"{found.ratio:.1e}, of {NEAR:.0e}")
    table.add_row("draws of a plan decided alone", f"{len(found.seconds) / found.plans:.2f}")
    table.add_row("seconds for them", f"{sum(found.seconds) / found.plans:.3f}")
    return table


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--checkpoint", default="nano")
    parser.add_argument("--dtype", default="auto")
    parser.add_argument("--batches", type=int, default=4)
    given = parser.parse_args()
    settings: dict[str, JsonValue] = {"threads": 1, "dtype": given.dtype}
    engine = GlmImageEngine.create(EngineChoice(checkpoint=given.checkpoint, settings=settings))
    planner = Timed(engine._loaded()[0])
    engine._use_threads()
    found = Found()
    for batch in range(given.batches):
        compare(planner, requests_of(batch, ROWS, SIZE), found)
    Console(width=100).print(_table(found))


if __name__ == "__main__":
    main()
