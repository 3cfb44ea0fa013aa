"""Measures settings for speed: `python -m presscheck.engine.measure_settings [--checkpoint C]`.

Each setting is compared with the same engine without it: the least time of three after a first one,
and how far its picture of the same plan and seed is from the other.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec

import numpy as np
from pydantic import JsonValue
from rich.console import Console
from rich.table import Table

from presscheck.engine.contract import PlanRequest
from presscheck.engine.glm_image import GlmImageEngine
from presscheck.spec import EngineChoice

Chosen = Mapping[str, JsonValue]

PROMPT = 'A poster with a headline that reads "SUMMER SALE" over hills.'
SIZE = (512, 512)
BATCH = 4
TIMES = 3

RENDERS: tuple[tuple[Chosen, ...], ...] = (
    ({"channels_last": False}, {"channels_last": True}, {"channels_last": False, "compile": True}),
    ({"guidance_scale": 1.5}, {"guidance_scale": 1.5, "guidance": "together"}),
    ({"steps": 24}, *({"steps": 24, "step_cache": threshold} for threshold in (0.1, 0.2, 0.3))),
)
"""What is rendered; all of a group are compared with its first.

Steps are many for the cache: between few, too much changes for it.
"""
PLANS: tuple[tuple[Chosen, ...], ...] = (({}, {"quantise": "int8"}),)


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """What settings cost, in seconds of a picture or of a batch, and how far they lead away."""

    settings: str
    seconds: float
    first: float
    differ: str


def measure(
    groups: Sequence[Sequence[Chosen]],
    work: Callable[[GlmImageEngine], np.ndarray],
    difference: Callable[[np.ndarray, np.ndarray], str],
    create: Callable[[Chosen], GlmImageEngine],
) -> list[Row]:
    """Return a row for each of the settings; `work` is timed on an engine with them."""
    rows: list[Row] = []
    for group in groups:
        reference = None
        for chosen in group:
            engine = create(chosen)
            made, seconds = _timed(engine, work)
            reference = made if reference is None else reference
            rows.append(
                Row(
                    settings=", ".join(f"{key}: {value}" for key, value in chosen.items())
                    or "none",
                    first=seconds[0],
                    seconds=min(seconds[1:]),
                    differ="" if made is reference else difference(made, reference),
                )
            )
            engine.close()
    return rows


def _timed(
    engine: GlmImageEngine, work: Callable[[GlmImageEngine], np.ndarray]
) -> tuple[np.ndarray, list[float]]:
    """Return what was made last, and the seconds of each time; the first one loads weights."""
    seconds: list[float] = []
    made = np.empty(0)
    for _ in range(1 + TIMES):
        started = time.perf_counter()
        made = work(engine)
        seconds.append(time.perf_counter() - started)
    return made, seconds


def _requests(count: int) -> list[PlanRequest]:
    width, height = SIZE
    return [
        PlanRequest(prompt=PROMPT, width=width, height=height, seed=seed) for seed in range(count)
    ]


def _tokens(engine: GlmImageEngine) -> np.ndarray:
    return np.array([plan.tokens for plan in engine.plan(_requests(BATCH))])


def _of_tokens(made: np.ndarray, reference: np.ndarray) -> str:
    return f"{(made != reference).mean():.0%} of tokens"


def _of_values(made: np.ndarray, reference: np.ndarray) -> str:
    far = np.abs(made.astype(np.int16) - reference)
    return f"{(far > 0).mean():.2%} of values, by {far.max()} at most, {far.mean():.3f} on average"


def _table(title: str, rows: list[Row]) -> Table:
    table = Table("settings", "seconds", "the first time", "differs by", title=title)
    for row in rows:
        table.add_row(row.settings, f"{row.seconds:.2f}", f"{row.first:.1f}", row.differ)
    return table


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--checkpoint", default="nano")
    parser.add_argument("--threads", type=int, default=1)
    given = parser.parse_args()

    def create(chosen: Chosen) -> GlmImageEngine:
        settings: dict[str, JsonValue] = {"threads": given.threads, **chosen}
        return GlmImageEngine.create(EngineChoice(checkpoint=given.checkpoint, settings=settings))

    plan = create({}).plan(_requests(1))[0]
    rows = measure(
        RENDERS, lambda engine: np.asarray(engine.render(plan, seed=1)), _of_values, create
    )
    console = Console(width=120)
    console.print(_table(f"a render of {SIZE[0]}x{SIZE[1]}", rows))
    if find_spec("torchao") is None:
        console.print("quantise is not measured: torchao is not installed")
    else:
        console.print(_table(f"{BATCH} plans", measure(PLANS, _tokens, _of_tokens, create)))


if __name__ == "__main__":
    main()
